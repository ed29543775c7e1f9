/* SPDX-License-Identifier: BSD-3-Clause */

#include "config_faults.h"

#include <stdarg.h>

void
config_fault(struct config_faults *faults, const char *where, const char *format, ...)
{
	va_list arguments;

	faults->count++;
	fprintf(faults->stream, "%s: ", faults->file);
	if (where != NULL)
		fprintf(faults->stream, "%s: ", where);
	va_start(arguments, format);
	vfprintf(faults->stream, format, arguments);
	va_end(arguments);
	fputc('\n', faults->stream);
}
