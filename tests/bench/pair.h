/* SPDX-License-Identifier: BSD-3-Clause */

/* Two workers at once: do they slow each other down? */
#ifndef WEIR_TESTS_BENCH_PAIR_H
#define WEIR_TESTS_BENCH_PAIR_H

#include "rows.h"

/*
 * SYN to SYN-ACK by two cores in threads of their own, on the first CPU and the
 * last, beside the same two one after the other.  Adds a row, or tells on stderr
 * why it cannot.
 */
void pair_measure(struct report *report, const struct rows_setup *setup);

#endif
