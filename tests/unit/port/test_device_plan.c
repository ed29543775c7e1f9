/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <errno.h>


#include "device_plan.h"
#include "syn_queue.h"

#define TCP_TYPES (RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP)

static struct weir_config config;
static struct rte_eth_dev_info info;
static struct device_plan plan;
static char message[256];

/* A NIC that can all, and four workers. */
static struct device_wish
good_nic(void)
{
	weir_config_init(&config);
	memcpy(config.ports[0].name, "wan", 4);
	info = (struct rte_eth_dev_info){
		.driver_name = "net_nic",
		.max_mtu = 9000,
		.max_rx_queues = 16,
		.max_tx_queues = 16,
		.hash_key_size = 40,
		.flow_type_rss_offloads =
			TCP_TYPES | RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_UDP,
		.rx_offload_capa = RTE_ETH_RX_OFFLOAD_CHECKSUM | RTE_ETH_RX_OFFLOAD_VLAN_STRIP |
				   RTE_ETH_RX_OFFLOAD_TCP_LRO,
		.tx_offload_capa = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM |
				   RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE,
	};
	return (struct device_wish){
		.config = &config.ports[0], .workers = 4, .has_ipv4 = true, .has_ipv6 = true};
}

static int
make(const struct device_wish *wish)
{
	struct refusal refusal = {.message = message, .bytes = sizeof(message)};

	return device_plan_make(&plan, wish, &info, &refusal);
}

TEST(a_good_nic_gets_rss_and_a_queue_pair_for_each_worker)
{
	struct device_wish wish = good_nic();

	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_RSS);
	assert_int_equal(plan.rx_queues, 4);
	assert_int_equal(plan.tx_queues, 4);
	assert_int_equal(plan.rss_types, TCP_TYPES | RTE_ETH_RSS_IPV4);
	assert_int_equal(plan.rss_key_bytes, 40);
}

TEST(only_offloads_that_weir_understands_are_asked_for)
{
	struct device_wish wish = good_nic();

	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.rx_offloads,
			 RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM);
	assert_int_equal(plan.tx_offloads, RTE_ETH_TX_OFFLOAD_MULTI_SEGS |
						   RTE_ETH_TX_OFFLOAD_IPV4_CKSUM |
						   RTE_ETH_TX_OFFLOAD_TCP_CKSUM);
}

TEST(net_tap_is_not_trusted_with_the_tcp_checksum)
{
	struct device_wish wish = good_nic();

	info.driver_name = "net_tap";
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.tx_offloads,
			 RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
}

TEST(offload_no_leaves_all_checksums_to_weir)
{
	struct device_wish wish = good_nic();

	config.ports[0].offload = false;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.rx_offloads, 0);
	assert_int_equal(plan.tx_offloads, RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
}

TEST(one_worker_needs_no_steering)
{
	struct device_wish wish = good_nic();

	wish.workers = 1;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_NONE);
	assert_int_equal(plan.rx_queues, 1);
	assert_int_equal(plan.rss_types, 0);
}

TEST(without_rss_software_steers)
{
	struct device_wish wish = good_nic();

	info.flow_type_rss_offloads = RTE_ETH_RSS_NONFRAG_IPV4_UDP;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.rx_queues, 1);
	assert_int_equal(plan.tx_queues, 4);
	assert_non_null(strstr(plan.steering_reason, "no RSS over IPv4"));
}

TEST(rss_must_cover_the_families_in_use)
{
	struct device_wish wish = good_nic();

	info.flow_type_rss_offloads = RTE_ETH_RSS_IPV4;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	wish.has_ipv6 = false;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_RSS);
}

TEST(too_few_queues_mean_software)
{
	struct device_wish wish = good_nic();

	info.max_rx_queues = 3;
	info.max_tx_queues = 2;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.tx_queues, 2);
}

TEST(rss_that_is_insisted_on_and_missing_is_refused)
{
	struct device_wish wish = good_nic();

	config.ports[0].steering = WEIR_STEERING_RSS;
	info.flow_type_rss_offloads = 0;
	assert_int_equal(make(&wish), -ENOTSUP);
	assert_non_null(strstr(message, "[port wan] steering:"));
}

TEST(software_that_is_asked_for_is_used)
{
	struct device_wish wish = good_nic();

	config.ports[0].steering = WEIR_STEERING_SOFTWARE;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.rss_key_bytes, 0);
}

TEST(every_queue_is_read_where_the_driver_fills_all)
{
	struct device_wish wish = good_nic();

	info.driver_name = "net_af_packet";
	info.max_rx_queues = 6;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.rx_queues, 6);
	wish.workers = 1;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_NONE);
	assert_int_equal(plan.rx_queues, 6);
}

TEST(queues_between_which_flows_move_are_not_taken_for_rss)
{
	struct device_wish wish = good_nic();

	info.driver_name = "net_tap";
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.rx_queues, 1);
}

TEST(an_mtu_beyond_the_device_is_refused)
{
	struct device_wish wish = good_nic();

	info.max_mtu = 1500;
	config.ports[0].mtu = 1501;
	assert_int_equal(make(&wish), -ENOTSUP);
	assert_non_null(strstr(message, "576 to 1500"));
}

