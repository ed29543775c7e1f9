/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The seed of a randomised test: another one in every run, printed, and taken
 * from WEIR_TEST_SEED to repeat a run that failed.
 */
#ifndef WEIR_TESTS_HARNESS_SEED_H
#define WEIR_TESTS_HARNESS_SEED_H

#include <stdint.h>

#include "rng.h"

uint64_t test_seed(void);

/* A generator for one test.  Reads as `struct rng rng = seeded_rng();`. */
struct rng seeded_rng(void);

#endif
