/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Cuckoo hashing with large buckets (Pagh and Rodler, 2001; partial keys after
 * Fan and others, 2014).
 *
 *	hash    63            32 31           16 15            0
 *	        +---------------+---------------+---------------+
 *	        | home bucket   |               | tag, never 0  |
 *	        +---------------+---------------+---------------+
 *
 * An entry's second bucket follows from its home and its tag alone, and its home
 * from its second bucket and its tag by the same rule: the two numbers add up, in
 * a ring of as many numbers as there are buckets, to a sum made of the tag.  So an
 * entry can be moved between its buckets without knowing its hash.  The number of
 * buckets is even and the sum odd, so the two are never the same.
 *
 * An entry in its second bucket is a visitor there, and its home counts it as
 * displaced: only then does a lookup that misses have to read a second line.  So
 * displacing is what we avoid: an owner who finds its home full sends a visitor
 * home first, and whenever a bucket loses an entry its visitors try to go home.
 * What remains, measured in the long run of inserting and removing:
 *
 *	entries, of capacity	40 %	60 %	80 %	100 %
 *	buckets with displaced	 0.1 %	 2 %	10 %	32 %
 */

#include "tag_table.h"

#include <string.h>

#include "tag_match.h"

/*
 * Slots to spare, or in small tables a bucket pair could overflow by chance:
 * eight entries for a bucket of ten, never fewer than eight buckets.
 */
#define ENTRIES_PER_BUCKET 8
#define BUCKETS_MIN	   8

#define NO_SLOT TAG_BUCKET_SLOTS

struct place {
	struct tag_bucket *bucket;
	uint32_t slot;
};

/* From home to second bucket and back. */
static uint32_t
other_bucket(const struct tag_table *table, uint32_t bucket_idx, uint16_t tag)
{
	uint32_t spread = tag * UINT32_C(0x9e3779b1); /* 2^32 by the golden ratio */
	uint32_t half = table->bucket_count / 2;
	uint32_t sum = 2 * (uint32_t)(((uint64_t)spread * half) >> 32) + 1;

	return bucket_idx <= sum ? sum - bucket_idx : sum + (table->bucket_count - bucket_idx);
}

static struct tag_bucket *
second_bucket(const struct tag_table *table, uint64_t hash)
{
	return &table->buckets[other_bucket(table, tag_table_home(table, hash), tag_of(hash))];
}

static uint32_t
lowest(uint32_t slots)
{
	return (uint32_t)__builtin_ctz(slots);
}

static void
fill_slot(struct tag_bucket *bucket, uint32_t slot, uint16_t tag, uint32_t entry)
{
	bucket->tag[slot] = tag;
	bucket->entry[slot] = entry;
}

/*
 * Move the entry in `slot` to its other bucket, if that has room: a visitor goes
 * home, an owner is displaced.
 */
static bool
move_entry(struct tag_table *table, uint32_t bucket_idx, uint32_t slot)
{
	struct tag_bucket *from = &table->buckets[bucket_idx];
	uint16_t tag = from->tag[slot];
	struct tag_bucket *to = &table->buckets[other_bucket(table, bucket_idx, tag)];
	uint32_t bit = UINT32_C(1) << slot;
	uint32_t free = tag_match(to, 0);

	if (free == 0)
		return false;
	if ((from->visitors & bit) != 0) {
		from->visitors = (uint16_t)(from->visitors & ~bit);
		check(to->displaced > 0);
		to->displaced--;
	} else {
		if (from->displaced == UINT16_MAX)
			return false;
		to->visitors = (uint16_t)(to->visitors | UINT32_C(1) << lowest(free));
		from->displaced++;
	}
	fill_slot(to, lowest(free), tag, from->entry[slot]);
	from->tag[slot] = 0;
	return true;
}

/* A free slot, if need be by moving one of the entries in `movable`; or NO_SLOT. */
static uint32_t
make_room(struct tag_table *table, uint32_t bucket_idx, uint32_t movable)
{
	uint32_t free = tag_match(&table->buckets[bucket_idx], 0);

	if (free != 0)
		return lowest(free);
	for (; movable != 0; movable &= movable - 1) {
		if (move_entry(table, bucket_idx, lowest(movable)))
			return lowest(movable);
	}
	return NO_SLOT;
}

static bool
find_entry(struct tag_bucket *bucket, uint16_t tag, uint32_t entry, struct place *place)
{
	for (uint32_t slots = tag_match(bucket, tag); slots != 0; slots &= slots - 1) {
		if (bucket->entry[lowest(slots)] == entry) {
			*place = (struct place){bucket, lowest(slots)};
			return true;
		}
	}
	return false;
}

/* Where `entry` is; it must be there. */
static struct place
place_of(const struct tag_table *table, uint64_t hash, uint32_t entry)
{
	uint16_t tag = tag_of(hash);
	struct place place = {NULL, NO_SLOT};
	bool found = find_entry(&table->buckets[tag_table_home(table, hash)], tag, entry, &place) ||
		     find_entry(second_bucket(table, hash), tag, entry, &place);

	check(found);
	return place;
}

