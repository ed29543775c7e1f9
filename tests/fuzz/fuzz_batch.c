/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Bursts of up to 64 frames into two cores, one of which may serve them by sixteens
 * (twins.h): floods and handshakes, with all that may stand between them (volley.h).
 * First three octets of settings (begin()), then steps of an octet each:
 *
 *	bits 0-3	0-7 frames (enum volley_kind)  8 frames of the first kind
 *			9 the burst comes  10, 11 and time passes
 *			12 something happens (happen())  others: frames again
 *
 * A burst comes when it is full, and before anything else happens.  What is wrong is
 * for the twins to say; none of it is asked of one of them alone but the balance of its
 * books and of its buffers, for which there is fuzz_core.c.
 */
#include "fuzz_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_version.h>

#include "check.h"
#include "eal_once.h"
#include "input.h"
#include "peers.h"
#include "twins.h"
#include "volley.h"

#define STEPS_MAX  64
#define FRAMES_MAX 1024
#define ADDRESSES  5

struct play {
	struct twins twins;
	struct peers peers;
	struct input input;
	uint32_t frames; /* so far */
	struct dad dads[TWINS];
	struct dad_address addresses[TWINS][ADDRESSES];
	uint8_t masters[COOKIE_SECRETS_MAX][16];
	uint32_t master_count;
};

static struct play play;

const char *
fuzz_target_lacks(void)
{
	return prf_aes_wide_is_available() ? NULL : "this CPU has no AVX-512 and VAES";
}

static struct weir_core *
core_of(enum twin twin)
{
	return play.twins.rig[twin].core;
}

/* -- the application ------------------------------------------------------- */

/* By the peer's port: one in eight is refused, of one in four we close first. */
static int
on_open(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	struct weir_endpoint remote;

	weir_conn_remote(core, conn, &remote);
	if (remote.port % 8 == 7)
		return -1;
	if (remote.port % 4 == 1)
		weir_conn_shutdown(core, conn);
	return 0;
}

static void
on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
	__attribute__((unused)) void *state)
{
	if (weir_conn_send(core, conn, chain) != 0)
		rte_pktmbuf_free(chain);
}

static const struct weir_app_ops ops = {
	.version = WEIR_APP_VERSION,
	.name = "twins",
	.on_open = on_open,
	.on_data = on_data,
};

/* -- steps ----------------------------------------------------------------- */

static void
flush(void)
{
	struct twins *twins = &play.twins;
	const struct tcp_engine *tcp = &core_of(TWIN_WIDE)->tcp;

	must_be_right(twins_turn(twins));
	for (uint32_t i = 0; i < twins->sent; i++) {
		const struct rte_mbuf *m = tcp->tx[i];

		if (m->data_len >= ETHER_BYTES + IPV4_BYTES)
			peers_hear(&play.peers, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len,
				   (uint8_t)m->port);
	}
	twins_forget(twins);
	twins->has_batches = true;
}

static void
add_frames(uint8_t step)
{
	static struct draft draft;
	struct volley volley;
	struct lying lying;

	volley_take(&volley, step, &play.input);
	for (uint32_t i = 0; i < volley.count && play.frames < FRAMES_MAX; i++) {
		volley_frame(&volley, i, &play.peers, &draft, &lying);
		twins_add(&play.twins, draft.octets, draft.bytes, &lying);
		play.frames++;
		if (play.twins.count == PIPELINE_BURST_MAX)
			flush();
	}
}

static void
pass_time(uint8_t how)
{
	static const uint32_t steps_ms[32] = {
		1,     2,     4,     10,    40,	   100,	  200,	 500,	800,   1000,  1500,
		2000,  3000,  4000,  8000,  12000, 15000, 15400, 15500, 15600, 15900, 16000,
		16100, 16500, 17000, 24000, 31500, 32000, 33000, 47500, 48500, 64000,
	};

	flush();
	for (uint32_t t = 0; t < TWINS; t++)
		play.twins.rig[t].now_ns += steps_ms[how % 32] * NS_PER_MS;
}

/* A new key, with the one before or without it; or no key but the last. */
static void
roll_keys(bool keeps_last)
{
	memcpy(play.masters[1], play.masters[0], sizeof(play.masters[0]));
	play.masters[0][0]++;
	play.master_count = keeps_last ? COOKIE_SECRETS_MAX : 1;
}

