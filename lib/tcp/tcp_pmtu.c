/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * When a router says that a segment was too big, and when to believe it.
 *
 * RFC 5927, 7.2.  Until a segment of full size has been acknowledged nothing speaks
 * against a router, and it is believed at once: so a connection finds its path MTU
 * in one round trip.  Afterwards full segments are known to get through, and who
 * says otherwise must be borne out: only if the segment quoted is still not
 * acknowledged when the retransmission timer goes off is the claim believed.  A
 * forger would have to hit the numbers of a segment that gets lost anyway.
 *
 * What was too big is sent again at once in smaller segments, and the congestion
 * window keeps its number of segments: nothing was congested.
 *
 * Where routers are silent (RFC 2923, 2.1), full segments just vanish.  After two
 * timeouts in a row of a full segment smaller ones are tried, two timeouts each.
 * One that gets through is kept, and if none does, the full size comes back: then
 * it is not the size.
 *
 * A smaller size is kept for `pmtu_ticks`, by the connection and for others to the
 * same destination, and then the full one tried again (RFC 1191, 6.3).
 *
 * The trap: when a guess is made, the acknowledgment of a full segment may be on its
 * way.  It acknowledges more than the one small segment that was sent since.
 */
#include "tcp_pmtu.h"

#include "check.h"
#include "tcp_loss.h"
#include "tcp_seq.h"
#include "tcp_timers.h"
#include "weir/app.h"

#define HEADERS_IPV4	 40u
#define HEADERS_IPV6	 60u
#define TIMESTAMPS_BYTES 12u

#define MTU_MIN_IPV4 68	  /* RFC 791, 3.1 */
#define MTU_MIN_IPV6 1280 /* RFC 8200, 5 */

#define TIMEOUTS_FOR_GUESS 2

/* RFC 1191, 7.1: what a router meant that does not say it. */
static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

/* MTUs to try where full segments vanish: text of 1024, of 536, and IPv6's minimum. */
static const uint16_t guesses_ipv4[] = {1064, 576};
static const uint16_t guesses_ipv6[] = {1280};

static struct tcp_transfer *
transfer_of(const struct tcp_engine *engine, uint32_t idx)
{
	return tcp_transfer_get(&engine->transfers, tcp_engine_tcb(engine, idx)->transfer);
}

static bool
is_ipv6(const struct tcp_engine *engine, uint32_t idx)
{
	return !ip_addr_is_ipv4(&flow_pool_get(&engine->flows, idx)->key.remote);
}

static uint32_t
header_bytes(const struct tcp_engine *engine, uint32_t idx)
{
	return (is_ipv6(engine, idx) ? HEADERS_IPV6 : HEADERS_IPV4) +
	       (tcb_has(tcp_engine_tcb(engine, idx), TCB_TIMESTAMPS) ? TIMESTAMPS_BYTES : 0);
}

static uint64_t
hash_of_remote(const struct tcp_engine *engine, const struct ip_addr *remote)
{
	struct flow_key key = {.remote = *remote};

	return flow_hash_of(&engine->flow_hash, &key);
}

static void
clear(struct tcp_transfer *transfer, unsigned int flags)
{
	transfer->path = (uint8_t)(transfer->path & ~flags);
}

static void
set(struct tcp_transfer *transfer, unsigned int flags)
{
	transfer->path = (uint8_t)(transfer->path | flags);
}

void
tcp_pmtu_begin(struct tcp_engine *engine, uint32_t idx)
{
	const struct ip_addr *remote = &flow_pool_get(&engine->flows, idx)->key.remote;
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	const struct pmtu_entry *known;
	uint32_t mss;

	set(transfer, TCP_PATH_UNPROVEN);
	if (!pmtu_cache_may_have(&engine->pmtu, engine->tick))
		return;
	known = pmtu_cache_find(&engine->pmtu, hash_of_remote(engine, remote), remote,
				engine->tick);
	if (known == NULL)
		return;
	mss = known->mtu - header_bytes(engine, idx);
	if (mss >= tcb->mss)
		return;
	transfer->mss_full = tcb->mss;
	transfer->raise_tick = known->until;
	tcb->mss = (uint16_t)mss;
	set(transfer, TCP_PATH_LOWERED);
}

