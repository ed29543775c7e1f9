/* SPDX-License-Identifier: BSD-3-Clause */

/* Results: a table for people and JSON for programs. */
#ifndef WEIR_TESTS_BENCH_REPORT_H
#define WEIR_TESTS_BENCH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_ROWS_MAX 64

struct report_row {
	const char *name;
	const char *text; /* what one packet is */
	double cycles_per_packet;
	double lowest;	      /* of the rounds */
	double floor_ratio;   /* to the floor of the same net and conditions, round by round */
	double of_one_worker; /* cycles of two workers to those of one, or 0 */
	uint32_t packets;     /* distinct ones in a round */
	bool offload;
};

struct report {
	struct report_row rows[REPORT_ROWS_MAX];
	uint32_t count;
	uint32_t flows_max;
	uint32_t residents; /* connections there beside those measured */
	uint32_t rounds;
	const char *mac; /* "AES" or "SipHash-2-4" */
	bool hugepages;
	double cycles_per_ns;
};

void report_add(struct report *report, const struct report_row *row);
void report_print(const struct report *report, FILE *stream);

/* 0 or a negative errno. */
int report_write_json(const struct report *report, const char *path);

#endif
