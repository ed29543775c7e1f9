/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Which slots of a bucket hold a tag: ten comparisons in a few instructions and
 * without a branch.  x86-64 always has SSE2; everybody else takes the loop, which
 * compilers unroll.
 */
#ifndef WEIR_FLOW_TAG_MATCH_H
#define WEIR_FLOW_TAG_MATCH_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "check.h"
#include "tag_table.h"

/* A set of slots: bit i stands for slot i. */
#define TAG_SLOTS_ALL ((UINT32_C(1) << TAG_BUCKET_SLOTS) - 1)

static inline uint32_t
tag_match_scalar(const struct tag_bucket *bucket, uint16_t tag)
{
	uint32_t slots = 0;

	for (uint32_t i = 0; i < TAG_BUCKET_SLOTS; i++)
		slots |= (uint32_t)(bucket->tag[i] == tag) << i;
	return slots;
}

#ifdef __SSE2__

/* The second load takes the last two tags and what follows them; the mask drops the latter. */
static inline uint32_t
tag_match_sse2(const struct tag_bucket *bucket, uint16_t tag)
{
	const uint8_t *tags = (const uint8_t *)bucket->tag;
	__m128i wanted = _mm_set1_epi16((int16_t)tag);
	__m128i low = _mm_load_si128((const __m128i *)tags);
	__m128i high = _mm_loadl_epi64((const __m128i *)(tags + 16));
	__m128i equal =
		_mm_packs_epi16(_mm_cmpeq_epi16(low, wanted), _mm_cmpeq_epi16(high, wanted));

	return (uint32_t)_mm_movemask_epi8(equal) & TAG_SLOTS_ALL;
}

static_assert(offsetof(struct tag_bucket, tag) == 0 && TAG_BUCKET_SLOTS > 8 &&
		      TAG_BUCKET_SLOTS <= 12,
	      "the tags begin the line and end within its first 24 octets");

#endif

static inline uint32_t
tag_match(const struct tag_bucket *bucket, uint16_t tag)
{
#ifdef __SSE2__
	return tag_match_sse2(bucket, tag);
#else
	return tag_match_scalar(bucket, tag);
#endif
}

static inline uint16_t
tag_of(uint64_t hash)
{
	uint16_t tag = (uint16_t)hash;

	return tag != 0 ? tag : 1;
}

/* False if there is certainly none, as one line tells of nearly all strangers. */
static inline bool
tag_table_may_have(const struct tag_table *table, uint64_t hash)
{
	const struct tag_bucket *home = &table->buckets[tag_table_home(table, hash)];

	return (tag_match(home, tag_of(hash)) | home->displaced) != 0;
}

#endif