static uint32_t
bucket_count(uint32_t capacity)
{
	uint32_t count = (capacity + ENTRIES_PER_BUCKET - 1) / ENTRIES_PER_BUCKET;

	return count < BUCKETS_MIN ? BUCKETS_MIN : count + count % 2;
}

size_t
tag_table_bytes(uint32_t capacity)
{
	check(capacity <= TAG_ENTRIES_MAX);
	return (size_t)bucket_count(capacity) * sizeof(struct tag_bucket);
}

void
tag_table_init(struct tag_table *table, void *memory, uint32_t capacity)
{
	check(((uintptr_t)memory & (sizeof(struct tag_bucket) - 1)) == 0);
	memset(memory, 0, tag_table_bytes(capacity));
	*table = (struct tag_table){
		.buckets = memory,
		.bucket_count = bucket_count(capacity),
		.capacity = capacity,
	};
}

uint32_t
tag_table_guess(const struct tag_table *table, uint64_t hash)
{
	const struct tag_bucket *bucket = &table->buckets[tag_table_home(table, hash)];
	uint32_t slots = tag_match(bucket, tag_of(hash));

	if (slots == 0 && bucket->displaced != 0) {
		bucket = second_bucket(table, hash);
		slots = tag_match(bucket, tag_of(hash));
	}
	return slots != 0 ? bucket->entry[lowest(slots)] : TAG_NOT_FOUND;
}

static uint32_t
search_bucket(const struct tag_bucket *bucket, uint16_t tag, tag_match_fn match, const void *arg)
{
	for (uint32_t slots = tag_match(bucket, tag); slots != 0; slots &= slots - 1) {
		uint32_t entry = bucket->entry[lowest(slots)];

		if (match(arg, entry))
			return entry;
	}
	return TAG_NOT_FOUND;
}

uint32_t
tag_table_lookup(const struct tag_table *table, uint64_t hash, tag_match_fn match, const void *arg)
{
	const struct tag_bucket *home = &table->buckets[tag_table_home(table, hash)];
	uint32_t entry = search_bucket(home, tag_of(hash), match, arg);

	if (entry == TAG_NOT_FOUND && home->displaced != 0)
		entry = search_bucket(second_bucket(table, hash), tag_of(hash), match, arg);
	return entry;
}

static bool
insert_at_home(struct tag_table *table, uint32_t home_idx, uint32_t movable, uint16_t tag,
	       uint32_t entry)
{
	uint32_t slot = make_room(table, home_idx, movable);

	if (slot == NO_SLOT)
		return false;
	fill_slot(&table->buckets[home_idx], slot, tag, entry);
	return true;
}

static bool
insert_displaced(struct tag_table *table, uint32_t home_idx, uint16_t tag, uint32_t entry)
{
	uint32_t away_idx = other_bucket(table, home_idx, tag);
	struct tag_bucket *home = &table->buckets[home_idx];
	struct tag_bucket *away = &table->buckets[away_idx];
	uint32_t slot;

	if (home->displaced == UINT16_MAX)
		return false;
	slot = make_room(table, away_idx, TAG_SLOTS_ALL);
	if (slot == NO_SLOT)
		return false;
	fill_slot(away, slot, tag, entry);
	away->visitors = (uint16_t)(away->visitors | UINT32_C(1) << slot);
	home->displaced++;
	return true;
}

bool
tag_table_insert(struct tag_table *table, uint64_t hash, uint32_t entry)
{
	uint32_t home_idx = tag_table_home(table, hash);
	uint32_t visitors = table->buckets[home_idx].visitors;
	uint16_t tag = tag_of(hash);

	if (table->used == table->capacity)
		return false;
	if (!insert_at_home(table, home_idx, visitors, tag, entry) &&
	    !insert_displaced(table, home_idx, tag, entry) &&
	    !insert_at_home(table, home_idx, TAG_SLOTS_ALL, tag, entry))
		return false;
	table->used++;
	return true;
}

static void
send_visitors_home(struct tag_table *table, uint32_t bucket_idx)
{
	for (uint32_t left = table->buckets[bucket_idx].visitors; left != 0; left &= left - 1)
		move_entry(table, bucket_idx, lowest(left));
}

void
tag_table_remove(struct tag_table *table, uint64_t hash, uint32_t entry)
{
	struct place place = place_of(table, hash, entry);
	struct tag_bucket *bucket = place.bucket;
	uint32_t bit = UINT32_C(1) << place.slot;

	check(table->used > 0);
	table->used--;
	bucket->tag[place.slot] = 0;
	if ((bucket->visitors & bit) != 0) {
		struct tag_bucket *home = &table->buckets[tag_table_home(table, hash)];

		bucket->visitors = (uint16_t)(bucket->visitors & ~bit);
		check(home->displaced > 0);
		home->displaced--;
	}
	send_visitors_home(table, (uint32_t)(bucket - table->buckets));
}

void
tag_table_replace(struct tag_table *table, uint64_t hash, uint32_t from, uint32_t to)
{
	struct place place = place_of(table, hash, from);

	place.bucket->entry[place.slot] = to;
}
