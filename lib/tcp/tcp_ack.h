/* SPDX-License-Identifier: BSD-3-Clause */

/* What an acceptable acknowledgment means for the send side (RFC 9293, 3.10.7.4, fifth). */
#ifndef WEIR_TCP_TCP_ACK_H
#define WEIR_TCP_TCP_ACK_H

#include "tcp_engine.h"
#include "tcp_seg.h"

/* SND.UNA < SEG.ACK =< SND.NXT: octets are acknowledged. */
void tcp_ack_advance(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg);

/* SEG.ACK = SND.UNA: perhaps a duplicate ACK (RFC 5681, 2). */
void tcp_ack_repeat(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg);

/* SND.WND, if the segment is no older than the last that set it. */
void tcp_ack_take_window(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg);

#endif
