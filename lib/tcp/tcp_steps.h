/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The steps of SEGMENT ARRIVES that several states share (RFC 9293, 3.10.7.4),
 * with RFC 5961 and RFC 7323 at their places.  Each returns DROP_NONE to go on,
 * or the reason why the segment goes no further; replies have been sent then.
 */
#ifndef WEIR_TCP_TCP_STEPS_H
#define WEIR_TCP_TCP_STEPS_H

#include "tcp_engine.h"
#include "tcp_seg.h"

/*
 * First to fourth: timestamps, sequence number, RST, SYN.  On DROP_NONE the
 * segment is in the window and trimmed to it.  A RST that counts ends the
 * connection: then DROP_NONE is returned and the state is CLOSED.
 */
enum drop_reason tcp_check_synchronized(struct tcp_engine *engine, uint32_t idx,
					struct tcp_seg *seg);

/* Fifth: the ACK field, by the rules of ESTABLISHED. */
enum drop_reason tcp_take_ack(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);

/*
 * Seventh: the text, delivered or held; takes seg->m where it keeps it.
 * *fin_is_next: all text is there and the next octet is the peer's FIN.
 */
enum drop_reason tcp_take_text(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg,
			       bool *fin_is_next);

/* Eighth: RCV.NXT steps over the FIN, the application will hear of it. */
void tcp_take_fin(struct tcp_engine *engine, uint32_t idx);

/* For states in which the peer has sent its FIN: text is a retransmission or nonsense. */
enum drop_reason tcp_refuse_text(const struct tcp_seg *seg);

/* The transfer of a connection, created if it has none; NULL when all are busy. */
struct tcp_transfer *tcp_need_transfer(struct tcp_engine *engine, uint32_t idx);

#endif
