/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every question about our addresses is one look-up in one map of small facts,
 * so that a packet pays for one or two cache lines whatever is configured:
 *
 *	FACT_LOCAL	address, port, VLAN	-> index of our address
 *	FACT_OURS	address			   it is ours somewhere
 *	FACT_BROADCAST	address, port		   it is a subnet's broadcast address
 *	FACT_VLAN	port, VLAN		   we have an address there
 *	FACT_BINDING	local_idx, TCP port	-> index of the listener
 *
 * Facts stand in an array; an open-addressing index over it starts small, to stay
 * in the nearest cache, and doubles when half full.  Its hash needs no key: who is
 * in the map is decided by the configuration, not by peers.
 */

#include "listener_table.h"

#include <errno.h>
#include <string.h>

#include "check.h"

enum fact_kind {
	FACT_LOCAL = 1,
	FACT_OURS,
	FACT_BROADCAST,
	FACT_VLAN,
	FACT_BINDING,
};

/* Each address is behind at most four facts. */
#define FACTS_MAX	(4 * LOCAL_ADDRESSES_MAX + BINDINGS_MAX)
#define INDEX_SLOTS_MIN 64u
#define INDEX_SLOTS_MAX (2u * FACTS_MAX)
#define INDEX_FREE	UINT16_MAX

static_assert((INDEX_SLOTS_MAX & (INDEX_SLOTS_MAX - 1)) == 0, "doubling ends there");
static_assert(FACTS_MAX < INDEX_FREE, "a fact's number fits an index slot");

struct fact {
	struct ip_addr addr; /* zero where the kind has none */
	uint32_t place;	     /* place_of(port, VLAN) or place_of(local_idx, TCP port) */
	uint16_t kind;
	uint16_t value;
};

static_assert(sizeof(struct fact) == 24, "no padding");

struct listener_table {
	uint32_t fact_count;
	uint32_t index_mask;
	uint32_t address_count;
	uint32_t listener_count;
	uint32_t binding_count;
	uint16_t index[INDEX_SLOTS_MAX];
	struct fact facts[FACTS_MAX];
	struct local_address addresses[LOCAL_ADDRESSES_MAX];
	struct listener listeners[LISTENERS_MAX];
};

static const struct ip_addr no_addr;

static uint32_t
place_of(uint16_t high, uint16_t low)
{
	return (uint32_t)high << 16 | low;
}

/* One wide multiplication: every bit of the key reaches the low bits of the result. */
static uint32_t
fact_hash(enum fact_kind kind, const struct ip_addr *addr, uint32_t place)
{
	uint64_t rest = ((uint64_t)kind << 32 | place) * UINT64_C(0x9e3779b97f4a7c15);
	unsigned __int128 product = addr->half[0] ^ UINT64_C(0xd1b54a32d192ed03);

	product *= addr->half[1] ^ rest;
	return (uint32_t)(product >> 64) ^ (uint32_t)product;
}

static const struct fact *
fact_lookup(const struct listener_table *table, enum fact_kind kind, const struct ip_addr *addr,
	    uint32_t place)
{
	uint32_t i = fact_hash(kind, addr, place) & table->index_mask;

	for (; table->index[i] != INDEX_FREE; i = (i + 1) & table->index_mask) {
		const struct fact *fact = &table->facts[table->index[i]];

		if (ip_addr_equal(&fact->addr, addr) && fact->place == place && fact->kind == kind)
			return fact;
	}
	return NULL;
}

static void
index_insert(struct listener_table *table, uint32_t fact_idx)
{
	const struct fact *fact = &table->facts[fact_idx];
	uint32_t i = fact_hash((enum fact_kind)fact->kind, &fact->addr, fact->place);

	i &= table->index_mask;
	while (table->index[i] != INDEX_FREE)
		i = (i + 1) & table->index_mask;
	table->index[i] = (uint16_t)fact_idx;
}

static void
index_rebuild(struct listener_table *table, uint32_t slots)
{
	check(slots <= INDEX_SLOTS_MAX);
	memset(table->index, 0xff, slots * sizeof(table->index[0]));
	table->index_mask = slots - 1;
	for (uint32_t i = 0; i < table->fact_count; i++)
		index_insert(table, i);
}

static void
fact_insert(struct listener_table *table, enum fact_kind kind, const struct ip_addr *addr,
	    uint32_t place, uint16_t value)
{
	struct fact fact = {.addr = *addr, .place = place, .kind = (uint16_t)kind, .value = value};

	check(table->fact_count < FACTS_MAX);
	if (fact_lookup(table, kind, addr, place) != NULL)
		return; /* two addresses of one subnet, say */
	table->facts[table->fact_count] = fact;
	index_insert(table, table->fact_count++);
	if (2 * table->fact_count > table->index_mask + 1)
		index_rebuild(table, 2 * (table->index_mask + 1));
}

