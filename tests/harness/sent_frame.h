/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Whatever weir may send, read and judged octet by octet without a line of lib/wire:
 * segments (segment_frame.h), questions and answers of ARP and neighbour discovery,
 * echo replies.  Anything else is wrong.
 */
#ifndef WEIR_TESTS_HARNESS_SENT_FRAME_H
#define WEIR_TESTS_HARNESS_SENT_FRAME_H

#include "segment_frame.h"

enum sent_kind {
	SENT_SEGMENT,
	SENT_ARP_REQUEST, /* or an announcement: the target is the sender */
	SENT_ARP_REPLY,
	SENT_SOLICITATION, /* or a probe of duplicate address detection: from :: */
	SENT_ADVERTISEMENT,
	SENT_ECHO_REPLY,
};

struct sent_frame {
	enum sent_kind kind;
	uint32_t ip_bytes;	/* 0: ARP */
	struct ip_addr target;	/* of ARP and neighbour discovery */
	struct wire_path path;	/* of a segment: to whom it goes ... */
	struct segment segment; /* ... and what it says */
};

/*
 * Read a frame.  `ours` are two paths whose server's ends are our addresses of IPv4
 * and IPv6.  NULL, or the first rule that is broken.
 */
const char *sent_frame_read(const uint8_t *frame, uint32_t bytes, const struct wire_path ours[2],
			    struct sent_frame *sent);

#endif
