/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Frames of every kind into one whole core: ARP, neighbour discovery, ICMP, extension
 * headers, fragments, tags, segments of connections that there are and are not, right
 * or broken.  First two octets of settings (begin()), then steps of an octet each, with
 * their arguments behind them:
 *
 *	bits 0-2	0 a frame (forge.h)  1 one of octets in the input
 *			2 handshake  3 application  4 time  5 other client
 *			6 next text  7 something happens (happen())
 *
 * After each turn the books must balance, every frame received be served or have a
 * reason, and every frame sent be one that we may send, octet by octet.  Nobody who has
 * no connection gets more packets, or more octets of IP, than were sent; nothing answers
 * a group or a wrong checksum, no RST a RST; at the end no buffer is missing.
 */
#include "fuzz_target.h"

#include <string.h>

#include <rte_lcore.h>

#include "check.h"
#include "forge.h"
#include "fuzzed_app.h"
#include "neighbour.h"
#include "sent_frame.h"

#define CLIENTS	     4 /* two of IPv4, two of IPv6 */
#define GATHERED_MAX 48
#define STEPS_MAX    200
#define DATAGRAMS    4
#define VLAN	     7

/* What one turn brought and took. */
struct turn {
	uint32_t rst_in, rst_out;
	uint32_t mute_in;  /* what nobody must answer */
	uint32_t bytes_in; /* of IP */
	uint32_t replies;  /* to those without a connection */
	uint32_t reply_bytes;
	bool has_remains; /* of connections: they are answered as nobody is */
	uint64_t ended;
	uint64_t answered;
	uint64_t reassembled;
};

struct play {
	struct rig rig;
	struct input input;
	struct client clients[CLIENTS];
	struct wire_path ours[2];
	struct forge forge;
	struct rte_mbuf *gathered[GATHERED_MAX];
	uint32_t gathered_count;
	struct rte_mbuf *answer; /* of a client, to where it is; or NULL */
	bool are_silent;	 /* clients, when asked where they are */
	struct ip_addr asked;
	uint64_t received;
	struct turn turn;
	struct reassembly fragments;
	struct dad dad;
	struct dad_address addresses[2];
};

static struct play play;

static uint64_t
count_of(enum counter counter)
{
	return play.rig.core->counters.value[counter];
}

/* Answers that need no connection, as the books have them. */
static uint64_t
answered(void)
{
	return count_of(COUNTER_arp_replied) + count_of(COUNTER_nd_replied) +
	       count_of(COUNTER_echo_replied);
}

/*
 * Grows with each record of a connection that is freed: what such a one said last
 * is not to be told from a reply to somebody without one.
 */
static uint64_t
ended(void)
{
	return count_of(COUNTER_cookie_accepted) + count_of(COUNTER_syn_queue_entered) +
	       count_of(COUNTER_connect_begun) - play.rig.core->tcp.flows.used;
}

/* -- what weir sends ------------------------------------------------------- */

/* Weir asks where somebody is: if it is a client the answer comes at once. */
static void
take_question(const struct sent_frame *sent)
{
	static uint8_t answer[FRAME_BYTES_MAX];

	play.asked = sent->target;
	for (uint32_t i = 0; i < CLIENTS; i += 2) {
		const struct wire_path *path = &play.clients[i].path;

		if (!ip_addr_equal(&path->client.addr, &sent->target) || play.are_silent ||
		    play.answer != NULL)
			continue;
		play.answer = rig_frame(&play.rig, answer, neighbour_answer(answer, path));
	}
}

static void
take_segment(const struct sent_frame *sent)
{
	play.turn.rst_out += (sent->segment.flags & TH_RST) != 0;
	if (rig_flow(&play.rig, &sent->path) == FLOW_NONE) {
		play.turn.replies++;
		play.turn.reply_bytes += sent->ip_bytes;
	}
	for (uint32_t i = 0; i < CLIENTS; i++) {
		const struct wire_path *path = &play.clients[i].path;

		if (ip_addr_equal(&path->client.addr, &sent->path.client.addr) &&
		    path->client.port == sent->path.client.port &&
		    path->server.port == sent->path.server.port)
			client_learn(&play.clients[i], &sent->segment);
	}
}

