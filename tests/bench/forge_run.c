/* SPDX-License-Identifier: BSD-3-Clause */

#include "forge_run.h"

#include <string.h>

#include <rte_cycles.h>

#include "ack_forger.h"
#include "bed.h"
#include "check.h"
#include "syn_cookie.h"
#include "units.h"

#define FLOWS_MAX  8192
#define FLOWS_FULL (FLOWS_MAX / 2) /* clear the table before it fills */
#define TEXT_ROOM  (TCP_TX_MAX - TCP_TX_RESERVE)

/* Time passes as at 10 Gbit/s of the smallest frames: 14.88 million a second. */
#define BURST_NS (FORGE_BURST * UINT64_C(672) / 10)

/* Some day of 2023, and the begin of an epoch. */
#define UNIX_START_NS (UINT64_C(1700000000) * NS_PER_SECOND)

/* What mode N takes in one epoch: 4 MSS x 2 SACK x 8 scales, one MAC each. */
#define ISNS_PER_EPOCH 64.0
#define ISNS	       4294967296.0

/* A TSecr of mode T names an epoch by 4 bits and a clock of 4,000 values by 12. */
#define TSECRS_PER_EPOCH (1 / 16.0 * 4000 / 4096)

/* Cookies that somebody made, as good as they can be, go a million at a time. */
#define MADE_COUNT_MAX (UINT64_C(1) << 20)

struct forge {
	struct bed bed;
	struct ack_forger forger;
	struct rng rng;
	struct syn_cookie maker; /* of the row that has one */
};

struct kind {
	const char *name;
	const char *text;
	bool has_timestamps;
	/* What is forged, if anything: the epoch the cookie is of, and whose key. */
	bool is_made;
	bool is_foreign; /* by a maker with another master key */
	uint8_t ago;	 /* so many epochs ago */
	bool is_misused; /* but sent for another port */
	bool must_be_exact;
	double share;	/* of these segments, to be accepted; if not made: per epoch */
	double promise; /* at most */
};

#define FOREIGN_N (2 * ISNS_PER_EPOCH / ISNS)

static const struct kind kinds[] = {
	{.name = "random_n",
	 .text = "random numbers, no timestamps",
	 .share = ISNS_PER_EPOCH / ISNS,
	 .promise = 1 / 33554432.0},
	{.name = "random_t",
	 .text = "random numbers, random timestamps",
	 .has_timestamps = true,
	 .share = TSECRS_PER_EPOCH / ISNS,
	 .promise = 1 / ISNS},
	{.name = "expired_n",
	 .text = "ours, of two epochs ago",
	 .is_made = true,
	 .ago = 2,
	 .must_be_exact = true},
	{.name = "expired_t",
	 .text = "ours, of two epochs ago, timestamps",
	 .has_timestamps = true,
	 .is_made = true,
	 .ago = 2,
	 .must_be_exact = true},
	{.name = "stale_n",
	 .text = "ours, of four epochs ago: this epoch's code",
	 .is_made = true,
	 .ago = 4,
	 .share = 1 / 16777216.0,
	 .promise = 1 / 16777216.0},
	{.name = "stale_t",
	 .text = "ours, of 16 epochs ago: this epoch's code, timestamps",
	 .has_timestamps = true,
	 .is_made = true,
	 .ago = 16,
	 .share = 1 / ISNS,
	 .promise = 1 / ISNS},
	{.name = "foreign_n",
	 .text = "made under another master key",
	 .is_made = true,
	 .is_foreign = true,
	 .share = FOREIGN_N,
	 .promise = 1 / 33554432.0},
	{.name = "foreign_t",
	 .text = "made under another master key, timestamps",
	 .has_timestamps = true,
	 .is_made = true,
	 .is_foreign = true,
	 .share = 2 * TSECRS_PER_EPOCH / ISNS,
	 .promise = 1 / ISNS},
	{.name = "misused_n",
	 .text = "ours, sent from another port",
	 .is_made = true,
	 .is_misused = true,
	 .share = FOREIGN_N,
	 .promise = 1 / 33554432.0},
	{.name = "misused_t",
	 .text = "ours, sent from another port, timestamps",
	 .has_timestamps = true,
	 .is_made = true,
	 .is_misused = true,
	 .share = 2 * TSECRS_PER_EPOCH / ISNS,
	 .promise = 1 / ISNS},
	{.name = "good_n",
	 .text = "ours, so that it is known that any are taken",
	 .is_made = true,
	 .must_be_exact = true,
	 .share = 1,
	 .promise = 1},
	{.name = "good_t",
	 .text = "ours, so that it is known that any are taken, timestamps",
	 .has_timestamps = true,
	 .is_made = true,
	 .must_be_exact = true,
	 .share = 1,
	 .promise = 1},
};

static uint64_t
unix_now(const struct forge *forge)
{
	return forge->bed.now_ns + (uint64_t)forge->bed.core->unix_ns_offset;
}

