/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A segment in packetdrill's notation:
 *
 *	FLAGS FIRST:LAST(LENGTH) [ack N] [win N] [urg N] [<options>]
 *
 *	P. 1:11(10) ack 1 win 1024 <nop,nop,TS val 7 ecr 3>
 *
 * FLAGS are letters of F S R P U E W (FIN SYN RST PSH URG ECE CWR) and "." for
 * ACK, or "-" for none.  FIRST and LAST bound the text alone: SYN and FIN are
 * not counted in them.  In an expectation "*" leaves a number open and what is
 * not written is not asked for, but options: without <...> there must be none.
 *
 * Last comes how IP marks it, if it is no Not-ECT packet (RFC 3168): ect0, ect1 or ce.
 *
 * A segment to be sent may add how it is wrong or odd:
 *
 *	filled X	each octet of text is X instead of what belongs there
 *	doff N		another data offset than the true one (in words)
 *	bad-checksum	one bit of the TCP checksum is flipped
 *	reserved	the reserved bits of the header are set
 */
#ifndef WEIR_TESTS_HARNESS_SEGMENT_TEXT_H
#define WEIR_TESTS_HARNESS_SEGMENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "option_text.h"
#include "scan.h"
#include "tcp_seg.h"

#define SEGMENT_TEXT_BYTES 512

/* RFC 3168, 5. */
#define ECN_TEXT_ECT1 1
#define ECN_TEXT_ECT0 2
#define ECN_TEXT_CE   3

struct segment {
	uint8_t flags; /* TH_ */
	struct number seq;
	uint32_t text_bytes;
	bool has_ack;
	struct number ack;
	bool has_wnd;
	struct number wnd;
	bool has_urgent;
	struct number urgent;

	uint8_t ecn;  /* the two bits in the IP header: ECN_TEXT_ */
	char filling; /* '\0': the octets that belong there */
	uint8_t doff; /* 0: the true one */
	bool has_bad_checksum;
	bool has_reserved_bits;

	struct option_list options;
};

/* Nothing but `flags`, and no options: their room, most of the segment, is left as it is. */
static inline void
segment_clear(struct segment *segment, uint8_t flags)
{
	memset(segment, 0, offsetof(struct segment, options.option));
	segment->flags = flags;
}

/* NULL, or what is wrong.  Everything up to the end of `text` must belong to the segment. */
const char *segment_parse(struct segment *segment, const char *text);

void segment_print(const struct segment *segment, char text[SEGMENT_TEXT_BYTES]);

/* True where `actual` is what `expected` asks for. */
bool segment_matches(const struct segment *expected, const struct segment *actual);

#endif
