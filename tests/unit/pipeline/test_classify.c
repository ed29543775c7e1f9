/* SPDX-License-Identifier: BSD-3-Clause */

/* Whose is a frame?  Addresses are bench_core.h's; the peer is packet.h's 192.0.2.2. */
#include "test.h"

#include "bench_core.h"
#include "packet.h"
#include "static_mbuf.h"

#define BROADCAST_MAC "ffffffffffff "
#define GROUP_MAC     "01005e000001 "
#define SOLICITED_MAC "3333ff000001 "
#define PORT_1_MAC    "020000000011 "
#define OTHER_MAC     "020000000009 "

#define US		"c0000201 "
#define US_VLAN_7	"c6336401 "
#define US_PORT_1	"cb007101 "
#define PEER		"c0000202 "
#define STRANGER	"c6120001 "
#define BROADCAST	"c00002ff "
#define OTHER_BROADCAST "cb0071ff "
#define SOLICITED_NODE	"ff020000 00000000 00000001 ff000001 "
#define ALL_NODES	"ff020000 00000000 00000000 00000001 "

#define VLAN(id)		  "8100 " id
#define IP(source, destination)	  "0800 45000000 00004000 4006 0000 " source destination
#define ICMP(source, destination) "0800 45000000 00004000 4001 0000 " source destination
#define SYN			  TCP("5002")
#define ECHO			  "0800 0000 1234 0001"
#define ARP_FOR(target)		  "0806 0001 0800 0604 0001 " PEER_MAC PEER "000000000000 " target
#define ND(source, destination)	  "86dd 60000000 0000 3a ff " source destination
#define SOLICIT(target)		  "8700 0000 00000000 " target

static struct burst burst;

/* Classify one frame that came in by `port`. */
static struct weir_core *
classify(const char *hex, uint16_t port)
{
	struct weir_core *core = bench_core(NULL);
	struct packet packet = packet_of(hex);
	struct rte_mbuf *m;

	if (packet.octets[packet.l3_off - 1] != 0x06)
		packet_seal(&packet);
	m = static_mbuf(0, packet.octets, packet.bytes);
	m->port = port;
	pipeline_classify(core, &m, 1, &burst);
	assert_int_equal(core->counters.value[COUNTER_rx_packets], 1);
	assert_int_equal(core->counters.value[COUNTER_rx_bytes], packet.bytes);
	return core;
}

static void
expect_drop_by(const char *hex, uint16_t port, enum drop_reason reason)
{
	struct weir_core *core = classify(hex, port);

	for (int i = 0; i < DROP_N; i++) {
		if (core->counters.drop[i] > 0)
			assert_string_equal(drop_reason_name((enum drop_reason)i),
					    drop_reason_name(reason));
	}
	assert_int_equal(core->counters.drop[reason], 1);
	assert_int_equal(burst.count, 0);
	assert_int_equal(core->tcp.tx_count, 0);
	assert_true(counters_balance(&core->counters));
}

static void
expect_drop(const char *hex, enum drop_reason reason)
{
	expect_drop_by(hex, 0, reason);
}

static void
expect_segment(const char *hex, uint16_t port, uint16_t local_idx)
{
	struct weir_core *core = classify(hex, port);

	assert_int_equal(counters_dropped(&core->counters), 0);
	assert_int_equal(burst.count, 1);
	assert_int_equal(burst.keys[0].local_idx, local_idx);
	assert_int_equal(burst.keys[0].remote_port, 40000);
	assert_int_equal(burst.keys[0].local_port, 80);
	assert_int_equal(burst.keys[0].zero, 0);
	assert_int_equal(burst.plains[0].flags, TH_SYN);
	assert_non_null(burst_seg(&burst, 0)->m);
	assert_ptr_equal(burst.segs[0].frame, &burst.frames[0]);
	assert_true(ip_addr_equal(&burst.keys[0].remote, &burst.frames[0].source));
}

static void
expect_answer(const char *hex, uint16_t port, enum counter counter)
{
	struct weir_core *core = classify(hex, port);

	assert_int_equal(counters_dropped(&core->counters), 0);
	assert_int_equal(core->counters.value[counter], 1);
	assert_int_equal(burst.count, 0);
	assert_int_equal(core->tcp.tx_count, 1);
	assert_int_equal(core->tcp.tx[0]->port, port);
	assert_true(counters_balance(&core->counters));
}

