/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Frames in, frames out.  We are 192.0.2.1, 192.0.2.7 and 2001:db8::1, the peer
 * is 192.0.2.2 and 2001:db8::2 (packet.h); .3 and ::3 are others on the link.
 */
#include "test.h"

#include "neigh.h"
#include "packet.h"
#include "static_mbuf.h"

#define BROADCAST	"ffffffffffff "
#define ALL_NODES_MAC	"333300000001 "
#define SOLICITED_MAC	"3333ff000001 "
#define US_IPV4		"c0000201 "
#define ALSO_US_IPV4	"c0000207 "
#define PEER_IPV4	"c0000202 "
#define OTHER_IPV4	"c0000203 "
#define NO_IPV4		"00000000 "
#define NO_IPV6		"00000000 00000000 00000000 00000000 "
#define OTHER_IPV6	"20010db8 00000000 00000000 00000003 "
#define ALL_NODES	"ff020000 00000000 00000000 00000001 "
#define SOLICITED_NODE	"ff020000 00000000 00000001 ff000001 "
#define ARP_OF_ETHERNET "0806 0001 0800 0604 "

#define ARP(operation, sender, target) \
	BROADCAST PEER_MAC ARP_OF_ETHERNET operation PEER_MAC sender "000000000000 " target
#define ARP_REPLY(sender, target) \
	PEER_MAC OUR_MAC ARP_OF_ETHERNET "0002 " OUR_MAC sender PEER_MAC target

#define ND(source, destination) "86dd 60000000 0000 3a ff " source destination
#define SOLICIT(target)		"8700 0000 00000000 " target
#define SOURCE_LINK		"0101 " PEER_MAC
#define ADVERTISE(flags)	"8800 0000 " flags IPV6_US "0201 " OUR_MAC
#define ECHO_TEXT		"1234 0001 0102030405060708 09"

static const int ours_arg[1];

static bool
is_ours(const void *arg, const struct ip_addr *address)
{
	static const struct ip_addr ours[] = {
		{.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xc0000201)}},
		{.word = {0, 0, RTE_BE32(0xffff), RTE_BE32(0xc0000207)}},
		{.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(1)}},
	};

	assert_ptr_equal(arg, ours_arg);
	for (size_t i = 0; i < RTE_DIM(ours); i++) {
		if (ip_addr_equal(address, &ours[i]))
			return true;
	}
	return false;
}

/* Whom we have asked: .2 and ::2, and what was heard last. */
static bool has_asked;
static uint8_t heard_mac[6];
static bool heard_a_mac;

static bool
heard(const void *arg, const struct ip_addr *address, const uint8_t *mac)
{
	assert_ptr_equal(arg, ours_arg);
	assert_int_equal(address->octet[15], 2);
	heard_a_mac = mac != NULL;
	if (mac != NULL)
		memcpy(heard_mac, mac, sizeof(heard_mac));
	return has_asked;
}

static const struct neigh_host host = {
	.mac = {2, 0, 0, 0, 0, 1},
	.ttl = 61,
	.is_ours = is_ours,
	.heard = heard,
	.arg = ours_arg,
};

static bool
has_ip(const struct packet *packet)
{
	return packet->octets[packet->l3_off - 1] != 0x06;
}

/* What comes back on `question` must be `answer`, octet for octet. */
static void
expect_answer(const char *question, const char *answer, enum counter counted)
{
	struct packet in = packet_of(question), out = packet_of(answer);
	struct frame frame;
	enum counter counter = COUNTER_N;
	struct rte_mbuf *m;

	if (has_ip(&in)) {
		packet_seal(&in);
		packet_seal(&out);
	}
	m = packet_parsed_roomy(&in, &frame);
	assert_int_equal(neigh_answer(m, &frame, &host, &counter), DROP_NONE);
	assert_int_equal(counter, counted);
	assert_int_equal(rte_pktmbuf_pkt_len(m), out.bytes);
	assert_memory_equal(static_mbuf_octets(m), out.octets, out.bytes);
}

/* Refused for `reason`, and the frame is as it was. */
static void
expect_refused(const char *question, enum drop_reason reason)
{
	struct packet in = packet_of(question);
	struct frame frame;
	enum counter counter;
	struct rte_mbuf *m;

	if (has_ip(&in))
		packet_seal(&in);
	m = packet_parsed_roomy(&in, &frame);
	assert_string_equal(drop_reason_name(neigh_answer(m, &frame, &host, &counter)),
			    drop_reason_name(reason));
	assert_int_equal(rte_pktmbuf_pkt_len(m), in.bytes);
	assert_memory_equal(static_mbuf_octets(m), in.octets, in.bytes);
}

