/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <rte_ip.h>
#include <rte_tcp.h>

#include "emit.h"
#include "packet.h"
#include "seed.h"
#include "static_mbuf.h"

static const struct emit_offload nothing;
static const struct emit_offload everything = {.ipv4_checksum = true, .tcp_checksum = true};

static struct emit_path
path_of(bool is_ipv6, uint16_t vlan_id)
{
	struct emit_path path = {
		.source = ip_addr_of_ipv4(RTE_BE32(0xc0000201)),
		.destination = ip_addr_of_ipv4(RTE_BE32(0xc0000202)),
		.mac_source = {2, 0, 0, 0, 0, 1},
		.mac_destination = {2, 0, 0, 0, 0, 2},
		.vlan_id = vlan_id,
		.ttl = 61,
		.tos = 0xb9,
		.flow_label = 0xfff12345, /* only 20 bits of it go out */
		.is_ipv6 = is_ipv6,
	};

	if (is_ipv6) {
		path.source = ip_addr_of_ipv6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
		path.destination = ip_addr_of_ipv6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2");
	}
	return path;
}

static const struct tcp_options syn_options = {
	.has_mss = true,
	.mss = 1460,
	.has_wscale = true,
	.wscale = 9,
	.has_sack_permitted = true,
	.has_timestamps = true,
	.tsval = 0xa1b2c3d4,
	.tsecr = 0x01020304,
};

static const struct emit_tcp syn_ack = {
	.source_port = 80,
	.destination_port = 40000,
	.seq = 0xfedcba98,
	.ack = 0x89abcdef,
	.wnd = 0xfffe,
	.flags = TH_SYN | TH_ACK,
	.options = &syn_options,
};

static void
expect_octets(const struct rte_mbuf *m, const char *hex)
{
	struct packet expected = packet_sealed(hex);

	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->pkt_len, expected.bytes);
	assert_memory_equal(static_mbuf_octets(m), expected.octets, expected.bytes);
}

#define FROM_US PEER_MAC OUR_MAC
#define SYN_ACK                                        \
	"00509c40 fedcba98 89abcdef a012fffe 00000000" \
	"020405b4 0402080a a1b2c3d4 01020304 01030309"

TEST(an_ipv4_segment_is_written) /* MUST-2 */
{
	struct emit_path path = path_of(false, VLAN_NONE);
	struct rte_mbuf *m = static_mbuf(0, NULL, 0);

	emit_tcp_headers(m, &path, &syn_ack, &nothing);
	expect_octets(m, FROM_US "0800 45b90000 00004000 3d060000 c0000201 c0000202" SYN_ACK);
	assert_int_equal(m->ol_flags, 0);
}

TEST(an_ipv6_segment_is_written) /* MUST-2 */
{
	struct emit_path path = path_of(true, VLAN_NONE);
	struct rte_mbuf *m = static_mbuf(0, NULL, 0);

	emit_tcp_headers(m, &path, &syn_ack, &nothing);
	expect_octets(m, FROM_US "86dd 6b912345 0000063d" IPV6_US IPV6_PEER SYN_ACK);
	assert_int_equal(m->ol_flags, 0);
}

TEST(a_tag_is_written_into_the_frame)
{
	struct emit_path path = path_of(false, 0xabc);
	struct rte_mbuf *m = static_mbuf(0, NULL, 0);

	emit_tcp_headers(m, &path, &syn_ack, &nothing);
	expect_octets(m, FROM_US
		      "8100 0abc 0800 45b90000 00004000 3d060000 c0000201 c0000202" SYN_ACK);
	path = path_of(true, 1);
	m = static_mbuf(0, NULL, 0);
	emit_tcp_headers(m, &path, &syn_ack, &nothing);
	expect_octets(m, FROM_US "8100 0001 86dd 6b912345 0000063d" IPV6_US IPV6_PEER SYN_ACK);
}

TEST(the_acknowledgment_goes_only_with_ack)
{
	struct emit_path path = path_of(false, VLAN_NONE);
	struct rte_mbuf *m = static_mbuf(0, NULL, 0);
	struct emit_tcp rst = syn_ack;

	rst.flags = TH_RST;
	rst.options = NULL;
	emit_tcp_headers(m, &path, &rst, &nothing);
	expect_octets(m, FROM_US "0800 45b90000 00004000 3d060000 c0000201 c0000202"
				 "00509c40 fedcba98 00000000 5004fffe 00000000");
}

