/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who may come and who may not, by the longest prefix that is listed: DPDK's fib,
 * one or two reads for an IPv4 source.  Built at start by the port layer and
 * shared by all cores, read-only: it never changes while packets flow.
 *
 * So a denied source never has a connection, and only packets without one need to
 * be looked up to refuse all of them: what is established pays nothing.
 */
#ifndef WEIR_FLOW_SOURCE_LIST_H
#define WEIR_FLOW_SOURCE_LIST_H

#include <rte_fib.h>
#include <rte_fib6.h>

#include "ip_addr.h"

/* Next hops of the fibs.  A source that is in neither list finds their default. */
enum source_verdict {
	SOURCE_UNLISTED,
	SOURCE_ALLOWED, /* and exempt from the limits of its network */
	SOURCE_DENIED,
};

struct source_list {
	struct rte_fib *ipv4; /* NULL: no IPv4 prefix is listed */
	struct rte_fib6 *ipv6;
};

enum source_verdict source_list_find(const struct source_list *list, const struct ip_addr *source);

/* The most sources that one call takes. */
#define SOURCE_BURST_MAX 16

/*
 * Which of `count` sources of one family are denied: bit by source.  Sooner than one by
 * one: the table is larger than caches are, and all its lines are under way at once.
 */
uint32_t source_list_denied_ipv4(const struct source_list *list, const rte_be32_t *sources,
				 uint32_t count);
uint32_t source_list_denied_ipv6(const struct source_list *list, const struct ip_addr *sources,
				 uint32_t count);

#endif