TEST(a_segment_to_one_of_our_addresses_gets_that_ones_key)
{
	expect_segment(OUR_MAC PEER_MAC IP(PEER, US) SYN, 0, 0);
	expect_segment(ETHER("86dd") IPV6("06") SYN, 0, 1);
	expect_segment(OUR_MAC PEER_MAC VLAN("0007 ") IP(PEER, US_VLAN_7) SYN, 0, 2);
	expect_segment(PORT_1_MAC PEER_MAC IP(PEER, US_PORT_1) SYN, 1, 3);
}

TEST(a_frame_to_another_station_is_refused)
{
	expect_drop(OTHER_MAC PEER_MAC IP(PEER, US) SYN, DROP_not_for_our_mac);
	expect_drop(PORT_1_MAC PEER_MAC IP(PEER, US) SYN, DROP_not_for_our_mac);
	expect_drop(OTHER_MAC PEER_MAC ARP_FOR(US), DROP_not_for_our_mac);
}

TEST(ip_in_a_group_frame_is_refused) /* MUST-57; RFC 1122, 3.3.6 */
{
	expect_drop(BROADCAST_MAC PEER_MAC IP(PEER, US) SYN, DROP_link_broadcast);
	expect_drop(GROUP_MAC PEER_MAC IP(PEER, US) SYN, DROP_link_broadcast);
	expect_drop(BROADCAST_MAC PEER_MAC ICMP(PEER, US) ECHO, DROP_link_broadcast);
	expect_drop(SOLICITED_MAC PEER_MAC ND(IPV6_PEER, IPV6_US) SOLICIT(IPV6_US),
		    DROP_link_broadcast);
	expect_drop(SOLICITED_MAC PEER_MAC ND(IPV6_PEER, ALL_NODES) SOLICIT(IPV6_US),
		    DROP_link_broadcast);
}

TEST(a_foreign_vlan_is_named)
{
	expect_drop(OUR_MAC PEER_MAC VLAN("0008 ") IP(PEER, US) SYN, DROP_vlan_foreign);
	expect_drop(BROADCAST_MAC PEER_MAC VLAN("0008 ") ARP_FOR(US), DROP_vlan_foreign);
	expect_drop(SOLICITED_MAC PEER_MAC VLAN("0008 ") ND(IPV6_PEER, SOLICITED_NODE)
			    SOLICIT(IPV6_US),
		    DROP_vlan_foreign);
}

TEST(an_address_that_is_not_ours_there_is_refused)
{
	expect_drop(OUR_MAC PEER_MAC IP(PEER, STRANGER) SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC IP(PEER, BROADCAST) SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC IP(PEER, "ffffffff ") SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC IP(PEER, "e0000001 ") SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC IP(PEER, US_PORT_1) SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC IP(PEER, US_VLAN_7) SYN, DROP_ip_destination_foreign);
	expect_drop(OUR_MAC PEER_MAC VLAN("0007 ") IP(PEER, US) SYN, DROP_ip_destination_foreign);
}

TEST(a_source_that_is_ours_is_refused) /* MUST-63; land */
{
	expect_drop(OUR_MAC PEER_MAC IP(US, US) SYN, DROP_ip_source_invalid);
	expect_drop(OUR_MAC PEER_MAC IP(US_PORT_1, US) SYN, DROP_ip_source_invalid);
	expect_drop(OUR_MAC PEER_MAC ICMP(US, US) ECHO, DROP_ip_source_invalid);
}

TEST(a_directed_broadcast_source_is_refused) /* MUST-63; smurf */
{
	expect_drop(OUR_MAC PEER_MAC IP(BROADCAST, US) SYN, DROP_ip_source_invalid);
	expect_drop(OUR_MAC PEER_MAC ICMP(BROADCAST, US) ECHO, DROP_ip_source_invalid);
	/* Another port's broadcast address is a host's for all that this one knows. */
	expect_segment(OUR_MAC PEER_MAC IP(OTHER_BROADCAST, US) SYN, 0, 0);
}

TEST(a_segment_with_a_bad_header_is_refused)
{
	expect_drop(OUR_MAC PEER_MAC IP(PEER, US) TCP("4002"), DROP_tcp_header_bad);
}

