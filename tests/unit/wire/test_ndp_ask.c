/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "icmp.h"
#include "ndp_ask.h"
#include "packet.h"
#include "static_mbuf.h"

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};

#define ND(from, to)	   "86dd 60000000 0000 3a ff " from to
#define TO_US		   ETHER_TO_US ND(IPV6_PEER, IPV6_US)
#define ETHER_TO_US	   OUR_MAC PEER_MAC
#define ADVERTISE(flags)   "8800 0000 " flags "000000 " IPV6_PEER
#define TARGET_LINK	   "0201 " PEER_MAC
#define ALL_NODES	   "ff020000 00000000 00000000 00000001 "
#define PEER_GROUP	   "ff020000 00000000 00000001 ff000002 "
#define PEER_GROUP_MAC	   "3333ff000002 "
#define UNSPECIFIED	   "00000000 00000000 00000000 00000000 "
#define FLAGS_OFF	   58
#define SOLICITED_OVERRIDE "60"

static enum drop_reason
parse(const struct packet *packet, struct ndp_advertisement *advertisement)
{
	struct frame frame;
	struct rte_mbuf *m = static_mbuf_guarded(0, packet->octets, packet->bytes);
	enum icmp_kind kind;

	memset(advertisement, 0xa5, sizeof(*advertisement));
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(icmp_parse(m, &frame, &kind), DROP_NONE);
	assert_int_equal(kind, ICMP_NEIGHBOUR_ADVERTISEMENT);
	return ndp_parse_advertisement(m, &frame, advertisement);
}

static void
expect_hex(const char *hex, enum drop_reason reason)
{
	struct packet packet = packet_sealed(hex);
	struct ndp_advertisement advertisement;

	assert_int_equal(parse(&packet, &advertisement), reason);
}

TEST(an_advertisement_is_read)
{
	struct packet packet = packet_sealed(TO_US ADVERTISE(SOLICITED_OVERRIDE) TARGET_LINK);
	struct ndp_advertisement advertisement;

	assert_int_equal(parse(&packet, &advertisement), DROP_NONE);
	assert_true(advertisement.is_solicited);
	assert_true(advertisement.is_override);
	assert_true(advertisement.has_mac);
	assert_memory_equal(advertisement.mac, peer_mac, 6);
	assert_memory_equal(advertisement.target.octet, packet.octets + 62, 16);
}

TEST(each_flag_is_told_from_the_others)
{
	static const char *const flags[] = {"00", "20", "40", "80", "e0"};
	struct ndp_advertisement advertisement;
	char hex[512];

	for (uint32_t i = 0; i < RTE_DIM(flags); i++) {
		unsigned long value = strtoul(flags[i], NULL, 16);
		struct packet packet;

		snprintf(hex, sizeof(hex), TO_US "8800 0000 %s000000 " IPV6_PEER, flags[i]);
		packet = packet_sealed(hex);
		assert_int_equal(packet.octets[FLAGS_OFF], value);
		assert_int_equal(parse(&packet, &advertisement), DROP_NONE);
		assert_int_equal(advertisement.is_solicited, (value & 0x40) != 0);
		assert_int_equal(advertisement.is_override, (value & 0x20) != 0);
		assert_false(advertisement.has_mac);
	}
}

TEST(an_advertisement_has_hop_limit_255)
{
	struct packet packet = packet_sealed(TO_US ADVERTISE(SOLICITED_OVERRIDE) TARGET_LINK);
	struct ndp_advertisement advertisement;

	for (unsigned int hop = 0; hop < 255; hop++) {
		packet.octets[21] = (uint8_t)hop;
		assert_int_equal(parse(&packet, &advertisement), DROP_nd_malformed);
	}
}

TEST(an_advertisement_that_breaks_the_rules_is_malformed) /* RFC 4861, 7.1.2 */
{
	expect_hex(TO_US "8801 0000 60000000 " IPV6_PEER TARGET_LINK, DROP_nd_malformed);
	expect_hex(TO_US "8800 0000 60000000 " ALL_NODES TARGET_LINK, DROP_nd_malformed);
	expect_hex(TO_US "8800 0000 60000000 " UNSPECIFIED TARGET_LINK, DROP_nd_malformed);
	expect_hex(TO_US "8800 0000 60000000 20010db8 00000000", DROP_nd_malformed);
	expect_hex("333300000001 " PEER_MAC ND(IPV6_PEER, ALL_NODES) ADVERTISE("60"),
		   DROP_nd_malformed);
	expect_hex("333300000001 " PEER_MAC ND(IPV6_PEER, ALL_NODES) ADVERTISE("20"), DROP_NONE);
}

TEST(advertised_options_are_walked_with_care)
{
	expect_hex(TO_US ADVERTISE("60") "0200 " PEER_MAC, DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0202 " PEER_MAC, DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0201 02000000", DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0201 ffffffffffff", DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0201 3333ff000001", DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0201 000000000000", DROP_nd_malformed);
	expect_hex(TO_US ADVERTISE("60") "0e01 112233445566 " TARGET_LINK, DROP_NONE);
}

static void
expect_asked(const struct ndp_question *question, const char *hex)
{
	struct packet expected = packet_sealed(hex);
	struct rte_mbuf *m = static_mbuf(0, "", 0);

	ndp_emit_solicitation(m, question);
	assert_int_equal(m->pkt_len, expected.bytes);
	assert_memory_equal(rte_pktmbuf_mtod(m, const uint8_t *), expected.octets, expected.bytes);
}

TEST(a_solicitation_asks_the_targets_group)
{
	struct ndp_question question = {
		.source = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(1)}},
		.target = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(2)}},
		.our_mac = our_mac,
		.vlan_id = VLAN_NONE,
	};

	expect_asked(&question,
		     PEER_GROUP_MAC OUR_MAC ND(IPV6_US, PEER_GROUP) "8700 0000 00000000 " IPV6_PEER
								    "0101 " OUR_MAC);
	question.vlan_id = 7;
	expect_asked(&question, PEER_GROUP_MAC OUR_MAC
		     "8100 0007 " ND(IPV6_US, PEER_GROUP) "8700 0000 00000000 " IPV6_PEER
							  "0101 " OUR_MAC);
}

TEST(a_solicitation_may_ask_one_station)
{
	struct ndp_question question = {
		.source = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(1)}},
		.target = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(2)}},
		.our_mac = our_mac,
		.target_mac = peer_mac,
		.vlan_id = VLAN_NONE,
	};

	expect_asked(&question,
		     PEER_MAC OUR_MAC ND(IPV6_US, IPV6_PEER) "8700 0000 00000000 " IPV6_PEER
							     "0101 " OUR_MAC);
}

TEST(a_solicitation_from_nowhere_names_no_station) /* RFC 4861, 4.3; RFC 4862, 5.4.2 */
{
	struct ndp_question question = {
		.target = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(2)}},
		.our_mac = our_mac,
		.vlan_id = VLAN_NONE,
	};

	expect_asked(&question, PEER_GROUP_MAC OUR_MAC ND(
					UNSPECIFIED, PEER_GROUP) "8700 0000 00000000 " IPV6_PEER);
}
