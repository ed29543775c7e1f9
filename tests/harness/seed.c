/* SPDX-License-Identifier: BSD-3-Clause */

#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "check.h"

uint64_t
test_seed(void)
{
	const char *wanted = getenv("WEIR_TEST_SEED");
	uint64_t seed;

	if (wanted != NULL)
		seed = strtoull(wanted, NULL, 0);
	else
		check(getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
	printf("# WEIR_TEST_SEED=0x%llx\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

struct rng
seeded_rng(void)
{
	struct rng rng;

	rng_init(&rng, test_seed());
	return rng;
}
