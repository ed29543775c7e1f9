/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The judgement of a whole configuration.  Every test begins with one that is
 * accepted, spoils a single thing, and expects a sentence that names section,
 * key and what is allowed.
 */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>

#include "weir/config.h"

static const struct weir_app_ops ops = {.version = WEIR_APP_VERSION, .name = "none"};
static struct weir_config config;
static char message[256];

static void
set_ipv4(uint8_t address[16], const char *text)
{
	memset(address, 0, 16);
	address[10] = address[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, address + 12), 1);
}

static void
set_ipv6(uint8_t address[16], const char *text)
{
	assert_int_equal(inet_pton(AF_INET6, text, address), 1);
}

static void
add_listener(const char *name, uint16_t address, uint16_t tcp_port)
{
	struct weir_listener_config *listener = &config.listeners[config.listener_count++];

	strcpy(listener->name, name);
	strcpy(listener->app, "none");
	listener->address = address;
	listener->ports[0] = tcp_port;
	listener->port_count = 1;
	listener->ops = &ops;
}

/* Two ports, an address of each kind, two listeners. */
static void
start_good(void)
{
	weir_config_init(&config);
	strcpy(config.ports[0].name, "wan");
	strcpy(config.ports[0].device, "net_null0");
	strcpy(config.ports[1].name, "lan");
	strcpy(config.ports[1].device, "net_null1");
	config.port_count = 2;

	strcpy(config.addresses[0].name, "v4");
	set_ipv4(config.addresses[0].address, "192.0.2.1");
	set_ipv4(config.addresses[0].gateway, "192.0.2.254");
	config.addresses[0].prefix_bits = 24;
	strcpy(config.addresses[1].name, "v6");
	set_ipv6(config.addresses[1].address, "2001:db8::1");
	set_ipv6(config.addresses[1].gateway, "fe80::1");
	config.addresses[1].prefix_bits = 64;
	config.addresses[1].port = 1;
	config.address_count = 2;

	add_listener("web", UINT16_MAX, 80);
	add_listener("other", 1, 81);
}

static void
expect_accepted(void)
{
	message[0] = '\0';
	assert_int_equal(weir_config_check(&config, message, sizeof(message)), 0);
}

/* `begin`: section and key; `allowed`: what must follow "allowed: ". */
static void
expect_refused(const char *begin, const char *allowed)
{
	const char *tail;

	message[0] = '\0';
	assert_int_equal(weir_config_check(&config, message, sizeof(message)), -EINVAL);
	if (strncmp(message, begin, strlen(begin)) != 0 || message[strlen(begin)] != ':')
		fail_msg("\"%s\" does not begin with \"%s:\"", message, begin);
	tail = strstr(message, "allowed: ");
	if (tail == NULL || strcmp(tail + strlen("allowed: "), allowed) != 0)
		fail_msg("\"%s\" does not end with \"allowed: %s\"", message, allowed);
}

TEST(what_the_tests_start_from_is_accepted)
{
	start_good();
	expect_accepted();
}

TEST(defaults_alone_lack_a_port)
{
	weir_config_init(&config);
	expect_refused("[port]", "1 to 8");
}

/* Spoils `field`, with a value below and one above what is allowed. */
#define EXPECT_RANGE(begin, field, below, above, allowed) \
	do {                                              \
		start_good();                             \
		field = below;                            \
		expect_refused(begin, allowed);           \
		start_good();                             \
		field = above;                            \
		expect_refused(begin, allowed);           \
	} while (0)

/* The same for a field that may be 0. */
#define EXPECT_MAX(begin, field, above, allowed) \
	do {                                     \
		start_good();                    \
		field = 0;                       \
		expect_accepted();               \
		field = above;                   \
		expect_refused(begin, allowed);  \
	} while (0)

TEST(numbers_of_weir_have_ranges)
{
	EXPECT_MAX("[weir] main_core", config.main_core, 1024, "0 to 1023");
	EXPECT_MAX("[weir] memory", config.memory_mb, 1048577, "0 to 1048576");
	EXPECT_MAX("[weir] stats_interval", config.stats_interval_s, 86401, "0 to 86400");
	EXPECT_MAX("[weir] stop", config.stop_policy, (enum weir_stop_policy)2, "rst, fin");
	EXPECT_MAX("[weir] stop_grace", config.stop_grace_ms, 600001, "0 to 600000");
}

