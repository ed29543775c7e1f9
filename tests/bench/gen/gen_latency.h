/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Durations by their distribution, in fixed memory: 32 steps to each power of
 * two, so that a percentile is told to 3 %.
 */
#ifndef WEIR_TESTS_BENCH_GEN_LATENCY_H
#define WEIR_TESTS_BENCH_GEN_LATENCY_H

#include <stdint.h>

#define GEN_LATENCY_STEPS   32
#define GEN_LATENCY_BUCKETS (60 * GEN_LATENCY_STEPS)

struct gen_latency {
	uint64_t count;
	uint64_t max_ns;
	uint64_t bucket[GEN_LATENCY_BUCKETS];
};

void gen_latency_add(struct gen_latency *latency, uint64_t ns);

/* What a part of `fraction` (0 to 1) of all took at most; 0 if there were none. */
uint64_t gen_latency_percentile(const struct gen_latency *latency, double fraction);

#endif
