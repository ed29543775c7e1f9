/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments as frames: what a test sends is written here, what weir sends is
 * read and judged here, octet by octet.  Nothing of lib/wire is used, so that
 * the code under test is not its own witness.
 */
#ifndef WEIR_TESTS_HARNESS_SEGMENT_FRAME_H
#define WEIR_TESTS_HARNESS_SEGMENT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"
#include "segment_text.h"

#define FRAME_BYTES_MAX 9100

/* One end of a connection as the wire sees it. */
struct wire_end {
	struct ip_addr addr;
	uint8_t mac[6];
	uint16_t port; /* host order */
};

/* Both ends and what lies between them. */
struct wire_path {
	struct wire_end client;
	struct wire_end server;
	uint16_t vlan_id; /* or VLAN_NONE */
	uint16_t mtu;
	uint8_t ttl; /* that weir must use */
	uint8_t tos;
	bool is_ipv6;
};

/*
 * Write the client's segment, numbers absolute, `text` behind it.  Short frames
 * are padded to 60 octets with octets that are not zero: nobody may take them
 * for text.  Returns the length.
 */
uint32_t segment_frame_write(uint8_t frame[FRAME_BYTES_MAX], const struct wire_path *path,
			     const struct segment *segment, const uint8_t *text);

/* True where `frame` is addressed to the path's client, as far as IP and ports tell. */
bool segment_frame_is_for(const uint8_t *frame, uint32_t bytes, const struct wire_path *path);

/*
 * Read a frame the server sent along `path`.  NULL, or the first rule it breaks:
 * MACs, VLAN tag, lengths, both checksums, DF, TTL, TOS, ports, option syntax,
 * no option of a SYN elsewhere.  On NULL `segment` has it all and *text points
 * at the text.
 */
const char *segment_frame_read(const uint8_t *frame, uint32_t bytes, const struct wire_path *path,
			       struct segment *segment, const uint8_t **text);

#endif