static void
hear(const struct rte_mbuf *m)
{
	static uint8_t room[FRAME_BYTES_MAX];
	static struct sent_frame sent;
	const uint8_t *frame = rte_pktmbuf_read(m, 0, m->pkt_len, room);

	check(frame != NULL && m->port == 0);
	check(m->nb_segs == 1 || play.rig.setup.tcp.ports[0].multi_segment);
	must_be_right(sent_frame_read(frame, m->pkt_len, play.ours, &sent));
	switch (sent.kind) {
	case SENT_SEGMENT:
		take_segment(&sent);
		break;
	case SENT_ARP_REQUEST:
	case SENT_SOLICITATION:
		take_question(&sent);
		break;
	case SENT_ECHO_REPLY:
		play.turn.reply_bytes += sent.ip_bytes;
		break;
	default:
		break;
	}
}

/* -- one turn -------------------------------------------------------------- */

static void
begin_turn(struct rte_mbuf **frames, uint32_t count)
{
	play.turn = (struct turn){
		.has_remains = play.rig.core->tcp.time_wait.live > 0,
		.ended = ended(),
		.answered = answered(),
		.reassembled = count_of(COUNTER_datagram_reassembled),
	};
	for (uint32_t i = 0; i < count; i++) {
		struct forged_sums sums = forge_sums(frames[i]);

		play.turn.bytes_in += sums.ip_bytes;
		play.turn.rst_in += sums.is_rst;
		play.turn.mute_in += sums.is_mute;
	}
	play.received += count;
}

static void
judge_turn(uint32_t count)
{
	const struct turn *turn = &play.turn;

	must_be_right(rig_wrong(&play.rig));
	check(count_of(COUNTER_rx_packets) == play.received);
	/* The fragments before the last one have been paid for in other turns. */
	if (turn->has_remains || turn->ended != ended() ||
	    count_of(COUNTER_datagram_reassembled) != turn->reassembled)
		return;
	check(turn->replies + (answered() - turn->answered) <= count);
	check(turn->reply_bytes <= turn->bytes_in);
	if (turn->mute_in == count)
		check(turn->reply_bytes == 0);
	if (turn->rst_in == count)
		check(turn->rst_out == 0);
}

/* As lib/port does: what was put together comes in again, what is another core's goes there. */
static uint32_t
take_back(struct rte_mbuf **frames)
{
	struct weir_core *core = play.rig.core;
	uint32_t count = core->whole_count;

	memcpy(frames, core->whole, count * sizeof(*frames));
	core->whole_count = 0;
	for (uint32_t i = 0; i < core->stray_count; i++)
		pipeline_take_stray(core, &core->strays[i]);
	core->stray_count = 0;
	return count;
}

static void
one_turn(struct rte_mbuf **frames, uint32_t count)
{
	struct rte_mbuf *next[PIPELINE_BURST_MAX];
	uint32_t sent;

	while (true) {
		begin_turn(frames, count);
		sent = rig_turn(&play.rig, frames, count);
		for (uint32_t i = 0; i < sent; i++)
			hear(play.rig.core->tcp.tx[i]);
		rte_pktmbuf_free_bulk(play.rig.core->tcp.tx, sent);
		judge_turn(count);
		count = take_back(next);
		frames = next;
		if (count < PIPELINE_BURST_MAX && play.answer != NULL) {
			next[count++] = play.answer;
			play.answer = NULL;
		}
		if (count == 0)
			return;
	}
}

static void
flush(void)
{
	one_turn(play.gathered, play.gathered_count);
	play.gathered_count = 0;
}

