/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <errno.h>
#include <stdlib.h>

#include "listener_table.h"
#include "rng.h"
#include "seed.h"

#define NO_VLAN UINT16_MAX

static struct listener_table *table;

static void
table_create(void)
{
	void *memory = aligned_alloc(64, (listener_table_bytes() + 63) & ~(size_t)63);

	assert_non_null(memory);
	memset(memory, 0xa5, listener_table_bytes());
	table = listener_table_init(memory);
}

static void
table_destroy(void)
{
	free(table);
}

static struct ip_addr
ipv4(uint32_t host_order)
{
	return ip_addr_of_ipv4(rte_cpu_to_be_32(host_order));
}

static struct ip_addr
ipv6(uint8_t last)
{
	uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = last};

	return ip_addr_of_ipv6(octets);
}

static int
add(struct ip_addr addr, uint8_t port, uint16_t vlan_id, uint8_t prefix_bits)
{
	struct local_address address = {
		.addr = addr,
		.mac = {2, 0, 0, 0, 0, port},
		.vlan_id = vlan_id,
		.port = port,
		.prefix_bits = prefix_bits,
	};

	return listener_table_add_address(table, &address);
}

static uint16_t
local(struct ip_addr addr, uint8_t port, uint16_t vlan_id)
{
	return listener_table_local(table, &addr, port, vlan_id);
}

static bool
is_ours(struct ip_addr addr)
{
	return listener_table_is_ours(table, &addr);
}

static bool
is_broadcast(struct ip_addr addr, uint8_t port)
{
	return listener_table_is_broadcast(table, &addr, port);
}

static uint16_t
add_listener(uint16_t app)
{
	struct listener listener = {.app = app, .flows_max = 7, .name_idx = 9};
	int idx = listener_table_add_listener(table, &listener);

	assert_in_range(idx, 0, LISTENERS_MAX - 1);
	return (uint16_t)idx;
}

TEST(an_empty_table_knows_nothing)
{
	table_create();
	assert_int_equal(local(ipv4(0), 0, NO_VLAN), LOCAL_NONE);
	assert_false(is_ours(ipv6(1)));
	assert_false(is_broadcast(ipv4(0xffffffff), 0));
	assert_false(listener_table_has_vlan(table, 0, NO_VLAN));
	assert_int_equal(listener_table_find(table, 0, 80), LISTENER_NONE);
	assert_int_equal(listener_table_address_count(table), 0);
	table_destroy();
}

TEST(an_address_is_local_on_its_port_and_vlan_only)
{
	table_create();
	assert_int_equal(add(ipv4(0x0a000001), 1, 100, 24), 0);
	assert_int_equal(add(ipv4(0x0a000001), 2, 100, 24), 1);
	assert_int_equal(add(ipv4(0x0a000001), 1, NO_VLAN, 24), 2);
	assert_int_equal(add(ipv6(1), 1, 100, 64), 3);
	assert_int_equal(add(ipv4(0x0a000001), 2, 100, 16), -EEXIST);

	assert_int_equal(local(ipv4(0x0a000001), 1, 100), 0);
	assert_int_equal(local(ipv4(0x0a000001), 2, 100), 1);
	assert_int_equal(local(ipv4(0x0a000001), 1, NO_VLAN), 2);
	assert_int_equal(local(ipv6(1), 1, 100), 3);
	assert_int_equal(local(ipv4(0x0a000001), 2, NO_VLAN), LOCAL_NONE);
	assert_int_equal(local(ipv4(0x0a000001), 1, 101), LOCAL_NONE);
	assert_int_equal(local(ipv4(0x0a000002), 1, 100), LOCAL_NONE);
	assert_int_equal(local(ipv6(2), 1, 100), LOCAL_NONE);

	assert_int_equal(listener_table_address_count(table), 4);
	assert_int_equal(listener_table_address(table, 1)->port, 2);
	assert_int_equal(listener_table_address(table, 1)->mac[5], 2);
	assert_int_equal(listener_table_address(table, 1)->prefix_bits, 24);
	table_destroy();
}

TEST(an_address_is_ours_wherever_it_is)
{
	table_create();
	add(ipv4(0x0a000001), 1, 100, 24);
	add(ipv4(0x0a000001), 2, NO_VLAN, 24);
	add(ipv6(1), 3, NO_VLAN, 64);
	assert_true(is_ours(ipv4(0x0a000001)));
	assert_true(is_ours(ipv6(1)));
	assert_false(is_ours(ipv4(0x0a000002)));
	assert_false(is_ours(ipv4(0x0a0000ff)));
	assert_false(is_ours(ipv6(2)));
	table_destroy();
}

