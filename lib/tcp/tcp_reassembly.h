/* SPDX-License-Identifier: BSD-3-Clause */

/* Segments that arrived before the ones in front of them (RFC 9293, SHLD-31). */
#ifndef WEIR_TCP_TCP_REASSEMBLY_H
#define WEIR_TCP_TCP_REASSEMBLY_H

#include "counters.h"
#include "tcp_seg.h"
#include "tcp_transfer.h"

/*
 * Hold a segment whose text lies beyond RCV.NXT, trimmed to the window already.
 * Takes seg->m on DROP_NONE.  Octets that are held already stay: the first copy
 * wins.  At most `segments_max` are held.
 */
enum drop_reason tcp_reassembly_hold(struct tcp_transfer *transfer, struct tcp_seg *seg,
				     uint32_t segments_max);

/*
 * Move what has become contiguous with *rcv_nxt to the receive queue, advance
 * *rcv_nxt past its text, and set *fin_is_next if the peer's FIN comes next.
 */
void tcp_reassembly_pull(struct tcp_transfer *transfer, uint32_t *rcv_nxt, bool *fin_is_next);

/* [left, right) came a second time: the next ACK says so, if SACK was agreed. */
void tcp_reassembly_note_twice(struct tcp_transfer *transfer, uint32_t left, uint32_t right);

/*
 * SACK blocks for what is held (RFC 2018, 4): the one with the latest segment first,
 * and before that what came a second time (RFC 2883, 4).
 */
uint8_t tcp_reassembly_blocks(const struct tcp_transfer *transfer, struct tcp_sack_block *blocks,
			      uint8_t blocks_max);

void tcp_reassembly_clear(struct tcp_transfer *transfer);

#endif
