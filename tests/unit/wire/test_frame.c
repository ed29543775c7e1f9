/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "packet.h"
#include "static_mbuf.h"

#define SYN_IPV4 ETHER("0800") IPV4("06") TCP("5002")
#define SYN_IPV6 ETHER("86dd") IPV6("06") TCP("5002")
#define ARP           \
	ETHER("0806") \
	"0001 0800 0604 0001" PEER_MAC "c0000202 000000000000 c0000201"

/* Extension headers of eight octets: next header, length, PadN over the rest. */
#define EXTENSION(next_header) next_header "00 010400000000 "

static enum drop_reason
parse(const struct packet *packet, struct frame *frame)
{
	return frame_parse(static_mbuf_guarded(0, packet->octets, packet->bytes), frame);
}

static void
expect_reason(const struct packet *packet, enum drop_reason reason)
{
	struct frame frame;

	assert_string_equal(drop_reason_name(parse(packet, &frame)), drop_reason_name(reason));
}

/* Seal `hex` and expect it to be refused, or with DROP_NONE accepted. */
static void
expect_hex(const char *hex, enum drop_reason reason)
{
	struct packet packet = packet_sealed(hex);

	expect_reason(&packet, reason);
}

static const char *
name_of(enum drop_reason reason)
{
	return reason == DROP_NONE ? "none" : drop_reason_name(reason);
}

TEST(an_ipv4_segment_is_described)
{
	struct packet packet = packet_of(SYN_IPV4);
	struct ip_addr source = ip_addr_of_ipv4(RTE_BE32(0xc0000202));
	struct ip_addr destination = ip_addr_of_ipv4(RTE_BE32(0xc0000201));
	struct rte_mbuf *m;
	struct frame frame;

	packet.octets[15] = 0xb9; /* EF, ECT(1) */
	packet.octets[22] = 63;
	packet_seal(&packet);
	m = packet_parsed(&packet, &frame);
	assert_true(ip_addr_equal(&frame.source, &source));
	assert_true(ip_addr_equal(&frame.destination, &destination));
	assert_ptr_equal(frame.mac_destination, rte_pktmbuf_mtod(m, uint8_t *));
	assert_ptr_equal(frame.mac_source, rte_pktmbuf_mtod_offset(m, uint8_t *, 6));
	assert_int_equal(frame.vlan_id, VLAN_NONE);
	assert_int_equal(frame.l3_off, 14);
	assert_int_equal(frame.l4_off, 34);
	assert_int_equal(frame.l4_bytes, 20);
	assert_int_equal(frame.kind, FRAME_TCP);
	assert_false(frame.is_ipv6);
	assert_int_equal(frame.ttl, 63);
	assert_int_equal(frame.tos, 0xb9);
}

TEST(an_ipv6_segment_is_described)
{
	struct packet packet = packet_of(SYN_IPV6);
	struct frame frame;

	memcpy(packet.octets + 14, "\x6b\x91\x23\x45", 4); /* class 0xb9, label 0x12345 */
	packet_seal(&packet);
	packet_parsed(&packet, &frame);
	assert_memory_equal(frame.source.octet, packet.octets + 22, 16);
	assert_memory_equal(frame.destination.octet, packet.octets + 38, 16);
	assert_int_equal(frame.vlan_id, VLAN_NONE);
	assert_int_equal(frame.l3_off, 14);
	assert_int_equal(frame.l4_off, 54);
	assert_int_equal(frame.l4_bytes, 20);
	assert_int_equal(frame.kind, FRAME_TCP);
	assert_true(frame.is_ipv6);
	assert_int_equal(frame.ttl, 0x40);
	assert_int_equal(frame.tos, 0xb9);
}

TEST(an_arp_packet_is_described)
{
	struct packet packet = packet_of(ARP);
	struct frame frame;

	packet_parsed(&packet, &frame);
	assert_int_equal(frame.kind, FRAME_ARP);
	assert_int_equal(frame.l3_off, 14);
	assert_int_equal(frame.l4_bytes, 0);
	assert_false(frame.is_ipv6);
}