TEST(a_subnet_has_a_broadcast_address_up_to_prefix_30)
{
	for (uint8_t prefix_bits = 0; prefix_bits <= 32; prefix_bits++) {
		uint32_t host_mask = prefix_bits == 32 ? 0 : UINT32_MAX >> prefix_bits;
		struct ip_addr last = ipv4(0xc0a86544 | host_mask);

		table_create();
		assert_int_equal(add(ipv4(0xc0a86544), 1, 5, prefix_bits), 0);
		assert_int_equal(is_broadcast(last, 1), prefix_bits <= 30);
		assert_false(is_broadcast(last, 0));
		assert_false(is_broadcast(ipv4(0xc0a86544), 1));
		assert_false(is_broadcast(ipv4(0xc0a86544 & ~host_mask), 1));
		table_destroy();
	}
}

TEST(ipv6_has_no_broadcast)
{
	uint8_t last[16] = {0x20, 0x01, 0x0d, 0xb8, 0,	 0,   0,   0,
			    255,  255,	255,  255,  255, 255, 255, 255};

	for (uint8_t prefix_bits = 0; prefix_bits <= 128; prefix_bits++) {
		table_create();
		add(ipv6(1), 1, NO_VLAN, prefix_bits);
		assert_false(is_broadcast(ip_addr_of_ipv6(last), 1));
		assert_false(is_broadcast(ipv6(1), 1));
		assert_false(is_broadcast(ipv4(0xffffffff), 1));
		table_destroy();
	}
}

TEST(a_vlan_is_known_on_the_ports_it_has_addresses_on)
{
	table_create();
	add(ipv4(0x0a000001), 1, 100, 24);
	add(ipv4(0x0a000002), 1, 100, 24);
	add(ipv6(1), 2, NO_VLAN, 64);
	assert_true(listener_table_has_vlan(table, 1, 100));
	assert_true(listener_table_has_vlan(table, 2, NO_VLAN));
	assert_false(listener_table_has_vlan(table, 1, NO_VLAN));
	assert_false(listener_table_has_vlan(table, 2, 100));
	assert_false(listener_table_has_vlan(table, 1, 101));
	table_destroy();
}

TEST(a_listener_is_found_where_it_is_bound)
{
	uint16_t web, mail;

	table_create();
	add(ipv4(0x0a000001), 1, NO_VLAN, 24);
	add(ipv6(1), 1, NO_VLAN, 64);
	web = add_listener(3);
	mail = add_listener(4);
	assert_int_equal(listener_table_bind(table, web, 0, 80), 0);
	assert_int_equal(listener_table_bind(table, web, 1, 80), 0);
	assert_int_equal(listener_table_bind(table, mail, 1, 25), 0);
	assert_int_equal(listener_table_bind(table, mail, 1, 80), -EEXIST);

	assert_int_equal(listener_table_find(table, 0, 80), web);
	assert_int_equal(listener_table_find(table, 1, 80), web);
	assert_int_equal(listener_table_find(table, 1, 25), mail);
	assert_int_equal(listener_table_find(table, 0, 25), LISTENER_NONE);
	assert_int_equal(listener_table_find(table, 80, 0), LISTENER_NONE);
	assert_int_equal(listener_table_find(table, LOCAL_NONE, 80), LISTENER_NONE);
	assert_int_equal(listener_table_get(table, mail)->app, 4);
	assert_int_equal(listener_table_get(table, mail)->flows_max, 7);
	assert_int_equal(listener_table_get(table, mail)->name_idx, 9);
	table_destroy();
}

