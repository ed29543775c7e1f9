/* SPDX-License-Identifier: BSD-3-Clause */

/* The fuzzer's octets, taken one by one; behind the last there are zeros. */
#ifndef WEIR_TESTS_FUZZ_INPUT_H
#define WEIR_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *octets;
	size_t left;
};

static inline uint8_t
take8(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->octets++;
}

/* A distance: mostly small, sometimes as far as numbers go. */
static inline uint32_t
take_distance(struct input *input)
{
	int8_t near = (int8_t)take8(input);

	if (near == INT8_MIN) {
		uint32_t high = (uint32_t)take8(input) << 24;

		return high | (uint32_t)take8(input) << 8;
	}
	return (uint32_t)(near * (near % 8 == 0 ? 256 : 1));
}

#endif
