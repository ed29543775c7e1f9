/* SPDX-License-Identifier: BSD-3-Clause */

/* What every fuzz target provides; libFuzzer or replay.c calls it. */
#ifndef WEIR_TESTS_FUZZ_FUZZ_TARGET_H
#define WEIR_TESTS_FUZZ_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes);

/*
 * Of targets that not every machine can run: NULL, or what this one lacks.  A replay is
 * skipped then, and says so.
 */
__attribute__((weak)) const char *fuzz_target_lacks(void);

/* Say what is wrong, if anything, and end there. */
static inline void
must_be_right(const char *wrong)
{
	if (wrong != NULL)
		fprintf(stderr, "# %s\n", wrong);
	check(wrong == NULL);
}

#endif