/*
 * The last address of the subnet.  False where there is none: IPv6 has no
 * broadcast, and the two addresses of a /31 are both hosts' (RFC 3021).
 */
static bool
directed_broadcast(const struct local_address *address, struct ip_addr *broadcast)
{
	uint32_t host_mask;

	if (!ip_addr_is_ipv4(&address->addr) || address->prefix_bits > 30)
		return false;
	host_mask = UINT32_MAX >> address->prefix_bits;
	*broadcast = ip_addr_of_ipv4(address->addr.word[3] | rte_cpu_to_be_32(host_mask));
	return true;
}

size_t
listener_table_bytes(void)
{
	return sizeof(struct listener_table);
}

struct listener_table *
listener_table_init(void *memory)
{
	struct listener_table *table = memory;

	table->fact_count = 0;
	table->address_count = 0;
	table->listener_count = 0;
	table->binding_count = 0;
	index_rebuild(table, INDEX_SLOTS_MIN);
	return table;
}

int
listener_table_add_address(struct listener_table *table, const struct local_address *address)
{
	const struct ip_addr *addr = &address->addr;
	uint32_t place = place_of(address->port, address->vlan_id);
	uint16_t local_idx = (uint16_t)table->address_count;
	struct ip_addr broadcast;

	check(address->prefix_bits <= (ip_addr_is_ipv4(addr) ? 32 : 128));
	if (listener_table_local(table, addr, address->port, address->vlan_id) != LOCAL_NONE)
		return -EEXIST;
	if (table->address_count == LOCAL_ADDRESSES_MAX)
		return -ENOSPC;

	table->addresses[table->address_count++] = *address;
	fact_insert(table, FACT_LOCAL, addr, place, local_idx);
	fact_insert(table, FACT_OURS, addr, 0, 0);
	fact_insert(table, FACT_VLAN, &no_addr, place, 0);
	if (directed_broadcast(address, &broadcast))
		fact_insert(table, FACT_BROADCAST, &broadcast, address->port, 0);
	return local_idx;
}

int
listener_table_add_listener(struct listener_table *table, const struct listener *listener)
{
	if (table->listener_count == LISTENERS_MAX)
		return -ENOSPC;
	table->listeners[table->listener_count] = *listener;
	return (int)table->listener_count++;
}

int
listener_table_bind(struct listener_table *table, uint16_t listener, uint16_t local_idx,
		    uint16_t tcp_port)
{
	check(listener < table->listener_count);
	check(local_idx < table->address_count);
	if (listener_table_find(table, local_idx, tcp_port) != LISTENER_NONE)
		return -EEXIST;
	if (table->binding_count == BINDINGS_MAX)
		return -ENOSPC;
	table->binding_count++;
	fact_insert(table, FACT_BINDING, &no_addr, place_of(local_idx, tcp_port), listener);
	return 0;
}

uint16_t
listener_table_local(const struct listener_table *table, const struct ip_addr *addr, uint8_t port,
		     uint16_t vlan_id)
{
	const struct fact *fact = fact_lookup(table, FACT_LOCAL, addr, place_of(port, vlan_id));

	return fact != NULL ? fact->value : LOCAL_NONE;
}

const struct local_address *
listener_table_address(const struct listener_table *table, uint16_t local_idx)
{
	check(local_idx < table->address_count);
	return &table->addresses[local_idx];
}

bool
listener_table_is_ours(const struct listener_table *table, const struct ip_addr *addr)
{
	return fact_lookup(table, FACT_OURS, addr, 0) != NULL;
}

bool
listener_table_is_broadcast(const struct listener_table *table, const struct ip_addr *addr,
			    uint8_t port)
{
	return fact_lookup(table, FACT_BROADCAST, addr, port) != NULL;
}

void
listener_table_filter(const struct listener_table *table, struct addr_filter *filter)
{
	for (uint32_t i = 0; i < table->fact_count; i++) {
		const struct fact *fact = &table->facts[i];

		if (fact->kind == FACT_OURS || fact->kind == FACT_BROADCAST)
			addr_filter_add(filter, &fact->addr);
	}
}

bool
listener_table_has_vlan(const struct listener_table *table, uint8_t port, uint16_t vlan_id)
{
	return fact_lookup(table, FACT_VLAN, &no_addr, place_of(port, vlan_id)) != NULL;
}

uint16_t
listener_table_find(const struct listener_table *table, uint16_t local_idx, uint16_t tcp_port)
{
	const struct fact *fact =
		fact_lookup(table, FACT_BINDING, &no_addr, place_of(local_idx, tcp_port));

	return fact != NULL ? fact->value : LISTENER_NONE;
}

const struct listener *
listener_table_get(const struct listener_table *table, uint16_t listener)
{
	check(listener < table->listener_count);
	return &table->listeners[listener];
}

uint32_t
listener_table_address_count(const struct listener_table *table)
{
	return table->address_count;
}
