/* SPDX-License-Identifier: BSD-3-Clause */

/* Connections that are there: opened by real cookies, and left alone. */
#ifndef WEIR_TESTS_BENCH_RESIDENTS_H
#define WEIR_TESTS_BENCH_RESIDENTS_H

#include "bed.h"

/*
 * Open so many, from addresses beside those of clients.h; bed->residents tells how
 * many there are.  The table must have room for them.
 */
void residents_open(struct bed *bed, uint32_t count);

#endif
