/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The SYN-ACK that answers a plain SYN in the SYN's own buffer: addresses, ports
 * and MACs change places where they lie, and the rest is written over.  The octets
 * are those that emit_tcp_headers() would write.
 */
#ifndef WEIR_WIRE_SYN_ACK_H
#define WEIR_WIRE_SYN_ACK_H

#include <stdint.h>

#include "emit.h"
#include "plain.h"
#include "tcp_options.h"

struct syn_ack {
	uint32_t iss;
	uint32_t ack; /* the SYN's sequence number + 1 */
	uint16_t wnd;
	uint8_t ttl;
	uint8_t tos;
	uint8_t flags;		    /* SYN, ACK and perhaps ECE */
	struct tcp_options options; /* SACK blocks do not count; no longer than the SYN's */
};

/*
 * On return plain->m is ready to send, as emit_tcp_headers() leaves it, with the
 * tag it came with.  The SYN must have had no text.
 */
void syn_ack_write(const struct plain *syn, const struct syn_ack *syn_ack,
		   const struct emit_offload *offload);

#endif
