/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "icmp.h"
#include "packet.h"
#include "static_mbuf.h"

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};

#define TEXT	   "00010203040506"
#define ECHO_IPV4  ETHER("0800") IPV4("01") "0800 0000 1234 5678" TEXT
#define ECHO_IPV6  ETHER("86dd") IPV6("3a") "8000 0000 1234 5678" TEXT
#define REPLY_IPV4 "45000000 00004000 25010000 c0000201 c0000202 0000 0000 1234 5678" TEXT
#define REPLY_IPV6 "60000000 00003a25" IPV6_US IPV6_PEER "8100 0000 1234 5678" TEXT

static enum drop_reason
parse(const struct packet *packet, enum icmp_kind *kind)
{
	struct frame frame;
	struct rte_mbuf *m = packet_parsed(packet, &frame);

	return icmp_parse(m, &frame, kind);
}

static enum icmp_kind
expect_kind(const char *hex)
{
	struct packet packet = packet_sealed(hex);
	enum icmp_kind kind;

	assert_int_equal(parse(&packet, &kind), DROP_NONE);
	return kind;
}

TEST(messages_are_told_by_type_and_family)
{
	struct packet packet = packet_sealed(ECHO_IPV4);
	enum icmp_kind kind;

	for (unsigned int type = 0; type < 256; type++) {
		packet.octets[34] = (uint8_t)type;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &kind), DROP_NONE);
		assert_int_equal(kind, type == 8 ? ICMP_ECHO_REQUEST : ICMP_OTHER);
	}
	packet = packet_sealed(ECHO_IPV6);
	for (unsigned int type = 0; type < 256; type++) {
		packet.octets[54] = (uint8_t)type;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &kind), DROP_NONE);
		assert_int_equal(kind, type == 128   ? ICMP_ECHO_REQUEST
				       : type == 135 ? ICMP_NEIGHBOUR_SOLICITATION
				       : type == 136 ? ICMP_NEIGHBOUR_ADVERTISEMENT
						     : ICMP_OTHER);
	}
}

TEST(an_echo_request_has_code_0)
{
	assert_int_equal(expect_kind(ETHER("0800") IPV4("01") "0801 0000 1234 5678"), ICMP_OTHER);
	assert_int_equal(expect_kind(ETHER("86dd") IPV6("3a") "8001 0000 1234 5678"), ICMP_OTHER);
}

TEST(a_message_cut_short_is_refused)
{
	struct packet packet = packet_of(ETHER("0800") IPV4("01") "0800 0000 1234 5678");
	enum icmp_kind kind;
	struct frame frame;
	struct rte_mbuf *m;

	for (packet.bytes = 34; packet.bytes < 42; packet.bytes++) {
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &kind), DROP_icmp_malformed);
	}
	packet_seal(&packet);
	assert_int_equal(parse(&packet, &kind), DROP_NONE);
	m = static_mbuf_split(packet.octets, packet.bytes, 41, 1);
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(icmp_parse(m, &frame, &kind), DROP_icmp_malformed);
}

TEST(the_checksum_is_verified_whatever_the_nic_says)
{
	static const char *const frames[] = {ECHO_IPV4, ECHO_IPV6};
	enum icmp_kind kind;
	struct packet packet;
	struct frame frame;
	struct rte_mbuf *m;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		packet = packet_sealed(frames[i]);
		for (size_t at = packet.l4_off; at < packet.bytes; at++) {
			packet.octets[at] ^= 0x10;
			m = packet_parsed(&packet, &frame);
			m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
			assert_int_equal(icmp_parse(m, &frame, &kind), DROP_icmp_malformed);
			packet.octets[at] ^= 0x10;
		}
		m = packet_parsed(&packet, &frame);
		m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_BAD;
		assert_int_equal(icmp_parse(m, &frame, &kind), DROP_NONE);
	}
}