TEST(arp_is_answered_where_the_address_lives)
{
	expect_answer(BROADCAST_MAC PEER_MAC ARP_FOR(US), 0, COUNTER_arp_replied);
	expect_answer(OUR_MAC PEER_MAC ARP_FOR(US), 0, COUNTER_arp_replied);
	expect_answer(BROADCAST_MAC PEER_MAC VLAN("0007 ") ARP_FOR(US_VLAN_7), 0,
		      COUNTER_arp_replied);
	expect_answer(BROADCAST_MAC PEER_MAC ARP_FOR(US_PORT_1), 1, COUNTER_arp_replied);
	expect_drop(BROADCAST_MAC PEER_MAC ARP_FOR(US_PORT_1), DROP_arp_not_for_us);
	expect_drop_by(BROADCAST_MAC PEER_MAC ARP_FOR(US), 1, DROP_arp_not_for_us);
}

TEST(solicitations_are_answered)
{
	expect_answer(SOLICITED_MAC PEER_MAC ND(IPV6_PEER, SOLICITED_NODE) SOLICIT(IPV6_US), 0,
		      COUNTER_nd_replied);
	expect_answer(OUR_MAC PEER_MAC ND(IPV6_PEER, IPV6_US) SOLICIT(IPV6_US), 0,
		      COUNTER_nd_replied);
}

/* How many of `count` copies of this echo request are answered? */
static uint32_t
echoes_to(struct weir_core *core, const char *hex, uint32_t count)
{
	struct packet packet = packet_sealed(hex);
	uint64_t before = core->counters.value[COUNTER_echo_replied];
	struct rte_mbuf *m;

	for (uint32_t i = 0; i < count; i++) {
		core->tcp.tx_count = 0;
		m = static_mbuf(0, packet.octets, packet.bytes);
		m->port = 0;
		pipeline_classify(core, &m, 1, &burst);
	}
	return (uint32_t)(core->counters.value[COUNTER_echo_replied] - before);
}

/* proves: ATTACK-D5 */
TEST(echo_is_answered_up_to_a_limit)
{
	struct weir_core *core = bench_core(NULL);
	uint32_t answers = echoes_to(core, OUR_MAC PEER_MAC ICMP(PEER, US) ECHO, 3200);

	assert_in_range(answers, 500, 1500);
	assert_int_equal(answers + core->counters.drop[DROP_echo_limited], 3200);
	assert_true(counters_balance(&core->counters));
}

/* Another network has its own share of the core's budget. */
/* proves: ATTACK-D5 */
TEST(echo_is_answered_up_to_a_limit_for_each_network)
{
	struct weir_core *core = bench_core_limited(20);

	assert_in_range(echoes_to(core, OUR_MAC PEER_MAC ICMP(PEER, US) ECHO, 100), 10, 30);
	assert_int_equal(core->counters.value[COUNTER_echo_replied] +
				 core->counters.drop[DROP_echo_prefix_limited],
			 100);
	assert_int_equal(echoes_to(core, OUR_MAC PEER_MAC ICMP(PEER, US) ECHO, 10), 0);
	assert_int_equal(echoes_to(core, OUR_MAC PEER_MAC ICMP(STRANGER, US) ECHO, 10), 10);
	assert_int_equal(core->counters.drop[DROP_echo_limited], 0);
	assert_true(counters_balance(&core->counters));
}

TEST(what_is_refused_is_freed_and_nothing_else)
{
	struct weir_core *core = bench_core(NULL);
	struct packet good = packet_sealed(OUR_MAC PEER_MAC IP(PEER, US) SYN);
	struct packet bad = packet_sealed(OTHER_MAC PEER_MAC IP(PEER, US) SYN);
	struct rte_mbuf *frames[9];

	for (unsigned int i = 0; i < RTE_DIM(frames); i++) {
		const struct packet *packet = i % 3 == 1 ? &bad : &good;

		frames[i] = static_mbuf(i, packet->octets, packet->bytes);
		frames[i]->port = 0;
	}
	pipeline_classify(core, frames, RTE_DIM(frames), &burst);
	assert_int_equal(burst.count, 6);
	for (unsigned int i = 0; i < RTE_DIM(frames); i++)
		assert_int_equal(static_mbuf_frees(frames[i]), i % 3 == 1);
	for (uint32_t i = 0; i < burst.count; i++)
		assert_ptr_equal(burst_seg(&burst, i)->m, frames[i / 2 * 3 + i % 2 * 2]);
}