void
tcp_pmtu_end(struct tcp_engine *engine, uint32_t idx)
{
	if (idx != FLOW_NONE && (transfer_of(engine, idx)->path & TCP_PATH_LOWERED) != 0)
		tcp_engine_tcb(engine, idx)->mss = transfer_of(engine, idx)->mss_full;
}

/* The size tcb->mss now has is to last. */
static void
keep_lowered(struct tcp_engine *engine, uint32_t idx, uint16_t mss_full)
{
	const struct ip_addr *remote = &flow_pool_get(&engine->flows, idx)->key.remote;
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	uint32_t mtu = tcp_engine_tcb(engine, idx)->mss + header_bytes(engine, idx);

	if ((transfer->path & TCP_PATH_LOWERED) == 0)
		transfer->mss_full = mss_full;
	transfer->raise_tick = engine->tick + engine->config->pmtu_ticks;
	set(transfer, TCP_PATH_LOWERED);
	pmtu_cache_put(&engine->pmtu, hash_of_remote(engine, remote), remote, (uint16_t)mtu,
		       engine->tick);
}

static void
believe(struct tcp_engine *engine, uint32_t idx, uint16_t mss)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	uint16_t mss_before = tcb->mss;

	clear(transfer, TCP_PATH_CLAIMED | TCP_PATH_TRIED);
	transfer->path_tries = 0;
	tcb->mss = mss;
	keep_lowered(engine, idx,
		     (transfer->path & TCP_PATH_TRIAL) != 0 ? transfer->mss_full : mss_before);
	clear(transfer, TCP_PATH_TRIAL);
	counter_increment(engine->counters, COUNTER_pmtu_lowered);
	tcp_loss_resized(tcb, transfer, mss_before);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

static uint32_t
plateau_below(uint32_t ip_bytes)
{
	for (size_t i = 0; i < RTE_DIM(plateaus); i++) {
		if (plateaus[i] < ip_bytes)
			return plateaus[i];
	}
	return 0;
}

/* What is to be believed of a claim; 0: nothing. */
static uint32_t
sane_mtu(const struct tcp_config *config, const struct icmp_error *error)
{
	uint32_t mtu = error->mtu;

	if (error->is_ipv6)
		return mtu < MTU_MIN_IPV6 ? 0 : mtu; /* RFC 8201, 4 */
	if (mtu == 0)
		mtu = plateau_below(error->ip_bytes);
	return mtu < MTU_MIN_IPV4 ? 0 : RTE_MAX(mtu, (uint32_t)config->pmtu_min);
}

enum drop_reason
tcp_pmtu_claim(struct tcp_engine *engine, uint32_t idx, const struct icmp_error *error)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t headers = header_bytes(engine, idx);
	uint32_t mtu = sane_mtu(engine->config, error);
	struct tcp_transfer *transfer;

	if (!engine->config->pmtu_discovery || tcb->transfer == TCP_TRANSFER_NONE ||
	    mtu <= headers || mtu - headers >= tcb->mss)
		return DROP_icmp_mtu_useless;
	transfer = transfer_of(engine, idx);
	if ((transfer->path & TCP_PATH_UNPROVEN) != 0) {
		believe(engine, idx, (uint16_t)(mtu - headers));
		tcp_timer_restart(engine, idx);
		return DROP_NONE;
	}
	transfer->mss_claim = (uint16_t)(mtu - headers);
	transfer->claim_seq = error->seq;
	set(transfer, TCP_PATH_CLAIMED);
	counter_increment(engine->counters, COUNTER_pmtu_claim_held);
	return DROP_NONE;
}

