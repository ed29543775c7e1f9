/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Fragments of TCP segments put together, by DPDK's librte_ip_frag, where the
 * configuration says so.  TCP has path MTU discovery and sends none; what comes
 * nevertheless is from behind an old tunnel, or an attack.
 *
 * What the library does (22.11): a datagram of 8 fragments at most, each length and
 * offset exactly as the others leave room for.  One that overlaps another, comes
 * twice or is one too many makes it give up the whole datagram, as RFC 5722 and 8200
 * want it for IPv6, and here for IPv4 alike.  Its table has a fixed size.  It finds
 * places by a hash without a secret: who knows it can keep others' fragments
 * out of the table, never hold more than its size.
 *
 * What is refused before that: anything but TCP, so there are no fragments of ICMP or
 * of neighbour discovery (RFC 6980); a first fragment without the whole TCP
 * header and one that would begin within it (RFC 1858); lengths that are no multiple
 * of 8 or end beyond 65535; IPv6 fragments behind other extension headers.
 */
#ifndef WEIR_PIPELINE_REASSEMBLY_H
#define WEIR_PIPELINE_REASSEMBLY_H

#include <rte_ip_frag.h>
#include <rte_mbuf.h>

#include "counters.h"
#include "frame.h"
#include "units.h"

/* RFC 791 says 15 s, RFC 1122 a minute or two, RFC 8200 at most a minute. */
#define REASSEMBLY_NS (30 * NS_PER_SECOND)

struct weir_core;

struct reassembly {
	struct rte_ip_frag_tbl *table; /* made with REASSEMBLY_NS for its cycles */
	struct rte_ip_frag_death_row dead;
	uint32_t looked; /* tick of the last look for what is too old */
};

/*
 * `m` is a fragment to one of our addresses, parsed as far as frame_parse() parses
 * one, and no longer the caller's.  DROP_NONE: it is kept, or *whole is the
 * datagram it completes, else NULL.
 */
enum drop_reason pipeline_take_fragment(struct weir_core *core, struct rte_mbuf *m,
					const struct frame *frame, struct rte_mbuf **whole);

/* Once a turn: forget what is too old.  Only where core->fragments is there. */
void pipeline_forget_fragments(struct weir_core *core);

#endif
