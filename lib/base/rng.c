/* SPDX-License-Identifier: BSD-3-Clause */

#include "rng.h"

#include "check.h"

static uint64_t
rotl(uint64_t x, unsigned int k)
{
	return (x << k) | (x >> (64 - k));
}

/* SplitMix64 spreads a seed, however poor, over the whole state. */
static uint64_t
splitmix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
rng_init(struct rng *rng, uint64_t seed)
{
	for (unsigned int i = 0; i < 4; i++)
		rng->s[i] = splitmix(&seed);
}

uint64_t
rng_next(struct rng *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint32_t
rng_below(struct rng *rng, uint32_t bound)
{
	check(bound > 0);
	return (uint32_t)(((rng_next(rng) >> 32) * bound) >> 32);
}
