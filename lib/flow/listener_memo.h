/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The listener table's last answers, one set per core.  Packets go to few
 * addresses and ports of ours, whoever sends them, so nearly every question has
 * been asked before.  The table never changes once packets flow, so an answer
 * stays right for ever.
 */
#ifndef WEIR_FLOW_LISTENER_MEMO_H
#define WEIR_FLOW_LISTENER_MEMO_H

#include <stdint.h>

#include <rte_branch_prediction.h>

#include "frame.h"
#include "listener_table.h"

#define LISTENER_MEMO_PLACES 16 /* power of two */

struct listener_memo {
	struct {
		struct ip_addr addr; /* zero at first: nobody's */
		uint16_t vlan_id;
		uint8_t port;
		uint16_t local_idx;
	} local[LISTENER_MEMO_PLACES];
	/* Untagged IPv4: address, DPDK port, a 1, local_idx; zero at first. */
	uint64_t local_ipv4[LISTENER_MEMO_PLACES];
	struct {
		uint16_t local_idx;
		uint16_t tcp_port; /* 0 at first: nobody's */
		uint16_t listener;
	} binding[LISTENER_MEMO_PLACES];
};

/* As listener_table_local(). */
static inline uint16_t
listener_memo_local(struct listener_memo *memo, const struct listener_table *table,
		    const struct ip_addr *addr, uint8_t port, uint16_t vlan_id)
{
	uint32_t place = addr->octet[15] % LISTENER_MEMO_PLACES;
	uint16_t local_idx;

	if (ip_addr_equal(&memo->local[place].addr, addr) && memo->local[place].port == port &&
	    memo->local[place].vlan_id == vlan_id)
		return memo->local[place].local_idx;
	local_idx = listener_table_local(table, addr, port, vlan_id);
	if (local_idx != LOCAL_NONE) {
		memo->local[place].addr = *addr;
		memo->local[place].port = port;
		memo->local[place].vlan_id = vlan_id;
		memo->local[place].local_idx = local_idx;
	}
	return local_idx;
}

/* The same for IPv4 without a tag, where one comparison does. */
static inline uint16_t
listener_memo_local_ipv4(struct listener_memo *memo, const struct listener_table *table,
			 rte_be32_t ipv4, uint8_t port)
{
	uint64_t wanted = (uint64_t)ipv4 << 32 | (uint32_t)port << 24 | 1u << 16;
	uint64_t *place = &memo->local_ipv4[(ipv4 >> 24) % LISTENER_MEMO_PLACES];
	struct ip_addr addr;
	uint16_t local_idx;

	if (likely((*place ^ wanted) <= UINT16_MAX))
		return (uint16_t)*place;
	addr = ip_addr_of_ipv4(ipv4);
	local_idx = listener_table_local(table, &addr, port, VLAN_NONE);
	if (local_idx != LOCAL_NONE)
		*place = wanted | local_idx;
	return local_idx;
}

/* As listener_table_find(). */
static inline uint16_t
listener_memo_find(struct listener_memo *memo, const struct listener_table *table,
		   uint16_t local_idx, uint16_t tcp_port)
{
	uint32_t place = (uint32_t)(local_idx ^ tcp_port) % LISTENER_MEMO_PLACES;

	if (memo->binding[place].tcp_port != tcp_port ||
	    memo->binding[place].local_idx != local_idx) {
		memo->binding[place].local_idx = local_idx;
		memo->binding[place].tcp_port = tcp_port;
		memo->binding[place].listener = listener_table_find(table, local_idx, tcp_port);
	}
	return memo->binding[place].listener;
}

#endif
