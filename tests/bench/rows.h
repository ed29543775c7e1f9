/* SPDX-License-Identifier: BSD-3-Clause */

/* What is measured, one row per kind of packet. */
#ifndef WEIR_TESTS_BENCH_ROWS_H
#define WEIR_TESTS_BENCH_ROWS_H

#include "report.h"

struct rows_setup {
	uint32_t packets; /* distinct ones, each sent once a round */
	uint32_t flows_max;
	uint32_t residents; /* connections there beside those measured */
	uint32_t rounds;
	bool offload;
};

struct clients;

/* Cycles per packet of one kind, by its row's name; `clients` are open. */
double rows_median(struct clients *clients, const char *name, uint32_t rounds);

/* Measure all rows under one set of conditions and add them to the report. */
void rows_measure(struct report *report, const struct rows_setup *setup);

#endif
