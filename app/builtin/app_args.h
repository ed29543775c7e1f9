/* SPDX-License-Identifier: BSD-3-Clause */

/* The arguments of a built-in application: words NAME=NUMBER, or NAME=TEXT up to the end. */
#ifndef WEIR_APP_BUILTIN_APP_ARGS_H
#define WEIR_APP_BUILTIN_APP_ARGS_H

#include <stddef.h>
#include <stdint.h>

struct weir_core;

struct app_arg {
	const char *name; /* NULL ends the list */
	uint64_t max;	  /* of the number, from 0 */
	uint64_t *number;
	const char **text; /* instead of a number: where it begins */
};

/* Fills in what is there.  0, or -EINVAL and a sentence. */
int app_args_parse(const char *args, const struct app_arg *known, char *message,
		   size_t message_bytes);

/*
 * For an application whose state is its arguments and nothing else: parse() sets
 * defaults and parses, create is its init, and free_state its fini.
 */
typedef int (*app_args_parse_fn)(void *state, const char *args, char *message,
				 size_t message_bytes);

/* 0, -ENOMEM or what parse() says. */
int app_args_create_state(size_t bytes, app_args_parse_fn parse, const char *args, void **state);
void app_args_free_state(struct weir_core *core, void *state);

#endif
