/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "icmp.h"
#include "ndp.h"
#include "packet.h"
#include "static_mbuf.h"

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};

#define GROUP_MAC	  "3333ff000001" PEER_MAC
#define SOLICITED_NODE	  "ff020000 00000000 00000001 ff000001 "
#define UNSPECIFIED	  "00000000 00000000 00000000 00000000 "
#define IP(hop, from, to) "86dd 60000000 00003a" hop from to
#define TO_TARGET	  "8700 0000 00000000" IPV6_US
#define SOURCE_LINK	  "0101" PEER_MAC
#define SOLICITATION                                  \
	GROUP_MAC IP("ff", IPV6_PEER, SOLICITED_NODE) \
	TO_TARGET SOURCE_LINK
#define PROBE GROUP_MAC IP("ff", UNSPECIFIED, SOLICITED_NODE) TO_TARGET

/* Offset of what follows the target. */
#define OPTIONS_OFF 78

static enum drop_reason
parse_mbuf(struct rte_mbuf *m, struct frame *frame, struct ndp_solicitation *solicitation)
{
	enum icmp_kind kind;

	assert_int_equal(frame_parse(m, frame), DROP_NONE);
	assert_int_equal(icmp_parse(m, frame, &kind), DROP_NONE);
	assert_int_equal(kind, ICMP_NEIGHBOUR_SOLICITATION);
	return ndp_parse_solicitation(m, frame, solicitation);
}

static enum drop_reason
parse(const struct packet *packet, struct ndp_solicitation *solicitation)
{
	struct frame frame;

	memset(solicitation, 0xa5, sizeof(*solicitation));
	return parse_mbuf(static_mbuf_guarded(0, packet->octets, packet->bytes), &frame,
			  solicitation);
}

static void
expect_hex(const char *hex, enum drop_reason reason)
{
	struct packet packet = packet_sealed(hex);
	struct ndp_solicitation solicitation;

	assert_int_equal(parse(&packet, &solicitation), reason);
}

TEST(a_solicitation_is_read)
{
	struct packet packet = packet_sealed(SOLICITATION);
	struct ndp_solicitation solicitation;

	assert_int_equal(parse(&packet, &solicitation), DROP_NONE);
	assert_false(solicitation.is_probe);
	assert_memory_equal(solicitation.target.octet, packet.octets + 62, 16);
	/* To our own address, to see whether we are still there. */
	expect_hex(OUR_MAC PEER_MAC IP("ff", IPV6_PEER, IPV6_US) TO_TARGET, DROP_NONE);
}

TEST(a_probe_is_read) /* RFC 4862, 5.4.2 */
{
	struct packet packet = packet_sealed(PROBE);
	struct ndp_solicitation solicitation;

	assert_int_equal(parse(&packet, &solicitation), DROP_NONE);
	assert_true(solicitation.is_probe);
	expect_hex(PROBE "0e01 112233445566", DROP_NONE); /* nonce, RFC 7527 */
}

TEST(the_hop_limit_is_255)
{
	struct packet packet = packet_sealed(SOLICITATION);
	struct ndp_solicitation solicitation;

	for (unsigned int hop = 0; hop < 255; hop++) {
		packet.octets[21] = (uint8_t)hop;
		assert_int_equal(parse(&packet, &solicitation), DROP_nd_malformed);
	}
}

TEST(the_code_is_0)
{
	expect_hex(GROUP_MAC IP("ff", IPV6_PEER, SOLICITED_NODE) "8701 0000 00000000" IPV6_US,
		   DROP_nd_malformed);
}

TEST(a_solicitation_cut_short_is_refused)
{
	struct packet packet = packet_of(SOLICITATION);
	struct ndp_solicitation solicitation;

	for (packet.bytes = 62; packet.bytes <= 86; packet.bytes++) {
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &solicitation),
				 packet.bytes == OPTIONS_OFF || packet.bytes == 86
					 ? DROP_NONE
					 : DROP_nd_malformed);
	}
}

TEST(a_solicitation_over_segments_is_refused)
{
	struct packet packet = packet_sealed(SOLICITATION);
	struct ndp_solicitation solicitation;
	struct frame frame;

	for (size_t first = 62; first < packet.bytes; first++)
		assert_int_equal(
			parse_mbuf(static_mbuf_split(packet.octets, packet.bytes, first, 9), &frame,
				   &solicitation),
			DROP_nd_malformed);
}

TEST(the_target_is_one_hosts)
{
	expect_hex(
		GROUP_MAC IP("ff", IPV6_PEER,
			     SOLICITED_NODE) "8700 0000 00000000 ff020000000000000000000000000001",
		DROP_nd_malformed);
	expect_hex(GROUP_MAC IP("ff", IPV6_PEER, SOLICITED_NODE) "8700 0000 00000000" UNSPECIFIED,
		   DROP_nd_malformed);
	/* Equal, in our notation, to an IPv4 address of ours. */
	expect_hex(
		GROUP_MAC IP("ff", IPV6_PEER,
			     SOLICITED_NODE) "8700 0000 00000000 00000000000000000000ffffc0000201",
		DROP_nd_malformed);
}

