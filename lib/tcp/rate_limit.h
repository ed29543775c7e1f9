/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A limit of so many events per second, with jitter: each second's budget is
 * drawn anew between half and one and a half of the rate, so that nobody can
 * count another's replies through it (CVE-2016-5696).
 */
#ifndef WEIR_TCP_RATE_LIMIT_H
#define WEIR_TCP_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

struct rate_limit {
	uint32_t per_second; /* 0: nothing passes */
	uint32_t left;
	uint64_t until_ns;
};

void rate_limit_init(struct rate_limit *limit, uint32_t per_second);

/* True if certainly no event may happen now: asking is cheap and takes nothing. */
static inline bool
rate_limit_is_spent(const struct rate_limit *limit, uint64_t now_ns)
{
	return limit->per_second == 0 || (limit->left == 0 && now_ns < limit->until_ns);
}

/* True if one more event may happen now. */
bool rate_limit_take(struct rate_limit *limit, uint64_t now_ns, struct rng *rng);

#endif
