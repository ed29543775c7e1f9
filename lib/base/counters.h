/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a core has seen, one set per core, written by that core alone and read
 * by anybody (a reader may see a value of a moment ago, never a torn one).
 *
 * The law every set obeys between two bursts:
 *
 *	rx_packets = rx_served + the sum of all drops by reason
 *
 * Names, sentences and remedies stand once, in counter.def and drop_reason.def.
 */
#ifndef WEIR_BASE_COUNTERS_H
#define WEIR_BASE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

enum counter {
#define COUNTER(id, text) COUNTER_##id,
#include "counter.def"
#undef COUNTER
	COUNTER_N
};

/* Why a packet was not served.  DROP_NONE says that it was. */
enum drop_reason {
	DROP_NONE,
#define DROP(id, sentence, remedy) DROP_##id,
#include "drop_reason.def"
#undef DROP
	DROP_N
};

struct counters {
	uint64_t value[COUNTER_N];
	uint64_t drop[DROP_N]; /* drop[DROP_NONE] stays 0 */
} __attribute__((aligned(64)));

static inline void
counter_add(struct counters *c, enum counter id, uint64_t n)
{
	c->value[id] += n;
}

static inline void
counter_increment(struct counters *c, enum counter id)
{
	c->value[id]++;
}

/* Lower-case names as users see them: "syn_received", "no_listener". */
const char *counter_name(enum counter id);
const char *counter_text(enum counter id);
const char *drop_reason_name(enum drop_reason reason);
const char *drop_reason_sentence(enum drop_reason reason);
const char *drop_reason_remedy(enum drop_reason reason);

void counters_add(struct counters *sum, const struct counters *part);
uint64_t counters_dropped(const struct counters *c);

/* The law above. */
bool counters_balance(const struct counters *c);

#endif
