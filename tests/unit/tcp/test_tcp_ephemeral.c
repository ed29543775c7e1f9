/* SPDX-License-Identifier: BSD-3-Clause */

/* One engine with one address and a range of ports; what is chosen is taken by a flow. */
#include "test.h"

#include <errno.h>
#include <stdlib.h>

#include "tcp_engine.h"

#define FIRST	 40000
#define RANGE	 2500 /* more than one call looks at */
#define LISTENED (FIRST + 7)

static struct tcp_engine *engine;
static struct tcp_config config;
static struct counters counters;
static struct listener_table *listeners;
static void *memory;

static void
end(void)
{
	free(memory);
	free(listeners);
	free(engine);
	engine = NULL;
}

static void
begin(uint32_t range, uint8_t secret)
{
	struct tcp_secrets secrets = {.cookie_count = 1, .kind = prf_kind_best(), .rng_seed = 1};
	struct local_address local = {.addr = ip_addr_of_ipv4(RTE_BE32(0xc0000201)), .port = 3};
	struct listener listener = {0};

	if (engine != NULL)
		end();
	memset(secrets.isn, secret, sizeof(secrets.isn));
	config = (struct tcp_config){
		.flows_max = 4096,
		.time_wait_max = 64,
		.transfers_max = 64,
		.syn_queue_max = 1,
		.local_port_first = FIRST,
		.local_port_last = (uint16_t)(FIRST + range - 1),
	};
	listeners = listener_table_init(calloc(1, listener_table_bytes()));
	assert_int_equal(listener_table_add_address(listeners, &local), 0);
	assert_int_equal(listener_table_add_listener(listeners, &listener), 0);
	assert_int_equal(listener_table_bind(listeners, 0, 0, LISTENED), 0);
	memory = aligned_alloc(64, (tcp_engine_bytes(&config) + 63) & ~(size_t)63);
	engine = aligned_alloc(64, (sizeof(*engine) + 63) & ~(size_t)63);
	tcp_engine_init(engine, memory, &config, &secrets, &counters, listeners, NULL, 0, 0);
}

static struct flow_key
to_remote(uint32_t number)
{
	return (struct flow_key){
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(0xc6336400 + number)),
		.remote_port = 80,
	};
}

static int
choose(struct flow_key *key)
{
	uint64_t hash;
	int error = tcp_ephemeral_choose(engine, key, &hash);

	if (error == 0) {
		assert_in_range(key->local_port, FIRST, config.local_port_last);
		assert_int_equal(hash, flow_hash_of(&engine->flow_hash, key));
	}
	return error;
}

static void
occupy(const struct flow_key *key)
{
	uint64_t hash = flow_hash_of(&engine->flow_hash, key);

	assert_int_not_equal(flow_pool_create(&engine->flows, hash, key), FLOW_NONE);
}

/* proves: RFC6056-3.3.4 */
TEST(to_one_remote_ports_ascend_and_come_back_last)
{
	struct flow_key key = to_remote(1);
	uint16_t before;

	begin(RANGE, 0x11);
	assert_int_equal(choose(&key), 0);
	for (uint32_t i = 1; i < 3 * RANGE; i++) {
		before = key.local_port;
		assert_int_equal(choose(&key), 0);
		if (before == LISTENED - 1)
			assert_int_equal(key.local_port, LISTENED + 1);
		else if (before == config.local_port_last)
			assert_int_equal(key.local_port, FIRST);
		else
			assert_int_equal(key.local_port, before + 1);
	}
	end();
}

/* proves: RFC6056-3.1 */
TEST(each_port_is_taken_once_and_then_there_is_none)
{
	struct flow_key key = to_remote(1), other = to_remote(2);
	uint32_t errors = 0;

	begin(500, 0x11);
	for (uint32_t i = 0; i < 499; i++) { /* the listener's is left to it */
		assert_int_equal(choose(&key), 0);
		assert_int_not_equal(key.local_port, LISTENED);
		occupy(&key);
	}
	for (uint32_t i = 0; i < 10; i++)
		errors += choose(&key) == -EADDRNOTAVAIL;
	assert_int_equal(errors, 10);
	assert_int_equal(choose(&other), 0); /* to another remote they are all free */
	other = key;
	other.remote_port++;
	assert_int_equal(choose(&other), 0);
	end();
}