/* A chain of text: `count` segments of 0, 1, 2... octets at random. */
static struct rte_mbuf *
text_chain(struct rng *rng, unsigned int count, uint32_t bytes_max)
{
	uint8_t octets[1500];
	struct rte_mbuf *m = NULL, *piece;

	for (unsigned int i = 0; i < count; i++) {
		for (size_t j = 0; j < sizeof(octets); j++)
			octets[j] = (uint8_t)rng_next(rng);
		piece = static_mbuf(i, octets, rng_below(rng, bytes_max + 1));
		if (m == NULL)
			m = piece;
		else
			static_mbuf_chain(m, piece);
	}
	return m;
}

TEST(text_in_a_chain_is_summed)
{
	struct rng rng = seeded_rng();
	struct emit_path path;
	struct rte_mbuf *m;

	for (int round = 0; round < 500; round++) {
		path = path_of(round & 1, round & 2 ? 7 : VLAN_NONE);
		m = text_chain(&rng, 1 + rng_below(&rng, 4), 1400);
		emit_tcp_headers(m, &path, &syn_ack, &nothing);
		assert_true(static_mbuf_is_sound(m));
		expect_checksums_right(static_mbuf_octets(m), m->pkt_len);
	}
}

TEST(what_is_written_is_read_back)
{
	struct rng rng = seeded_rng();
	struct tcp_options options;
	struct emit_path path;
	struct emit_tcp tcp;
	struct frame frame;
	struct tcp_seg seg;
	struct rte_mbuf *m;

	for (int round = 0; round < 2000; round++) {
		path = path_of(round & 1, round & 2 ? 4094 : VLAN_NONE);
		path.ttl = (uint8_t)rng_next(&rng);
		path.tos = (uint8_t)rng_next(&rng);
		options = (struct tcp_options){.has_timestamps = round & 4,
					       .sack_count = (uint8_t)rng_below(&rng, 4)};
		if (round & 4)
			options.tsval = (uint32_t)rng_next(&rng);
		for (uint32_t i = 0; i < options.sack_count; i++)
			options.sack[i].left = (uint32_t)rng_next(&rng);
		tcp = (struct emit_tcp){.source_port = (uint16_t)(1 + rng_below(&rng, 65535)),
					.destination_port = (uint16_t)(1 + rng_below(&rng, 65535)),
					.seq = (uint32_t)rng_next(&rng),
					.ack = (uint32_t)rng_next(&rng),
					.wnd = (uint16_t)rng_next(&rng),
					.flags = (uint8_t)(rng_next(&rng) | TH_ACK),
					.options = &options};
		m = text_chain(&rng, 1, 100);
		emit_tcp_headers(m, &path, &tcp, &nothing);

		assert_int_equal(frame_parse(m, &frame), DROP_NONE);
		assert_int_equal(tcp_seg_parse(m, &frame, &seg), DROP_NONE);
		assert_true(ip_addr_equal(&frame.source, &path.source));
		assert_true(ip_addr_equal(&frame.destination, &path.destination));
		assert_int_equal(frame.vlan_id, path.vlan_id);
		assert_int_equal(frame.ttl, path.ttl);
		assert_int_equal(frame.tos, path.tos);
		assert_int_equal(seg.source_port, tcp.source_port);
		assert_int_equal(seg.destination_port, tcp.destination_port);
		assert_int_equal(seg.seq, tcp.seq);
		assert_int_equal(seg.ack, tcp.ack);
		assert_int_equal(seg.wnd, tcp.wnd);
		assert_int_equal(seg.flags, tcp.flags);
		assert_memory_equal(&seg.options, &options, sizeof(options));
	}
}

TEST(the_longest_headers_fill_the_room_kept_for_them)
{
	struct tcp_options full = syn_options;
	struct emit_path path;
	struct emit_tcp tcp = syn_ack;
	struct rte_mbuf *m;

	full.sack_count = 4;
	tcp.options = &full;
	for (int i = 0; i < 4; i++) {
		path = path_of(i & 1, i & 2 ? 7 : VLAN_NONE);
		m = static_mbuf(0, NULL, 0);
		emit_tcp_headers(m, &path, &tcp, &nothing);
		assert_int_equal(m->pkt_len == EMIT_HEADERS_BYTES_MAX, i == 3);
	}
}