/* The next smaller size to try, or 0. */
static uint32_t
next_guess(const struct tcp_engine *engine, uint32_t idx)
{
	bool v6 = is_ipv6(engine, idx);
	const uint16_t *guesses = v6 ? guesses_ipv6 : guesses_ipv4;
	size_t count = v6 ? RTE_DIM(guesses_ipv6) : RTE_DIM(guesses_ipv4);
	uint32_t headers = header_bytes(engine, idx);

	for (size_t i = 0; i < count; i++) {
		if ((v6 || guesses[i] >= engine->config->pmtu_min) &&
		    guesses[i] - headers < tcp_engine_tcb(engine, idx)->mss)
			return guesses[i] - headers;
	}
	return 0;
}

static void
guess(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t mss = next_guess(engine, idx);

	transfer->path_tries = 0;
	if (mss != 0) {
		if ((transfer->path & (TCP_PATH_TRIAL | TCP_PATH_LOWERED)) == 0)
			transfer->mss_full = tcb->mss;
		set(transfer, TCP_PATH_TRIAL);
		tcb->mss = (uint16_t)mss;
		return;
	}
	if ((transfer->path & TCP_PATH_TRIAL) != 0)
		tcb->mss = transfer->mss_full;
	clear(transfer, TCP_PATH_TRIAL | TCP_PATH_LOWERED);
	set(transfer, TCP_PATH_GIVEN_UP);
}

/* What was sent again was a full segment, and the peer had room for it. */
static bool
full_segment_is_lost(const struct tcp_tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una >= tcb->mss && tcb_snd_wnd(tcb) >= tcb->mss;
}

bool
tcp_pmtu_timeout(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, idx);

	if ((transfer->path & TCP_PATH_CLAIMED) != 0 &&
	    seq_geq(transfer->claim_seq, tcb->snd_una) && transfer->mss_claim < tcb->mss) {
		believe(engine, idx, transfer->mss_claim);
		return true;
	}
	clear(transfer, TCP_PATH_CLAIMED);
	if (!engine->config->pmtu_blackhole || (transfer->path & TCP_PATH_GIVEN_UP) != 0 ||
	    !full_segment_is_lost(tcb))
		return false;
	set(transfer, TCP_PATH_TRIED);
	if (++transfer->path_tries == TIMEOUTS_FOR_GUESS)
		guess(engine, idx);
	return false; /* if it is congestion after all, that is heeded */
}

/* A guess was being tried and something got through: the guess, or a full segment after all? */
static void
judge_guess(struct tcp_engine *engine, uint32_t idx, uint32_t acked)
{
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	clear(transfer, TCP_PATH_TRIAL);
	if (acked > tcb->mss) {
		tcb->mss = transfer->mss_full;
		clear(transfer, TCP_PATH_LOWERED);
		return;
	}
	keep_lowered(engine, idx, transfer->mss_full);
	counter_increment(engine->counters, COUNTER_pmtu_blackhole);
}

void
tcp_pmtu_take_ack(struct tcp_engine *engine, uint32_t idx, uint32_t acked)
{
	struct tcp_transfer *transfer = transfer_of(engine, idx);
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if ((transfer->path & TCP_PATH_TRIAL) != 0)
		judge_guess(engine, idx, acked);
	if (acked >= tcb->mss)
		clear(transfer, TCP_PATH_UNPROVEN);
	if ((transfer->path & TCP_PATH_ERROR) != 0)
		flow_pool_get(&engine->flows, idx)->path_error = WEIR_PATH_FINE;
	if (seq_lt(transfer->claim_seq, tcb->snd_una))
		clear(transfer, TCP_PATH_CLAIMED);
	clear(transfer, TCP_PATH_ERROR | TCP_PATH_TRIED | TCP_PATH_GIVEN_UP);
	transfer->path_tries = 0;
}

void
tcp_pmtu_raise(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_transfer *transfer = transfer_of(engine, idx);

	if ((transfer->path & TCP_PATH_TRIAL) != 0)
		return;
	tcp_engine_tcb(engine, idx)->mss = transfer->mss_full;
	clear(transfer, TCP_PATH_LOWERED);
	counter_increment(engine->counters, COUNTER_pmtu_raised);
	tcp_pmtu_begin(engine, idx); /* another may have learnt more meanwhile */
}
