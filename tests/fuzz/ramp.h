/* SPDX-License-Identifier: BSD-3-Clause */

/* Octets that count upwards, round and round: text that shows where it belongs. */
#ifndef WEIR_TESTS_FUZZ_RAMP_H
#define WEIR_TESTS_FUZZ_RAMP_H

#include <stdint.h>

#define RAMP_LENGTH_MAX 8192

/* At least RAMP_LENGTH_MAX octets, the first of which is `octet`. */
static inline const uint8_t *
ramp_from(uint8_t octet)
{
	static uint8_t ramp[UINT8_MAX + 1 + RAMP_LENGTH_MAX];

	if (ramp[UINT8_MAX] == 0) {
		for (uint32_t i = 0; i < sizeof(ramp); i++)
			ramp[i] = (uint8_t)i;
	}
	return ramp + octet;
}

#endif
