/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Connections that we open (RFC 9293, 3.10.1, active OPEN), from SYN-SENT until
 * they are ESTABLISHED or given up.
 *
 * Whether the next hop is known is not TCP's business: a record in SYN-SENT that is
 * deferred for output wants its SYN sent, first or again, and whoever finds out
 * where to sends it by tcp_connect_send().  Until the first has gone SND.NXT is the
 * ISS, so that nothing can be an answer to it.
 *
 * They take no place in the SYN queue and no share of a source's network: nobody
 * can make us open one but our own applications.
 */
#ifndef WEIR_TCP_TCP_CONNECT_H
#define WEIR_TCP_TCP_CONNECT_H

#include "tcp_engine.h"
#include "tcp_seg.h"

/* A record in SYN-SENT for application `app`; key and hash are free.  FLOW_NONE: no place. */
uint32_t tcp_connect_begin(struct tcp_engine *engine, const struct flow_key *key, uint64_t hash,
			   uint16_t app);

/* The next hop is known and in the record: send the SYN, first or again. */
void tcp_connect_send(struct tcp_engine *engine, uint32_t idx);

/* CLOSE before ESTABLISHED (RFC 9293, 3.10.4). */
void tcp_connect_close(struct tcp_engine *engine, uint32_t idx);

/* ESTABLISHED: `seg` acknowledges our SYN, its window is as if scaled.  The peer's ACK is owed. */
void tcp_connect_established(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg);

/* For tcp_timers.c: the time until the SYN, or the SYN-ACK, is due again; and then. */
uint32_t tcp_connect_ticks(const struct tcp_engine *engine, const struct tcp_tcb *tcb);
void tcp_connect_fire(struct tcp_engine *engine, uint32_t idx);

/* A retransmission timed out: if it is a connection we opened, its next hop is in doubt. */
void tcp_connect_doubt(const struct tcp_engine *engine, uint32_t idx);

/*
 * The peer's SYN counts from here on as taken: what is left of the segment is text
 * and FIN, and its window is as if it had been scaled like all that follow.
 */
void tcp_connect_strip_syn(const struct tcp_tcb *tcb, struct tcp_seg *seg);

#endif
