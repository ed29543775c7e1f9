/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every segment that leaves, by occasion.  A tcp_emit_ call is about a
 * connection; a tcp_reply_ call answers a segment that belongs to none, in that
 * segment's own buffer, and needs no memory.
 */
#ifndef WEIR_TCP_TCP_EMIT_H
#define WEIR_TCP_TCP_EMIT_H

#include "tcp_engine.h"
#include "tcp_seg.h"

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, with the window as it is now. */
void tcp_emit_ack(struct tcp_engine *engine, uint32_t idx);

/*
 * The same as an answer to something that was not acceptable, or RFC 5961's
 * challenge: at most one per connection in half a second, and so many per core.
 */
void tcp_emit_challenge_ack(struct tcp_engine *engine, uint32_t idx);

/* SYN-SENT: the SYN with all we can do.  SYN-RECEIVED: the SYN-ACK.  First or again. */
void tcp_emit_syn(struct tcp_engine *engine, uint32_t idx);
void tcp_emit_syn_ack(struct tcp_engine *engine, uint32_t idx);

/* <SEQ=SND.NXT><CTL=RST>, whatever the state. */
void tcp_emit_rst(struct tcp_engine *engine, uint32_t idx);

/*
 * The same from states in which the peer may still care (RFC 9293,
 * 3.10.5).  But none from a SYN-RECEIVED that a client's SYN made: whoever sent it may
 * have put another's address on it, who has had our SYN-ACKs for nothing already.
 */
void tcp_emit_abort(struct tcp_engine *engine, uint32_t idx);

/* An octet the peer has already: it must answer with its window (RFC 9293, 3.8.6.1). */
void tcp_emit_probe(struct tcp_engine *engine, uint32_t idx);

/*
 * A segment of the stream: `m` holds the text alone (none for a bare FIN) in a
 * buffer with headroom.  Acknowledges and advertises as every segment does.
 */
void tcp_emit_segment(struct tcp_engine *engine, uint32_t idx, struct rte_mbuf *m, uint32_t seq,
		      uint8_t flags);

/* Octets of the SACK blocks that tcp_emit_segment() would add now, 0 without holes. */
uint32_t tcp_emit_sack_bytes(const struct tcp_engine *engine, const struct tcp_tcb *tcb);

/*
 * True if no RST may be sent now, to whomever: then it is as if `count` had been
 * asked for and not sent.
 */
bool tcp_reply_rst_is_spent(struct tcp_engine *engine, uint32_t count);

/* RST as RFC 9293, 3.10.7.1 prescribes, within the limit on them; takes seg->m. */
void tcp_reply_rst(struct tcp_engine *engine, struct tcp_seg *seg);

/* What a SYN-ACK without a connection says. */
struct tcp_syn_ack {
	uint32_t iss;
	uint32_t tsval;
	uint16_t mss; /* 0: no MSS option */
	bool has_timestamps;
	bool has_wscale;
	bool sack_permitted;
	bool ecn; /* ECE: RFC 3168, 6.1.1 */
};

/* Answer a SYN; takes seg->m. */
void tcp_reply_syn_ack(struct tcp_engine *engine, struct tcp_seg *seg,
		       const struct tcp_syn_ack *syn_ack);

/* Answer a segment to a connection in TIME-WAIT; takes seg->m. */
void tcp_reply_time_wait_ack(struct tcp_engine *engine, struct tcp_seg *seg,
			     const struct time_wait *tw);

/* The MSS we announce to peers of that family on that port (MUST-67). */
uint16_t tcp_emit_mss(const struct tcp_engine *engine, uint8_t port, bool is_ipv6);

#endif
