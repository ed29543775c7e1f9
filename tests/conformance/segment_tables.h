/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SEGMENT ARRIVES (RFC 9293, 3.10.7, with RFC 5961, RFC 6191 and RFC 1337) as
 * tables: what a segment of a class does in a state.  Written from the RFCs and
 * not from the engine, which test_matrix.c holds against them.
 */
#ifndef WEIR_TESTS_CONFORMANCE_SEGMENT_TABLES_H
#define WEIR_TESTS_CONFORMANCE_SEGMENT_TABLES_H

#include <stdbool.h>

#include "tcp_seg.h"
#include "tcp_tcb.h"

/* Where SEG.SEQ stands. */
enum class_seq {
	SEQ_AT,	    /* RCV.NXT */
	SEQ_HOLE,   /* in the window, octets before it are missing */
	SEQ_BELOW,  /* RCV.NXT - 1 */
	SEQ_OLD,    /* far below */
	SEQ_BEYOND, /* right of the window */
	SEQ_N
};

/* What SEG.ACK says. */
enum class_ack {
	ACK_UNA, /* nothing new */
	ACK_NXT, /* all that was sent */
	ACK_BEYOND,
	ACK_OLD, /* below SND.UNA - MAX.SND.WND */
	ACK_N
};

struct segment_class {
	uint8_t flags; /* of F, S, R and ACK */
	enum class_seq seq;
	enum class_ack ack; /* ACK_UNA where there is no ACK bit */
	uint32_t text_bytes;
};

enum reply {
	REPLY_NONE,
	REPLY_ACK,     /* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
	REPLY_SYN_ACK, /* ours, first or again */
	REPLY_RST,     /* <SEQ=SEG.ACK><CTL=RST> */
	REPLY_RST_ACK, /* <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK> */
	REPLY_OTHER,   /* in no table */
};

struct outcome {
	enum reply reply;
	enum tcp_state next; /* LISTEN is CLOSED here: no connection */
};

/*
 * `has_queue`: SYNs are kept (SYN-RECEIVED exists), else answered by cookies.
 * LISTEN: something listens at the port.
 */
struct outcome segment_tables_say(enum tcp_state state, const struct segment_class *segment,
				  bool has_queue);

#endif
