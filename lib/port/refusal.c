/* SPDX-License-Identifier: BSD-3-Clause */

#include "refusal.h"

#include <stdarg.h>
#include <stdio.h>

#include "check.h"

int
refuse(const struct refusal *refusal, int error, const char *format, ...)
{
	va_list arguments;

	check(error < 0);
	if (refusal->bytes > 0) {
		va_start(arguments, format);
		vsnprintf(refusal->message, refusal->bytes, format, arguments);
		va_end(arguments);
	}
	return error;
}
