/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A hash index of fixed capacity: 64-bit keyed hash -> 32-bit entry number.
 * Buckets are one cache line: ten 16-bit tags and ten entry numbers, and a
 * count of entries that found this bucket full and went to their second one.
 * So a miss reads one line unless that count is not zero.
 *
 * Two buckets to choose from, and moving what is in the way to its other one,
 * keep insertion successful far above the load the table is sized for (80 %).
 * One table belongs to one core.
 */
#ifndef WEIR_FLOW_TAG_TABLE_H
#define WEIR_FLOW_TAG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_prefetch.h>

#include "check.h"

#define TAG_BUCKET_SLOTS 10
#define TAG_NOT_FOUND	 UINT32_MAX
#define TAG_ENTRIES_MAX	 (UINT32_C(1) << 30)

struct tag_bucket {
	uint16_t tag[TAG_BUCKET_SLOTS]; /* 0: free */
	uint16_t displaced; /* entries that live in their second bucket instead of here */
	uint16_t visitors;  /* one bit per slot: this is its entry's second bucket */
	uint32_t entry[TAG_BUCKET_SLOTS];
} __attribute__((aligned(64)));

static_assert(sizeof(struct tag_bucket) == 64, "one cache line per bucket");

struct tag_table {
	struct tag_bucket *buckets;
	uint32_t bucket_count;
	uint32_t used; /* entries in the table */
	uint32_t capacity;
};

/* Memory for `capacity` entries, and the table in it (64-aligned, need not be zeroed). */
size_t tag_table_bytes(uint32_t capacity);
void tag_table_init(struct tag_table *table, void *memory, uint32_t capacity);

/* Tells whether entry number `entry` is really the one looked for. */
typedef bool (*tag_match_fn)(const void *arg, uint32_t entry);

/* The bucket `hash` belongs in: its high half, scaled to the number of buckets. */
static inline uint32_t
tag_table_home(const struct tag_table *table, uint64_t hash)
{
	return (uint32_t)(((hash >> 32) * table->bucket_count) >> 32);
}

static inline void
tag_table_prefetch(const struct tag_table *table, uint64_t hash)
{
	rte_prefetch0(&table->buckets[tag_table_home(table, hash)]);
}

/*
 * The first entry whose tag fits, without looking at the entry itself: what to
 * prefetch next.  TAG_NOT_FOUND is final, anything else is a guess.
 */
uint32_t tag_table_guess(const struct tag_table *table, uint64_t hash);

uint32_t tag_table_lookup(const struct tag_table *table, uint64_t hash, tag_match_fn match,
			  const void *arg);

/* False when the table is at capacity, or the way to every place for it is full. */
bool tag_table_insert(struct tag_table *table, uint64_t hash, uint32_t entry);

/* The entry must be there. */
void tag_table_remove(struct tag_table *table, uint64_t hash, uint32_t entry);

/* Point the slot of `from` at `to`; `from` must be there. */
void tag_table_replace(struct tag_table *table, uint64_t hash, uint32_t from, uint32_t to);

#endif