static void
init_maker(struct forge *forge, const struct kind *kind)
{
	const struct tcp_secrets *secrets = &forge->bed.secrets;
	uint8_t master[1][16];

	memcpy(master[0], secrets->cookie[0], sizeof(master[0]));
	if (kind->is_foreign)
		master[0][15] ^= 1;
	syn_cookie_init(&forge->maker, secrets->kind, master, 1,
			unix_now(forge) - kind->ago * COOKIE_EPOCH_NS);
}

/* Make of a random guess the acknowledgment of a real SYN-ACK. */
static void
make_cookie(struct forge *forge, const struct kind *kind, struct guess *guess)
{
	struct cookie_tuple tuple = {
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(guess->address)),
		.local = ip_addr_of_ipv4(rte_cpu_to_be_32(BED_SERVER_IPV4)),
		.remote_port = guess->port,
		.local_port = BED_SERVER_PORT,
		.irs = guess->seq - 1,
	};
	struct cookie_options options = {
		.has_timestamps = kind->has_timestamps,
		.has_wscale = true,
		.wscale = 7,
		.sack_permitted = true,
		.mss = 1460,
	};
	struct cookie cookie;

	if (kind->is_misused)
		tuple.remote_port ^= 2;
	syn_cookie_set_time(&forge->maker, unix_now(forge) - kind->ago * COOKIE_EPOCH_NS);
	cookie = syn_cookie_make(&forge->maker, &tuple, &options);
	guess->ack = cookie.iss + 1;
	guess->tsecr = cookie.tsval;
}

static void
fill_burst(struct forge *forge, const struct kind *kind, struct rte_mbuf **frames, uint32_t count)
{
	check(rte_pktmbuf_alloc_bulk(forge->bed.frames, frames, count) == 0);
	for (uint32_t i = 0; i < count; i++) {
		struct guess guess = guess_at_random(&forge->rng);

		if (kind->is_made)
			make_cookie(forge, kind, &guess);
		forge_ack(&forge->forger, frames[i], &guess, kind->has_timestamps);
	}
}

/* Epochs a cookie may be of at this moment: one more when a clock ahead may have turned. */
static uint32_t
epochs_taken(const struct forge *forge)
{
	return COOKIE_EPOCH_NS - unix_now(forge) % COOKIE_EPOCH_NS <= COOKIE_SKEW_NS ? 3 : 2;
}

static double
expected_of(const struct forge *forge, const struct kind *kind, uint32_t count)
{
	return kind->share * count * (kind->is_made ? 1 : epochs_taken(forge));
}

static void
poll_burst(struct forge *forge, const struct kind *kind, uint32_t count, struct forge_row *row)
{
	struct rte_mbuf *frames[FORGE_BURST];
	struct bed *bed = &forge->bed;
	uint32_t sent;

	bed->now_ns += BURST_NS;
	fill_burst(forge, kind, frames, count);
	row->expected += expected_of(forge, kind, count);
	sent = pipeline_poll(bed->core, bed->now_ns, frames, count, TEXT_ROOM);
	rte_pktmbuf_free_bulk(bed->core->tcp.tx, sent);
	if (bed->core->tcp.flows.used >= FLOWS_FULL)
		bed_clear(bed);
}

static void
run_kind(struct forge *forge, const struct kind *kind, uint64_t segments, struct forge_row *row)
{
	struct counters before = forge->bed.core->counters;
	const struct counters *after = &forge->bed.core->counters;
	uint64_t start = rte_get_tsc_cycles();

	*row = (struct forge_row){
		.name = kind->name,
		.text = kind->text,
		.segments = segments,
		.budget = kind->promise * (double)segments,
		.must_be_exact = kind->must_be_exact,
	};
	init_maker(forge, kind);
	for (uint64_t left = segments, count; left > 0; left -= count) {
		count = RTE_MIN(left, (uint64_t)FORGE_BURST);
		poll_burst(forge, kind, (uint32_t)count, row);
	}
	row->seconds = (double)(rte_get_tsc_cycles() - start) / (double)rte_get_tsc_hz();
	row->accepted =
		after->value[COUNTER_cookie_accepted] - before.value[COUNTER_cookie_accepted];
	row->expired = after->value[COUNTER_cookie_expired] - before.value[COUNTER_cookie_expired];
	row->forged = after->value[COUNTER_cookie_forged] - before.value[COUNTER_cookie_forged];
	bed_clear(&forge->bed);
}

void
forge_run(struct forge_report *report)
{
	static struct forge forge;
	const struct bed_setup setup = {
		.flows_max = FLOWS_MAX, .clients = FLOWS_MAX, .offload = true};

	bed_open(&forge.bed, &setup);
	forge.bed.core->unix_ns_offset = (int64_t)(UNIX_START_NS - forge.bed.now_ns);
	ack_forger_init(&forge.forger, &forge.bed);
	rng_init(&forge.rng, report->seed);
	report->mac = forge.bed.secrets.kind == PRF_SIPHASH ? "SipHash-2-4" : "AES";
	for (uint32_t i = 0; i < RTE_DIM(kinds); i++) {
		uint64_t segments = report->count;

		if (kinds[i].is_made)
			segments = RTE_MIN(segments, MADE_COUNT_MAX);
		run_kind(&forge, &kinds[i], segments, &report->rows[report->row_count++]);
	}
	bed_close(&forge.bed);
}
