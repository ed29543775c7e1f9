/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a frame is worth when not all can be served, from a glance at it: no
 * length is believed, no checksum verified, no flow looked up.  So a rank says
 * who goes first, never who is honest: a flood of forged ACKs ranks with the
 * segments it imitates.
 */
#ifndef WEIR_PORT_FRAME_RANK_H
#define WEIR_PORT_FRAME_RANK_H

#include <rte_mbuf.h>

enum frame_rank {
	RANK_SEGMENT, /* may belong to a connection or complete one; and what the link lives by */
	RANK_SYN,     /* asks for a connection or agrees to one, and will be sent again */
	RANK_STRAY,   /* what weir can do without: RST, ICMP, UDP, odd flags, extension headers */
	RANK_N
};

enum frame_rank frame_rank(const struct rte_mbuf *m);

#endif