TEST(icmp_is_told_by_family)
{
	struct packet packet = packet_sealed(ETHER("0800") IPV4("01") "08000000 00000000");
	struct frame frame;

	packet_parsed(&packet, &frame);
	assert_int_equal(frame.kind, FRAME_ICMP);
	packet = packet_sealed(ETHER("86dd") IPV6("3a") "80000000 00000000");
	packet_parsed(&packet, &frame);
	assert_int_equal(frame.kind, FRAME_ICMPV6);
	expect_hex(ETHER("86dd") IPV6("01") "80000000 00000000", DROP_ip_protocol_unknown);
	expect_hex(ETHER("0800") IPV4("3a") "80000000 00000000", DROP_ip_protocol_unknown);
}

TEST(other_protocols_are_refused)
{
	expect_hex(ETHER("0800") IPV4("11") "00350035 00080000", DROP_ip_protocol_unknown);
	expect_hex(ETHER("86dd") IPV6("11") "00350035 00080000", DROP_ip_protocol_unknown);
	expect_hex(ETHER("86dd") IPV6("3b"), DROP_ip_protocol_unknown);
	expect_hex(ETHER("88cc") "0207040000000000", DROP_ethertype_unknown);
	expect_hex(ETHER("0026") "424203000000000000", DROP_ethertype_unknown); /* 802.3 length */
}

/* Cut anywhere, whatever is left ends at an unmapped page: refused, and not by a crash. */
TEST(a_frame_cut_short_is_refused)
{
	static const char *const frames[] = {
		SYN_IPV4,
		SYN_IPV6,
		OUR_MAC PEER_MAC "8100 0007 0800" IPV4("06") TCP("5002"),
		ETHER("86dd") IPV6("00") EXTENSION("3c") EXTENSION("06") TCP("5002"),
	};
	enum drop_reason reason;
	struct packet packet;
	struct frame frame;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		packet = packet_sealed(frames[i]);
		expect_reason(&packet, DROP_NONE);
		while (packet.bytes-- > 0) {
			reason = parse(&packet, &frame);
			if (reason != DROP_frame_truncated && reason != DROP_ipv4_header_bad &&
			    reason != DROP_ipv6_header_bad)
				fail_msg("frame %zu, cut to %zu: %s", i, packet.bytes,
					 name_of(reason));
		}
	}
}

/* The same cuts, but between the segments of a chain: all headers must be in the first. */
TEST(headers_beyond_the_first_segment_are_refused)
{
	struct packet packet = packet_sealed(ETHER("86dd") IPV6("00") EXTENSION(
		"3c") "0601 010c000000000000000000000000" TCP("5002"));
	struct frame frame;
	struct rte_mbuf *m;

	for (size_t first = 0; first <= packet.bytes; first++) {
		m = static_mbuf_split(packet.octets, packet.bytes, first, 7);
		assert_string_equal(name_of(frame_parse(m, &frame)),
				    first < packet.l4_off ? "frame_truncated" : "none");
	}
}

TEST(padding_is_trimmed)
{
	static const char *const frames[] = {SYN_IPV4, SYN_IPV6};
	struct packet packet;
	struct frame frame;
	struct rte_mbuf *m;
	size_t bytes;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		packet = packet_sealed(frames[i]);
		bytes = packet.bytes;
		packet.bytes += 6;
		m = packet_parsed(&packet, &frame);
		assert_int_equal(m->pkt_len, bytes);
		assert_int_equal(m->data_len, bytes);
		assert_int_equal(frame.l4_bytes, 20);
	}
}

