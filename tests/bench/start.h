/* SPDX-License-Identifier: BSD-3-Clause */

/* EAL for a benchmark: one lcore, no device. */
#ifndef WEIR_TESTS_BENCH_START_H
#define WEIR_TESTS_BENCH_START_H

#include <stdbool.h>
#include <stdint.h>

/* 0, or -1 after a sentence on stderr. */
int start_eal(bool hugepages, uint32_t memory_mb);

/* A whole number in [min, max]; false for anything else. */
bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

#endif