/* proves: RFC6056-3.3.4 */
TEST(remotes_begin_in_places_that_tell_nothing_of_each_other) /* RFC 6056, 3.3.4 */
{
	uint32_t buckets[10] = {0}, neighbours = 0;
	uint16_t before = 0;

	begin(RANGE, 0x11);
	for (uint32_t i = 0; i < 2000; i++) {
		struct flow_key key = to_remote(i);

		assert_int_equal(choose(&key), 0);
		buckets[(key.local_port - FIRST) / (RANGE / 10)]++;
		neighbours += abs(key.local_port - before) <= 10;
		before = key.local_port;
	}
	for (uint32_t i = 0; i < 10; i++)
		assert_in_range(buckets[i], 140, 260); /* 200, and four deviations of 13.4 */
	assert_in_range(neighbours, 0, 45);	       /* 17 by chance */
	end();
}

TEST(another_secret_gives_other_ports)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < 100; i++) {
		struct flow_key a = to_remote(i), b = to_remote(i);

		begin(RANGE, 0x11);
		assert_int_equal(choose(&a), 0);
		begin(RANGE, 0x12);
		assert_int_equal(choose(&b), 0);
		same += a.local_port == b.local_port;
	}
	assert_in_range(same, 0, 3);
	end();
}

TEST(a_port_in_time_wait_is_in_use)
{
	struct flow_key key = to_remote(1);
	struct time_wait tw = {0};
	uint64_t hash;
	uint16_t first;

	begin(2, 0x11);
	assert_int_equal(choose(&key), 0);
	first = key.local_port;
	hash = flow_hash_of(&engine->flow_hash, &key);
	time_wait_table_insert(&engine->time_wait, hash, &tw, false, 1000);
	assert_int_equal(tcp_ephemeral_check(engine, &key, &hash), -EADDRINUSE);
	for (uint32_t i = 0; i < 5; i++) {
		assert_int_equal(choose(&key), 0);
		assert_int_not_equal(key.local_port, first);
	}
	occupy(&key);
	assert_int_equal(choose(&key), -EADDRNOTAVAIL);
	end();
}

/* Every fourth port comes back to us. */
static uint32_t asked;

static enum tcp_home
every_fourth(const void *arg, uint8_t port, const struct flow_key *key, const struct ip_addr *local)
{
	assert_ptr_equal(arg, &asked);
	assert_int_equal(port, 3);
	assert_int_equal(local->octet[15], 1);
	asked++;
	return key->local_port % 4 == 1 ? TCP_HOME_HERE : TCP_HOME_ELSEWHERE;
}

static enum tcp_home
never(__attribute__((unused)) const void *arg, __attribute__((unused)) uint8_t port,
      __attribute__((unused)) const struct flow_key *key,
      __attribute__((unused)) const struct ip_addr *local)
{
	asked++;
	return TCP_HOME_ELSEWHERE;
}

static enum tcp_home
nobody_knows(__attribute__((unused)) const void *arg, __attribute__((unused)) uint8_t port,
	     __attribute__((unused)) const struct flow_key *key,
	     __attribute__((unused)) const struct ip_addr *local)
{
	return TCP_HOME_UNKNOWN;
}

TEST(only_ports_whose_answers_come_to_this_core_are_chosen)
{
	struct flow_key key = to_remote(1);
	uint64_t hash;

	begin(400, 0x11);
	engine->ephemeral.homing = (struct tcp_homing){every_fourth, &asked};
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(choose(&key), 0);
		assert_int_equal(key.local_port % 4, 1);
		occupy(&key);
	}
	assert_int_equal(choose(&key), -EADDRNOTAVAIL);
	key.local_port = FIRST + 2;
	assert_int_equal(tcp_ephemeral_check(engine, &key, &hash), -EADDRNOTAVAIL);
	key = to_remote(2);
	key.local_port = FIRST + 1;
	assert_int_equal(tcp_ephemeral_check(engine, &key, &hash), 0);

	engine->ephemeral.homing.of = never;
	asked = 0;
	assert_int_equal(choose(&key), -EADDRNOTAVAIL);
	assert_int_equal(asked, 400);
	engine->ephemeral.homing.of = nobody_knows;
	assert_int_equal(choose(&key), -EOPNOTSUPP);
	assert_int_equal(tcp_ephemeral_check(engine, &key, &hash), -EOPNOTSUPP);
	end();
}

TEST(a_call_looks_at_so_many_ports_and_the_next_goes_on_behind_them)
{
	struct flow_key key = to_remote(1), probe;
	uint32_t calls = 0;

	begin(RANGE, 0x11);
	probe = key;
	assert_int_equal(choose(&probe), 0);
	for (uint32_t i = 0; i < RANGE; i++) {
		key.local_port = (uint16_t)(FIRST + i);
		if (key.local_port != probe.local_port)
			occupy(&key);
	}
	while (choose(&key) != 0)
		assert_in_range(++calls, 1, 2); /* 2500 ports, 1024 a call */
	assert_int_equal(key.local_port, probe.local_port);
	assert_int_equal(calls, 2);
	end();
}