/* A worker keeps to the latest time it knew; here cookies may be of a clock ahead of ours. */
static void
set_keys(void)
{
	for (uint32_t t = 0; t < TWINS; t++) {
		struct syn_cookie *cookies = &core_of(t)->tcp.cookies;
		int64_t now_ns = (int64_t)play.twins.rig[t].now_ns + core_of(t)->unix_ns_offset;

		syn_cookie_init(cookies, cookies->kind, play.masters, play.master_count,
				(uint64_t)now_ns);
	}
}

/* UTC is set, forward or back. */
static void
set_clock(int64_t by_ms)
{
	for (uint32_t t = 0; t < TWINS; t++)
		core_of(t)->unix_ns_offset += by_ms * (int64_t)NS_PER_MS;
}

static void
stop(bool with_rst)
{
	for (uint32_t t = 0; t < TWINS; t++)
		pipeline_stop(core_of(t), with_rst);
}

static void
run_short_of_buffers(void)
{
	for (uint32_t t = 0; t < TWINS; t++)
		core_of(t)->tcp.buffers_short = !core_of(t)->tcp.buffers_short;
}

/* No more of these in the second that has begun. */
static void
spend_limits(bool of_resets)
{
	for (uint32_t t = 0; t < TWINS; t++) {
		struct tcp_engine *tcp = &core_of(t)->tcp;
		struct rate_limit *limit = of_resets ? &tcp->rst_limit : &tcp->challenge_limit;

		limit->left = 0;
		limit->until_ns = play.twins.rig[t].now_ns + NS_PER_SECOND;
	}
}

static void
happen(uint8_t what)
{
	flush();
	switch (what) {
	case 0:
	case 1:
		roll_keys(what == 0);
		set_keys();
		break;
	case 2:
		play.master_count = 1;
		set_keys();
		break;
	case 3:
		set_clock(400);
		break;
	case 4:
		set_clock(-400);
		break;
	case 5:
		set_clock(-20000);
		break;
	case 6:
		play.twins.has_batches = false; /* but for what the core thinks itself */
		break;
	case 7:
		run_short_of_buffers();
		break;
	case 8:
	case 9:
		spend_limits(what == 8);
		break;
	case 15:
		stop(true);
		break;
	default:
		break;
	}
}

static void
one_step(uint8_t step)
{
	switch (step & 0x0f) {
	case 9:
		flush();
		break;
	case 10:
	case 11:
		pass_time((uint8_t)(step >> 4 | (step & 1u) << 4));
		break;
	case 12:
		happen(step >> 4);
		break;
	default:
		add_frames(step);
		break;
	}
}

/* -- before and after ------------------------------------------------------ */

static void
list_ipv4(struct source_list *list)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 4,
		.dir24_8 = {.nh_sz = RTE_FIB_DIR24_8_1B, .num_tbl8 = 1},
	};

	list->ipv4 = rte_fib_create("listed", -1, &conf);
	check(list->ipv4 != NULL);
	check(rte_fib_add(list->ipv4, 0x0a000000, 8, SOURCE_DENIED) == 0);
	check(rte_fib_add(list->ipv4, 0xc6336400, 24, SOURCE_ALLOWED) == 0);
}

static void
list_ipv6(struct source_list *list)
{
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_DUMMY, /* the real one takes 64 MB */
		.default_nh = SOURCE_UNLISTED,
		.max_routes = 4,
	};
	/* A structure of its own since DPDK 24.11. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr network = {.a = {0xfd}};
#else
	uint8_t network[16] = {0xfd};
#endif

	list->ipv6 = rte_fib6_create("listed6", -1, &conf);
	check(list->ipv6 != NULL);
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	check(rte_fib6_add(list->ipv6, &network, 8, SOURCE_DENIED) == 0);
#else
	check(rte_fib6_add(list->ipv6, network, 8, SOURCE_DENIED) == 0);
#endif
}

/* 10.0.0.0/8 and fd00::/8 are denied, IPv4 in the VLAN is exempt from limits. */
static const struct source_list *
list_some(void)
{
	static struct source_list list;

	eal_once();
	if (list.ipv4 == NULL) {
		list_ipv4(&list);
		list_ipv6(&list);
	}
	return &list;
}