/* Every table full, each address its own subnet and VLAN, so that no fact is shared. */
TEST(it_holds_what_the_limits_promise_and_then_says_so)
{
	uint32_t bindings = 0;
	uint16_t listener;

	table_create();
	listener = add_listener(0);
	for (uint32_t i = 0; i < LOCAL_ADDRESSES_MAX; i++)
		assert_int_equal(add(ipv4(i << 8 | 1), 1, (uint16_t)i, 24), i);
	assert_int_equal(add(ipv4(0xdeadbeef), 1, 1, 24), -ENOSPC);
	assert_false(is_ours(ipv4(0xdeadbeef)));
	for (uint32_t i = 1; i < LISTENERS_MAX; i++)
		add_listener((uint16_t)i);
	assert_int_equal(listener_table_add_listener(table, &(struct listener){0}), -ENOSPC);
	for (; bindings < BINDINGS_MAX; bindings++)
		assert_int_equal(listener_table_bind(table, listener, (uint16_t)(bindings % 4096),
						     (uint16_t)(bindings / 4096)),
				 0);
	assert_int_equal(listener_table_bind(table, listener, 0, 9), -ENOSPC);

	for (uint32_t i = 0; i < LOCAL_ADDRESSES_MAX; i++) {
		assert_int_equal(local(ipv4(i << 8 | 1), 1, (uint16_t)i), i);
		assert_true(is_ours(ipv4(i << 8 | 1)));
		assert_true(is_broadcast(ipv4(i << 8 | 255), 1));
		assert_true(listener_table_has_vlan(table, 1, (uint16_t)i));
	}
	for (uint32_t i = 0; i < BINDINGS_MAX; i++)
		assert_int_equal(
			listener_table_find(table, (uint16_t)(i % 4096), (uint16_t)(i / 4096)),
			listener);
	assert_int_equal(listener_table_find(table, 0, 9), LISTENER_NONE);
	table_destroy();
}

/* Random addresses out of few values, every question asked of the plain list as well. */
static bool
list_has(const struct ip_addr *addr, int port, int vlan_id)
{
	for (uint32_t i = 0; i < listener_table_address_count(table); i++) {
		const struct local_address *a = listener_table_address(table, (uint16_t)i);

		if ((addr == NULL || ip_addr_equal(&a->addr, addr)) &&
		    (port < 0 || a->port == port) && (vlan_id < 0 || a->vlan_id == vlan_id))
			return true;
	}
	return false;
}

static bool
list_has_broadcast(uint32_t host_order, uint8_t port)
{
	for (uint32_t i = 0; i < listener_table_address_count(table); i++) {
		const struct local_address *a = listener_table_address(table, (uint16_t)i);

		if (ip_addr_is_ipv4(&a->addr) && a->port == port && a->prefix_bits <= 30 &&
		    (rte_be_to_cpu_32(a->addr.word[3]) | UINT32_MAX >> a->prefix_bits) ==
			    host_order)
			return true;
	}
	return false;
}

static struct ip_addr
random_addr(struct rng *rng)
{
	if (rng_below(rng, 3) == 0)
		return ipv6((uint8_t)rng_below(rng, 64));
	return ipv4(0x0a000000 | rng_below(rng, 1024));
}

TEST(it_answers_as_a_plain_list_does)
{
	struct rng rng = seeded_rng();

	for (uint32_t round = 0; round < 40; round++) {
		table_create();
		for (uint32_t i = rng_below(&rng, 200); i > 0; i--) {
			struct ip_addr addr = random_addr(&rng);
			uint8_t bits = (uint8_t)(20 + rng_below(&rng, 13));
			uint8_t port = (uint8_t)rng_below(&rng, 3);
			uint16_t vlan_id = (uint16_t)rng_below(&rng, 3);
			int count = (int)listener_table_address_count(table);
			bool known = list_has(&addr, port, vlan_id);

			assert_int_equal(add(addr, port, vlan_id, bits), known ? -EEXIST : count);
		}
		for (uint32_t i = 0; i < 2000; i++) {
			struct ip_addr addr = random_addr(&rng);
			uint8_t port = (uint8_t)rng_below(&rng, 3);
			uint16_t vlan_id = (uint16_t)rng_below(&rng, 3);
			uint16_t idx = local(addr, port, vlan_id);
			uint32_t last = 0x0a000000 | rng_below(&rng, 1024);

			assert_int_equal(idx != LOCAL_NONE, list_has(&addr, port, vlan_id));
			if (idx != LOCAL_NONE)
				assert_true(ip_addr_equal(&listener_table_address(table, idx)->addr,
							  &addr));
			assert_int_equal(is_ours(addr), list_has(&addr, -1, -1));
			assert_int_equal(listener_table_has_vlan(table, port, vlan_id),
					 list_has(NULL, port, vlan_id));
			assert_int_equal(is_broadcast(ipv4(last), port),
					 list_has_broadcast(last, port));
		}
		table_destroy();
	}
}