static struct rte_mbuf *
reply_to(struct rte_mbuf *m)
{
	enum icmp_kind kind;
	struct frame frame;

	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(icmp_parse(m, &frame, &kind), DROP_NONE);
	assert_int_equal(kind, ICMP_ECHO_REQUEST);
	icmp_emit_echo_reply(m, &frame, our_mac, 0x25);
	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->ol_flags, 0);
	return m;
}

static struct rte_mbuf *
request(const char *hex)
{
	struct packet packet = packet_sealed(hex);

	return static_mbuf(0, packet.octets, packet.bytes);
}

static void
expect_octets(const struct rte_mbuf *m, const char *hex)
{
	struct packet packet = packet_sealed(hex);

	assert_int_equal(m->pkt_len, packet.bytes);
	assert_memory_equal(static_mbuf_octets(m), packet.octets, packet.bytes);
}

TEST(an_echo_is_answered)
{
	expect_octets(reply_to(request(ECHO_IPV4)), PEER_MAC OUR_MAC "0800" REPLY_IPV4);
	expect_octets(reply_to(request(ECHO_IPV6)), PEER_MAC OUR_MAC "86dd" REPLY_IPV6);
}

TEST(the_reply_has_the_requests_tag)
{
	struct rte_mbuf *m;

	expect_octets(reply_to(request(OUR_MAC PEER_MAC
				       "8100 2007 86dd" IPV6("3a") "8000 0000 1234 5678" TEXT)),
		      PEER_MAC OUR_MAC "8100 0007 86dd" REPLY_IPV6);
	m = request(ECHO_IPV4);
	m->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	m->vlan_tci = 7;
	expect_octets(reply_to(m), PEER_MAC OUR_MAC "8100 0007 0800" REPLY_IPV4);
}

TEST(extension_headers_are_left_out_of_the_reply)
{
	expect_octets(
		reply_to(request(ETHER("86dd") IPV6("00") "3c00 010400000000 3a00 010400000000"
							  "8000 0000 1234 5678" TEXT)),
		PEER_MAC OUR_MAC "86dd" REPLY_IPV6);
}

TEST(a_header_checksum_that_was_never_filled_in_is_right_in_the_reply)
{
	struct packet packet = packet_sealed(ECHO_IPV4);
	struct rte_mbuf *m;

	packet.octets[24] = packet.octets[25] = 0;
	m = static_mbuf(0, packet.octets, packet.bytes);
	m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_NONE;
	expect_octets(reply_to(m), PEER_MAC OUR_MAC "0800" REPLY_IPV4);
}

/* Every value of the identifier: the incremental update meets all checksums there are. */
TEST(the_reply_is_right_for_every_checksum)
{
	struct packet packet = packet_of(ETHER("86dd") IPV6("3a") "8000 0000 0000 0001");
	struct rte_mbuf *m;

	for (unsigned int id = 0; id < 0x10000; id++) {
		packet.octets[58] = (uint8_t)(id >> 8);
		packet.octets[59] = (uint8_t)id;
		packet_seal(&packet);
		m = reply_to(static_mbuf_guarded(0, packet.octets, packet.bytes));
		expect_checksums_right(rte_pktmbuf_mtod(m, uint8_t *), m->pkt_len);
	}
}

TEST(a_reply_of_zeros_has_a_valid_checksum)
{
	struct rte_mbuf *m = reply_to(request(ETHER("0800") IPV4("01") "0800 0000 0000 0000 0000"));

	expect_checksums_right(rte_pktmbuf_mtod(m, uint8_t *), m->pkt_len);
}

TEST(an_echo_over_segments_is_answered)
{
	struct packet packet = packet_sealed(ECHO_IPV4);
	struct rte_mbuf *m = static_mbuf_split(packet.octets, packet.bytes, 42, 3);

	expect_octets(reply_to(m), PEER_MAC OUR_MAC "0800" REPLY_IPV4);
}
