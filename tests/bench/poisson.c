/* SPDX-License-Identifier: BSD-3-Clause */

#include "poisson.h"

#include <math.h>

/* P(X = count), by logarithms: neither factor need fit a double. */
static double
term(uint64_t count, double expected)
{
	if (expected <= 0)
		return count == 0 ? 1 : 0;
	return exp((double)count * log(expected) - expected - lgamma((double)count + 1));
}

/* P(X >= count): away from the middle terms fall at least geometrically. */
static double
upper(uint64_t count, double expected)
{
	double sum = 0, next;

	if (count == 0)
		return 1;
	do {
		next = term(count, expected);
		sum += next;
		count++;
	} while ((double)count < expected || next > sum * 1e-17);
	return sum < 1 ? sum : 1;
}

static double
lower(uint64_t count, double expected)
{
	double sum = 0;

	for (uint64_t i = 0; i <= count; i++)
		sum += term(i, expected);
	return sum < 1 ? sum : 1;
}

double
poisson_tail(uint64_t observed, double expected)
{
	return (double)observed >= expected ? upper(observed, expected) : lower(observed, expected);
}

uint64_t
poisson_bound(double expected, double chance)
{
	uint64_t count = (uint64_t)expected;

	while (upper(count, expected) >= chance)
		count++;
	return count;
}