TEST(options_have_a_length_and_fit)
{
	struct packet packet = packet_of(SOLICITATION "0e01 112233445566");
	struct ndp_solicitation solicitation;

	for (unsigned int length = 0; length < 256; length++) {
		packet.octets[OPTIONS_OFF + 1] = (uint8_t)length;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &solicitation),
				 length == 1 || length == 2 ? DROP_NONE : DROP_nd_malformed);
		packet.octets[OPTIONS_OFF + 1] = 1;
		packet.octets[OPTIONS_OFF + 9] = (uint8_t)length;
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &solicitation),
				 length == 1 ? DROP_NONE : DROP_nd_malformed);
		packet.octets[OPTIONS_OFF + 9] = 1;
	}
}

TEST(a_probe_goes_to_a_solicited_node)
{
	expect_hex(GROUP_MAC IP("ff", UNSPECIFIED, IPV6_US) TO_TARGET, DROP_nd_malformed);
	expect_hex(GROUP_MAC IP("ff", UNSPECIFIED, "ff020000000000000000000000000001") TO_TARGET,
		   DROP_nd_malformed);
	expect_hex(GROUP_MAC IP("ff", UNSPECIFIED, "ff0200000000000000000001fe000001") TO_TARGET,
		   DROP_nd_malformed);
	expect_hex(GROUP_MAC IP("ff", UNSPECIFIED, "ff0500000000000000000001ff000001") TO_TARGET,
		   DROP_nd_malformed);
	expect_hex(GROUP_MAC IP("ff", UNSPECIFIED, "ff0200000000000000000001ff123456") TO_TARGET,
		   DROP_NONE);
}

TEST(a_probe_has_no_link_address_to_tell)
{
	expect_hex(PROBE SOURCE_LINK, DROP_nd_malformed);
	expect_hex(PROBE "0e01 112233445566" SOURCE_LINK, DROP_nd_malformed);
}

static struct rte_mbuf *
reply_to(const char *hex, uint64_t flags, uint16_t tci)
{
	struct packet packet = packet_sealed(hex);
	struct rte_mbuf *m = static_mbuf(0, packet.octets, packet.bytes);
	struct ndp_solicitation solicitation;
	struct frame frame;

	m->ol_flags = flags;
	m->vlan_tci = tci;
	assert_int_equal(parse_mbuf(m, &frame, &solicitation), DROP_NONE);
	ndp_emit_advertisement(m, &frame, &solicitation, our_mac);
	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->ol_flags, 0);
	return m;
}

static void
expect_octets(const struct rte_mbuf *m, const char *hex)
{
	struct packet packet = packet_sealed(hex);

	assert_int_equal(m->pkt_len, packet.bytes);
	assert_memory_equal(static_mbuf_octets(m), packet.octets, packet.bytes);
}

#define ADVERTISEMENT(flags) "8800 0000" flags IPV6_US "0201" OUR_MAC

TEST(a_solicitation_is_answered_to_its_sender) /* RFC 4861, 7.2.4 */
{
	expect_octets(reply_to(SOLICITATION, 0, 0),
		      PEER_MAC OUR_MAC IP("ff", IPV6_US, IPV6_PEER) ADVERTISEMENT("60000000"));
}

TEST(a_probe_is_answered_to_all_nodes) /* RFC 4861, 7.2.4 */
{
	expect_octets(reply_to(PROBE, 0, 0),
		      "333300000001" OUR_MAC IP("ff", IPV6_US, "ff020000000000000000000000000001")
			      ADVERTISEMENT("20000000"));
}

TEST(the_advertisement_has_the_solicitations_tag)
{
	const uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;

	expect_octets(reply_to(GROUP_MAC "8100 e123" IP("ff", IPV6_PEER, SOLICITED_NODE)
				       TO_TARGET SOURCE_LINK,
			       0, 0),
		      PEER_MAC OUR_MAC "8100 0123" IP("ff", IPV6_US, IPV6_PEER)
			      ADVERTISEMENT("60000000"));
	expect_octets(reply_to(SOLICITATION, stripped, 0x6123), PEER_MAC OUR_MAC
		      "8100 0123" IP("ff", IPV6_US, IPV6_PEER) ADVERTISEMENT("60000000"));
}

TEST(options_of_the_solicitation_are_not_repeated)
{
	expect_octets(reply_to(SOLICITATION "0e02 112233445566 1122334455667788", 0, 0),
		      PEER_MAC OUR_MAC IP("ff", IPV6_US, IPV6_PEER) ADVERTISEMENT("60000000"));
}