TEST(padding_is_trimmed_over_segments)
{
	struct packet packet = packet_sealed(SYN_IPV4 "aabbccdd");
	struct frame frame;
	struct rte_mbuf *m, *second, *third, *fourth;

	/* 54 octets of headers | 2 of text | 2 of text and 3 of padding | padding */
	m = static_mbuf_guarded(0, packet.octets, 54);
	static_mbuf_chain(m, second = static_mbuf(1, packet.octets + 54, 2));
	static_mbuf_chain(m, third = static_mbuf(2, packet.octets + 56, 5));
	static_mbuf_chain(m, fourth = static_mbuf(3, NULL, 9));
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(m->pkt_len, 58);
	assert_int_equal(m->nb_segs, 3);
	assert_int_equal(third->data_len, 2);
	assert_null(third->next);
	assert_int_equal(static_mbuf_frees(third), 0);
	assert_int_equal(static_mbuf_frees(fourth), 1);
	assert_true(static_mbuf_is_sound(m));

	/* All of the packet in the first segment. */
	m = static_mbuf_guarded(0, packet.octets, packet.bytes);
	static_mbuf_chain(m, second = static_mbuf(1, NULL, 3));
	static_mbuf_chain(m, third = static_mbuf(2, NULL, 3));
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->pkt_len, packet.bytes);
	assert_null(m->next);
	assert_int_equal(static_mbuf_frees(m), 0);
	assert_int_equal(static_mbuf_frees(second), 1);
	assert_int_equal(static_mbuf_frees(third), 1);
}

TEST(a_tag_is_read)
{
	struct packet packet =
		packet_sealed(OUR_MAC PEER_MAC "8100 e123 0800" IPV4("06") TCP("5002"));
	struct frame frame;

	packet_parsed(&packet, &frame);
	assert_int_equal(frame.vlan_id, 0x123);
	assert_int_equal(frame.l3_off, 18);
	assert_int_equal(frame.l4_off, 38);
	packet = packet_sealed(OUR_MAC PEER_MAC "8100 e000 86dd" IPV6("06") TCP("5002"));
	packet_parsed(&packet, &frame);
	assert_int_equal(frame.vlan_id, VLAN_NONE); /* a priority tag */
	assert_int_equal(frame.l3_off, 18);
	expect_hex(OUR_MAC PEER_MAC "8100 0fff 0800" IPV4("06") TCP("5002"), DROP_vlan_foreign);
}

static enum drop_reason
parse_with_flags(const struct packet *packet, uint64_t flags, uint16_t tci, struct frame *frame)
{
	struct rte_mbuf *m = static_mbuf_guarded(0, packet->octets, packet->bytes);

	m->ol_flags |= flags;
	m->vlan_tci = tci;
	return frame_parse(m, frame);
}

TEST(a_tag_that_the_nic_took_out_counts)
{
	const uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	struct packet packet = packet_sealed(SYN_IPV4);
	struct frame frame;

	assert_int_equal(parse_with_flags(&packet, stripped, 0x6064, &frame), DROP_NONE);
	assert_int_equal(frame.vlan_id, 100);
	assert_int_equal(frame.l3_off, 14);
	assert_int_equal(parse_with_flags(&packet, stripped, 0x6000, &frame), DROP_NONE);
	assert_int_equal(frame.vlan_id, VLAN_NONE);
	assert_int_equal(parse_with_flags(&packet, stripped, 0x0fff, &frame), DROP_vlan_foreign);
	/* Reported, but still in the frame. */
	assert_int_equal(parse_with_flags(&packet, RTE_MBUF_F_RX_VLAN, 100, &frame), DROP_NONE);
	assert_int_equal(frame.vlan_id, VLAN_NONE);
}

/* proves: ATTACK-C11 */
TEST(a_second_tag_is_refused)
{
	const uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	const uint64_t qinq = stripped | RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED;
	struct packet packet;
	struct frame frame;

	expect_hex(OUR_MAC PEER_MAC "8100 0007 8100 0008 0800" IPV4("06"), DROP_ethertype_unknown);
	expect_hex(OUR_MAC PEER_MAC "88a8 0007 8100 0008 0800" IPV4("06"), DROP_ethertype_unknown);
	packet = packet_of(OUR_MAC PEER_MAC "8100 0007 0800" IPV4("06") TCP("5002"));
	assert_int_equal(parse_with_flags(&packet, stripped, 7, &frame), DROP_ethertype_unknown);
	packet = packet_sealed(SYN_IPV4);
	assert_int_equal(parse_with_flags(&packet, qinq, 7, &frame), DROP_ethertype_unknown);
}

