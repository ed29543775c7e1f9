/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_latency.h"

#define STEP_BITS 5

/* Below 32 a bucket for each; above, the five bits that follow the highest choose the step. */
static uint32_t
bucket_of(uint64_t ns)
{
	uint32_t power;

	if (ns < GEN_LATENCY_STEPS)
		return (uint32_t)ns;
	power = 63 - (uint32_t)__builtin_clzll(ns) - STEP_BITS;
	return (power + 1) * GEN_LATENCY_STEPS + (uint32_t)(ns >> power) % GEN_LATENCY_STEPS;
}

static uint64_t
bucket_end(uint32_t bucket)
{
	uint32_t power;

	if (bucket < GEN_LATENCY_STEPS)
		return bucket;
	power = bucket / GEN_LATENCY_STEPS - 1;
	return ((uint64_t)(bucket % GEN_LATENCY_STEPS + GEN_LATENCY_STEPS + 1) << power) - 1;
}

void
gen_latency_add(struct gen_latency *latency, uint64_t ns)
{
	latency->bucket[bucket_of(ns)]++;
	latency->count++;
	if (ns > latency->max_ns)
		latency->max_ns = ns;
}

uint64_t
gen_latency_percentile(const struct gen_latency *latency, double fraction)
{
	double wanted = fraction * (double)latency->count;
	uint64_t seen = 0, end;

	for (uint32_t i = 0; i < GEN_LATENCY_BUCKETS; i++) {
		seen += latency->bucket[i];
		if (seen > 0 && (double)seen >= wanted) {
			end = bucket_end(i);
			return end < latency->max_ns ? end : latency->max_ns;
		}
	}
	return latency->max_ns;
}
