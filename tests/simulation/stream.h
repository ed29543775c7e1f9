/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The text of a stream as a function of the stream and the octet's place in it:
 * whoever reads one can tell whether it belongs there, and nobody stores any.
 */
#ifndef WEIR_TESTS_SIMULATION_STREAM_H
#define WEIR_TESTS_SIMULATION_STREAM_H

#include <stdbool.h>
#include <stdint.h>

/* No period below 2^32 and no two places near each other alike for long. */
static inline uint8_t
stream_octet(uint32_t stream, uint64_t at)
{
	return (uint8_t)(stream + at + at / 251 + at / 65521);
}

void stream_fill(uint32_t stream, uint64_t at, uint8_t *text, uint32_t bytes);

bool stream_is(uint32_t stream, uint64_t at, const uint8_t *text, uint32_t bytes);

#endif