TEST(a_group_address_is_no_source)
{
	expect_hex(OUR_MAC "ffffffffffff 0800" IPV4("06") TCP("5002"), DROP_mac_source_group);
	expect_hex(OUR_MAC "333300000001 86dd" IPV6("06") TCP("5002"), DROP_mac_source_group);
	expect_hex(OUR_MAC "010000000000 0806", DROP_mac_source_group);
}

TEST(a_group_destination_is_left_to_the_caller)
{
	struct packet packet = packet_sealed("333300000001" PEER_MAC "86dd" IPV6("06") TCP("5002"));
	struct frame frame;

	packet_parsed(&packet, &frame);
	assert_int_equal(frame.mac_destination[0] & 1, 1);
}

TEST(an_ipv4_header_must_be_one)
{
	struct packet packet;

	for (unsigned int octet = 0; octet < 256; octet++) {
		packet = packet_sealed(SYN_IPV4 "0000000000000000000000000000000000000000"
						"00000000000000000000000000000000");
		packet.octets[14] = (uint8_t)octet;
		if (octet >> 4 != 4 || (octet & 15) < 5)
			expect_reason(&packet, DROP_ipv4_header_bad);
		else if (octet != 0x45) /* the header was not summed for this length */
			expect_reason(&packet, DROP_ipv4_checksum_bad);
	}
}

/* Set IPv4's total length and sum the header again. */
static void
set_total_length(struct packet *packet, uint16_t total_length)
{
	size_t bytes = packet->bytes;

	packet->bytes = packet->l3_off + total_length;
	packet_seal(packet);
	packet->bytes = bytes;
}

TEST(an_ipv4_length_must_hold_the_header_and_fit_the_frame)
{
	struct packet packet = packet_of(SYN_IPV4);
	struct frame frame;

	for (uint16_t total_length = 20; total_length < 60; total_length++) {
		set_total_length(&packet, total_length);
		expect_reason(&packet, total_length <= 40 ? DROP_NONE : DROP_ipv4_header_bad);
		parse(&packet, &frame);
		if (total_length <= 40)
			assert_int_equal(frame.l4_bytes, total_length - 20);
	}
	for (uint16_t total_length = 0; total_length < 20; total_length++) {
		set_total_length(&packet, total_length);
		expect_reason(&packet, DROP_ipv4_header_bad);
	}
}

