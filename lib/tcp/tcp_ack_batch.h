/* SPDX-License-Identifier: BSD-3-Clause */

/* The cookies that a batch of acknowledgments (batch.h) may carry. */
#ifndef WEIR_TCP_TCP_ACK_BATCH_H
#define WEIR_TCP_TCP_ACK_BATCH_H

#include "batch.h"
#include "tcp_engine.h"

/*
 * Judge those in `lanes` (bit by lane; all of them ACKs).  Returns whose cookies have
 * been made by us: what each says, or that it has expired, is in `findings`.  The
 * others are forged.
 */
uint32_t tcp_ack_batch_judge(const struct tcp_engine *engine, const struct batch *batch,
			     uint32_t lanes, struct cookie_finding findings[WIDE_LANES]);

#endif
