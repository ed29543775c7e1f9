/* SPDX-License-Identifier: BSD-3-Clause */

/* The first thing that is wrong with a run is what is told; what follows from it is not. */
#ifndef WEIR_TESTS_FIRST_WRONG_H
#define WEIR_TESTS_FIRST_WRONG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Into `wrong`, unless that says something already. */
__attribute__((format(printf, 3, 0))) static inline void
first_wrong(char *wrong, size_t bytes, const char *format, va_list arguments)
{
	if (wrong[0] == '\0')
		vsnprintf(wrong, bytes, format, arguments);
}

#endif
