/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Connections that are over while the cookie that opened them is still good.
 *
 * A late duplicate of a handshake's last segment, or a recorded one, carries a
 * valid cookie for up to 32 s.  While the connection lives, or stands in
 * TIME-WAIT, it finds that.  But where the peer closed first we go to CLOSED at
 * once, and the duplicate would open a connection that nobody wants.  So the end
 * of every connection that does not go to TIME-WAIT leaves a mark, in the form
 * and at the price of a TIME-WAIT entry: 32 octets, in a ring of fixed size.
 */
#ifndef WEIR_TCP_TCP_TOMBSTONE_H
#define WEIR_TCP_TCP_TOMBSTONE_H

#include "tcp_engine.h"
#include "tcp_seg.h"

/* Connection `idx`, whose key has this hash, ends here and now. */
void tcp_tombstone_leave(struct tcp_engine *engine, uint64_t hash, uint32_t idx);

/* Does a segment with a valid cookie, by SEG.SEQ and SEG.ACK, belong to one that is over? */
bool tcp_tombstone_covers(const struct tcp_engine *engine, uint64_t hash, uint32_t seq,
			  uint32_t ack);

#endif
