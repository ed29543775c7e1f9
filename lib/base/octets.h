/* SPDX-License-Identifier: BSD-3-Clause */

/* Words at any address, in the order they have there. */
#ifndef WEIR_BASE_OCTETS_H
#define WEIR_BASE_OCTETS_H

#include <stdint.h>
#include <string.h>

static inline uint64_t
octets_load64(const void *octets)
{
	uint64_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

static inline uint32_t
octets_load32(const void *octets)
{
	uint32_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

static inline uint16_t
octets_load16(const void *octets)
{
	uint16_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

static inline void
octets_store64(void *octets, uint64_t word)
{
	memcpy(octets, &word, sizeof(word));
}

static inline void
octets_store32(void *octets, uint32_t word)
{
	memcpy(octets, &word, sizeof(word));
}

#endif
