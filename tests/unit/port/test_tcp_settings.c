/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "tcp_settings.h"
#include "units.h"

static struct weir_config config;
static struct tcp_config tcp;

static void
make(void)
{
	tcp_settings_make(&tcp, &config);
}

TEST(defaults_become_ticks)
{
	weir_config_init(&config);
	config.tcp.delayed_ack_ms = 40;
	config.tcp.msl_ms = 30000;
	config.tcp.idle_timeout_ms = 0;
	config.tcp.request_timeout_ms = 0;
	config.tcp.stall_timeout_short_ms = 0;
	make();
	assert_int_equal(tcp.delayed_ack_ticks, ticks_in_ms(40));
	assert_int_equal(tcp.time_wait_ticks, ticks_in_ms(60000));
	assert_int_equal(tcp.idle_ticks, 0);
	assert_int_equal(tcp.request_ticks, 0);
	assert_int_equal(tcp.stall_short_ticks, 0);
}

TEST(a_short_time_is_never_none_at_all)
{
	weir_config_init(&config);
	config.tcp.delayed_ack_ms = 1;
	make();
	assert_true(tcp.delayed_ack_ticks > 0);
}

TEST(times_beyond_half_the_ticks_are_cut)
{
	weir_config_init(&config);
	config.tcp.idle_timeout_ms = UINT32_MAX;
	config.tcp.retransmit_timeout_ms = 86400000;
	make();
	assert_true(tick_before(0, tcp.idle_ticks));
	assert_int_equal(tcp.retransmit_ticks, ticks_in_ms(86400000));
}

TEST(retransmission_counts_in_microseconds)
{
	weir_config_init(&config);
	config.tcp.rto_min_ms = 200;
	config.tcp.rto_max_ms = 600000;
	make();
	assert_int_equal(tcp.rto_min_us, 200000);
	assert_int_equal(tcp.rto_max_us, 600000000);
}

TEST(the_syn_section_arrives_whole)
{
	weir_config_init(&config);
	config.syn.cookies = WEIR_COOKIES_NEVER;
	config.syn.queue = 17;
	config.syn.rate = 18;
	config.syn.hold_ms = 19;
	config.syn.retries = 3;
	make();
	assert_int_equal(tcp.cookies, TCP_COOKIES_NEVER);
	assert_int_equal(tcp.syn_queue_max, 17);
	assert_int_equal(tcp.syn_rate, 18);
	assert_int_equal(tcp.syn_hold_ns, 19 * NS_PER_MS);
	assert_int_equal(tcp.syn_retries_max, 3);
	config.syn.cookies = WEIR_COOKIES_ALWAYS;
	make();
	assert_int_equal(tcp.cookies, TCP_COOKIES_ALWAYS);
	config.syn.cookies = WEIR_COOKIES_AUTO;
	make();
	assert_int_equal(tcp.cookies, TCP_COOKIES_AUTO);
}

TEST(congestion_control_is_cubic_unless_told_otherwise)
{
	weir_config_init(&config);
	make();
	assert_int_equal(tcp.congestion_control, TCP_CC_CUBIC);
	config.tcp.congestion_control = WEIR_CC_NEWRENO;
	make();
	assert_int_equal(tcp.congestion_control, TCP_CC_NEWRENO);
}

TEST(dscp_stands_above_ecn)
{
	weir_config_init(&config);
	config.tcp.dscp = 46;
	make();
	assert_int_equal(tcp.tos, 0xb8);
}

TEST(limits_and_switches_arrive)
{
	weir_config_init(&config);
	config.limits.flows = 1001;
	config.limits.time_wait = 1002;
	config.limits.transfers = 1003;
	config.limits.reassembly_segments = 1004;
	config.tcp.timestamps = false;
	config.tcp.sack = true;
	config.tcp.window_scaling = false;
	config.tcp.keepalive = true;
	config.tcp.receive_buffer = 1 << 20;
	config.tcp.receive_buffer_max = 1 << 24;
	config.tcp.send_buffer = 4096;
	config.tcp.rst_rate = 5;
	config.tcp.challenge_ack_rate = 6;
	make();
	assert_int_equal(tcp.flows_max, 1001);
	assert_int_equal(tcp.time_wait_max, 1002);
	assert_int_equal(tcp.transfers_max, 1003);
	assert_int_equal(tcp.reassembly_segments_max, 1004);
	assert_false(tcp.timestamps);
	assert_true(tcp.sack);
	assert_false(tcp.window_scaling);
	assert_int_equal(tcp.receive_buffer, 1 << 20);
	assert_int_equal(tcp.send_buffer, 4096);
	assert_int_equal(tcp.receive_buffer_max, 1 << 24);
	assert_int_equal(tcp.rcv_wscale, tcp_config_wscale(1 << 24));
	assert_true(tcp.keepalive);
	assert_int_equal(tcp.rst_rate, 5);
	assert_int_equal(tcp.challenge_ack_rate, 6);
}

TEST(a_buffer_that_may_not_grow_is_the_largest_itself)
{
	weir_config_init(&config);
	config.tcp.receive_buffer = 1 << 22;
	config.tcp.receive_buffer_max = 1 << 16;
	make();
	assert_int_equal(tcp.receive_buffer_max, 1 << 22);
	assert_int_equal(tcp.rcv_wscale, tcp_config_wscale(1 << 22));
}

TEST(a_port_says_what_it_computes_and_sends)
{
	struct device device = {
		.port_id = 3,
		.plan = {.mtu = 1400, .tx_offloads = RTE_ETH_TX_OFFLOAD_TCP_CKSUM},
	};

	weir_config_init(&config);
	make();
	tcp_settings_add_port(&tcp, &device);
	assert_int_equal(tcp.ports[3].mtu, 1400);
	assert_true(tcp.ports[3].offload.tcp_checksum);
	assert_false(tcp.ports[3].offload.ipv4_checksum);
	assert_false(tcp.ports[3].multi_segment);
	device.plan.tx_offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
	tcp_settings_add_port(&tcp, &device);
	assert_true(tcp.ports[3].multi_segment);
	assert_true(tcp.ports[3].offload.ipv4_checksum);
	assert_false(tcp.ports[3].offload.tcp_checksum);
}
