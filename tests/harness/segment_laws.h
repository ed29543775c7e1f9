/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Laws that every segment of a connection obeys whatever the dialogue is about:
 * what was acknowledged stays so, a window offered is not taken back, a window
 * received is kept, timestamps go forward and are in every segment or in none.
 * Numbers are absolute.
 */
#ifndef WEIR_TESTS_HARNESS_SEGMENT_LAWS_H
#define WEIR_TESTS_HARNESS_SEGMENT_LAWS_H

#include "segment_text.h"

struct segment_laws {
	/* Of the client's latest SYN. */
	struct segment_laws_syn {
		bool has_timestamps;
		bool has_wscale;
		bool has_sack;
		uint8_t shift;
		uint16_t mss; /* 0: it had none */
	} syn;

	/* Of a SYN of the server's own that is not answered yet: what it offered. */
	bool is_opening;
	struct segment_laws_syn offer_of_server;
	uint16_t offer_wnd;

	/* Since the server's latest SYN-ACK, or the client's answer to its SYN. */
	bool is_open;
	bool has_timestamps;
	uint8_t client_shift;
	uint8_t server_shift;
	uint16_t mss;
	uint32_t iss;
	uint32_t sent_end; /* one past the highest octet the server sent */
	uint32_t ack;	   /* highest acknowledgment the server sent */
	uint32_t offer;	   /* right edge of the largest window the server offered */
	uint32_t fin_end;  /* one past the client's latest FIN, where it has sent one */
	bool has_fin;
	bool fin_acked;	      /* ... and the server has acknowledged it */
	uint32_t client_edge; /* ... and the client */
	uint32_t tsval;	      /* the server's latest */
	bool has_tsval;	      /* false after so long a silence that it says nothing any more */
};

/* The client sends this. */
void segment_laws_note(struct segment_laws *laws, const struct segment *segment);

/* The server sent this: NULL, or the law it breaks. */
const char *segment_laws_judge(struct segment_laws *laws, const struct segment *segment,
			       bool is_ipv6);

#endif