TEST(numbers_of_a_port_have_ranges)
{
	EXPECT_MAX("[port wan] vlan", config.ports[0].vlan_id, 4095, "0 to 4094");
	EXPECT_RANGE("[port lan] mtu", config.ports[1].mtu, 575, 9001, "576 to 9000");
	EXPECT_RANGE("[port wan] rx_descriptors", config.ports[0].rx_descriptors, 63, 32769,
		     "64 to 32768");
	EXPECT_RANGE("[port wan] tx_descriptors", config.ports[0].tx_descriptors, 63, 32769,
		     "64 to 32768");
	EXPECT_MAX("[port wan] syn_queue", config.ports[0].syn_queue, (enum weir_syn_queue)3,
		   "off, auto, on");
	EXPECT_MAX("[port wan] steering", config.ports[0].steering, (enum weir_steering)3,
		   "auto, rss, software");
}

TEST(numbers_of_syn_have_ranges)
{
	EXPECT_MAX("[syn] cookies", config.syn.cookies, (enum weir_cookies)3,
		   "auto, always, never");
	EXPECT_MAX("[syn] mac", config.syn.mac, (enum weir_mac)3, "auto, aes, siphash");
	EXPECT_RANGE("[syn] queue", config.syn.queue, 0, 1048577, "1 to 1048576");
	EXPECT_RANGE("[syn] rate", config.syn.rate, 0, 100000001, "1 to 100000000");
	EXPECT_RANGE("[syn] hold", config.syn.hold_ms, 0, 3600001, "1 to 3600000");
	EXPECT_MAX("[syn] retries", config.syn.retries, 11, "0 to 10");
}

TEST(numbers_of_tcp_have_ranges)
{
	struct weir_tcp_config *tcp = &config.tcp;

	EXPECT_RANGE("[tcp] receive_buffer", tcp->receive_buffer, 2047, 16777217,
		     "2048 to 16777216");
	EXPECT_RANGE("[tcp] receive_buffer_max", tcp->receive_buffer_max, 2047, 67108865,
		     "2048 to 67108864");
	EXPECT_RANGE("[tcp] keepalive_time", tcp->keepalive_time_ms, 999, 864000001,
		     "1000 to 864000000");
	EXPECT_RANGE("[tcp] keepalive_interval", tcp->keepalive_interval_ms, 999, 3600001,
		     "1000 to 3600000");
	EXPECT_RANGE("[tcp] keepalive_probes", tcp->keepalive_probes, 0, 16, "1 to 15");
	EXPECT_RANGE("[tcp] send_buffer", tcp->send_buffer, 2047, 16777217, "2048 to 16777216");
	EXPECT_RANGE("[tcp] rto_min", tcp->rto_min_ms, 0, 60001, "1 to 60000");
	EXPECT_RANGE("[tcp] rto_max", tcp->rto_max_ms, 999, 600001, "1000 to 600000");
	EXPECT_MAX("[tcp] congestion_control", tcp->congestion_control,
		   (enum weir_congestion_control)2, "cubic, newreno");
	EXPECT_MAX("[tcp] delayed_ack", tcp->delayed_ack_ms, 500, "0 to 499");
	EXPECT_RANGE("[tcp] retransmit_timeout", tcp->retransmit_timeout_ms, 999, 86400001,
		     "1000 to 86400000");
	EXPECT_RANGE("[tcp] connect_timeout", config.tcp.connect_timeout_ms, 999, 86400001,
		     "1000 to 86400000");
	EXPECT_RANGE("[tcp] local_port_first", config.tcp.local_port_first, 1023, 0,
		     "1024 to 65535");
	EXPECT_RANGE("[tcp] local_port_last", config.tcp.local_port_last, 1023, 0,
		     "1024 to 65535");
	start_good();
	config.tcp.local_port_last = 32767;
	expect_refused("[tcp] local_port_first", "1024 to 32767");
	EXPECT_RANGE("[tcp] msl", tcp->msl_ms, 0, 120001, "1 to 120000");
	EXPECT_RANGE("[tcp] fin_wait_2", tcp->fin_wait_2_ms, 999, 86400001, "1000 to 86400000");
	EXPECT_RANGE("[tcp] ttl", tcp->ttl, 0, 0, "1 to 255");
	EXPECT_MAX("[tcp] dscp", tcp->dscp, 64, "0 to 63");
	EXPECT_MAX("[tcp] rst_rate", tcp->rst_rate, 1000001, "0 to 1000000");
	EXPECT_RANGE("[tcp] challenge_ack_rate", tcp->challenge_ack_rate, 0, 1000001,
		     "1 to 1000000");
}

