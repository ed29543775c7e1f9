/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Initial sequence numbers for connections that have state from the start
 * (RFC 6528: ISN = M + F(connection, secret)), and their timestamp offsets.
 */
#ifndef WEIR_TCP_TCP_ISN_H
#define WEIR_TCP_TCP_ISN_H

#include <stdint.h>

#include "flow_key.h"
#include "prf.h"

struct tcp_isn_key {
	struct prf_key key; /* two blocks: both families alike */
};

struct tcp_isn {
	uint32_t iss;
	uint32_t ts_offset;
};

void tcp_isn_key_init(struct tcp_isn_key *isn_key, enum prf_kind kind, const uint8_t secret[16]);

/* M ticks every 4 us of now_ns (RFC 9293, MUST-8); F is unpredictable from outside (MUST-9). */
struct tcp_isn tcp_isn_of(const struct tcp_isn_key *isn_key, const struct flow_key *key,
			  uint64_t now_ns);

#endif
