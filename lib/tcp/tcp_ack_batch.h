/* SPDX-License-Identifier: BSD-3-Clause */

/* The cookies that a batch of acknowledgments (batch.h) may carry. */
#ifndef WEIR_TCP_TCP_ACK_BATCH_H
#define WEIR_TCP_TCP_ACK_BATCH_H

#include "batch.h"
#include "tcp_engine.h"

/*
 * Judge those in `lanes` (bit by lane; all of them ACKs): what is found of each is in
 * `findings`, as after syn_cookie_check_burst().  Returns whose cookies have been made
 * by us, be they expired; the others are forged.
 */
uint32_t tcp_ack_batch_judge(const struct tcp_engine *engine, const struct batch *batch,
			     uint32_t lanes, struct cookie_finding findings[WIDE_LANES]);

#endif
