/* SPDX-License-Identifier: BSD-3-Clause */

/* How a connection comes to be: from a SYN, from a cookie. */
#ifndef WEIR_TCP_TCP_OPEN_H
#define WEIR_TCP_TCP_OPEN_H

#include "plain.h"
#include "syn_cookie.h"
#include "tcp_engine.h"
#include "tcp_seg.h"

/* Which connection a segment asks for. */
struct tcp_request {
	const struct flow_key *key;
	uint64_t hash;
	uint16_t listener;
};

/* What a segment says of who sent it, for a connection that begins. */
struct tcp_peer {
	const uint8_t *mac; /* 6 octets */
	uint16_t vlan_id;   /* or VLAN_NONE */
	uint8_t port;	    /* DPDK port */
	bool is_ipv6;
	uint32_t tsval; /* counts if timestamps have been agreed on */
};

struct tcp_peer tcp_peer_of(const struct tcp_seg *seg);

/* DROP_NONE if one more connection to this listener is allowed now. */
enum drop_reason tcp_open_admit(const struct tcp_engine *engine, uint16_t listener);

/* The same for a segment with a valid cookie, whose source is known to be there. */
enum drop_reason tcp_open_admit_ack(const struct tcp_engine *engine,
				    const struct tcp_request *request);

/*
 * What of the SYN's options we agree to; ECN is none of them, tcp_ecn_agree() has
 * it.  Field by field, as it is read: a struct that is put together in a register
 * stalls.
 */
static inline void
tcp_open_agree(const struct tcp_config *config, const struct tcp_options *offered,
	       struct cookie_options *agreed)
{
	agreed->has_timestamps = offered->has_timestamps && config->timestamps;
	agreed->has_wscale = offered->has_wscale && config->window_scaling;
	agreed->sack_permitted = offered->has_sack_permitted && config->sack;
	agreed->ecn = false;
	agreed->wscale = offered->wscale;
	/* 0 stands for "none": an option that says 0 is taken as the 1 it is worth. */
	agreed->mss = offered->mss;
	if (offered->has_mss && offered->mss == 0)
		agreed->mss = 1;
	if (!offered->has_mss)
		agreed->mss = 0;
}

/* Agreed options into the control block. */
void tcp_open_take_options(const struct tcp_engine *engine, struct tcp_tcb *tcb,
			   const struct cookie_options *agreed, const struct tcp_peer *peer);

/* Our SYN or SYN-ACK offered a window: what it said holds, scaled or not. */
void tcp_open_promise_window(const struct tcp_config *config, struct tcp_tcb *tcb);

/*
 * Into ESTABLISHED, by a segment that acknowledges all that we have sent: its SEG.SEQ,
 * SEG.ACK and SEG.WND, which is as if scaled.
 */
void tcp_open_establish(struct tcp_engine *engine, uint32_t idx, uint32_t seq, uint32_t ack,
			uint16_t wnd);

/* A SYN queue entry in SYN-RECEIVED; `isn` is our side of it.  The SYN-ACK is sent. */
enum drop_reason tcp_open_from_syn(struct tcp_engine *engine, const struct tcp_request *request,
				   const struct tcp_isn *isn, struct tcp_seg *syn);

/*
 * SYN-RECEIVED to ESTABLISHED: `seg` acknowledged our SYN.  If its network has
 * enough connections, the reason, and the entry stays for the next try.
 */
enum drop_reason tcp_open_queued(struct tcp_engine *engine, uint32_t idx,
				 const struct tcp_seg *seg);

/* A connection in ESTABLISHED from a valid cookie; `seg` is then served there. */
enum drop_reason tcp_open_from_cookie(struct tcp_engine *engine, const struct tcp_request *request,
				      const struct cookie_options *options, uint32_t rtt_ms,
				      struct tcp_seg *seg);

/*
 * The same of an ACK that is bare (plain.h): nothing of it is left to do in
 * ESTABLISHED.  Its options are not bad.
 */
enum drop_reason tcp_open_from_bare_ack(struct tcp_engine *engine,
					const struct tcp_request *request,
					const struct cookie_finding *finding,
					const struct plain *ack);

#endif
