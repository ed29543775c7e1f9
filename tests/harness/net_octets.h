/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Numbers in network order, and the Internet checksum the way RFC 1071 explains it:
 * plainly, and without a line of lib/wire, which is what they judge.
 */
#ifndef WEIR_TESTS_NET_OCTETS_H
#define WEIR_TESTS_NET_OCTETS_H

#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

static inline void
put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void
put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

static inline uint32_t
get16(const uint8_t *from)
{
	return (uint32_t)from[0] << 8 | from[1];
}

static inline uint32_t
get32(const uint8_t *from)
{
	return get16(from) << 16 | get16(from + 2);
}

/* Goes on from `sum`; folded to 16 bits, not complemented.  Two words at a time (2, C). */
static inline uint32_t
sum16(uint32_t sum, const uint8_t *octets, uint32_t bytes)
{
	uint64_t total = sum;
	uint32_t i = 0, two;

	for (; i + 4 <= bytes; i += 4) {
		memcpy(&two, octets + i, 4);
		total += ntohl(two);
	}
	for (; i < bytes; i++)
		total += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
	while (total > UINT16_MAX)
		total = (total & UINT16_MAX) + (total >> 16);
	return (uint32_t)total;
}

#endif
