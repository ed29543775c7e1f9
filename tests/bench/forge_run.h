/* SPDX-License-Identifier: BSD-3-Clause */

/* All kinds of acknowledgments that are judged, and how many of each were taken. */
#ifndef WEIR_TESTS_BENCH_FORGE_RUN_H
#define WEIR_TESTS_BENCH_FORGE_RUN_H

#include "forge_report.h"
#include "pipeline.h"

#define FORGE_BURST PIPELINE_BURST_MAX

/* EAL must be running; report->count and report->seed say how many and which. */
void forge_run(struct forge_report *report);

#endif
