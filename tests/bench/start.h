/* SPDX-License-Identifier: BSD-3-Clause */

/* Options of a benchmark, and EAL for it: one lcore, no device. */
#ifndef WEIR_TESTS_BENCH_START_H
#define WEIR_TESTS_BENCH_START_H

#include <stdbool.h>
#include <stdint.h>

/* 0, or -1 after a sentence on stderr. */
int start_eal(bool hugepages, uint32_t memory_mb);

/* What may stand on the command line as --name, and where it goes: one of the three. */
struct bench_option {
	const char *name;
	const char **text;
	bool *flag;
	uint64_t *number, min, max; /* min and max included */
};

#define BENCH_OPTIONS_MAX 8

/* False for an unknown option, one without its value, a number out of range, or anything else. */
bool parse_options(int argc, char **argv, const struct bench_option *options, uint32_t count);

#endif
