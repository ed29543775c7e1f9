/* SPDX-License-Identifier: BSD-3-Clause */

/* Whether chance explains a count of rare events. */
#ifndef WEIR_TESTS_BENCH_POISSON_H
#define WEIR_TESTS_BENCH_POISSON_H

#include <stdint.h>

/*
 * The chance of a count as far from `expected` as `observed` or farther, on the
 * side where it is: P(X >= observed) or P(X <= observed), whichever is less.
 */
double poisson_tail(uint64_t observed, double expected);

/* The smallest count that has less than this chance of being reached or passed. */
uint64_t poisson_bound(double expected, double chance);

#endif
