/* SPDX-License-Identifier: BSD-3-Clause */

/* Where a network's cells are in an array of two rows: each half of its hash chooses in one. */
#ifndef WEIR_FLOW_PREFIX_CELL_H
#define WEIR_FLOW_PREFIX_CELL_H

#include <stddef.h>
#include <stdint.h>

#define PREFIX_ROWS 2u

/* `row` is 0 or 1. */
static inline size_t
prefix_cell(uint64_t hash, uint32_t row, uint32_t width)
{
	uint64_t half = (uint32_t)(hash >> 32 * row);

	return row * (size_t)width + (size_t)((half * width) >> 32);
}

#endif