/* Taken, and nothing is to be sent. */
static void
expect_heard(const char *answer)
{
	struct packet in = packet_of(answer);
	struct frame frame;
	enum counter counter = COUNTER_rx_packets;
	struct rte_mbuf *m;

	if (has_ip(&in))
		packet_seal(&in);
	m = packet_parsed_roomy(&in, &frame);
	assert_int_equal(neigh_answer(m, &frame, &host, &counter), DROP_NONE);
	assert_int_equal(counter, NEIGH_HEARD);
}

TEST(an_arp_request_for_our_address_is_answered)
{
	expect_answer(ARP("0001 ", PEER_IPV4, US_IPV4), ARP_REPLY(US_IPV4, PEER_IPV4),
		      COUNTER_arp_replied);
	expect_answer(ARP("0001 ", PEER_IPV4, ALSO_US_IPV4), ARP_REPLY(ALSO_US_IPV4, PEER_IPV4),
		      COUNTER_arp_replied);
}

TEST(an_arp_probe_learns_that_our_address_is_taken) /* RFC 5227, 2.1.1 */
{
	expect_answer(ARP("0001 ", NO_IPV4, US_IPV4), ARP_REPLY(US_IPV4, NO_IPV4),
		      COUNTER_arp_replied);
}

TEST(arp_for_others_is_not_answered)
{
	expect_refused(ARP("0001 ", PEER_IPV4, OTHER_IPV4), DROP_arp_not_for_us);
}

/* proves: ATTACK-E8 */
TEST(an_arp_reply_counts_only_if_it_was_asked_for)
{
	static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};

	has_asked = false;
	expect_refused(ARP("0002 ", PEER_IPV4, US_IPV4), DROP_arp_unasked);
	has_asked = true;
	expect_heard(ARP("0002 ", PEER_IPV4, US_IPV4));
	assert_true(heard_a_mac);
	assert_memory_equal(heard_mac, peer_mac, 6);
	expect_refused(ARP("0002 ", PEER_IPV4, OTHER_IPV4), DROP_arp_not_for_us);
	expect_refused(ARP("0002 ", ALSO_US_IPV4, US_IPV4), DROP_arp_not_for_us);
	expect_refused(OUR_MAC PEER_MAC ARP_OF_ETHERNET
		       "0002 000000000000 " PEER_IPV4 OUR_MAC US_IPV4,
		       DROP_arp_malformed);
}

/* proves: ATTACK-E8 */
TEST(an_arp_sender_that_claims_our_address_gets_no_answer)
{
	expect_refused(ARP("0001 ", US_IPV4, US_IPV4), DROP_arp_not_for_us);
	expect_refused(ARP("0001 ", ALSO_US_IPV4, US_IPV4), DROP_arp_not_for_us);
}

TEST(an_ipv4_echo_comes_back) /* RFC 1122, 3.2.2.6: same data, addresses exchanged */
{
	expect_answer(OUR_MAC PEER_MAC "0800 45000000 00004000 4001 0000 " PEER_IPV4 US_IPV4
				       "0800 0000 " ECHO_TEXT,
		      PEER_MAC OUR_MAC "0800 45000000 00004000 3d01 0000 " US_IPV4 PEER_IPV4
				       "0000 0000 " ECHO_TEXT,
		      COUNTER_echo_replied);
}

TEST(an_ipv6_echo_comes_back) /* RFC 4443, 4.2 */
{
	expect_answer(OUR_MAC PEER_MAC "86dd 60000000 0000 3a 40 " IPV6_PEER IPV6_US
				       "8000 0000 " ECHO_TEXT,
		      PEER_MAC OUR_MAC "86dd 60000000 0000 3a 3d " IPV6_US IPV6_PEER
				       "8100 0000 " ECHO_TEXT,
		      COUNTER_echo_replied);
}

TEST(an_echo_to_a_group_is_not_answered) /* RFC 4443, 2.4(e) */
{
	expect_refused(SOLICITED_MAC PEER_MAC "86dd 60000000 0000 3a 40 " IPV6_PEER SOLICITED_NODE
					      "8000 0000 " ECHO_TEXT,
		       DROP_ip_destination_foreign);
}

TEST(an_echo_from_nobody_is_not_answered)
{
	expect_refused(OUR_MAC PEER_MAC "86dd 60000000 0000 3a 40 " NO_IPV6 IPV6_US
					"8000 0000 " ECHO_TEXT,
		       DROP_ip_source_invalid);
}

TEST(an_echo_from_ourselves_is_not_answered)
{
	expect_refused(OUR_MAC PEER_MAC "0800 45000000 00004000 4001 0000 " ALSO_US_IPV4 US_IPV4
					"0800 0000 " ECHO_TEXT,
		       DROP_ip_source_invalid);
}

