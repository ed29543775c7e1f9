/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Explicit congestion notification (RFC 3168): routers mark packets that would have
 * been dropped else, the receiver echoes the mark until the sender says that it has
 * slowed down.
 *
 *	SYN with ECE and CWR	the client asks; our SYN-ACK agrees with ECE alone.  A
 *				cookie remembers it in the timestamp; without timestamps
 *				it has no room for it and does not agree.
 *	new text of ours	is sent as ECT(0); what is sent again, probes and what
 *				has no text are not (6.1.4 to 6.1.6)
 *	text that came as CE	every ACK has ECE from then on, until a segment has CWR
 *	ACK with ECE		one reduction for each window, then CWR on new text
 *
 * Weir does not ask for it in connections that it opens.
 */
#ifndef WEIR_TCP_TCP_ECN_H
#define WEIR_TCP_TCP_ECN_H

#include "frame.h"
#include "tcp_config.h"
#include "tcp_seg.h"
#include "tcp_tcb.h"
#include "tcp_transfer.h"

/* The lowest two bits of TOS and traffic class. */
#define ECN_MASK 0x03u
#define ECN_ECT0 0x02u
#define ECN_CE	 0x03u

/* Do we agree with a SYN that has these flags? */
static inline bool
tcp_ecn_agree(const struct tcp_config *config, uint8_t flags)
{
	return config->ecn && (flags & (TH_ECE | TH_CWR)) == (TH_ECE | TH_CWR);
}

/* A segment with text or FIN is in the window. */
static inline void
tcp_ecn_take(struct tcp_tcb *tcb, const struct tcp_seg *seg)
{
	if (seg->flags & TH_CWR)
		tcb->ecn_echo = false;
	if ((seg->frame->tos & ECN_MASK) == ECN_CE)
		tcb->ecn_echo = true;
}

/*
 * Flags for a segment about to be sent with `text_bytes`; `is_new` of text that has
 * not been out.  *tos says how its packet is marked.
 */
static inline uint8_t
tcp_ecn_mark(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, bool is_new, uint8_t flags,
	     uint8_t *tos)
{
	if ((flags & TH_RST) == 0 && tcb->ecn_echo)
		flags |= TH_ECE;
	if (!is_new || transfer->persisting)
		return flags;
	*tos |= ECN_ECT0;
	if (transfer->cwr_owed)
		flags |= TH_CWR;
	transfer->cwr_owed = false;
	return flags;
}

#endif
