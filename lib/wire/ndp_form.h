/* SPDX-License-Identifier: BSD-3-Clause */

/* What all messages of neighbour discovery have in common (RFC 4861, 4.6 and 7.1). */
#ifndef WEIR_WIRE_NDP_FORM_H
#define WEIR_WIRE_NDP_FORM_H

#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"

#define ND_HOP_LIMIT   255 /* nobody behind a router can send it */
#define ND_SOURCE_LINK 1   /* kinds of options */
#define ND_TARGET_LINK 2

/* Octets of the option that begins the `left` octets at `option`; 0 if it has none or too many. */
static inline uint32_t
ndp_option_bytes(const uint8_t *option, uint32_t left)
{
	uint32_t bytes = left < 8 ? 0 : option[1] * 8u;

	return bytes <= left ? bytes : 0;
}

/* ff02::1:ff00:0/104, where neighbours look for an address (RFC 4291, 2.7.1). */
static inline bool
ndp_is_solicited_node(const struct ip_addr *addr)
{
	return addr->word[0] == RTE_BE32(0xff020000) && addr->word[1] == 0 &&
	       addr->word[2] == RTE_BE32(1) && addr->octet[12] == 0xff;
}

#endif
