/* SPDX-License-Identifier: BSD-3-Clause */

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

void
check_failed(const char *expression, const char *file, int line, const char *function)
{
	fprintf(stderr, "weir: %s:%d: %s: broken invariant: %s\n", file, line, function,
		expression);
	abort();
}
