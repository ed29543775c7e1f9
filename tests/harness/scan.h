/* SPDX-License-Identifier: BSD-3-Clause */

/* Words and numbers of a line of a script: each call skips blanks, then takes or leaves. */
#ifndef WEIR_TESTS_HARNESS_SCAN_H
#define WEIR_TESTS_HARNESS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number as written: an expectation may leave it open with "*". */
struct number {
	uint32_t value;
	bool is_any;
};

void scan_blanks(const char **cursor);
bool scan_end(const char **cursor);

/* Take `literal` if it comes next.  A literal that ends in a letter must end a word. */
bool scan_literal(const char **cursor, const char *literal);

/* Take a word (up to a blank, or the end) of less than `bytes` octets. */
bool scan_word(const char **cursor, char *word, size_t bytes);

/* Take a decimal number of at most 32 bits. */
bool scan_uint32(const char **cursor, uint32_t *value);

/* Take a decimal number, or "*". */
bool scan_number(const char **cursor, struct number *number);

/* Take seconds with an optional fraction (".01", "240", "1.5") as nanoseconds. */
bool scan_seconds(const char **cursor, uint64_t *ns);

static inline bool
number_matches(const struct number *expected, uint32_t value)
{
	return expected->is_any || expected->value == value;
}

#endif
