/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The congestion window and loss recovery without SACK: slow start, fast retransmit and
 * fast recovery (RFC 5681), NewReno (RFC 6582), limited transmit (RFC 3042),
 * initial window of ten (RFC 6928).  What congestion means for the window is the
 * algorithm's choice: tcp_cc.h.
 */
#ifndef WEIR_TCP_TCP_LOSS_H
#define WEIR_TCP_TCP_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_cc.h"
#include "tcp_tcb.h"
#include "tcp_transfer.h"

/* A fresh transfer: the initial window, and which algorithm changes it. */
void tcp_loss_init(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, enum tcp_cc_kind cc);

/* The retransmission timer went off: everything from SND.UNA is sent again. */
void tcp_loss_timeout(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* `acked` octets were acknowledged; SND.UNA has moved already. */
void tcp_loss_ack(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked,
		  uint32_t now_ms);

/* A duplicate ACK (RFC 5681, 2).  True if it begins a fast retransmit. */
bool tcp_loss_duplicate(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/*
 * The network is congested though nothing need be lost: the peer echoes an ECN
 * mark (RFC 3168, 6.1.2).  True if the window is reduced now, which it is at most
 * once for each window of octets and not during loss recovery: then the next new
 * text says CWR.
 */
bool tcp_loss_congestion(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/*
 * Segments are smaller from now on (from `mss_before` to tcb->mss) because those that
 * are out were too large for the path: all is sent again at once.  That is no
 * sign of congestion; as many segments as before may be out (RFC 5681, 3.1).
 */
void tcp_loss_resized(const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
		      uint32_t mss_before);

/* Of `bytes` that are out: set ssthresh as the algorithm says. */
void tcp_loss_reduce(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t bytes,
		     enum tcp_congestion congestion);

/* `acked` octets were acknowledged outside recovery: slow start or congestion avoidance. */
void tcp_loss_grow(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked,
		   uint32_t now_ms);

/* Nothing was sent for longer than the RTO: start from the initial window (RFC 5681, 4.1). */
void tcp_loss_restart(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* Octets that may be out now, before the peer's window has its say. */
uint32_t tcp_loss_window(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer);

#endif
