/* SPDX-License-Identifier: BSD-3-Clause */

#include "prefix_counts.h"

#include <string.h>

#include "check.h"
#include "prefix_cell.h"

size_t
prefix_counts_bytes(uint32_t width)
{
	return PREFIX_ROWS * (size_t)width * sizeof(uint32_t);
}

void
prefix_counts_init(struct prefix_counts *counts, void *memory, uint32_t width)
{
	check(width > 0);
	*counts = (struct prefix_counts){.cells = memory, .width = width};
	memset(memory, 0, prefix_counts_bytes(width));
}

uint32_t
prefix_counts_get(const struct prefix_counts *counts, uint64_t hash)
{
	uint32_t first = counts->cells[prefix_cell(hash, 0, counts->width)];
	uint32_t second = counts->cells[prefix_cell(hash, 1, counts->width)];

	return first < second ? first : second;
}

void
prefix_counts_add(struct prefix_counts *counts, uint64_t hash)
{
	for (uint32_t row = 0; row < PREFIX_ROWS; row++)
		counts->cells[prefix_cell(hash, row, counts->width)]++;
	counts->total++;
}

void
prefix_counts_remove(struct prefix_counts *counts, uint64_t hash)
{
	for (uint32_t row = 0; row < PREFIX_ROWS; row++) {
		uint32_t *cell = &counts->cells[prefix_cell(hash, row, counts->width)];

		check(*cell > 0);
		(*cell)--;
	}
	counts->total--;
}
