/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A second begins with the first event after the last one ended, so that no clock
 * tick is shared with other limits or known from outside.
 */
#include "rate_limit.h"

#include "units.h"

void
rate_limit_init(struct rate_limit *limit, uint32_t per_second)
{
	*limit = (struct rate_limit){.per_second = per_second};
}

/*
 * From half the rate to one and a half of it.  The two coins round halves either
 * way, so that the mean is the rate itself: at small rates it would show.
 */
static uint32_t
draw_budget(uint32_t per_second, struct rng *rng)
{
	uint64_t coins = rng_next(rng) >> 62;
	uint64_t budget = (per_second + (coins & 1)) / 2;

	budget += rng_below(rng, per_second) + (coins >> 1);
	return budget < UINT32_MAX ? (uint32_t)budget : UINT32_MAX;
}

bool
rate_limit_take(struct rate_limit *limit, uint64_t now_ns, struct rng *rng)
{
	if (limit->per_second == 0)
		return false;
	if (now_ns >= limit->until_ns) {
		limit->until_ns = now_ns + NS_PER_SECOND;
		limit->left = draw_budget(limit->per_second, rng);
	}
	if (limit->left == 0)
		return false;
	limit->left--;
	return true;
}