TEST(a_longest_frame_is_a_limit_for_the_mtu_too)
{
	struct device_wish wish = good_nic();

	info.max_mtu = UINT16_MAX;
	info.max_rx_pktlen = 1518;
	assert_int_equal(make(&wish), 0);
	config.ports[0].mtu = 1501;
	assert_int_equal(make(&wish), -ENOTSUP);
	info.max_rx_pktlen = UINT32_MAX; /* net_ring: no limit */
	assert_int_equal(make(&wish), 0);
}

TEST(a_device_that_cannot_send_is_refused)
{
	struct device_wish wish = good_nic();

	info.max_tx_queues = 0;
	assert_int_equal(make(&wish), -ENOTSUP);
}

TEST(a_refused_plan_gives_up_one_thing_after_the_other)
{
	struct device_wish wish = good_nic();

	assert_int_equal(make(&wish), 0);
	assert_non_null(device_plan_relax(&plan, &wish, &info));
	assert_int_equal(plan.rss_key_bytes, 0);
	assert_int_equal(plan.steering, STEERING_RSS);
	assert_non_null(device_plan_relax(&plan, &wish, &info));
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_int_equal(plan.rx_queues, 1);
	assert_non_null(device_plan_relax(&plan, &wish, &info)); /* as net_tap wants it */
	assert_int_equal(plan.tx_queues, 1);
	assert_non_null(device_plan_relax(&plan, &wish, &info));
	assert_int_equal(plan.rx_offloads, 0);
	assert_int_equal(plan.tx_offloads, RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
	assert_null(device_plan_relax(&plan, &wish, &info));
}

TEST(rss_that_is_insisted_on_is_not_given_up)
{
	struct device_wish wish = good_nic();

	config.ports[0].steering = WEIR_STEERING_RSS;
	assert_int_equal(make(&wish), 0);
	while (device_plan_relax(&plan, &wish, &info) != NULL)
		assert_int_equal(plan.steering, STEERING_RSS);
}

/* One worker, or software steering: where a queue for SYNs can be had. */
static struct device_wish
nic_with_syn_queue(enum weir_syn_queue wanted)
{
	struct device_wish wish = good_nic();

	wish.workers = 1;
	config.ports[0].syn_queue = wanted;
	return wish;
}

TEST(a_queue_for_syns_is_off_unless_asked_for)
{
	struct device_wish wish = good_nic();

	assert_int_equal(config.ports[0].syn_queue, WEIR_SYN_QUEUE_OFF);
	wish.workers = 1;
	assert_int_equal(make(&wish), 0);
	assert_false(plan.has_syn_queue);
	assert_null(plan.syn_queue_obstacle);
	assert_int_equal(plan.rx_queues, 1);
}

TEST(a_queue_for_syns_is_the_second_one)
{
	struct device_wish wish = nic_with_syn_queue(WEIR_SYN_QUEUE_AUTO);

	assert_int_equal(make(&wish), 0);
	assert_true(plan.has_syn_queue);
	assert_int_equal(plan.rx_queues, SYN_QUEUE + 1);
	wish.workers = 4;
	config.ports[0].steering = WEIR_STEERING_SOFTWARE;
	assert_int_equal(make(&wish), 0);
	assert_int_equal(plan.steering, STEERING_SOFTWARE);
	assert_true(plan.has_syn_queue);
	assert_int_equal(plan.rx_queues, SYN_QUEUE + 1);
}

static void
expect_no_syn_queue(const struct device_wish *wish)
{
	config.ports[0].syn_queue = WEIR_SYN_QUEUE_AUTO;
	assert_int_equal(make(wish), 0);
	assert_false(plan.has_syn_queue);
	assert_non_null(plan.syn_queue_obstacle);
	config.ports[0].syn_queue = WEIR_SYN_QUEUE_ON;
	assert_int_equal(make(wish), -ENOTSUP);
	assert_non_null(strstr(message, "[port wan] syn_queue: on cannot be had"));
}

TEST(rss_over_several_workers_excludes_a_queue_for_syns)
{
	struct device_wish wish = good_nic();

	expect_no_syn_queue(&wish);
}

TEST(one_receive_queue_is_not_divided)
{
	struct device_wish wish = nic_with_syn_queue(WEIR_SYN_QUEUE_ON);

	info.max_rx_queues = 1;
	expect_no_syn_queue(&wish);
}

TEST(a_device_that_fills_queues_its_own_way_has_none_for_syns)
{
	struct device_wish wish = nic_with_syn_queue(WEIR_SYN_QUEUE_ON);

	info.driver_name = "net_af_packet";
	expect_no_syn_queue(&wish);
	info.driver_name = "net_tap";
	expect_no_syn_queue(&wish);
}

TEST(a_refused_queue_for_syns_is_given_up_first)
{
	struct device_wish wish = nic_with_syn_queue(WEIR_SYN_QUEUE_AUTO);

	assert_int_equal(make(&wish), 0);
	while (plan.has_syn_queue)
		assert_non_null(device_plan_relax(&plan, &wish, &info));
	assert_int_equal(plan.rx_queues, 1);
	assert_non_null(plan.syn_queue_obstacle);
	assert_int_not_equal(plan.rx_offloads, 0);
}

TEST(a_queue_for_syns_that_is_insisted_on_is_not_given_up)
{
	struct device_wish wish = nic_with_syn_queue(WEIR_SYN_QUEUE_ON);

	assert_int_equal(make(&wish), 0);
	while (device_plan_relax(&plan, &wish, &info) != NULL)
		assert_true(plan.has_syn_queue);
}
