/* SPDX-License-Identifier: BSD-3-Clause */

/* What is plain must be to plain_parse() what it is to the parsers that take longer. */

#include "test.h"

#include "packet.h"
#include "plain.h"
#include "plain_options.h"
#include "static_mbuf.h"

#define VLAN7	  ETHER("8100 0007")
#define LINUX_SYN "020405b4 0402080a 01020304 00000000 01030307"

static const char *const plain_frames[] = {
	ETHER("0800") IPV4("06") TCP("5002"),
	ETHER("0800") IPV4("06") TCP("a002") LINUX_SYN,
	ETHER("0800") IPV4("06") TCP("8002") "020405b4 01030308 01010402",
	ETHER("0800") IPV4("06") TCP("6002") "020405b4",
	ETHER("0800") IPV4("06") TCP("5018") "616263",
	ETHER("0800") IPV4("06") TCP("8010") "0101080a 01020304 05060708",
	ETHER("0800") IPV4("06") TCP("8010") "0101080a 01020304 05060708"
					     "6162636465",
	VLAN7 "0800 " IPV4("06") TCP("a002") LINUX_SYN,
	ETHER("86dd") IPV6("06") TCP("5002"),
	ETHER("86dd") IPV6("06") TCP("a002") LINUX_SYN,
	ETHER("86dd") IPV6("06") TCP("5011") "61",
	VLAN7 "86dd " IPV6("06") TCP("8010") "0101080a 01020304 05060708",
};

static const char *const other_frames[] = {
	ETHER("0806") "0001 0800 0604 0001 " PEER_MAC "c0000202 000000000000 c0000201",
	ETHER("0800") IPV4("11") "9c400050 00080000 00000000 00000000 00000000",
	ETHER("0800") "46000000 00004000 4006 0000 c0000202 c0000201 01010101 " TCP("5002"),
	ETHER("0800") "45000000 00002000 4006 0000 c0000202 c0000201 " TCP("5002"),
	ETHER("0800") "45000000 00004000 4006 0000 7f000001 c0000201 " TCP("5002"),
	ETHER("0800") "45000000 00004000 4006 0000 e0000001 c0000201 " TCP("5002"),
	ETHER("0800") "45000000 00004000 4006 0000 00000001 c0000201 " TCP("5002"),
	ETHER("0800") IPV4("06") TCP("4002"),
	ETHER("0800") IPV4("06") TCP("6002"),
	ETHER("8100 0000") "0800 " IPV4("06") TCP("5002"),
	ETHER("8100 0fff") "0800 " IPV4("06") TCP("5002"),
	ETHER("86dd") IPV6("00") "06000000 00000000 " TCP("5002"),
};

/* The form of a SYN that is known by sight; then it is plain, and the same. */
static enum plain_form
known_form(struct rte_mbuf *m)
{
	struct plain known, plain;

	memset(&known, 0, sizeof(known));
	memset(&plain, 0, sizeof(plain));
	if (!plain_syn_parse(m, &known))
		return PLAIN_FORM_OTHER;
	assert_true(static_mbuf_is_sound(m));
	assert_true(plain_parse(m, &plain));
	assert_int_not_equal(known.form, PLAIN_FORM_OTHER);
	assert_int_equal(plain.form, PLAIN_FORM_OTHER);
	plain.form = known.form;
	assert_memory_equal(&plain, &known, sizeof(plain));
	return (enum plain_form)known.form;
}

/* What it would be to the parser of options. */
static enum plain_form
parsed_form(const struct plain *plain)
{
	const uint8_t *octets = plain_l4(plain) + sizeof(struct wire_tcp);
	uint32_t bytes = plain->head_bytes - (uint32_t)sizeof(struct wire_tcp);

	if (plain->flags != TH_SYN || plain->is_ipv6 || plain->vlan_id != VLAN_NONE ||
	    plain->head_bytes != plain->l4_bytes || (plain_l4(plain)[12] & 0x0f) != 0)
		return PLAIN_FORM_OTHER;
	return plain_form_of(octets, bytes);
}

