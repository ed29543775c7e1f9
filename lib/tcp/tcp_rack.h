/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * RACK (RFC 8985, 6): what was sent before something that has arrived, and longer ago
 * than a round trip and some time for reordering, is lost.  Duplicate ACKs are not
 * counted, so it finds lost retransmissions and losses at the end of a flight too.
 */
#ifndef WEIR_TCP_TCP_RACK_H
#define WEIR_TCP_TCP_RACK_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_rack_state.h"
#include "tcp_scoreboard.h"
#include "tcp_tcb.h"

/* A round trip of octets that were sent once (6.2, step 1). */
void tcp_rack_note_rtt(struct tcp_rack *rack, uint32_t rtt_us, uint32_t now_ms);

/* Begin to look at an ACK, whose TSecr was sent `echo_age_us` ago (0 without timestamps). */
struct tcp_delivered tcp_rack_begin(const struct tcp_rack *rack, const struct tcp_scoreboard *board,
				    uint32_t now_us, uint32_t echo_age_us);

/* Steps 2 and 3: take what the ACK told. */
void tcp_rack_take(struct tcp_rack *rack, const struct tcp_delivered *delivered, uint32_t now_ms);

/* The peer has seen something twice: reordering may have been longer than thought (step 4). */
void tcp_rack_widen(struct tcp_rack *rack, const struct tcp_tcb *tcb);

/* A recovery is over (step 4). */
void tcp_rack_recovered(struct tcp_rack *rack);

/*
 * Step 5: mark in the board what is lost by now.  Returns octets newly lost; in
 * *wait_us when to look again, 0 for not before the next ACK.
 */
uint32_t tcp_rack_detect(const struct tcp_rack *rack, const struct tcp_tcb *tcb,
			 struct tcp_scoreboard *board, uint32_t now_us, bool is_recovering,
			 uint32_t *wait_us);

/* The retransmission timer went off (6.3): the first octet's range is lost, and what is old. */
void tcp_rack_timeout(const struct tcp_rack *rack, const struct tcp_tcb *tcb,
		      struct tcp_scoreboard *board, uint32_t now_us);

#endif