static void
gather(const struct forged *forged)
{
	for (uint32_t i = 0; i < forged->count; i++)
		play.gathered[play.gathered_count++] = forged->frames[i];
	if (!forged->waits || play.gathered_count + FORGED_MAX > GATHERED_MAX)
		flush();
}

/* -- the steps ------------------------------------------------------------- */

static void
say(struct client *client, const struct segment *segment)
{
	static uint8_t frame[FRAME_BYTES_MAX];

	play.gathered[play.gathered_count++] =
		rig_frame(&play.rig, frame, client_frame(client, segment, frame));
	flush();
}

static void
handshake(struct client *client, uint8_t step)
{
	static struct segment segment;

	client_syn(client, step, &segment);
	say(client, &segment);
	if (client_completes(client, &segment))
		say(client, &segment);
}

/* Whom a connection may be opened to beside clients. */
static struct ip_addr
take_unknown(void)
{
	struct ip_addr addr = play.ours[fuzzed_app.client->path.is_ipv6].client.addr;
	uint8_t change = take8(&play.input);

	addr.octet[15] = change;
	if (change & 0x80)
		addr.octet[13] ^= take8(&play.input);
	return addr;
}

static void
command(void)
{
	fuzzed_app.command = take8(&play.input);
	if (fuzzed_app.command == FUZZED_OPEN_TO_UNKNOWN)
		fuzzed_app.unknown = take_unknown();
	flush();
}

/* What is not a frame. */
static void
happen(uint8_t what)
{
	struct weir_core *core = play.rig.core;

	switch (what % 8) {
	case 0:
		dad_link_is_up(&play.dad, 0);
		break;
	case 1:
		core->tcp.buffers_short = !core->tcp.buffers_short;
		break;
	case 2:
		play.are_silent = !play.are_silent;
		break;
	case 3:
		pipeline_stop(core, (what & 0x08) != 0);
		break;
	default: /* the room in tx may be short for a turn */
		pipeline_poll(core, play.rig.now_ns, NULL, 0, 0);
		rte_pktmbuf_free_bulk(core->tcp.tx, core->tcp.tx_count);
		break;
	}
	flush();
}

static void
one_step(uint8_t step)
{
	static struct segment segment;
	struct client *client = fuzzed_app.client;
	struct forged forged;

	switch (step & 0x07) {
	case 0:
		forge_template(&play.forge, client, &forged);
		gather(&forged);
		break;
	case 1:
		forge_raw(&play.forge, client, (step & 0x08) != 0, &forged);
		gather(&forged);
		break;
	case 2:
		handshake(client, step);
		break;
	case 3:
		command();
		break;
	case 4:
		play.rig.now_ns += NS_PER_MS << (step >> 3 & 0x1f) % 24;
		flush();
		break;
	case 5:
		fuzzed_app.client = &play.clients[(step >> 3) % CLIENTS];
		fuzzed_app.client->isn += step & 0x80 ? 100000 : 0;
		break;
	case 6:
		client_next_text(client, step, &segment);
		say(client, &segment);
		break;
	case 7:
		happen(step >> 3);
		break;
	}
}

/* -- before and after ------------------------------------------------------ */

