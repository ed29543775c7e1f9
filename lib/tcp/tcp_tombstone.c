/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_tombstone.h"

#include "syn_cookie.h"
#include "units.h"

/* A cookie is good for its epoch and the next, and a skewed clock's while longer. */
#define LASTS_NS (2 * COOKIE_EPOCH_NS + 2 * COOKIE_SKEW_NS)

/*
 * How far below the end of the old connection its first segment may lie.  A new
 * connection of the same ports has numbers of its own, and is taken for the old
 * one with a chance of 2^-16 (both numbers must fall into this range); an old one
 * that has moved more than 16 MiB either way within its cookie's life is missed.
 */
#define REACH (UINT32_C(1) << 24)

void
tcp_tombstone_leave(struct tcp_engine *engine, uint64_t hash, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct time_wait end = {.snd_nxt = tcb->snd_nxt, .rcv_nxt = tcb->rcv_nxt};

	if (engine->config->cookies == TCP_COOKIES_NEVER)
		return;
	time_wait_table_insert(&engine->tombstones, hash, &end, false,
			       engine->tick + ticks_in_ns(LASTS_NS));
}

bool
tcp_tombstone_covers(const struct tcp_engine *engine, uint64_t hash, uint32_t seq, uint32_t ack)
{
	const struct time_wait *end;
	uint32_t idx;

	if (engine->tombstones.live == 0)
		return false;
	idx = time_wait_table_lookup(&engine->tombstones, hash);
	if (idx == TIME_WAIT_NONE)
		return false;
	end = time_wait_table_get(&engine->tombstones, idx);
	return end->rcv_nxt - seq < REACH && end->snd_nxt - ack < REACH;
}
