/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "gen_answer.h"
#include "gen_template.h"
#include "static_mbuf.h"
#include "tcp_seg.h"
#include "wire_headers.h"

/* A segment from port 9 to our port 80. */
static struct gen_template
segment_of(bool is_ipv6, uint8_t flags, enum gen_flavour flavour, const char *text)
{
	struct gen_path path = {.port = 80, .is_ipv6 = is_ipv6};
	struct gen_prefix from;
	struct gen_template_setup setup = {.path = &path,
					   .from = &from,
					   .protocol = PROTOCOL_TCP,
					   .flags = flags,
					   .flavour = flavour,
					   .text = text};
	struct gen_segment segment = {5, 9, 1000, 2000, 3000, 4000};
	struct gen_template t;
	bool family;

	assert_true(gen_address_parse(&path.destination, &family,
				      is_ipv6 ? "2001:db8:c::1:2" : "198.18.1.2"));
	assert_true(gen_prefix_parse(&from, is_ipv6 ? "2001:db8::/64" : "192.0.2.0/24"));
	gen_template_init(&t, &setup);
	gen_template_patch(&t, t.octets, &segment);
	return t;
}

static void
expect_kind(uint8_t flags, const char *text, enum gen_answer_kind kind)
{
	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		struct gen_template t = segment_of(is_ipv6, flags, GEN_LINUX, text);
		const struct rte_mbuf *m = static_mbuf_guarded(0, t.octets, t.bytes);
		struct gen_answer answer;

		gen_answer_parse(m, &answer);
		assert_int_equal(answer.kind, kind);
		assert_int_equal(answer.is_ipv6, is_ipv6);
		assert_int_equal(answer.low, is_ipv6 ? 0x10002 : 0xc6120102);
		assert_int_equal(answer.port, 80);
		assert_int_equal(answer.seq, 1000);
		assert_int_equal(answer.ack, 2000);
		assert_int_equal(answer.tsval, 3000);
		assert_int_equal(answer.text_bytes, text != NULL ? strlen(text) : 0);
		assert_true(gen_answer_checksum_ok(m, &answer));
	}
}

TEST(segments_are_told_apart)
{
	expect_kind(TH_SYN | TH_ACK, NULL, GEN_ANSWER_SYN_ACK);
	expect_kind(TH_RST, NULL, GEN_ANSWER_RST);
	expect_kind(TH_RST | TH_ACK, NULL, GEN_ANSWER_RST);
	expect_kind(TH_FIN | TH_ACK, "and text", GEN_ANSWER_FIN);
	expect_kind(TH_ACK, "text", GEN_ANSWER_DATA);
	expect_kind(TH_ACK, NULL, GEN_ANSWER_ACK);
	expect_kind(TH_SYN, NULL, GEN_ANSWER_OTHER);
	expect_kind(0, NULL, GEN_ANSWER_OTHER);
}

TEST(every_octet_counts_in_the_checksums)
{
	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		struct gen_template t = segment_of(is_ipv6, TH_ACK, GEN_LINUX, "odd");
		struct gen_answer answer;
		struct rte_mbuf *m;

		/* Of IPv6's header only what the pseudo-header covers. */
		for (uint32_t i = is_ipv6 ? 22 : 24; i < t.bytes; i++) {
			m = static_mbuf(0, t.octets, t.bytes);
			gen_answer_parse(m, &answer);
			*rte_pktmbuf_mtod_offset(m, uint8_t *, i) ^= 0x10;
			assert_false(gen_answer_checksum_ok(m, &answer));
		}
	}
}

TEST(what_is_cut_short_is_other_and_not_read_beyond)
{
	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		struct gen_template t = segment_of(is_ipv6, TH_ACK, GEN_LINUX, "text");
		struct gen_answer answer;

		for (uint16_t bytes = 0; bytes < t.bytes; bytes++) {
			gen_answer_parse(static_mbuf_guarded(0, t.octets, bytes), &answer);
			assert_int_equal(answer.kind, GEN_ANSWER_OTHER);
		}
	}
}

TEST(a_question_for_a_neighbour_is_known)
{
	uint8_t arp[42] = {[12] = 0x08, [13] = 0x06};
	struct gen_answer answer;

	gen_answer_parse(static_mbuf(0, arp, sizeof(arp)), &answer);
	assert_int_equal(answer.kind, GEN_ANSWER_NEIGHBOUR);
}
