/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "arp.h"
#include "packet.h"
#include "static_mbuf.h"

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};

#define BROADCAST "ffffffffffff" PEER_MAC
#define REQUEST	  "0001 0800 0604 0001" PEER_MAC "c0000202 000000000000 c0000201"
#define PADDING	  "000000000000000000000000000000000000"

static enum drop_reason
parse(const char *hex, struct arp_packet *arp)
{
	struct packet packet = packet_of(hex);
	struct frame frame;
	struct rte_mbuf *m = packet_parsed(&packet, &frame);

	memset(arp, 0xa5, sizeof(*arp));
	return arp_parse(m, &frame, arp);
}

static void
expect_malformed(const char *hex)
{
	struct arp_packet arp;

	assert_int_equal(parse(hex, &arp), DROP_arp_malformed);
}

TEST(a_request_is_read)
{
	struct ip_addr us = ip_addr_of_ipv4(RTE_BE32(0xc0000201));
	struct ip_addr peer = ip_addr_of_ipv4(RTE_BE32(0xc0000202));
	struct arp_packet arp;

	assert_int_equal(parse(BROADCAST "0806" REQUEST, &arp), DROP_NONE);
	assert_true(arp.is_request);
	assert_true(ip_addr_equal(&arp.sender, &peer));
	assert_true(ip_addr_equal(&arp.target, &us));
	assert_memory_equal(arp.sender_mac, "\2\0\0\0\0\2", 6);
	assert_int_equal(parse(BROADCAST "8100 0007 0806" REQUEST PADDING, &arp), DROP_NONE);
	assert_true(ip_addr_equal(&arp.target, &us));
}

TEST(a_reply_is_read)
{
	struct arp_packet arp;

	assert_int_equal(parse(ETHER("0806") "0001 0800 0604 0002" PEER_MAC "c0000202" OUR_MAC
					     "c0000201",
			       &arp),
			 DROP_NONE);
	assert_false(arp.is_request);
}

TEST(other_hardware_protocols_and_operations_are_refused)
{
	expect_malformed(ETHER("0806") "0006 0800 0604 0001" PEER_MAC
				       "c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 86dd 0604 0001" PEER_MAC
				       "c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0804 0001" PEER_MAC
				       "c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0606 0001" PEER_MAC
				       "c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0604 0003" PEER_MAC
				       "c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0604 0000" PEER_MAC
				       "c0000202 000000000000 c0000201");
}

TEST(a_packet_cut_short_is_refused)
{
	struct packet packet = packet_of(ETHER("0806") REQUEST);
	struct arp_packet arp;
	struct frame frame;
	struct rte_mbuf *m;

	for (packet.bytes = 14; packet.bytes < 42; packet.bytes++) {
		m = packet_parsed(&packet, &frame);
		assert_int_equal(arp_parse(m, &frame, &arp), DROP_arp_malformed);
	}
	m = static_mbuf_split(packet.octets, 42, 41, 1);
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(arp_parse(m, &frame, &arp), DROP_arp_malformed);
}

TEST(a_sender_that_is_no_host_is_refused) /* RFC 1812, 3.3.2 */
{
	struct arp_packet arp;

	expect_malformed(
		ETHER("0806") "0001 0800 0604 0001 ffffffffffff c0000202 000000000000 c0000201");
	expect_malformed(
		ETHER("0806") "0001 0800 0604 0002 01005e000001 c0000202 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0604 0001" PEER_MAC
				       "ffffffff 000000000000 c0000201");
	expect_malformed(ETHER("0806") "0001 0800 0604 0001" PEER_MAC
				       "7f000001 000000000000 c0000201");
	/* A probe for a free address has none yet (RFC 5227, 2.1.1). */
	assert_int_equal(parse(BROADCAST "0806 0001 0800 0604 0001" PEER_MAC
					 "00000000 000000000000 c0000201",
			       &arp),
			 DROP_NONE);
}

/* Parse the request in `hex`, as the NIC might deliver it, and reply. */
static struct rte_mbuf *
reply_to(const char *hex, uint64_t flags, uint16_t tci)
{
	struct packet packet = packet_of(hex);
	struct rte_mbuf *m = static_mbuf(0, packet.octets, packet.bytes);
	struct arp_packet arp;
	struct frame frame;

	m->ol_flags = flags;
	m->vlan_tci = tci;
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(arp_parse(m, &frame, &arp), DROP_NONE);
	arp_emit_reply(m, &frame, &arp, our_mac);
	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->ol_flags, 0);
	return m;
}

#define REPLY "0001 0800 0604 0002" OUR_MAC "c0000201" PEER_MAC "c0000202"

static void
expect_octets(const struct rte_mbuf *m, const char *hex)
{
	struct packet packet = packet_of(hex);

	assert_int_equal(m->pkt_len, packet.bytes);
	assert_memory_equal(static_mbuf_octets(m), packet.octets, packet.bytes);
}

TEST(the_reply_goes_back_to_the_sender)
{
	expect_octets(reply_to(BROADCAST "0806" REQUEST, 0, 0), PEER_MAC OUR_MAC "0806" REPLY);
}

TEST(the_reply_has_none_of_the_requests_padding)
{
	expect_octets(reply_to(BROADCAST "0806" REQUEST PADDING, 0, 0),
		      PEER_MAC OUR_MAC "0806" REPLY);
}

TEST(the_reply_has_the_requests_tag)
{
	const uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;

	expect_octets(reply_to(BROADCAST "8100 a123 0806" REQUEST, 0, 0),
		      PEER_MAC OUR_MAC "8100 0123 0806" REPLY);
	expect_octets(reply_to(BROADCAST "0806" REQUEST, stripped, 0xa123),
		      PEER_MAC OUR_MAC "8100 0123 0806" REPLY);
	/* A priority tag is none. */
	expect_octets(reply_to(BROADCAST "8100 a000 0806" REQUEST, 0, 0),
		      PEER_MAC OUR_MAC "0806" REPLY);
}

TEST(the_answer_to_a_probe_names_nobody) /* RFC 5227, 2.1.1 */
{
	expect_octets(reply_to(BROADCAST "0806 0001 0800 0604 0001" PEER_MAC
					 "00000000 000000000000 c0000201",
			       0, 0),
		      PEER_MAC OUR_MAC "0806 0001 0800 0604 0002" OUR_MAC "c0000201" PEER_MAC
				       "00000000");
}

static void
expect_asked(const struct arp_question *question, const char *hex)
{
	struct rte_mbuf *m = static_mbuf(0, "", 0);

	arp_emit_request(m, question);
	assert_true(static_mbuf_is_sound(m));
	expect_octets(m, hex);
}

TEST(a_request_asks_everybody_or_one_station)
{
	static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};
	struct arp_question question = {
		.sender = ip_addr_of_ipv4(RTE_BE32(0xc0000201)),
		.target = ip_addr_of_ipv4(RTE_BE32(0xc0000202)),
		.our_mac = our_mac,
		.vlan_id = VLAN_NONE,
	};

	expect_asked(&question, "ffffffffffff" OUR_MAC "0806 0001 0800 0604 0001" OUR_MAC
				"c0000201 000000000000 c0000202");
	question.vlan_id = 0x123;
	expect_asked(&question, "ffffffffffff" OUR_MAC "8100 0123 0806 0001 0800 0604 0001" OUR_MAC
				"c0000201 000000000000 c0000202");
	question.target_mac = peer_mac;
	question.vlan_id = VLAN_NONE;
	expect_asked(&question, PEER_MAC OUR_MAC "0806 0001 0800 0604 0001" OUR_MAC
						 "c0000201" PEER_MAC "c0000202");
}
