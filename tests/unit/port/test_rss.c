/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A device that does with its RSS key as the test says: the two calls of DPDK
 * that are asked of it are this program's own.
 */
#include "test.h"

#include <errno.h>

#include <rte_thash.h>

#include "rss.h"
#include "seed.h"

#define KEY_BYTES 40
#define QUEUES	  8

static struct {
	uint8_t key[KEY_BYTES];
	bool is_mute;
	bool takes_updates;
	unsigned int updates;
} device;

static uint8_t our_key[RSS_KEY_BYTES_MAX];

static const struct device_plan plan = {
	.steering = STEERING_RSS,
	.rss_types = RTE_ETH_RSS_IPV4,
	.rss_key_bytes = KEY_BYTES,
};

int
rte_eth_dev_rss_hash_conf_get(uint16_t port_id, struct rte_eth_rss_conf *conf)
{
	(void)port_id;
	if (device.is_mute)
		return -ENOTSUP;
	assert_true(conf->rss_key_len >= KEY_BYTES);
	memcpy(conf->rss_key, device.key, KEY_BYTES);
	return 0;
}

int
rte_eth_dev_rss_hash_update(uint16_t port_id, struct rte_eth_rss_conf *conf)
{
	(void)port_id;
	device.updates++;
	assert_int_equal(conf->rss_key_len, KEY_BYTES);
	assert_int_equal(conf->rss_hf, RTE_ETH_RSS_IPV4);
	if (device.takes_updates)
		memcpy(device.key, conf->rss_key, KEY_BYTES);
	return 0;
}

static void
begin(void)
{
	memset(&device, 0, sizeof(device));
	memset(our_key, 0x5a, sizeof(our_key));
}

TEST(a_device_that_took_our_key_is_believed)
{
	begin();
	memcpy(device.key, our_key, KEY_BYTES);
	assert_true(rss_confirm_key(0, &plan, our_key));
	assert_int_equal(device.updates, 0);
}

TEST(a_device_with_another_key_is_told_again)
{
	begin();
	device.takes_updates = true;
	assert_true(rss_confirm_key(0, &plan, our_key));
	assert_int_equal(device.updates, 1);
	assert_memory_equal(device.key, our_key, KEY_BYTES);
}

TEST(a_device_that_keeps_its_key_is_found_out)
{
	begin();
	assert_false(rss_confirm_key(0, &plan, our_key));
}

TEST(a_device_that_does_not_say_is_taken_at_its_word)
{
	begin();
	device.is_mute = true;
	assert_true(rss_confirm_key(0, &plan, our_key));
}

TEST(without_a_key_of_ours_the_driver_chooses)
{
	struct device_plan no_key = plan;
	struct rte_eth_rss_conf conf;

	no_key.rss_key_bytes = 0;
	rss_fill(&conf, &no_key, our_key);
	assert_null(conf.rss_key);
	assert_int_equal(conf.rss_hf, RTE_ETH_RSS_IPV4);
}

/* How many of 4096 packets the fullest of the queues gets. */
static unsigned int
fullest_queue(const uint8_t key[KEY_BYTES])
{
	unsigned int queues[QUEUES] = {0}, most = 0;

	for (uint32_t i = 0; i < 4096; i++) {
		uint16_t source_port = (uint16_t)(1024 + i);
		/* The low half of the source address undoes what the source port changes. */
		uint32_t tuple[3] = {
			0xc6330000u | (uint16_t)(0x1234 ^ source_port),
			0xc0000201u,
			(uint32_t)source_port << 16 | 80,
		};

		queues[rte_softrss(tuple, RTE_DIM(tuple), key) % QUEUES]++;
	}
	for (unsigned int q = 0; q < QUEUES; q++)
		most = RTE_MAX(most, queues[q]);
	return most;
}

/* Why rss.h does not make RSS symmetric by the key. */
TEST(under_a_key_of_period_16_anybody_can_aim_at_one_queue)
{
	uint64_t seed = test_seed();
	uint8_t key[KEY_BYTES];

	for (unsigned int i = 0; i < KEY_BYTES; i++)
		key[i] = (uint8_t)(seed >> (i % 2 * 8));
	assert_int_equal(fullest_queue(key), 4096);
}

TEST(under_a_random_key_he_cannot)
{
	/* The key of the RSS specification's examples, as random as any. */
	static const uint8_t key[KEY_BYTES] = {
		0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
		0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
		0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
	};

	assert_in_range(fullest_queue(key), 4096 / QUEUES, 4096 / 2);
}
