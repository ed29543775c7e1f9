/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The Internet checksum (RFC 1071).
 *
 * Its one's complement sum does not care in what width it is made, nor in what
 * byte order: words of 64 bits are added, carries counted apart, and the whole
 * folded.  The trap is a piece that starts at an odd offset: its octets have
 * changed places within their pairs, and so has its sum.
 */

#include "checksum.h"

#include "check.h"
#include "octets.h"

/* The last 0 to 7 octets. */
static inline uint64_t
sum_tail(const uint8_t *octets, size_t bytes)
{
	uint64_t sum = 0;
	uint16_t last = 0;

	if (bytes & 4) {
		sum += octets_load32(octets);
		octets += 4;
	}
	if (bytes & 2) {
		memcpy(&last, octets, 2);
		sum += last;
		octets += 2;
	}
	if (bytes & 1) {
		last = 0;
		memcpy(&last, octets, 1);
		sum += last;
	}
	return sum;
}

/* a + b, counting the carry out. */
static inline uint64_t
add_counting(uint64_t a, uint64_t b, uint64_t *carries)
{
	*carries += __builtin_add_overflow(a, b, &a);
	return a;
}

uint64_t
checksum_sum(const void *octets, size_t bytes)
{
	const uint8_t *at = octets;
	uint64_t a = 0, b = 0, c = 0, d = 0;
	uint64_t a_carries = 0, b_carries = 0, c_carries = 0, d_carries = 0;

	/* Four chains, so that no addition waits for the one before. */
	for (; bytes >= 32; bytes -= 32, at += 32) {
		a = add_counting(a, octets_load64(at), &a_carries);
		b = add_counting(b, octets_load64(at + 8), &b_carries);
		c = add_counting(c, octets_load64(at + 16), &c_carries);
		d = add_counting(d, octets_load64(at + 24), &d_carries);
	}
	for (; bytes >= 8; bytes -= 8, at += 8)
		a = add_counting(a, octets_load64(at), &a_carries);
	a_carries += b_carries + c_carries + d_carries;
	a = add_counting(a, b, &a_carries);
	a = add_counting(a, c, &a_carries);
	a = add_counting(a, d, &a_carries);
	/* Well below 2^64: the caller's own additions can not overflow. */
	return (a & UINT32_MAX) + (a >> 32) + a_carries + sum_tail(at, bytes);
}

uint64_t
checksum_pseudo(const struct ip_addr *source, const struct ip_addr *destination, bool is_ipv6,
		uint8_t protocol, uint32_t l4_bytes)
{
	uint64_t sum = (uint64_t)source->word[3] + destination->word[3] +
		       rte_cpu_to_be_32(l4_bytes) + rte_cpu_to_be_32(protocol);

	if (is_ipv6) {
		for (int i = 0; i < 3; i++)
			sum += (uint64_t)source->word[i] + destination->word[i];
	}
	return sum;
}

uint64_t
checksum_sum_mbuf(const struct rte_mbuf *m, uint32_t offset, uint32_t bytes)
{
	uint64_t sum = 0, piece_sum;
	uint32_t done = 0, piece;

	while (bytes > 0) {
		check(m != NULL);
		if (offset >= m->data_len) {
			offset -= m->data_len;
			m = m->next;
			continue;
		}
		piece = RTE_MIN(bytes, m->data_len - offset);
		piece_sum =
			checksum_sum(rte_pktmbuf_mtod_offset(m, const uint8_t *, offset), piece);
		if (done & 1)
			piece_sum = rte_bswap16(checksum_fold(piece_sum));
		sum += piece_sum;
		done += piece;
		bytes -= piece;
		offset += piece;
	}
	return sum;
}
