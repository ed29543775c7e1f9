/* SPDX-License-Identifier: BSD-3-Clause */

#include "notice.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_log.h>

#define LINE_BYTES 512

static void
write_line(uint32_t level, const char *format, va_list arguments)
{
	/* Known after the first time: registering a name twice finds it. */
	int type = rte_log_register_type_and_pick_level("weir", RTE_LOG_NOTICE);
	char line[LINE_BYTES];

	vsnprintf(line, sizeof(line), format, arguments);
	rte_log(level, type < 0 ? RTE_LOGTYPE_USER1 : (uint32_t)type, "weir: %s\n", line);
}

void
notice(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(RTE_LOG_NOTICE, format, arguments);
	va_end(arguments);
}

void
warning(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(RTE_LOG_WARNING, format, arguments);
	va_end(arguments);
}
