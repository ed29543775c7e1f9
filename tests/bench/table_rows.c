/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A round takes flows from all over the table, another lot each time, so that in a
 * large one neither bucket nor record is in the cache.  It looks them up in bursts
 * as the packet path does, and one by one; looks for as many that are not there;
 * takes them out and puts them in again.
 */
#include "table_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "check.h"
#include "flow_pool.h"
#include "rng.h"

#define BURST	32
#define LOT_MAX 4096

const char *const table_row_names[TABLE_ROW_N] = {
	[TABLE_INSERT] = "table_insert",
	[TABLE_REMOVE] = "table_remove",
	[TABLE_LOOKUP_HIT] = "table_lookup_hit",
	[TABLE_LOOKUP_MISS] = "table_lookup_miss",
	[TABLE_LOOKUP_HIT_SINGLE] = "table_lookup_hit_single",
	[TABLE_LOOKUP_MISS_SINGLE] = "table_lookup_miss_single",
};

const char *const table_row_texts[TABLE_ROW_N] = {
	[TABLE_INSERT] = "hash in bursts of 32, a record and its place",
	[TABLE_REMOVE] = "hash, out of the table, the record given back",
	[TABLE_LOOKUP_HIT] = "hash and look up, in bursts of 32, all are there",
	[TABLE_LOOKUP_MISS] = "the same, none is there",
	[TABLE_LOOKUP_HIT_SINGLE] = "hash and look up one by one, all are there",
	[TABLE_LOOKUP_MISS_SINGLE] = "the same, none is there",
};

struct table {
	struct flow_pool pool;
	struct flow_hash hash;
	void *memory;
	struct rng rng;
	uint32_t flows;
	uint32_t lot;
	struct flow_key keys[LOT_MAX];	    /* of a lot that is there */
	struct flow_key strangers[LOT_MAX]; /* of one that is not */
	struct flow_key removed[LOT_MAX];   /* of one that was there */
	uint32_t found[LOT_MAX];
};

/* Flow n, of 2^40 there may be. */
static struct flow_key
key_of(uint64_t n)
{
	return (struct flow_key){
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(0x0b000000 + (uint32_t)(n >> 8))),
		.remote_port = (uint16_t)(1024 + (n & 0xff)),
		.local_port = 80,
	};
}

static void
hash_burst(struct table *table, const struct flow_key *keys, uint64_t hashes[BURST])
{
	flow_hash_burst(&table->hash, keys, flow_first(BURST), hashes);
}

static void
insert_lot(struct table *table, const struct flow_key *keys, uint32_t count)
{
	uint64_t hashes[BURST];

	for (uint32_t i = 0; i < count; i += BURST) {
		hash_burst(table, keys + i, hashes);
		for (uint32_t k = 0; k < BURST; k++)
			tag_table_prefetch(&table->pool.table, hashes[k]);
		for (uint32_t k = 0; k < BURST; k++)
			check(flow_pool_create(&table->pool, hashes[k], &keys[i + k]) != FLOW_NONE);
	}
}

static void
remove_lot(struct table *table)
{
	for (uint32_t i = 0; i < table->lot; i++) {
		uint64_t hash = flow_hash_of(&table->hash, &table->keys[i]);

		flow_pool_unlink(&table->pool, hash, table->found[i]);
		flow_pool_free(&table->pool, table->found[i]);
	}
}

/* As the pipeline does it. */
static void
lookup_burst(const struct flow_pool *pool, const uint64_t *hashes, const struct flow_key *keys,
	     uint32_t *found)
{
	uint64_t guesses;

	for (uint32_t k = 0; k < BURST; k++)
		flow_pool_prefetch(pool, hashes[k]);
	guesses = flow_pool_guess_burst(pool, hashes, BURST, found);
	flow_pool_settle_burst(pool, hashes, keys, guesses, found);
}

static void
lookup_bursts(struct table *table, const struct flow_key *keys)
{
	uint64_t hashes[BURST];

	for (uint32_t i = 0; i < table->lot; i += BURST) {
		hash_burst(table, keys + i, hashes);
		lookup_burst(&table->pool, hashes, keys + i, table->found + i);
	}
}

static void
lookup_singly(struct table *table, const struct flow_key *keys)
{
	for (uint32_t i = 0; i < table->lot; i++) {
		uint64_t hash = flow_hash_of(&table->hash, &keys[i]);

		table->found[i] = flow_pool_lookup(&table->pool, hash, &keys[i]);
	}
}

