/* SPDX-License-Identifier: BSD-3-Clause */

/* Against the checksum as RFC 1071 defines it: 16-bit words, one after the other. */
#include "test.h"

#include <rte_ip.h>

#include "checksum.h"
#include "guard_page.h"
#include "seed.h"
#include "static_mbuf.h"

#define BYTES_MAX 2048

static uint16_t
plain_checksum(const uint8_t *octets, size_t bytes)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes; i++) {
		sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return rte_cpu_to_be_16((uint16_t)~sum);
}

static void
fill_random(uint8_t *octets, size_t bytes)
{
	struct rng rng = seeded_rng();

	for (size_t i = 0; i < bytes; i++)
		octets[i] = (uint8_t)rng_next(&rng);
}

static void
expect_plain(const uint8_t *octets, size_t bytes)
{
	assert_int_equal(checksum_finish(checksum_sum(octets, bytes)),
			 plain_checksum(octets, bytes));
}

TEST(every_length_at_every_alignment_gives_the_plain_sum)
{
	static uint8_t octets[BYTES_MAX + 8];

	fill_random(octets, sizeof(octets));
	for (size_t bytes = 0; bytes <= BYTES_MAX; bytes++) {
		for (size_t shift = 0; shift < 8; shift++)
			expect_plain(octets + shift, bytes);
	}
}

TEST(no_octet_beyond_the_length_is_read)
{
	uint8_t octets[BYTES_MAX];

	fill_random(octets, sizeof(octets));
	for (size_t bytes = 0; bytes <= 130; bytes++)
		expect_plain(guard_page_copy(octets, bytes), bytes);
}

TEST(twenty_octets_give_the_plain_sum)
{
	uint8_t octets[4 * 20];
	const uint8_t *at;

	fill_random(octets, sizeof(octets));
	memset(octets + 60, 0xff, 20);
	for (size_t shift = 0; shift <= 60; shift++) {
		at = guard_page_copy(octets + shift, 20);
		assert_int_equal(checksum_finish(checksum_sum20(at)), plain_checksum(at, 20));
	}
}

TEST(carries_are_never_lost)
{
	static uint8_t octets[BYTES_MAX];

	memset(octets, 0xff, sizeof(octets));
	for (size_t bytes = 0; bytes <= BYTES_MAX; bytes++)
		expect_plain(octets, bytes);
}

TEST(sums_of_pieces_may_be_added)
{
	uint64_t sum = 0;
	uint8_t octets[1024];

	memset(octets, 0xff, sizeof(octets));
	for (int i = 0; i < 64; i++)
		sum += checksum_sum(octets + 16 * i, 16);
	assert_int_equal(checksum_finish(sum), plain_checksum(octets, sizeof(octets)));
	fill_random(octets, sizeof(octets));
	sum = checksum_sum(octets, 334) + checksum_sum(octets + 334, 690);
	assert_int_equal(checksum_finish(sum), plain_checksum(octets, sizeof(octets)));
}

TEST(finish_folds_any_sum)
{
	assert_int_equal(checksum_finish(0), 0xffff);
	assert_int_equal(checksum_finish(UINT64_MAX), 0);
	assert_int_equal(checksum_finish(UINT64_C(0xffff0000ffff0001)), (uint16_t)~1u);
	assert_int_equal(checksum_finish(UINT64_C(0x00010001ffffffff)), (uint16_t)~2u);
}

TEST(pseudo_headers_are_summed_as_dpdk_does)
{
	struct rte_ipv4_hdr ipv4 = {.src_addr = RTE_IPV4(1, 2, 3, 4),
				    .dst_addr = RTE_IPV4(250u, 251, 252, 253),
				    .version_ihl = 0x45,
				    .next_proto_id = 6,
				    .total_length = RTE_BE16(20 + 1021)};
	struct rte_ipv6_hdr ipv6 = {.proto = 58, .payload_len = RTE_BE16(40001)};
	struct ip_addr source = ip_addr_of_ipv4(ipv4.src_addr);
	struct ip_addr destination = ip_addr_of_ipv4(ipv4.dst_addr);

	assert_int_equal(
		(uint16_t)~checksum_finish(checksum_pseudo(&source, &destination, false, 6, 1021)),
		rte_ipv4_phdr_cksum(&ipv4, 0));
	fill_random((uint8_t *)&ipv6.src_addr, 32);
	source = ip_addr_of_ipv6(&ipv6.src_addr);
	destination = ip_addr_of_ipv6(&ipv6.dst_addr);
	assert_int_equal(
		(uint16_t)~checksum_finish(checksum_pseudo(&source, &destination, true, 58, 40001)),
		rte_ipv6_phdr_cksum(&ipv6, 0));
}

/* Every split into three segments, odd ones and empty ones too. */
TEST(a_chain_gives_the_sum_of_its_octets)
{
	uint8_t octets[37];
	struct rte_mbuf *m;

	fill_random(octets, sizeof(octets));
	for (uint32_t a = 0; a <= sizeof(octets); a++) {
		for (uint32_t b = a; b <= sizeof(octets); b++) {
			m = static_mbuf(0, octets, a);
			static_mbuf_chain(m, static_mbuf(1, octets + a, b - a));
			static_mbuf_chain(m, static_mbuf(2, octets + b, sizeof(octets) - b));
			for (uint32_t offset = 0; offset < 6; offset++)
				assert_int_equal(checksum_finish(checksum_sum_mbuf(m, offset, 30)),
						 plain_checksum(octets + offset, 30));
			assert_int_equal(checksum_finish(checksum_sum_mbuf(m, 0, 37)),
					 plain_checksum(octets, 37));
		}
	}
}

TEST(nothing_of_a_chain_sums_to_nothing)
{
	assert_int_equal(checksum_sum_mbuf(static_mbuf(0, NULL, 0), 0, 0), 0);
}

/* All values of one field over a few headers: what RFC 1624 is about is 0 and 0xffff. */
TEST(an_update_gives_what_a_new_sum_gives)
{
	static const uint16_t firsts[] = {0, 1, 0x00ff, 0x7fff, 0x8000, 0xfffe, 0xffff};
	uint16_t field[3] = {0x1234, 0, 0}, before;

	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		for (uint32_t value = 0; value <= 0xffff; value++) {
			field[1] = firsts[i];
			before = checksum_finish(checksum_sum(field, sizeof(field)));
			field[1] = (uint16_t)value;
			assert_int_equal(checksum_update16(before, firsts[i], field[1]),
					 checksum_finish(checksum_sum(field, sizeof(field))));
		}
	}
}
