/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Our addresses and what listens on them.  Built at start, then read-only and
 * shared by all cores.
 */
#ifndef WEIR_FLOW_LISTENER_TABLE_H
#define WEIR_FLOW_LISTENER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr_filter.h"
#include "ip_addr.h"

#define LISTENERS_MAX	    1024
#define LOCAL_ADDRESSES_MAX 4096
#define BINDINGS_MAX	    16384 /* pairs of address and TCP port that are listened on */
#define LOCAL_NONE	    UINT16_MAX
#define LISTENER_NONE	    UINT16_MAX

/* One of our addresses.  The same address on two ports or VLANs is two of them. */
struct local_address {
	struct ip_addr addr;
	struct ip_addr gateway; /* for connections we open; all zero: none */
	uint8_t mac[6];		/* of the port */
	uint16_t vlan_id;	/* or VLAN_NONE */
	uint8_t port;		/* DPDK port */
	uint8_t prefix_bits;	/* of its subnet: 0 to 32 or 128 */
};

struct listener {
	uint16_t app;	    /* index of the application */
	uint32_t flows_max; /* per core; 0: no limit but the pool's */
	uint16_t name_idx;  /* the section it came from, for reports */
};

struct listener_table;

size_t listener_table_bytes(void);
struct listener_table *listener_table_init(void *memory);

/* The new index, or -ENOSPC, or -EEXIST. */
int listener_table_add_address(struct listener_table *table, const struct local_address *address);

/* The new index, or -ENOSPC. */
int listener_table_add_listener(struct listener_table *table, const struct listener *listener);

/* Bind a listener to one address and TCP port.  0, -EEXIST or -ENOSPC. */
int listener_table_bind(struct listener_table *table, uint16_t listener, uint16_t local_idx,
			uint16_t tcp_port);

/* LOCAL_NONE unless `addr` is ours on that port and VLAN. */
uint16_t listener_table_local(const struct listener_table *table, const struct ip_addr *addr,
			      uint8_t port, uint16_t vlan_id);
const struct local_address *listener_table_address(const struct listener_table *table,
						   uint16_t local_idx);

/* True where `addr` is one of our addresses on any port: nobody else may send from it. */
bool listener_table_is_ours(const struct listener_table *table, const struct ip_addr *addr);

/* True where `addr` is the directed broadcast address of one of our subnets on that port. */
bool listener_table_is_broadcast(const struct listener_table *table, const struct ip_addr *addr,
				 uint8_t port);

/* Add every address for which one of these two may be true. */
void listener_table_filter(const struct listener_table *table, struct addr_filter *filter);

/* True where any address is configured for that port and VLAN. */
bool listener_table_has_vlan(const struct listener_table *table, uint8_t port, uint16_t vlan_id);

/* LISTENER_NONE if nothing listens there. */
uint16_t listener_table_find(const struct listener_table *table, uint16_t local_idx,
			     uint16_t tcp_port);
const struct listener *listener_table_get(const struct listener_table *table, uint16_t listener);
uint32_t listener_table_address_count(const struct listener_table *table);

#endif
