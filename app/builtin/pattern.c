/* SPDX-License-Identifier: BSD-3-Clause */

#include "pattern.h"

#include <assert.h>

#define LINE	   "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n"
#define FOUR(text) text text text text

static_assert(sizeof(LINE) - 1 == PATTERN_PERIOD, "a line is one period");

const char pattern_octets[PATTERN_BYTES + 1] = FOUR(FOUR(FOUR(FOUR(LINE))));