static void
set_up(struct rig_setup *setup, uint8_t settings, uint8_t more)
{
	static const enum tcp_cookies cookies[] = {TCP_COOKIES_ALWAYS, TCP_COOKIES_NEVER,
						   TCP_COOKIES_AUTO, TCP_COOKIES_ALWAYS};

	rig_setup_init(setup);
	setup->tcp.cookies = cookies[settings & 0x03];
	setup->tcp.congestion_control = (settings & 0x03) == 3 ? TCP_CC_CUBIC : TCP_CC_NEWRENO;
	setup->vlan_id = settings & 0x04 ? VLAN : VLAN_NONE;
	setup->tcp.ports[0].multi_segment = (settings & 0x08) != 0;
	setup->has_gateway = true;
	setup->tcp.syn_queue_max = 3;
	setup->tcp.time_wait_max = 3;
	setup->tcp.flows_max = 8;
	setup->tcp.transfers_max = 4;
	setup->tcp.time_wait_ticks = ticks_in_ms(2000);
	setup->tcp.fin_wait_2_ticks = ticks_in_ms(5000);
	setup->tcp.retransmit_ticks = ticks_in_ms(5000);
	setup->tcp.connect_ticks = ticks_in_ms(8000);
	/* No prefix_rate: its table alone is larger than all the rest. */
	if (settings & 0x40) {
		setup->tcp.rst_rate = 2;
		setup->tcp.challenge_ack_rate = 2;
		setup->tcp.prefix_flows = 3;
		setup->tcp.prefix_replies = 3;
	}
	if (more & 0x10) {
		setup->tcp.keepalive = true;
		setup->tcp.keepalive_ticks = ticks_in_ms(3000);
		setup->tcp.keepalive_interval_ticks = ticks_in_ms(1000);
		setup->tcp.keepalive_probes = 2;
		setup->tcp.persist_ticks = ticks_in_ms(4000);
	}
}

static void
begin_dad(void)
{
	dad_init(&play.dad, play.addresses, 2);
	for (uint32_t i = 0; i < 2; i++)
		dad_add(&play.dad, i, &play.ours[i].server.addr, 0, i == 1);
	play.rig.core->dad = &play.dad;
	play.rig.core->asks_for_dad = true;
}

static void
begin_fragments(void)
{
	play.fragments = (struct reassembly){
		.table = rte_ip_frag_table_create(1, DATAGRAMS, DATAGRAMS, REASSEMBLY_NS,
						  (int)rte_socket_id()),
	};
	check(play.fragments.table != NULL);
	play.rig.core->fragments = &play.fragments;
}

/*
 * First octet: bits 0-1 cookies (3: and CUBIC), 2 a VLAN, 3 chains may be sent,
 * 4 fragments are put together, 5 our addresses are asked for, 6 low limits, 7 there are
 * other cores.  Second: bits 0-3 which clients have a connection already, 4 silent
 * peers are probed.
 */
static void
begin(void)
{
	uint8_t settings = take8(&play.input), more = take8(&play.input);
	struct rig_setup setup;

	set_up(&setup, settings, more);
	play.gathered_count = 0;
	play.are_silent = false;
	play.asked = (struct ip_addr){0};
	play.received = 0;
	for (uint16_t i = 0; i < CLIENTS; i++)
		client_init(&play.clients[i], &setup, i >= CLIENTS / 2, i);
	play.ours[0] = play.clients[0].path;
	play.ours[1] = play.clients[CLIENTS - 1].path;
	fuzzed_app = (struct fuzzed_app){
		.clients = play.clients,
		.client_count = CLIENTS,
		.client = &play.clients[0],
	};
	rig_open(&play.rig, &setup, &fuzzed_app_ops);
	play.forge = (struct forge){.rig = &play.rig, .input = &play.input, .asked = &play.asked};
	if (settings & 0x10)
		begin_fragments();
	if (settings & 0x20)
		begin_dad();
	if (settings & 0x80) {
		play.rig.core->hands_whole_back = true;
		rate_limit_init(&play.rig.core->stray_limit, 100);
	}
	for (uint32_t i = 0; i < CLIENTS; i++) {
		if (more & 1u << i)
			handshake(&play.clients[i], 0);
	}
}

static void
end(void)
{
	flush();
	if (play.rig.core->fragments != NULL)
		rte_ip_frag_table_destroy(play.fragments.table);
	play.rig.core->fragments = NULL;
	play.rig.core->dad = NULL; /* or it would announce for ever */
	must_be_right(rig_close(&play.rig));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	play.input = (struct input){octets, bytes};
	begin();
	for (uint32_t step = 0; step < STEPS_MAX && play.input.left > 0; step++)
		one_step(take8(&play.input));
	end();
	return 0;
}
