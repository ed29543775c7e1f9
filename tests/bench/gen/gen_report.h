/* SPDX-License-Identifier: BSD-3-Clause */

/* The result: a few lines for people, JSON for programs. */
#ifndef WEIR_TESTS_BENCH_GEN_REPORT_H
#define WEIR_TESTS_BENCH_GEN_REPORT_H

#include <stdio.h>

#include "gen_run.h"

void gen_report_print(const struct gen_run *run, FILE *stream);

/* 0 or a negative errno. */
int gen_report_write_json(const struct gen_run *run, const char *path);

#endif