/* First octet: bits 0-1 cookies, 2-5 what is not agreed to, 6-7 what port 0 sums. */
static void
set_handshakes(struct tcp_config *tcp, uint8_t settings)
{
	static const enum tcp_cookies cookies[] = {TCP_COOKIES_ALWAYS, TCP_COOKIES_AUTO,
						   TCP_COOKIES_AUTO, TCP_COOKIES_NEVER};

	tcp->cookies = cookies[settings & 3];
	tcp->timestamps = (settings & 0x04) == 0;
	tcp->window_scaling = (settings & 0x08) == 0;
	tcp->sack = (settings & 0x10) == 0;
	tcp->ecn = (settings & 0x20) == 0;
	tcp->ports[0].offload.ipv4_checksum = (settings & 0x40) != 0;
	tcp->ports[0].offload.tcp_checksum = (settings & 0x80) != 0;
}

/*
 * Second octet: bits 0-1 how many RSTs, 2 low limits, 3 listed sources, 4 those of
 * IPv6 may not be used yet, 5 chains are not sent, 6 few in TIME-WAIT, 7 few in the SYN
 * queue.
 */
static void
set_limits(struct tcp_config *tcp, uint8_t settings)
{
	static const uint32_t rst_rates[] = {1000, 0, 2, 20};

	tcp->rst_rate = rst_rates[settings & 3];
	tcp->flows_max = settings & 0x04 ? 6 : 64;
	tcp->challenge_ack_rate = settings & 0x04 ? 2 : 1000;
	tcp->prefix_flows = settings & 0x04 ? 4 : 0;
	tcp->prefix_replies = settings & 0x04 ? 5 : 0;
	if (settings & 0x08)
		tcp->sources = list_some();
	tcp->ports[0].multi_segment = (settings & 0x20) == 0;
	tcp->time_wait_max = settings & 0x40 ? 2 : 16;
	tcp->syn_queue_max = settings & 0x80 ? 2 : 16;
	tcp->syn_rate = settings & 0x80 ? 200 : 1000;
}

static void
set_times(struct tcp_config *tcp)
{
	tcp->transfers_max = 8;
	tcp->time_wait_ticks = ticks_in_ms(2000);
	tcp->fin_wait_2_ticks = ticks_in_ms(3000);
	tcp->retransmit_ticks = ticks_in_ms(5000);
	tcp->syn_hold_ns = 2 * NS_PER_SECOND;
}

/* Each of the twins hears and asks nobody: what is tentative stays so. */
static void
begin_dad(void)
{
	for (uint32_t t = 0; t < TWINS; t++) {
		const struct listener_table *table = play.twins.rig[t].listeners;

		dad_init(&play.dads[t], play.addresses[t], ADDRESSES);
		for (uint16_t i = 0; i < ADDRESSES; i++) {
			const struct local_address *local = listener_table_address(table, i);

			dad_add(&play.dads[t], i, &local->addr, local->port, (i & 1) != 0);
		}
		core_of(t)->dad = &play.dads[t];
	}
}

/* The third octet of settings: where in an epoch it begins. */
static void
begin(void)
{
	uint8_t handshakes = take8(&play.input), limits = take8(&play.input);
	struct rig_setup setup;

	rig_setup_init(&setup);
	peers_set_up(&setup);
	set_handshakes(&setup.tcp, handshakes);
	set_limits(&setup.tcp, limits);
	set_times(&setup.tcp);
	setup.unix_ns += take8(&play.input) * (COOKIE_EPOCH_NS / 256);
	setup.flows_max = setup.tcp.flows_max - 2;
	peers_init(&play.peers, &setup);
	twins_open(&play.twins, &setup, &ops);
	play.frames = 0;
	play.twins.has_batches = true;
	memcpy(play.masters, play.twins.rig[0].secrets.cookie, sizeof(play.masters));
	play.master_count = 1;
	if (limits & 0x10)
		begin_dad();
	for (uint32_t t = 0; t < TWINS && (handshakes & 3) == 2; t++)
		core_of(t)->tcp.syn_policy.use_cookies = true;
}

static void
end(void)
{
	flush();
	must_be_right(twins_close(&play.twins));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	if (fuzz_target_lacks() != NULL) {
		fprintf(stderr, "nothing to fuzz: %s\n", fuzz_target_lacks());
		exit(EXIT_FAILURE);
	}
	play.input = (struct input){octets, bytes};
	begin();
	for (uint32_t step = 0; step < STEPS_MAX && play.input.left > 0; step++)
		one_step(take8(&play.input));
	end();
	return 0;
}