TEST(numbers_of_limits_have_ranges)
{
	struct weir_limits_config *limits = &config.limits;

	EXPECT_RANGE("[limits] flows", limits->flows, 63, 100000001, "64 to 100000000");
	EXPECT_RANGE("[limits] time_wait", limits->time_wait, 63, 100000001, "64 to 100000000");
	EXPECT_RANGE("[limits] transfers", limits->transfers, 63, 100000001, "64 to 100000000");
	EXPECT_RANGE("[limits] buffers", limits->buffers, 1023, 16777217, "1024 to 16777216");
	EXPECT_RANGE("[limits] reassembly_segments", limits->reassembly_segments, 0, 4097,
		     "1 to 4096");
}

TEST(counts_have_bounds)
{
	EXPECT_RANGE("[weir] cores", config.core_count, 0, 65, "1 to 64");
	EXPECT_RANGE("[port]", config.port_count, 0, 9, "1 to 8");
	EXPECT_RANGE("[address]", config.address_count, 0, 1025, "1 to 1024");
	EXPECT_RANGE("[listener]", config.listener_count, 0, 257, "1 to 256");
	EXPECT_RANGE("[listener web] tcp", config.listeners[0].port_count, 0, 65, "1 to 64");
}

TEST(a_string_must_end_inside_its_array)
{
	start_good();
	memset(config.ports[1].name, 'x', sizeof(config.ports[1].name));
	expect_refused("[port xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]", "up to 31 octets");
	start_good();
	memset(config.ports[1].device, 'x', sizeof(config.ports[1].device));
	expect_refused("[port lan] device", "up to 255 octets");
	start_good();
	memset(config.listeners[1].args, 'x', sizeof(config.listeners[1].args));
	expect_refused("[listener other] args", "up to 255 octets");
	start_good();
	memset(config.eal_arguments, 'x', sizeof(config.eal_arguments));
	expect_refused("[weir] eal", "up to 1023 octets");
}

TEST(a_worker_has_a_cpu_of_its_own)
{
	start_good();
	config.cores[1] = config.cores[0];
	config.core_count = 2;
	expect_refused("[weir] cores", "one worker per CPU");
	config.cores[1] = 1024;
	expect_refused("[weir] cores", "0 to 1023");
}

TEST(descriptors_are_powers_of_two)
{
	start_good();
	config.ports[0].rx_descriptors = 1000;
	expect_refused("[port wan] rx_descriptors", "64 to 32768, a power of two");
	start_good();
	config.ports[0].tx_descriptors = 96;
	expect_refused("[port wan] tx_descriptors", "64 to 32768, a power of two");
}

TEST(a_port_has_a_name_and_a_device_of_its_own)
{
	start_good();
	config.ports[1].name[0] = '\0';
	expect_refused("[port]", "1 to 31 octets");
	start_good();
	config.ports[1].device[0] = '\0';
	expect_refused("[port lan] device", "1 to 255 octets");
	start_good();
	strcpy(config.ports[1].name, "wan");
	expect_refused("[port wan]", "one section per name");
	start_good();
	strcpy(config.ports[1].device, "net_null0");
	expect_refused("[port lan] device", "one port per device");
}

TEST(an_address_belongs_to_a_port)
{
	start_good();
	config.addresses[1].port = 2;
	expect_refused("[address v6] port", "the name of a [port] section");
}

static void
expect_no_host(uint32_t index, const char *text)
{
	start_good();
	if (index == 0)
		set_ipv4(config.addresses[0].address, text);
	else
		set_ipv6(config.addresses[1].address, text);
	expect_refused(index == 0 ? "[address v4] ip" : "[address v6] ip", "a unicast address");
}

TEST(an_address_is_a_hosts)
{
	expect_no_host(0, "0.0.0.0");
	expect_no_host(0, "127.0.0.1");
	expect_no_host(0, "224.0.0.1");
	expect_no_host(0, "255.255.255.255");
	expect_no_host(1, "::");
	expect_no_host(1, "::1");
	expect_no_host(1, "ff02::1");
}

TEST(an_address_is_there_once)
{
	start_good();
	memcpy(config.addresses[1].address, config.addresses[0].address, 16);
	config.addresses[1].prefix_bits = 24;
	expect_refused("[address v6] ip", "each address once");
	start_good();
	strcpy(config.addresses[1].name, "v4");
	expect_refused("[address v4]", "one section per name");
}

