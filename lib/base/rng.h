/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A small seeded generator (xoshiro256**) for jitter and tests: fast, repeatable
 * and NOT for secrets.  Keys come from the caller, who asks the operating system.
 */
#ifndef WEIR_BASE_RNG_H
#define WEIR_BASE_RNG_H

#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_init(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);

/* Uniform in [0, bound) without division; bound must not be 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

#endif
