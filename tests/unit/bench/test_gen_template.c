/* SPDX-License-Identifier: BSD-3-Clause */

/* Patched frames, read by weir's own parser. */
#include "test.h"

#include "frame.h"
#include "gen_template.h"
#include "icmp.h"
#include "rng.h"
#include "seed.h"
#include "static_mbuf.h"
#include "wire_headers.h"

static const uint8_t their_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 2};

static struct gen_path
path_of(bool is_ipv6)
{
	struct gen_path path = {.port = 80, .is_ipv6 = is_ipv6};
	bool family;

	assert_true(gen_address_parse(&path.destination, &family,
				      is_ipv6 ? "2001:db8::1" : "192.0.2.1"));
	memcpy(path.mac_source, our_mac, 6);
	memcpy(path.mac_destination, their_mac, 6);
	return path;
}

static void
init(struct gen_template *t, bool is_ipv6, uint8_t protocol, uint8_t flags,
     enum gen_flavour flavour)
{
	struct gen_path path = path_of(is_ipv6);
	struct gen_prefix from;
	struct gen_template_setup setup = {.path = &path,
					   .from = &from,
					   .protocol = protocol,
					   .flags = flags,
					   .flavour = flavour,
					   .text = flags & TH_PSH ? "an odd number of octets"
								  : NULL};

	assert_true(gen_prefix_parse(&from, is_ipv6 ? "2001:db8:f::/64" : "10.0.0.0/8"));
	gen_template_init(t, &setup);
}

/* Patch at random and read back. */
static void
expect_patched(const struct gen_template *t, struct rng *rng, uint8_t flags,
	       enum gen_flavour flavour)
{
	struct gen_segment wanted = {
		rng_next(rng),		 (uint16_t)(rng_next(rng) | 1), /* not 0 */
		(uint32_t)rng_next(rng), (uint32_t)rng_next(rng),
		(uint32_t)rng_next(rng), (uint32_t)rng_next(rng)};
	struct rte_mbuf *m = static_mbuf(0, t->octets, t->bytes);
	struct frame frame;
	struct tcp_seg seg;
	uint64_t low;

	gen_template_patch(t, rte_pktmbuf_mtod(m, uint8_t *), &wanted);
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(tcp_seg_parse(m, &frame, &seg), DROP_NONE);
	low = gen_address_low(&frame.source, t->is_ipv6);
	assert_int_equal(low & t->host_mask, wanted.host & t->host_mask);
	assert_int_equal(low & ~t->host_mask, t->base_low);
	assert_int_equal(m->pkt_len, t->bytes);
	assert_int_equal(seg.source_port, wanted.port);
	assert_int_equal(seg.destination_port, 80);
	assert_int_equal(seg.seq, wanted.seq);
	if (flags & TH_ACK)
		assert_int_equal(seg.ack, wanted.ack);
	assert_int_equal(seg.flags, flags);
	assert_false(seg.options_bad);
	assert_int_equal(seg.options.has_timestamps, flavour == GEN_LINUX);
	if (flavour == GEN_LINUX) {
		assert_int_equal(seg.options.tsval, wanted.tsval);
		assert_int_equal(seg.options.tsecr, wanted.tsecr);
	}
	assert_int_equal(seg.options.has_mss, (flags & TH_SYN) && flavour != GEN_PLAIN);
	assert_int_equal(seg.text_bytes, flags & TH_PSH ? 23 : 0);
}

TEST(a_patched_segment_is_right_in_every_field_and_checksum)
{
	static const uint8_t flags[] = {TH_SYN, TH_ACK, TH_ACK | TH_PSH, TH_FIN | TH_ACK};
	struct rng rng = seeded_rng();
	struct gen_template t;

	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		for (size_t i = 0; i < sizeof(flags); i++) {
			for (int flavour = GEN_PLAIN; flavour <= GEN_WINDOWS; flavour++) {
				init(&t, is_ipv6, PROTOCOL_TCP, flags[i], flavour);
				for (int n = 0; n < 1000; n++)
					expect_patched(&t, &rng, flags[i], flavour);
			}
		}
	}
}

TEST(an_echo_request_has_its_checksum)
{
	struct rng rng = seeded_rng();
	struct gen_template t;
	struct frame frame;
	enum icmp_kind kind;

	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		init(&t, is_ipv6, PROTOCOL_ICMP, 0, GEN_LINUX);
		for (int n = 0; n < 100; n++) {
			struct gen_segment segment = {
				.host = rng_next(&rng),
				.port = (uint16_t)(1 + rng_below(&rng, 65535))};
			struct rte_mbuf *m = static_mbuf(0, t.octets, t.bytes);

			gen_template_patch(&t, rte_pktmbuf_mtod(m, uint8_t *), &segment);
			assert_int_equal(frame_parse(m, &frame), DROP_NONE);
			assert_int_equal(icmp_parse(m, &frame, &kind), DROP_NONE);
			assert_int_equal(kind, ICMP_ECHO_REQUEST);
		}
	}
}

TEST(fragments_and_datagrams_are_what_they_claim)
{
	struct gen_path path;
	struct gen_prefix from;
	struct gen_template t;
	struct frame frame;

	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		struct gen_segment segment = {.host = 7, .port = 9};
		struct gen_template_setup setup = {.path = &path,
						   .from = &from,
						   .protocol = PROTOCOL_TCP,
						   .is_fragment = true};
		struct rte_mbuf *m;

		path = path_of(is_ipv6);
		assert_true(gen_prefix_parse(&from, is_ipv6 ? "2001:db8:f::/64" : "10.0.0.0/8"));
		gen_template_init(&t, &setup);
		m = static_mbuf(0, t.octets, t.bytes);
		gen_template_patch(&t, rte_pktmbuf_mtod(m, uint8_t *), &segment);
		assert_int_equal(frame_parse(m, &frame), DROP_ip_fragment);

		init(&t, is_ipv6, GEN_UDP, 0, GEN_PLAIN);
		m = static_mbuf(0, t.octets, t.bytes);
		gen_template_patch(&t, rte_pktmbuf_mtod(m, uint8_t *), &segment);
		assert_int_equal(frame_parse(m, &frame), DROP_ip_protocol_unknown);
	}
}