/* True if plain; then the parsers must have made the same of it. */
static bool
compare(struct rte_mbuf *m)
{
	enum plain_form form = known_form(m);
	struct frame frame, opened_frame;
	struct tcp_seg seg, opened_seg;
	struct plain plain;

	if (!plain_parse(m, &plain))
		return false;
	/* A port that vouches for one checksum alone is not believed by sight. */
	if (m->ol_flags == 0)
		assert_int_equal(form, parsed_form(&plain));
	memset(&frame, 0, sizeof(frame));
	memset(&opened_frame, 0, sizeof(frame));
	memset(&seg, 0, sizeof(seg));
	memset(&opened_seg, 0, sizeof(seg));
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(frame.kind, FRAME_TCP);
	assert_int_equal(tcp_seg_parse(m, &frame, &seg), DROP_NONE);
	plain_open(&plain, &opened_frame, &opened_seg);
	assert_ptr_equal(opened_seg.frame, &opened_frame);
	opened_seg.frame = &frame;
	assert_memory_equal(&frame, &opened_frame, sizeof(frame));
	assert_memory_equal(&seg, &opened_seg, sizeof(seg));
	assert_int_equal(plain.flags, seg.flags);
	assert_int_equal(plain_seq(&plain), seg.seq);
	assert_int_equal(plain_ack(&plain), seg.ack);
	assert_int_equal(rte_be_to_cpu_32(plain_ports(&plain)),
			 (uint32_t)seg.source_port << 16 | seg.destination_port);
	return true;
}

static bool
compare_octets(const uint8_t *octets, size_t bytes)
{
	return compare(static_mbuf_guarded(0, octets, bytes));
}

TEST(common_segments_are_plain)
{
	for (size_t i = 0; i < RTE_DIM(plain_frames); i++) {
		struct packet packet = packet_sealed(plain_frames[i]);

		assert_true(compare_octets(packet.octets, packet.bytes));
	}
}

TEST(syns_of_common_systems_are_known_by_sight)
{
	static const enum plain_form forms[] = {PLAIN_FORM_NONE, PLAIN_FORM_LINUX,
						PLAIN_FORM_WINDOWS, PLAIN_FORM_MSS};

	for (size_t i = 0; i < RTE_DIM(plain_frames); i++) {
		struct packet packet = packet_sealed(plain_frames[i]);
		struct rte_mbuf *m = static_mbuf_guarded(0, packet.octets, packet.bytes);

		assert_int_equal(known_form(m), i < RTE_DIM(forms) ? forms[i] : PLAIN_FORM_OTHER);
	}
}

/* The sums are right by the port's word, and wrong. */
TEST(a_port_s_word_is_taken_for_both_sums_or_none)
{
	struct packet packet = packet_sealed(plain_frames[1]);
	struct rte_mbuf *m;

	packet.octets[packet.l4_off + 16] ^= 1;
	m = static_mbuf(0, packet.octets, packet.bytes);
	m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	assert_int_equal(known_form(m), PLAIN_FORM_OTHER);
	m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	assert_int_equal(known_form(m), PLAIN_FORM_LINUX);
	m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_NONE | RTE_MBUF_F_RX_L4_CKSUM_NONE;
	assert_int_equal(known_form(m), PLAIN_FORM_OTHER);
}

TEST(anything_else_is_not)
{
	for (size_t i = 0; i < RTE_DIM(other_frames); i++) {
		struct packet packet = packet_sealed(other_frames[i]);

		assert_false(compare_octets(packet.octets, packet.bytes));
	}
}

TEST(padding_is_trimmed)
{
	struct packet packet = packet_sealed(plain_frames[0]);
	struct rte_mbuf *m = static_mbuf(0, packet.octets, packet.bytes + 6);

	assert_true(compare(m));
	assert_int_equal(m->pkt_len, packet.bytes);
	assert_true(static_mbuf_is_sound(m));
}

TEST(every_truncation_is_refused)
{
	for (size_t i = 0; i < RTE_DIM(plain_frames); i++) {
		struct packet packet = packet_sealed(plain_frames[i]);

		for (size_t bytes = 14; bytes < packet.bytes; bytes++)
			assert_false(compare_octets(packet.octets, bytes));
	}
}

