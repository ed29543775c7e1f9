/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Congestion control and loss recovery without SACK: slow start, congestion
 * avoidance, fast retransmit and fast recovery (RFC 5681), NewReno (RFC 6582),
 * limited transmit (RFC 3042), initial window of ten (RFC 6928).
 */
#ifndef WEIR_TCP_TCP_LOSS_H
#define WEIR_TCP_TCP_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_tcb.h"
#include "tcp_transfer.h"

/* A fresh transfer: the initial window. */
void tcp_loss_init(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* The retransmission timer went off: everything from SND.UNA is sent again. */
void tcp_loss_timeout(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* `acked` octets were acknowledged; SND.UNA has moved already. */
void tcp_loss_ack(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked);

/* A duplicate ACK (RFC 5681, 2).  True if it begins a fast retransmit. */
bool tcp_loss_duplicate(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* Nothing was sent for longer than the RTO: start from the initial window (RFC 5681, 4.1). */
void tcp_loss_restart(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* Octets that may be out now, before the peer's window has its say. */
uint32_t tcp_loss_window(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer);

#endif
