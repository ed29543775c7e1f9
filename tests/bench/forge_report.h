/* SPDX-License-Identifier: BSD-3-Clause */

/* What was forged, what was accepted, and what may be. */
#ifndef WEIR_TESTS_BENCH_FORGE_REPORT_H
#define WEIR_TESTS_BENCH_FORGE_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FORGE_ROWS_MAX 16

/* A row fails when a fair count would be as far off less often than this. */
#define FORGE_CHANCE_MIN 1e-6

struct forge_row {
	const char *name;
	const char *text;
	uint64_t segments;
	uint64_t accepted;
	uint64_t expired;   /* refused as ours but too old */
	uint64_t forged;    /* refused as not ours */
	double expected;    /* to be accepted */
	double budget;	    /* what is promised at most, over all segments */
	bool must_be_exact; /* no chance in it: accepted is expected or wrong */
	double seconds;
};

struct forge_report {
	uint64_t count;
	uint64_t seed;
	const char *mac;
	struct forge_row rows[FORGE_ROWS_MAX];
	uint32_t row_count;
};

void forge_report_print(const struct forge_report *report, FILE *stream);

/* 0 or a negative errno. */
int forge_report_write_json(const struct forge_report *report, const char *path);

/* Chance explains every row, and every segment was judged as a cookie. */
bool forge_report_is_good(const struct forge_report *report);

#endif
