/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Where answers come in: Toeplitz by the RSS specification's own examples, and by a
 * device that tells of itself what the test says.
 */
#include "test.h"

#include <errno.h>

#include "homing.h"

#define KEY_BYTES 40
#define PLACES	  128

static const uint8_t example_key[KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static struct {
	uint8_t key[KEY_BYTES];
	uint64_t types;
	bool hides_key;
	bool hides_table;
	uint16_t queue_of_last_place;
} told;

int
rte_eth_dev_rss_hash_conf_get(uint16_t port_id, struct rte_eth_rss_conf *conf)
{
	(void)port_id;
	if (told.hides_key)
		return -ENOTSUP;
	assert_int_equal(conf->rss_key_len, KEY_BYTES);
	memcpy(conf->rss_key, told.key, KEY_BYTES);
	conf->rss_hf = told.types;
	return 0;
}

int
rte_eth_dev_rss_reta_query(uint16_t port_id, struct rte_eth_rss_reta_entry64 *groups,
			   uint16_t places)
{
	(void)port_id;
	if (told.hides_table)
		return -ENOTSUP;
	for (uint32_t i = 0; i < places; i++)
		groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
			(uint16_t)(i % 5);
	groups[(places - 1u) / RTE_ETH_RETA_GROUP_SIZE]
		.reta[(places - 1) % RTE_ETH_RETA_GROUP_SIZE] = told.queue_of_last_place;
	return 0;
}

static struct device device;
static struct homing_spread spread;

static void
begin(uint64_t types)
{
	memset(&told, 0, sizeof(told));
	memcpy(told.key, example_key, KEY_BYTES);
	told.types = types;
	device = (struct device){
		.plan = {.rx_queues = 5, .steering = STEERING_RSS},
		.capabilities = {.reta_size = PLACES, .hash_key_size = KEY_BYTES},
	};
}

static bool
asks(void)
{
	const char *obstacle = NULL;
	bool knows = homing_ask(&spread, &device, &obstacle);

	if (!knows) {
		struct flow_key key = {0};

		assert_non_null(obstacle);
		assert_int_equal(homing_queue(&spread, &key, &key.remote), UINT32_MAX);
	}
	return knows;
}

static uint32_t
queue_of_ipv4(uint32_t remote, uint16_t remote_port, uint32_t local, uint16_t local_port)
{
	struct flow_key key = {
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(remote)),
		.remote_port = remote_port,
		.local_port = local_port,
	};
	struct ip_addr ours = ip_addr_of_ipv4(rte_cpu_to_be_32(local));

	return homing_queue(&spread, &key, &ours);
}

/* 66.9.149.187:2794 to 161.142.100.80:1766 hashes to 0x51ccc178, addresses alone to 0x323e8fc2. */
TEST(ipv4_is_hashed_as_the_specification_says)
{
	begin(RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_IPV4);
	assert_true(asks());
	assert_int_equal(queue_of_ipv4(0x420995bb, 2794, 0xa18e6450, 1766), 0x78 % 5);
	begin(RTE_ETH_RSS_IPV4);
	assert_true(asks());
	assert_int_equal(queue_of_ipv4(0x420995bb, 2794, 0xa18e6450, 1766), 0x42 % 5);
	assert_int_equal(queue_of_ipv4(0x420995bb, 2794, 0xa18e6450, 1), 0x42 % 5);
	begin(RTE_ETH_RSS_NONFRAG_IPV6_TCP);
	assert_true(asks());
	assert_int_equal(queue_of_ipv4(0x420995bb, 2794, 0xa18e6450, 1766), UINT32_MAX);
}

/* 3ffe:2501:200:1fff::7 port 2794 to 3ffe:2501:200:3::1 port 1766: 0x40207d3d, 0x2cc18cd5. */
TEST(ipv6_is_hashed_as_the_specification_says)
{
	struct flow_key key = {
		.remote = {.word = {RTE_BE32(0x3ffe2501), RTE_BE32(0x02001fff), 0, RTE_BE32(7)}},
		.remote_port = 2794,
		.local_port = 1766,
	};
	struct ip_addr ours = {
		.word = {RTE_BE32(0x3ffe2501), RTE_BE32(0x02000003), 0, RTE_BE32(1)}};

	begin(RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV6);
	assert_true(asks());
	assert_int_equal(homing_queue(&spread, &key, &ours), 0x3d % 5);
	begin(RTE_ETH_RSS_IPV6);
	assert_true(asks());
	assert_int_equal(homing_queue(&spread, &key, &ours), 0x55 % 5);
}

TEST(a_device_that_does_not_tell_is_not_guessed_at)
{
	begin(RTE_ETH_RSS_IPV4);
	told.hides_key = true;
	assert_false(asks());
	begin(RTE_ETH_RSS_IPV4);
	memset(told.key, 0, sizeof(told.key));
	assert_false(asks());
	begin(RTE_ETH_RSS_IPV4);
	told.hides_table = true;
	assert_false(asks());
	begin(RTE_ETH_RSS_IPV4);
	told.queue_of_last_place = 5;
	assert_false(asks());
	begin(RTE_ETH_RSS_IPV4);
	device.capabilities.reta_size = 0;
	assert_false(asks());
	device.capabilities.reta_size = 100;
	assert_false(asks());
	device.capabilities.reta_size = 4096;
	assert_false(asks());
	begin(RTE_ETH_RSS_IPV4);
	device.capabilities.hash_key_size = 0;
	assert_false(asks());
}
