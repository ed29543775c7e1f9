/* SPDX-License-Identifier: BSD-3-Clause */

/* What the flow table costs when it holds so many flows. */
#ifndef WEIR_TESTS_BENCH_TABLE_ROWS_H
#define WEIR_TESTS_BENCH_TABLE_ROWS_H

#include <stdint.h>

enum table_row {
	TABLE_INSERT,
	TABLE_REMOVE,
	TABLE_LOOKUP_HIT,
	TABLE_LOOKUP_MISS,
	TABLE_LOOKUP_HIT_SINGLE,
	TABLE_LOOKUP_MISS_SINGLE,
	TABLE_ROW_N,
};

extern const char *const table_row_names[TABLE_ROW_N];
extern const char *const table_row_texts[TABLE_ROW_N];

/*
 * Cycles per flow, medians of so many rounds, in a full table for `flows`; the keyed
 * hash is part of each.  Memory comes from EAL.
 */
void table_rows_measure(uint32_t flows, uint32_t rounds, double cycles[TABLE_ROW_N]);

#endif