/* proves: ATTACK-F3 */
TEST(an_echo_reply_and_an_error_are_not_answered)
{
	expect_refused(OUR_MAC PEER_MAC "0800 45000000 00004000 4001 0000 " PEER_IPV4 US_IPV4
					"0000 0000 " ECHO_TEXT,
		       DROP_icmp_unwanted);
	expect_refused(OUR_MAC PEER_MAC "0800 45000000 00004000 4001 0000 " PEER_IPV4 US_IPV4
					"0301 0000 " ECHO_TEXT,
		       DROP_icmp_unwanted);
}

TEST(a_wrong_icmp_checksum_is_refused)
{
	struct packet in =
		packet_sealed(OUR_MAC PEER_MAC "0800 45000000 00004000 4001 0000 " PEER_IPV4 US_IPV4
					       "0800 0000 " ECHO_TEXT);
	struct frame frame;
	enum counter counter;
	struct rte_mbuf *m;

	in.octets[in.bytes - 1] ^= 1;
	m = packet_parsed_roomy(&in, &frame);
	assert_int_equal(neigh_answer(m, &frame, &host, &counter), DROP_icmp_malformed);
}

TEST(a_solicitation_for_our_address_is_answered) /* RFC 4861, 7.2.4 */
{
	expect_answer(
		SOLICITED_MAC PEER_MAC ND(IPV6_PEER, SOLICITED_NODE) SOLICIT(IPV6_US) SOURCE_LINK,
		PEER_MAC OUR_MAC ND(IPV6_US, IPV6_PEER) ADVERTISE("60000000 "), COUNTER_nd_replied);
}

TEST(a_solicitation_sent_to_us_alone_is_answered)
{
	expect_answer(OUR_MAC PEER_MAC ND(IPV6_PEER, IPV6_US) SOLICIT(IPV6_US),
		      PEER_MAC OUR_MAC ND(IPV6_US, IPV6_PEER) ADVERTISE("60000000 "),
		      COUNTER_nd_replied);
}

TEST(a_probe_for_our_address_is_answered_to_all_nodes) /* RFC 4862, 5.4.4 */
{
	expect_answer(SOLICITED_MAC PEER_MAC ND(NO_IPV6, SOLICITED_NODE) SOLICIT(IPV6_US),
		      ALL_NODES_MAC OUR_MAC ND(IPV6_US, ALL_NODES) ADVERTISE("20000000 "),
		      COUNTER_nd_replied);
}

TEST(a_solicitation_for_another_is_not_answered)
{
	expect_refused(SOLICITED_MAC PEER_MAC ND(IPV6_PEER, SOLICITED_NODE) SOLICIT(OTHER_IPV6)
			       SOURCE_LINK,
		       DROP_nd_not_for_us);
}

/* proves: ATTACK-E11 */
TEST(a_solicitation_from_beyond_the_link_is_refused) /* RFC 4861, 7.1.1 */
{
	expect_refused(OUR_MAC PEER_MAC
		       "86dd 60000000 0000 3a fe " IPV6_PEER IPV6_US SOLICIT(IPV6_US) SOURCE_LINK,
		       DROP_nd_malformed);
}

/* proves: ATTACK-E11 */
#define ADVERTISED(source, destination, flags, target) \
	OUR_MAC PEER_MAC ND(source, destination) "8800 0000 " flags "000000 " target

TEST(an_advertisement_counts_only_if_it_was_asked_for) /* RFC 4861, 7.2.5 */
{
	has_asked = false;
	expect_refused(ADVERTISED(IPV6_PEER, IPV6_US, "60", IPV6_PEER) "0201 " PEER_MAC,
		       DROP_nd_unasked);
	has_asked = true;
	expect_heard(ADVERTISED(IPV6_PEER, IPV6_US, "60", IPV6_PEER) "0201 " PEER_MAC);
	assert_true(heard_a_mac);
	expect_heard(ADVERTISED(IPV6_PEER, IPV6_US, "40", IPV6_PEER));
	assert_false(heard_a_mac);
	expect_refused(ADVERTISED(IPV6_PEER, IPV6_US, "20", IPV6_PEER) "0201 " PEER_MAC,
		       DROP_nd_unasked);
	expect_refused(ADVERTISED(IPV6_PEER, OTHER_IPV6, "60", IPV6_PEER) "0201 " PEER_MAC,
		       DROP_nd_not_for_us);
	expect_refused(ADVERTISED(IPV6_PEER, IPV6_US, "60", IPV6_US) "0201 " PEER_MAC,
		       DROP_nd_not_for_us);
	expect_refused(ADVERTISED(IPV6_PEER, IPV6_US, "60", IPV6_PEER) "0200 " PEER_MAC,
		       DROP_nd_malformed);
}
