/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A received segment, in host order, with RFC 9293's names (3.3.1): SEG.SEQ,
 * SEG.ACK, SEG.LEN, SEG.WND, SEG.UP.
 */
#ifndef WEIR_WIRE_TCP_SEG_H
#define WEIR_WIRE_TCP_SEG_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "tcp_options.h"

/* Header flags (RFC 9293, 3.1; ECE and CWR from RFC 3168). */
#define TH_FIN 0x01u
#define TH_SYN 0x02u
#define TH_RST 0x04u
#define TH_PSH 0x08u
#define TH_ACK 0x10u
#define TH_URG 0x20u
#define TH_ECE 0x40u
#define TH_CWR 0x80u

struct frame;

struct tcp_seg {
	/*
	 * The packet.  Its data starts at the Ethernet header.  Who takes the
	 * buffer over (to queue its text, to send a reply in it) sets this to
	 * NULL; what is left here afterwards the pipeline frees.
	 */
	struct rte_mbuf *m;
	const struct frame *frame; /* where it came from */
	uint16_t source_port;
	uint16_t destination_port;
	uint32_t seq;
	uint32_t ack;
	uint32_t len; /* octets of sequence space: text + SYN + FIN */
	uint32_t end; /* seq + len */
	uint16_t wnd; /* as on the wire, unscaled */
	uint16_t urgent;
	uint16_t text_off; /* offset of the text in m */
	uint16_t text_bytes;
	uint8_t flags; /* TH_ */
	bool options_bad;
	struct tcp_options options;
};

#endif
