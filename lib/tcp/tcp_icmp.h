/* SPDX-License-Identifier: BSD-3-Clause */

/* What connections make of ICMP errors: RFC 9293, 3.9.2.2, RFC 5461, RFC 5927. */
#ifndef WEIR_TCP_TCP_ICMP_H
#define WEIR_TCP_TCP_ICMP_H

#include "icmp_error.h"
#include "tcp_engine.h"

/*
 * An error about a segment of flow `idx`, in any state but CLOSED.  DROP_NONE if it
 * is about octets that are under way, and so believed as far as such a thing can be.
 */
enum drop_reason tcp_icmp_error(struct tcp_engine *engine, uint32_t idx,
				const struct icmp_error *error);

#endif