/* Each octet changed, with the checksums left wrong and with them put right. */
TEST(a_changed_octet_is_judged_alike)
{
	static const uint8_t changes[] = {0x01, 0x04, 0x10, 0x80, 0xff};

	for (size_t i = 0; i < RTE_DIM(plain_frames); i++) {
		struct packet packet = packet_sealed(plain_frames[i]);

		for (size_t at = 0; at < packet.bytes; at++) {
			for (size_t k = 0; k < RTE_DIM(changes); k++) {
				struct packet changed = packet;

				changed.octets[at] ^= changes[k];
				compare_octets(changed.octets, changed.bytes);
				if (at >= packet.l4_off)
					packet_seal(&changed);
				compare_octets(changed.octets, changed.bytes);
			}
		}
	}
}

TEST(a_wrong_checksum_is_not_plain)
{
	for (size_t i = 0; i < RTE_DIM(plain_frames); i++) {
		struct packet packet = packet_sealed(plain_frames[i]);

		for (size_t at = packet.l4_off; at < packet.bytes; at++) {
			struct packet changed = packet;

			changed.octets[at] ^= 0x20;
			assert_false(compare_octets(changed.octets, changed.bytes));
		}
	}
}

TEST(the_port_s_verdict_on_checksums_counts)
{
	struct packet packet = packet_sealed(plain_frames[1]);
	struct rte_mbuf *m;

	packet.octets[packet.l4_off + 16] ^= 1;
	m = static_mbuf(0, packet.octets, packet.bytes);
	assert_false(compare(m));
	m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	assert_true(compare(m));
	m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_IP_CKSUM_NONE;
	assert_true(compare(m));
	packet_seal(&packet);
	m = static_mbuf(0, packet.octets, packet.bytes);
	m->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_BAD;
	assert_false(compare(m));
	m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_BAD;
	assert_false(compare(m));
}

TEST(chains_and_stripped_tags_are_not_plain)
{
	struct packet packet = packet_sealed(plain_frames[0]);
	struct rte_mbuf *m = static_mbuf(0, packet.octets, packet.bytes);

	m->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	assert_false(compare(m));
	m = static_mbuf(0, packet.octets, packet.bytes);
	static_mbuf_chain(m, static_mbuf(1, NULL, 6));
	assert_false(compare(m));
}

/* What plain_syn_options() knows by sight it must read as the parser does. */
static void
expect_same_options(const char *hex)
{
	struct packet packet = packet_sealed(hex);
	struct rte_mbuf *m = static_mbuf_guarded(0, packet.octets, packet.bytes);
	struct tcp_options known, parsed;
	struct plain plain;
	bool is_syn;

	assert_true(plain_parse(m, &plain));
	is_syn = (plain.flags & TH_SYN) != 0;
	memset(&known, 0, sizeof(known));
	assert_int_equal(
		is_syn ? plain_syn_options(&plain, &known) : plain_ack_options(&plain, &known),
		tcp_options_parse(&parsed, plain_l4(&plain) + 20, plain.head_bytes - 20u, is_syn));
	assert_memory_equal(&known, &parsed, sizeof(parsed));
}

TEST(options_are_read_as_the_parser_reads_them)
{
	static const char *const others[] = {
		ETHER("0800") IPV4("06") TCP("a002") "020405b4 0402080a 01020304 00000000 01030311",
		ETHER("0800") IPV4("06") TCP("a002") "020405b4 0402080a 01020304 00000000 01010101",
		ETHER("0800") IPV4("06") TCP("a002") "020405b4 01030306 0101080a 01020304 00000000",
		ETHER("0800") IPV4("06") TCP("8002") "020405b4 01030320 01010402",
		ETHER("0800") IPV4("06") TCP("8002") "020405b4 01030308 01010101",
		ETHER("0800") IPV4("06") TCP("6002") "020505b4",
		ETHER("0800") IPV4("06") TCP("8010") "0101080b 01020304 05060708",
	};

	for (size_t i = 0; i < RTE_DIM(plain_frames); i++)
		expect_same_options(plain_frames[i]);
	for (size_t i = 0; i < RTE_DIM(others); i++)
		expect_same_options(others[i]);
}
