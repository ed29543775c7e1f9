/* SPDX-License-Identifier: BSD-3-Clause */

/* Where the sentences about a bad configuration go, and how many there were. */
#ifndef WEIR_APP_CONFIG_FAULTS_H
#define WEIR_APP_CONFIG_FAULTS_H

#include <stdint.h>
#include <stdio.h>

struct config_faults {
	const char *file; /* as the operator named it */
	FILE *stream;
	uint32_t count;
};

/*
 * Print "FILE: WHERE: " and the sentence.  `where` is "[section] key", a line,
 * or NULL when the file as a whole is meant.
 */
__attribute__((format(printf, 3, 4))) void config_fault(struct config_faults *faults,
							const char *where, const char *format, ...);

#endif
