/* SPDX-License-Identifier: BSD-3-Clause */

#include "balance.h"

uint32_t
balance_overtaxed(const uint64_t *packets, uint32_t workers)
{
	uint64_t sum = 0;
	uint32_t most = 0;

	for (uint32_t i = 0; i < workers; i++) {
		sum += packets[i];
		if (packets[i] > packets[most])
			most = i;
	}
	if (workers < 2 || sum < BALANCE_PACKETS_MIN)
		return BALANCE_NONE;
	return packets[most] * (workers - 1) > BALANCE_FACTOR * (sum - packets[most])
		       ? most
		       : BALANCE_NONE;
}
