/* SPDX-License-Identifier: BSD-3-Clause */

/* ICMP and ICMPv6 errors as frames, without a line of lib/wire. */
#ifndef WEIR_TESTS_HARNESS_ICMP_FRAME_H
#define WEIR_TESTS_HARNESS_ICMP_FRAME_H

#include <stdint.h>

#include "segment_frame.h"

#define ICMP_FRAME_BYTES_MAX 128

struct icmp_frame {
	uint8_t type;
	uint8_t code;
	uint32_t word;	   /* the header's second: an MTU, or nothing */
	uint32_t seq;	   /* of the segment quoted, absolute */
	uint16_t ip_bytes; /* length of that packet, as its header says */
};

/* An error of the client's, or of a router there, about a segment of the server's; its length. */
uint32_t icmp_frame_write(uint8_t *frame, const struct wire_path *path,
			  const struct icmp_frame *icmp);

#endif
