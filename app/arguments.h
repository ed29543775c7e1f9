/* SPDX-License-Identifier: BSD-3-Clause */

/* The command line: weir -c FILE [--check] [-- EAL arguments]. */
#ifndef WEIR_APP_ARGUMENTS_H
#define WEIR_APP_ARGUMENTS_H

#include <stddef.h>
#include <stdio.h>

enum task {
	TASK_RUN,
	TASK_CHECK,
	TASK_HELP,
	TASK_HELP_CONFIG,
	TASK_VERSION,
};

struct arguments {
	enum task task;
	const char *file;
	int eal_argc; /* those after "--" */
	char *const *eal_argv;
};

/* 0, or -EINVAL and a sentence.  May reorder argv. */
int arguments_parse(struct arguments *arguments, int argc, char **argv, char *message,
		    size_t message_bytes);

void arguments_help(FILE *stream);

#endif