TEST(a_prefix_is_no_longer_than_its_address)
{
	start_good();
	config.addresses[0].prefix_bits = 33;
	expect_refused("[address v4] ip", "0 to 32");
	start_good();
	config.addresses[1].prefix_bits = 129;
	expect_refused("[address v6] ip", "0 to 128");
}

TEST(ipv6_needs_its_minimum_mtu)
{
	start_good();
	config.ports[1].mtu = 1279;
	expect_refused("[address v6] ip", "IPv4");
	config.ports[1].mtu = 1280;
	expect_accepted();
}

TEST(a_gateway_is_a_neighbour)
{
	start_good();
	set_ipv4(config.addresses[0].gateway, "192.0.3.254");
	expect_refused("[address v4] gateway", "inside that of `ip`");
	set_ipv4(config.addresses[0].gateway, "192.0.2.1");
	expect_refused("[address v4] gateway", "a neighbour's address");
	set_ipv6(config.addresses[0].gateway, "2001:db8::2");
	expect_refused("[address v4] gateway", "that of `ip`");
	memset(config.addresses[0].gateway, 0, 16);
	expect_accepted();
}

TEST(a_prefix_may_end_inside_an_octet)
{
	start_good();
	config.addresses[0].prefix_bits = 25; /* .1 and .254 are apart */
	expect_refused("[address v4] gateway", "inside that of `ip`");
	set_ipv4(config.addresses[0].gateway, "192.0.2.126");
	expect_accepted();
	config.addresses[0].prefix_bits = 0;
	set_ipv4(config.addresses[0].gateway, "203.0.113.1");
	expect_accepted();
	set_ipv6(config.addresses[1].gateway, "2001:db8:0:1::2");
	expect_refused("[address v6] gateway", "inside that of `ip`");
	config.addresses[1].prefix_bits = 63;
	expect_accepted();
}

TEST(a_listener_listens_somewhere)
{
	start_good();
	config.listeners[1].address = 2;
	expect_refused("[listener other] address", "all, the name of an [address] section");
	start_good();
	config.listeners[1].ports[0] = 0;
	expect_refused("[listener other] tcp", "1 to 65535");
	start_good();
	config.listeners[1].ports[1] = 81;
	config.listeners[1].port_count = 2;
	expect_refused("[listener other] tcp", "each once");
}

TEST(an_address_and_port_have_one_listener)
{
	start_good();
	config.listeners[1].ports[0] = 80; /* `web` listens at all addresses */
	expect_refused("[listener web] tcp", "one listener per address and port");
	config.listeners[0].address = 0; /* now at another one */
	expect_accepted();
	strcpy(config.listeners[1].name, "web");
	expect_refused("[listener web]", "one section per name");
}

TEST(a_listener_has_an_application_of_this_version)
{
	static const struct weir_app_ops old = {.version = WEIR_APP_VERSION + 1, .name = "old"};

	start_good();
	config.listeners[0].ops = NULL;
	expect_refused("[listener web] application", "a built-in one or a .so");
	config.listeners[0].ops = &old;
	expect_refused("[listener web] application", "4");
}

TEST(rto_min_is_not_above_rto_max)
{
	start_good();
	config.tcp.rto_min_ms = 2000;
	config.tcp.rto_max_ms = 2000;
	expect_accepted();
	config.tcp.rto_max_ms = 1999;
	expect_refused("[tcp] rto_min", "1 to 1999");
}

TEST(buffers_cover_the_descriptors)
{
	start_good(); /* two ports of 1024 + 1024 */
	config.limits.buffers = 5119;
	expect_refused("[limits] buffers", "5120 to 16777216");
	config.limits.buffers = 5120;
	expect_accepted();
}

TEST(buffers_cover_the_descriptors_of_a_queue_for_syns)
{
	start_good();
	config.ports[1].syn_queue = WEIR_SYN_QUEUE_AUTO;
	config.limits.buffers = 6143;
	expect_refused("[limits] buffers", "6144 to 16777216");
	config.limits.buffers = 6144;
	expect_accepted();
}

TEST(a_short_message_buffer_is_not_overrun)
{
	char small[8];

	start_good();
	config.tcp.ttl = 0;
	for (size_t bytes = 0; bytes <= sizeof(small); bytes++) {
		memset(small, '#', sizeof(small));
		assert_int_equal(weir_config_check(&config, small, bytes), -EINVAL);
		if (bytes > 0)
			assert_true(memchr(small, '\0', bytes) != NULL);
		for (size_t i = bytes; i < sizeof(small); i++)
			assert_int_equal(small[i], '#');
	}
}