TEST(a_wrong_ipv4_checksum_is_found_in_every_bit)
{
	struct packet packet = packet_sealed(SYN_IPV4);

	for (size_t bit = 8; bit < 160; bit++) {
		packet.octets[14 + bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect_reason(&packet, DROP_ipv4_checksum_bad);
		packet.octets[14 + bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

TEST(the_nics_verdict_on_the_ipv4_checksum_is_taken)
{
	struct packet right = packet_sealed(SYN_IPV4), wrong = right;
	struct frame frame;

	wrong.octets[24] ^= 1;
	assert_int_equal(parse_with_flags(&wrong, RTE_MBUF_F_RX_IP_CKSUM_GOOD, 0, &frame),
			 DROP_NONE);
	assert_int_equal(parse_with_flags(&wrong, RTE_MBUF_F_RX_IP_CKSUM_NONE, 0, &frame),
			 DROP_NONE);
	assert_int_equal(parse_with_flags(&wrong, RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN, 0, &frame),
			 DROP_ipv4_checksum_bad);
	assert_int_equal(parse_with_flags(&right, RTE_MBUF_F_RX_IP_CKSUM_BAD, 0, &frame),
			 DROP_ipv4_checksum_bad);
}

/* proves: ATTACK-C12 */
TEST(ipv4_options_are_refused)
{
	expect_hex(
		ETHER("0800") "46000000 00004000 40060000 c0000202 c0000201 01010100" TCP("5002"),
		DROP_ipv4_options);
	/* Loose source route. */
	expect_hex(
		ETHER("0800") "47000000 00004000 40060000 c0000202 c0000201 8307040a 00000100" TCP(
			"5002"),
		DROP_ipv4_options);
	/* Options that end beyond the first segment. */
	expect_hex(ETHER("0800") "4f000000 00004000 40060000 c0000202 c0000201 01010100",
		   DROP_frame_truncated);
}

/* proves: ATTACK-C5 ATTACK-C6 */
TEST(ipv4_fragments_are_refused)
{
	expect_hex(ETHER("0800") "45000000 12342000 40060000 c0000202 c0000201" TCP("5002"),
		   DROP_ip_fragment);
	expect_hex(ETHER("0800") "45000000 12340001 40060000 c0000202 c0000201" TCP("5002"),
		   DROP_ip_fragment);
	expect_hex(ETHER("0800") "45000000 12341fff 40060000 c0000202 c0000201" TCP("5002"),
		   DROP_ip_fragment);
	expect_hex(ETHER("0800") "45000000 12340000 40060000 c0000202 c0000201" TCP("5002"),
		   DROP_NONE);
	expect_hex(ETHER("0800") "45000000 12344000 40060000 c0000202 c0000201" TCP("5002"),
		   DROP_NONE);
}

TEST(a_source_that_is_no_hosts_is_refused) /* MUST-63 */
{
	expect_hex(ETHER("0800") "45000000 00004000 40060000 7f000001 c0000201" TCP("5002"),
		   DROP_ip_source_invalid);
	expect_hex(ETHER("0800") "45000000 00004000 40060000 ffffffff c0000201" TCP("5002"),
		   DROP_ip_source_invalid);
	expect_hex(ETHER("0800") "45000000 00004000 40010000 00000000 c0000201 0800000000000000",
		   DROP_ip_source_invalid);
	expect_hex(ETHER("86dd") "60000000 00000640 ff020000000000000000000000000001" IPV6_US TCP(
			   "5002"),
		   DROP_ip_source_invalid);
	expect_hex(ETHER("86dd") "60000000 00000640 00000000000000000000ffffc0000202" IPV6_US TCP(
			   "5002"),
		   DROP_ip_source_invalid);
}

TEST(the_unspecified_source_passes_only_in_icmpv6) /* RFC 4862, 5.4.2 */
{
	expect_hex(ETHER("86dd") "60000000 00003aff 00000000000000000000000000000000" IPV6_US
				 "8700000000000000",
		   DROP_NONE);
	expect_hex(ETHER("86dd") "60000000 000006ff 00000000000000000000000000000000" IPV6_US TCP(
			   "5002"),
		   DROP_ip_source_invalid);
	expect_hex(ETHER("86dd") "60000000 00003aff 00000000000000000000000000000001" IPV6_US
				 "8700000000000000",
		   DROP_ip_source_invalid);
}

/* It would be equal to an address of ours that is IPv4. */
TEST(an_ipv4_mapped_destination_is_refused)
{
	expect_hex(ETHER("86dd") "60000000 00000640" IPV6_PEER
				 "00000000000000000000ffffc0000201" TCP("5002"),
		   DROP_ip_destination_foreign);
}

TEST(an_ipv6_header_must_be_one)
{
	struct packet packet = packet_sealed(SYN_IPV6);

	for (unsigned int version = 0; version < 16; version++) {
		packet.octets[14] = (uint8_t)(version << 4);
		expect_reason(&packet, version == 6 ? DROP_NONE : DROP_ipv6_header_bad);
	}
}

TEST(an_ipv6_length_must_fit_the_frame)
{
	struct packet packet = packet_sealed(SYN_IPV6);
	struct frame frame;

	for (uint8_t length = 0; length < 30; length++) {
		packet.octets[19] = length;
		expect_reason(&packet, length <= 20 ? DROP_NONE : DROP_ipv6_header_bad);
		parse(&packet, &frame);
		if (length <= 20)
			assert_int_equal(frame.l4_bytes, length);
	}
	packet.octets[18] = 0xff;
	expect_reason(&packet, DROP_ipv6_header_bad);
}

TEST(options_headers_are_walked) /* RFC 8200, 4 */
{
	struct packet packet = packet_sealed(ETHER("86dd") IPV6("00") EXTENSION(
		"3c") "0601 05020000 0000 0000 01040000 0000" TCP("5002"));
	struct frame frame;

	packet_parsed(&packet, &frame);
	assert_int_equal(frame.kind, FRAME_TCP);
	assert_int_equal(frame.l4_off, 14 + 40 + 8 + 16);
	assert_int_equal(frame.l4_bytes, 20);
}

/* proves: ATTACK-C7 */
TEST(at_most_eight_extension_headers_are_walked)
{
#define SEVEN           \
	EXTENSION("3c") \
	EXTENSION("3c") \
	EXTENSION("3c") EXTENSION("3c") EXTENSION("3c") EXTENSION("3c") EXTENSION("3c")
	expect_hex(ETHER("86dd") IPV6("3c") SEVEN EXTENSION("06") TCP("5002"), DROP_NONE);
	expect_hex(ETHER("86dd") IPV6("3c") SEVEN EXTENSION("3c") EXTENSION("06") TCP("5002"),
		   DROP_ipv6_extension);
}

TEST(hop_by_hop_options_come_first_or_not_at_all) /* RFC 8200, 4.1 */
{
	expect_hex(ETHER("86dd") IPV6("00") EXTENSION("06") TCP("5002"), DROP_NONE);
	expect_hex(ETHER("86dd") IPV6("3c") EXTENSION("00") EXTENSION("06") TCP("5002"),
		   DROP_ipv6_extension);
	expect_hex(ETHER("86dd") IPV6("00") EXTENSION("00") EXTENSION("06") TCP("5002"),
		   DROP_ipv6_extension);
}

/* proves: ATTACK-C5 ATTACK-C7 */
TEST(other_extension_headers_are_refused)
{
	static const uint8_t extensions[] = {43, 50, 51, 135, 139, 140};
	struct packet packet;

	for (size_t i = 0; i < sizeof(extensions); i++) {
		packet = packet_sealed(ETHER("86dd") IPV6("06") EXTENSION("06") TCP("5002"));
		packet.octets[20] = extensions[i];
		expect_reason(&packet, DROP_ipv6_extension);
	}
	expect_hex(ETHER("86dd") IPV6("2c") "06000000 00000001" TCP("5002"), DROP_ip_fragment);
	/* RFC 6946's atomic fragment is one too. */
	expect_hex(ETHER("86dd") IPV6("2c") "06000000 00000000" TCP("5002"), DROP_ip_fragment);
	expect_hex(ETHER("86dd") IPV6("00") EXTENSION("2c") "06000001 00000001" TCP("5002"),
		   DROP_ip_fragment);
}

TEST(an_unknown_ipv6_option_is_skipped_if_it_says_so) /* RFC 8200, 4.2 */
{
	struct packet packet;

	for (unsigned int type = 2; type < 256; type++) {
		packet = packet_sealed(ETHER("86dd") IPV6("3c") "0600 020400000000" TCP("5002"));
		packet.octets[56] = (uint8_t)type;
		expect_reason(&packet, type < 0x40 ? DROP_NONE : DROP_ipv6_extension);
	}
}

TEST(ipv6_options_must_end_where_their_header_ends)
{
	struct packet packet;

	for (unsigned int length = 0; length < 256; length++) {
		packet = packet_sealed(ETHER("86dd") IPV6("3c") "0600 000000000100" TCP("5002"));
		packet.octets[57] = (uint8_t)length;
		packet.octets[56] = 1;
		/* The rest, if any, reads as Pad1s and an empty PadN. */
		expect_reason(&packet, length <= 4 ? DROP_NONE : DROP_ipv6_extension);
	}
	/* Five Pad1s, and then a PadN without its length. */
	expect_hex(ETHER("86dd") IPV6("3c") "0600 000000000001" TCP("5002"), DROP_ipv6_extension);
	expect_hex(ETHER("86dd") IPV6("3c") "0600 000000000001", DROP_ipv6_extension);
}

/* proves: ATTACK-C7 */
TEST(padding_can_not_be_made_expensive)
{
	struct packet packet = packet_of(ETHER("86dd") IPV6("3c") "0607");

	packet.bytes += 62; /* Pad1 62 times */
	packet.bytes += 20;
	packet_seal(&packet);
	expect_reason(&packet, DROP_NONE);
	packet = packet_of(ETHER("86dd") IPV6("3c") "0608");
	packet.bytes += 70 + 20;
	packet_seal(&packet);
	expect_reason(&packet, DROP_ipv6_extension);
}

TEST(an_extension_header_must_fit_the_payload)
{
	struct packet packet = packet_sealed(ETHER("86dd") IPV6("3c") EXTENSION("06") TCP("5002"));

	packet.octets[55] = 4; /* 40 octets; there are 28 */
	expect_reason(&packet, DROP_ipv6_header_bad);
	packet.bytes = 54;
	packet.octets[19] = 0; /* no payload at all */
	expect_reason(&packet, DROP_frame_truncated);
}

static bool
l4_ok(const struct packet *packet, uint64_t verdict)
{
	struct frame frame;
	struct rte_mbuf *m = packet_parsed(packet, &frame);

	m->ol_flags |= verdict;
	return frame_l4_checksum_ok(m, &frame);
}

/* proves: ATTACK-C11 */
TEST(a_wrong_transport_checksum_is_found_in_every_bit) /* MUST-3 */
{
	static const char *const frames[] = {
		SYN_IPV4 "68656c6c6f",
		SYN_IPV6 "68656c6c6f",
		ETHER("0800") IPV4("01") "0800000000000000 68656c6c6f",
		ETHER("86dd") IPV6("3a") "8000000000000000 68656c6c6f",
	};
	struct packet packet;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		packet = packet_sealed(frames[i]);
		assert_true(l4_ok(&packet, 0));
		for (size_t bit = 8 * packet.l4_off; bit < 8 * packet.bytes; bit++) {
			packet.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_false(l4_ok(&packet, 0));
			packet.octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

TEST(the_pseudo_header_counts)
{
	struct packet packet = packet_sealed(SYN_IPV6);

	packet.octets[37] ^= 4; /* source */
	assert_false(l4_ok(&packet, 0));
	packet = packet_sealed(ETHER("86dd") IPV6("3a") "8000000000000000");
	packet.octets[53] ^= 4; /* destination */
	assert_false(l4_ok(&packet, 0));
}

TEST(the_nics_verdict_on_the_transport_checksum_is_taken)
{
	struct packet right = packet_sealed(SYN_IPV4), wrong = right;

	wrong.octets[50] ^= 1;
	assert_true(l4_ok(&wrong, RTE_MBUF_F_RX_L4_CKSUM_GOOD));
	assert_true(l4_ok(&wrong, RTE_MBUF_F_RX_L4_CKSUM_NONE));
	assert_false(l4_ok(&wrong, RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN));
	assert_false(l4_ok(&right, RTE_MBUF_F_RX_L4_CKSUM_BAD));
}

TEST(the_transport_checksum_runs_over_segments)
{
	struct packet packet = packet_sealed(SYN_IPV4 "000102030405060708090a0b0c0d0e0f10111213");
	struct frame frame;
	struct rte_mbuf *m;

	for (size_t piece = 1; piece <= 20; piece++) {
		for (size_t first = 54; first < packet.bytes; first++) {
			if ((packet.bytes - first) / piece > 12)
				continue;
			m = static_mbuf_split(packet.octets, packet.bytes, first, piece);
			assert_int_equal(frame_parse(m, &frame), DROP_NONE);
			assert_true(frame_l4_checksum_ok(m, &frame));
			rte_pktmbuf_mtod(rte_pktmbuf_lastseg(m), uint8_t *)[0] ^= 1;
			assert_false(frame_l4_checksum_ok(m, &frame));
		}
	}
}
