/* SPDX-License-Identifier: BSD-3-Clause */

/* The Internet checksum (RFC 1071) and its incremental form (RFC 1624). */
#ifndef WEIR_WIRE_CHECKSUM_H
#define WEIR_WIRE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "ip_addr.h"
#include "octets.h"

/*
 * One more word, its carry brought round at once: what is left needs no more than
 * folding.  Compilers make six instructions of these two.
 */
static inline uint64_t
checksum_add(uint64_t sum, uint64_t word)
{
#ifdef __x86_64__
	__asm__("addq %[word], %[sum]\n\tadcq $0, %[sum]"
		: [sum] "+r"(sum)
		: [word] "rm"(word)
		: "cc");
	return sum;
#else
	sum += word;
	return sum + (sum < word);
#endif
}

/*
 * One's complement sum of `bytes` octets, in the machine's order, not yet folded
 * to 16 bits.  Any alignment, any length; an odd last octet counts as followed
 * by a zero.  Sums of pieces may be added if every piece but the last is even.
 */
uint64_t checksum_sum(const void *octets, size_t bytes);

/* The same of 20 octets, a header of IPv4: that is done for every packet. */
static inline uint64_t
checksum_sum20(const void *octets)
{
	const uint8_t *at = octets;
	uint64_t sum = checksum_add(octets_load64(at), octets_load64(at + 8));

	return (sum & UINT32_MAX) + (sum >> 32) + octets_load32(at + 16);
}

/* Up to here checksum_sum_near() is quicker, and its loop is predictable. */
#define CHECKSUM_NEAR_MAX 128

/* The same of a header and what little may follow it, in line; any length will do. */
static inline uint64_t
checksum_sum_near(const void *octets, size_t bytes)
{
	const uint8_t *at = octets;
	uint64_t word, sum = 0;

	if (bytes > CHECKSUM_NEAR_MAX)
		return checksum_sum(octets, bytes);
	for (; bytes >= sizeof(word); bytes -= sizeof(word), at += sizeof(word))
		sum = checksum_add(sum, octets_load64(at));
	if (bytes > 0) {
		word = 0;
		memcpy(&word, at, bytes);
		sum = checksum_add(sum, word);
	}
	return (sum & UINT32_MAX) + (sum >> 32);
}

/*
 * True if a sum with the checksum in it is that of an intact packet: one's
 * complement minus zero.  What is summed must not be all zeros.
 */
static inline bool
checksum_is_whole(uint64_t sum)
{
	/* A multiple of 65535?  By its inverse: compilers divide in code they take for rare. */
	return sum * UINT64_C(0xfffefffefffeffff) <= UINT64_C(0x0001000100010001);
}

/*
 * To 16 bits.  Adding the number to itself with its halves exchanged leaves in
 * the upper half their sum, and the carry out of the lower half has come round.
 */
static inline uint16_t
checksum_fold(uint64_t sum)
{
	uint32_t half;

	sum += sum << 32 | sum >> 32;
	half = (uint32_t)(sum >> 32);
	half += half << 16 | half >> 16;
	return (uint16_t)(half >> 16);
}

/* Fold to 16 bits and complement: the value for a header field, in its order on the wire. */
static inline uint16_t
checksum_finish(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

/* Sum of the pseudo-header of IPv4 (RFC 9293, 3.1) or IPv6 (RFC 8200, 8.1). */
uint64_t checksum_pseudo(const struct ip_addr *source, const struct ip_addr *destination,
			 bool is_ipv6, uint8_t protocol, uint32_t l4_bytes);

/* Sum of `bytes` octets of an mbuf chain from `offset` on; they must be there. */
uint64_t checksum_sum_mbuf(const struct rte_mbuf *m, uint32_t offset, uint32_t bytes);

/*
 * RFC 1624, equation 3: the new checksum after a 16-bit field changed.  Wrong,
 * 0 for 0xffff, if after the change all that is summed is zeros; no header with
 * addresses is.
 */
static inline uint16_t
checksum_update16(uint16_t checksum, uint16_t before, uint16_t after)
{
	uint32_t sum = (uint16_t)~checksum + (uint32_t)(uint16_t)~before + after;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
