/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Loss recovery of a connection that agreed to SACK: RACK finds what is lost
 * (tcp_rack.h), proportional rate reduction says how much may leave meanwhile
 * (RFC 9937), a tail loss probe asks where nothing would (RFC 8985, 7), and what
 * was done for no reason is undone: by timestamps (RFC 3522, RFC 4015), or when the
 * peer reports all that was sent again as duplicates (RFC 2883, RFC 3708).
 *
 * Without SACK it is NewReno: tcp_loss.h.
 */
#ifndef WEIR_TCP_TCP_RECOVERY_H
#define WEIR_TCP_TCP_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_engine.h"
#include "tcp_seg.h"

/* An ACK with SND.UNA =< SEG.ACK, of which `acked` octets were new; SND.UNA has moved. */
void tcp_recovery_ack(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg,
		      uint32_t acked);

/* The retransmission timer went off (RFC 6298, 5.4; RFC 8985, 6.3). */
void tcp_recovery_timeout(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
			  struct tcp_transfer *transfer);

/* What is out can not have arrived, which is no sign of congestion: all but what is SACKed. */
void tcp_recovery_resend_all(const struct tcp_tcb *tcb, struct tcp_transfer *transfer);

/* The time for reordering is over: see what is lost. */
void tcp_recovery_look(struct tcp_engine *engine, const struct tcp_tcb *tcb,
		       struct tcp_transfer *transfer);

/* [from, to) leaves now, for the first time or again. */
void tcp_recovery_note_sent(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
			    struct tcp_transfer *transfer, uint32_t from, uint32_t to,
			    bool is_again);

/* Ticks from the last text sent until a tail loss probe is due; 0: none is. */
uint32_t tcp_recovery_probe_ticks(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer);

/* It has left; `is_again`: it was no new text. */
void tcp_recovery_note_probe(const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
			     bool is_again);

#endif
