/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The harness reads and writes frames by itself.  Here the two witnesses hear
 * each other: what it writes lib/wire reads, what lib/wire writes it reads, and
 * one octet changed anywhere is noticed.
 */
#include "test.h"

#include "emit.h"
#include "segment_frame.h"
#include "static_mbuf.h"

static struct wire_path
path_of(bool is_ipv6, uint16_t vlan_id)
{
	static const uint8_t a[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
	static const uint8_t b[16] = {0x20, 1, 0xd, 0xb8, [15] = 80};
	struct wire_path path = {.vlan_id = vlan_id, .mtu = 1500, .ttl = 64, .is_ipv6 = is_ipv6};

	path.client.addr = is_ipv6 ? ip_addr_of_ipv6(a) : ip_addr_of_ipv4(RTE_BE32(0xc0000201));
	path.server.addr = is_ipv6 ? ip_addr_of_ipv6(b) : ip_addr_of_ipv4(RTE_BE32(0xc0000250));
	path.client.port = 40000;
	path.server.port = 80;
	memcpy(path.client.mac, "\x02\0\0\0\0\xc1", 6);
	memcpy(path.server.mac, "\x02\0\0\0\0\x51", 6);
	return path;
}

static const uint8_t text[] = "abcdefghijklm";

static struct segment
segment_of(const char *notation)
{
	struct segment segment;

	assert_null(segment_parse(&segment, notation));
	return segment;
}

static void
expect_wire_reads(bool is_ipv6, uint16_t vlan_id)
{
	struct wire_path path = path_of(is_ipv6, vlan_id);
	struct segment segment =
		segment_of("P. 100:113(13) ack 7 win 512 <nop,nop,TS val 9 ecr 8>");
	uint8_t octets[FRAME_BYTES_MAX];
	uint32_t bytes = segment_frame_write(octets, &path, &segment, text);
	struct rte_mbuf *m = static_mbuf(0, octets, bytes);
	struct frame frame;
	struct tcp_seg seg;

	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(tcp_seg_parse(m, &frame, &seg), DROP_NONE);
	assert_int_equal(seg.seq, 100);
	assert_int_equal(seg.ack, 7);
	assert_int_equal(seg.wnd, 512);
	assert_int_equal(seg.flags, TH_PSH | TH_ACK);
	assert_int_equal(seg.text_bytes, 13);
	assert_int_equal(seg.options.tsval, 9);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, seg.text_off), text, 13);
}

TEST(the_wire_layer_reads_what_the_harness_writes)
{
	expect_wire_reads(false, VLAN_NONE);
	expect_wire_reads(false, 7);
	expect_wire_reads(true, VLAN_NONE);
	expect_wire_reads(true, 7);
}

/* What weir would send to the path's client, by lib/wire. */
static struct rte_mbuf *
emitted(const struct wire_path *path)
{
	struct emit_path emit = {
		.source = path->server.addr,
		.destination = path->client.addr,
		.vlan_id = path->vlan_id,
		.ttl = path->ttl,
		.is_ipv6 = path->is_ipv6,
	};
	struct tcp_options options = {.has_timestamps = true, .tsval = 4, .tsecr = 9};
	struct emit_tcp tcp = {
		.source_port = path->server.port,
		.destination_port = path->client.port,
		.seq = 7,
		.ack = 113,
		.wnd = 1000,
		.flags = TH_PSH | TH_ACK,
		.options = &options,
	};
	struct emit_offload offload = {0};
	struct rte_mbuf *m = static_mbuf(0, text, 13);

	memcpy(emit.mac_source, path->server.mac, 6);
	memcpy(emit.mac_destination, path->client.mac, 6);
	emit_tcp_headers(m, &emit, &tcp, &offload);
	return m;
}

static void
expect_harness_reads(bool is_ipv6, uint16_t vlan_id)
{
	struct wire_path path = path_of(is_ipv6, vlan_id);
	struct rte_mbuf *m = emitted(&path);
	struct segment expected = segment_of("P. 7:20(13) ack 113 win 1000 <TS val 4 ecr 9>");
	struct segment segment;
	const uint8_t *octets, *frame = rte_pktmbuf_mtod(m, const uint8_t *);

	assert_true(segment_frame_is_for(frame, m->pkt_len, &path));
	assert_string_equal(segment_frame_read(frame, m->pkt_len, &path, &segment, &octets) == NULL
				    ? ""
				    : "refused",
			    "");
	assert_true(segment_matches(&expected, &segment));
	assert_memory_equal(octets, text, 13);
}

TEST(the_harness_reads_what_the_wire_layer_writes)
{
	expect_harness_reads(false, VLAN_NONE);
	expect_harness_reads(false, 7);
	expect_harness_reads(true, VLAN_NONE);
	expect_harness_reads(true, 7);
}

/* The flow label alone is free: it may be anything. */
static bool
is_flow_label(const struct wire_path *path, uint32_t at)
{
	return path->is_ipv6 && at >= 15 && at <= 17;
}

static void
expect_any_change_is_noticed(bool is_ipv6)
{
	struct wire_path path = path_of(is_ipv6, VLAN_NONE);
	struct rte_mbuf *m = emitted(&path);
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	struct segment segment;
	const uint8_t *octets;

	for (uint32_t at = 0; at < m->pkt_len; at++) {
		if (is_flow_label(&path, at))
			continue;
		frame[at] ^= 0x10;
		if (segment_frame_read(frame, m->pkt_len, &path, &segment, &octets) == NULL)
			fail_msg("octet %u may be changed unnoticed", at);
		frame[at] ^= 0x10;
	}
	assert_non_null(segment_frame_read(frame, m->pkt_len - 1, &path, &segment, &octets));
	path.mtu = (uint16_t)(m->pkt_len - 14 - 1);
	assert_non_null(segment_frame_read(frame, m->pkt_len, &path, &segment, &octets));
}

TEST(the_harness_notices_one_octet_changed_anywhere)
{
	expect_any_change_is_noticed(false);
	expect_any_change_is_noticed(true);
}
