/* SPDX-License-Identifier: BSD-3-Clause */

/* LISTEN for a batch of SYNs (batch.h) to which cookies are the whole answer. */
#ifndef WEIR_TCP_TCP_BATCH_H
#define WEIR_TCP_TCP_BATCH_H

#include "batch.h"
#include "tcp_engine.h"

/* Batches are for CPUs with wide registers, where weir may use them. */
static inline bool
tcp_syn_batch_is_used(const struct tcp_engine *engine)
{
	return engine->cookies.kind == PRF_AES_WIDE;
}

/*
 * Answer the SYNs in `lanes` (bit by lane).  The caller has seen to it that a listener
 * wants them, that cookies are the choice, and that nothing is known of their
 * connections.
 */
void tcp_syn_batch_answer(struct tcp_engine *engine, const struct batch *batch, uint32_t lanes);

#endif
