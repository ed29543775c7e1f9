/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_urgent.h"

#include <rte_common.h>

#include "check.h"
#include "tcp_seq.h"

/* One for each flow of the turn: the pointer only advances. */
static struct tcp_urgent *
find(struct tcp_engine *engine, uint32_t idx)
{
	for (uint32_t i = 0; i < engine->urgent_count; i++) {
		if (engine->urgent[i].idx == idx)
			return &engine->urgent[i];
	}
	return NULL;
}

/* The first octet that the application has not had. */
static uint32_t
next_to_deliver(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	if (tcb->transfer == TCP_TRANSFER_NONE)
		return tcb->rcv_nxt;
	return tcb->rcv_nxt - tcp_transfer_get(&engine->transfers, tcb->transfer)->receive.bytes;
}

void
tcp_note_urgent(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	uint32_t next = next_to_deliver(engine, tcp_engine_tcb(engine, idx));
	uint32_t rcv_up = seg->seq + seg->urgent;
	struct tcp_urgent *known = find(engine, idx);

	if (seq_leq(rcv_up, next))
		return;
	if (known == NULL) {
		check(engine->urgent_count < TCP_URGENT_MAX);
		known = &engine->urgent[engine->urgent_count++];
		*known = (struct tcp_urgent){.idx = idx};
	}
	known->bytes = RTE_MAX(known->bytes, rcv_up - next);
}