/* Different ones, from all over the table. */
static void
choose_lot(struct table *table)
{
	uint32_t start = rng_below(&table->rng, table->flows);
	uint32_t step = table->flows / table->lot;

	for (uint32_t i = 0; i < table->lot; i++) {
		uint64_t n = (start + (uint64_t)i * step) % table->flows;

		table->keys[i] = key_of(n);
		table->strangers[i] = key_of(table->flows + n);
	}
}

static void
expect_found(const struct table *table, bool is_there)
{
	for (uint32_t i = 0; i < table->lot; i++)
		check((table->found[i] != FLOW_NONE) == is_there);
}

static void
time_lookups(struct table *table, enum table_row hit, enum table_row miss,
	     void (*lookup)(struct table *table, const struct flow_key *keys),
	     uint64_t cycles[TABLE_ROW_N])
{
	uint64_t start;

	choose_lot(table);
	start = rte_rdtsc_precise();
	lookup(table, table->strangers);
	cycles[miss] = rte_rdtsc_precise() - start;
	expect_found(table, false);
	start = rte_rdtsc_precise();
	lookup(table, table->keys);
	cycles[hit] = rte_rdtsc_precise() - start;
	expect_found(table, true);
}

static void
time_round(struct table *table, uint64_t cycles[TABLE_ROW_N])
{
	uint64_t start;

	time_lookups(table, TABLE_LOOKUP_HIT_SINGLE, TABLE_LOOKUP_MISS_SINGLE, lookup_singly,
		     cycles);
	time_lookups(table, TABLE_LOOKUP_HIT, TABLE_LOOKUP_MISS, lookup_bursts, cycles);

	/* The lookup has left it in the cache, as it would have when a flow ends. */
	start = rte_rdtsc_precise();
	remove_lot(table);
	cycles[TABLE_REMOVE] = rte_rdtsc_precise() - start;
	memcpy(table->removed, table->keys, sizeof(table->removed));
	/* A flow is inserted after it was looked for. */
	choose_lot(table);
	lookup_bursts(table, table->strangers);
	expect_found(table, false);
	start = rte_rdtsc_precise();
	insert_lot(table, table->strangers, table->lot);
	cycles[TABLE_INSERT] = rte_rdtsc_precise() - start;
}

/* The strangers out, those who were there before in. */
static void
restore(struct table *table)
{
	lookup_bursts(table, table->strangers);
	expect_found(table, true);
	memcpy(table->keys, table->strangers, sizeof(table->keys));
	remove_lot(table);
	insert_lot(table, table->removed, table->lot);
	check(table->pool.used == table->flows);
}

static void
fill(struct table *table)
{
	struct flow_key keys[BURST];

	for (uint32_t n = 0; n < table->flows; n += BURST) {
		for (uint32_t k = 0; k < BURST; k++)
			keys[k] = key_of(n + k);
		insert_lot(table, keys, BURST);
	}
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
take_medians(double *samples, uint32_t rounds, double cycles[TABLE_ROW_N])
{
	for (uint32_t row = 0; row < TABLE_ROW_N; row++) {
		qsort(samples + (size_t)row * rounds, rounds, sizeof(double), compare);
		cycles[row] = samples[(size_t)row * rounds + rounds / 2];
	}
}

static void
table_open(struct table *table, uint32_t flows)
{
	static const uint8_t secret[16] = "a bench's secret";
	size_t bytes;

	memset(table, 0, sizeof(*table));
	table->flows = flows / BURST * BURST;
	table->lot = rte_align32prevpow2(flows / 8);
	table->lot = RTE_MIN(table->lot, (uint32_t)LOT_MAX);
	check(table->lot >= BURST);
	bytes = flow_pool_bytes(table->flows);
	table->memory = rte_malloc("table", bytes, 64);
	if (table->memory == NULL) {
		fprintf(stderr, "bench: no memory for %u flows\n", flows);
		exit(1);
	}
	rng_init(&table->rng, 1);
	flow_hash_init(&table->hash, prf_kind_best(), secret);
	flow_pool_init(&table->pool, table->memory, table->flows);
	fill(table);
}

void
table_rows_measure(uint32_t flows, uint32_t rounds, double cycles[TABLE_ROW_N])
{
	static struct table table;
	double *samples = calloc((size_t)rounds * TABLE_ROW_N, sizeof(*samples));

	check(samples != NULL);
	table_open(&table, flows);
	for (uint32_t round = 0; round < rounds; round++) {
		uint64_t took[TABLE_ROW_N];

		time_round(&table, took);
		for (uint32_t row = 0; row < TABLE_ROW_N; row++)
			samples[(size_t)row * rounds + round] = (double)took[row] / table.lot;
		restore(&table);
	}
	take_medians(samples, rounds, cycles);
	rte_free(table.memory);
	free(samples);
}