TEST(checksums_are_left_to_the_port_as_dpdk_wants_it)
{
	struct emit_path path = path_of(false, 7);
	struct rte_mbuf *m = static_mbuf(0, "abc", 3);
	struct rte_ipv4_hdr *ipv4;
	struct rte_ipv6_hdr *ipv6;
	struct rte_tcp_hdr *tcp;

	emit_tcp_headers(m, &path, &syn_ack, &everything);
	ipv4 = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, 18);
	tcp = rte_pktmbuf_mtod_offset(m, struct rte_tcp_hdr *, 38);
	assert_int_equal(m->ol_flags,
			 RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_CKSUM);
	assert_int_equal(m->l2_len, 18);
	assert_int_equal(m->l3_len, 20);
	assert_int_equal(m->l4_len, 40);
	assert_int_equal(m->tso_segsz, 0);
	assert_int_equal(ipv4->hdr_checksum, 0);
	assert_int_equal(tcp->cksum, rte_ipv4_phdr_cksum(ipv4, m->ol_flags));

	path = path_of(true, VLAN_NONE);
	m = static_mbuf(0, "abc", 3);
	emit_tcp_headers(m, &path, &syn_ack, &everything);
	ipv6 = rte_pktmbuf_mtod_offset(m, struct rte_ipv6_hdr *, 14);
	tcp = rte_pktmbuf_mtod_offset(m, struct rte_tcp_hdr *, 54);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_TCP_CKSUM);
	assert_int_equal(m->l2_len, 14);
	assert_int_equal(m->l3_len, 40);
	assert_int_equal(m->l4_len, 40);
	assert_int_equal(tcp->cksum, rte_ipv6_phdr_cksum(ipv6, m->ol_flags));
}

TEST(one_checksum_may_be_left_to_the_port_alone)
{
	const struct emit_offload only_ip = {.ipv4_checksum = true},
				  only_tcp = {.tcp_checksum = true};
	struct emit_path path = path_of(false, VLAN_NONE);
	struct rte_mbuf *m = static_mbuf(0, "abc", 3);
	struct rte_ipv4_hdr *ipv4;

	emit_tcp_headers(m, &path, &syn_ack, &only_ip);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM);
	ipv4 = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, 14);
	assert_int_equal(ipv4->hdr_checksum, 0);
	ipv4->hdr_checksum = rte_ipv4_cksum(ipv4);
	expect_checksums_right(static_mbuf_octets(m), m->pkt_len);

	m = static_mbuf(0, "abc", 3);
	emit_tcp_headers(m, &path, &syn_ack, &only_tcp);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM);
	ipv4 = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, 14);
	assert_int_equal(rte_raw_cksum(ipv4, 20), 0xffff);

	path = path_of(true, VLAN_NONE);
	m = static_mbuf(0, "abc", 3);
	emit_tcp_headers(m, &path, &syn_ack, &only_ip);
	assert_int_equal(m->ol_flags, 0); /* IPv6 has no header checksum to leave */
	expect_checksums_right(static_mbuf_octets(m), m->pkt_len);
}

TEST(flags_of_a_former_life_do_not_go_out)
{
	struct emit_path path = path_of(false, VLAN_NONE);
	struct rte_mbuf *m = static_mbuf(0, "abc", 3);

	m->ol_flags = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_EXTERNAL;
	emit_tcp_headers(m, &path, &syn_ack, &nothing);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_EXTERNAL);
}

TEST(a_reset_buffer_is_as_good_as_new)
{
	struct rte_mbuf *m = static_mbuf(0, NULL, 70), *tail = static_mbuf(1, NULL, 500);

	static_mbuf_chain(m, tail);
	rte_pktmbuf_adj(m, 20);
	m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_EXTERNAL;
	m->vlan_tci = 7;
	m->l2_len = 14;
	emit_reset_mbuf(m);
	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->pkt_len, 0);
	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->data_off, RTE_PKTMBUF_HEADROOM);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_EXTERNAL);
	assert_int_equal(m->vlan_tci, 0);
	assert_int_equal(m->tx_offload, 0);
	assert_int_equal(static_mbuf_frees(m), 0);
	assert_int_equal(static_mbuf_frees(tail), 1);
}
