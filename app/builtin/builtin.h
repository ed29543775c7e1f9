/* SPDX-License-Identifier: BSD-3-Clause */

/* The applications that are linked into the daemon. */
#ifndef WEIR_APP_BUILTIN_BUILTIN_H
#define WEIR_APP_BUILTIN_BUILTIN_H

#include <stddef.h>

#include "weir/app.h"

struct builtin {
	const struct weir_app_ops *ops;

	/* 0, or -EINVAL and what is wrong with a listener's `args`. */
	int (*check_args)(const char *args, char *message, size_t message_bytes);
};

extern const struct weir_app_ops discard_app, echo_app, chargen_app, http_app;

int discard_check_args(const char *args, char *message, size_t message_bytes);
int echo_check_args(const char *args, char *message, size_t message_bytes);
int chargen_check_args(const char *args, char *message, size_t message_bytes);
int http_check_args(const char *args, char *message, size_t message_bytes);

#endif
