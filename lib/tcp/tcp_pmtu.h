/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The path MTU as each connection believes it: RFC 1191 and 8201, with the care of
 * RFC 5927, 7.2, and without routers' help in the manner of RFC 4821.  tcb->mss is
 * what a segment may have; while a connection has no transfer it is the full size.
 */
#ifndef WEIR_TCP_TCP_PMTU_H
#define WEIR_TCP_TCP_PMTU_H

#include <rte_branch_prediction.h>

#include "icmp_error.h"
#include "tcp_engine.h"

#define TCP_PATH_ON_ACK                                                                            \
	(TCP_PATH_UNPROVEN | TCP_PATH_ERROR | TCP_PATH_CLAIMED | TCP_PATH_TRIED | TCP_PATH_TRIAL | \
	 TCP_PATH_GIVEN_UP)

/* The flow has a new transfer: start with what is known of its destination. */
void tcp_pmtu_begin(struct tcp_engine *engine, uint32_t idx);

/* It is about to lose it; FLOW_NONE for nobody. */
void tcp_pmtu_end(struct tcp_engine *engine, uint32_t idx);

/*
 * A router says that the segment quoted was too big, and the quote is under way.
 * DROP_NONE if that is believed, or will be when the segment stays unacknowledged.
 */
enum drop_reason tcp_pmtu_claim(struct tcp_engine *engine, uint32_t idx,
				const struct icmp_error *error);

/*
 * The retransmission timer has gone off, and it is not R2 yet.  True if the size of
 * segments was the reason, so that it says nothing of congestion: all is being
 * sent again.
 */
bool tcp_pmtu_timeout(struct tcp_engine *engine, uint32_t idx);

/* The rest of the next two. */
void tcp_pmtu_take_ack(struct tcp_engine *engine, uint32_t idx, uint32_t acked);
void tcp_pmtu_raise(struct tcp_engine *engine, uint32_t idx);

/* `acked` octets were acknowledged; SND.UNA has moved already. */
static inline void
tcp_pmtu_acked(struct tcp_engine *engine, uint32_t idx, const struct tcp_transfer *transfer,
	       uint32_t acked)
{
	if (unlikely((transfer->path & TCP_PATH_ON_ACK) != 0))
		tcp_pmtu_take_ack(engine, idx, acked);
}

/* Something may be sent: is it time to try larger segments again? */
static inline void
tcp_pmtu_review(struct tcp_engine *engine, uint32_t idx, const struct tcp_transfer *transfer)
{
	if (unlikely((transfer->path & TCP_PATH_LOWERED) != 0) &&
	    (int32_t)(engine->tick - transfer->raise_tick) >= 0)
		tcp_pmtu_raise(engine, idx);
}

#endif
