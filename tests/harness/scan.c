/* SPDX-License-Identifier: BSD-3-Clause */

#include "scan.h"

#include <ctype.h>
#include <string.h>

#include "units.h"

void
scan_blanks(const char **cursor)
{
	while (isblank((unsigned char)**cursor))
		(*cursor)++;
}

bool
scan_end(const char **cursor)
{
	scan_blanks(cursor);
	return **cursor == '\0';
}

bool
scan_literal(const char **cursor, const char *literal)
{
	size_t bytes = strlen(literal);

	scan_blanks(cursor);
	if (strncmp(*cursor, literal, bytes) != 0)
		return false;
	if (isalnum((unsigned char)literal[bytes - 1]) && isalnum((unsigned char)(*cursor)[bytes]))
		return false;
	*cursor += bytes;
	return true;
}

bool
scan_word(const char **cursor, char *word, size_t bytes)
{
	size_t length = 0;

	scan_blanks(cursor);
	while ((*cursor)[length] != '\0' && !isspace((unsigned char)(*cursor)[length]))
		length++;
	if (length == 0 || length >= bytes)
		return false;
	memcpy(word, *cursor, length);
	word[length] = '\0';
	*cursor += length;
	return true;
}

bool
scan_uint32(const char **cursor, uint32_t *value)
{
	uint64_t sum = 0;
	const char *c;

	scan_blanks(cursor);
	for (c = *cursor; isdigit((unsigned char)*c); c++) {
		sum = sum * 10 + (uint64_t)(*c - '0');
		if (sum > UINT32_MAX)
			return false;
	}
	if (c == *cursor)
		return false;
	*cursor = c;
	*value = (uint32_t)sum;
	return true;
}

bool
scan_number(const char **cursor, struct number *number)
{
	number->value = 0;
	number->is_any = scan_literal(cursor, "*");
	return number->is_any || scan_uint32(cursor, &number->value);
}

bool
scan_seconds(const char **cursor, uint64_t *ns)
{
	uint32_t whole = 0;
	uint64_t unit = NS_PER_SECOND;
	bool has_whole = scan_uint32(cursor, &whole);

	*ns = whole * NS_PER_SECOND;
	if (**cursor != '.')
		return has_whole;
	for ((*cursor)++; isdigit((unsigned char)**cursor); (*cursor)++) {
		unit /= 10;
		*ns += (uint64_t)(**cursor - '0') * unit;
	}
	return has_whole || unit < NS_PER_SECOND;
}
