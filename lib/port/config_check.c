/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The tools that judge a configuration.  The trap: a program filled the
 * structure, so nothing in it is trusted, not even that a string ends.
 */
#include "config_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
config_refuse(const struct config_verdict *v, const char *key, const char *format, ...)
{
	va_list arguments;
	int used;

	used = snprintf(v->message, v->message_bytes, "[%s]%s%s: ", v->section,
			key[0] != '\0' ? " " : "", key);
	if (used < 0 || (size_t)used >= v->message_bytes)
		return -EINVAL;
	va_start(arguments, format);
	vsnprintf(v->message + used, v->message_bytes - (size_t)used, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

void
config_enter_section(struct config_verdict *v, const char *kind, const char *name)
{
	snprintf(v->section, sizeof(v->section), "%s%s%.*s", kind, name[0] != '\0' ? " " : "",
		 WEIR_NAME_BYTES - 1, name);
}

static uint64_t
field_of(const void *section, const struct config_range *range)
{
	uint8_t octet;
	uint16_t half;
	uint32_t word;
	const char *field = (const char *)section + range->offset;

	switch (range->bytes) {
	case sizeof(octet):
		memcpy(&octet, field, sizeof(octet));
		return octet;
	case sizeof(half):
		memcpy(&half, field, sizeof(half));
		return half;
	default:
		memcpy(&word, field, sizeof(word));
		return word;
	}
}

int
config_check_ranges(const struct config_verdict *v, const void *section,
		    const struct config_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct config_range *range = &ranges[i];
		unsigned long long value = field_of(section, range);

		if (value >= range->min && value <= range->max)
			continue;
		if (range->allowed != NULL)
			return config_refuse(v, range->key, "%llu is no known choice; allowed: %s",
					     value, range->allowed);
		return config_refuse(v, range->key, "%llu is out of range; allowed: %llu to %llu",
				     value, (unsigned long long)range->min,
				     (unsigned long long)range->max);
	}
	return 0;
}

int
config_check_text(const struct config_verdict *v, const char *key, const char *text, size_t bytes,
		  bool required)
{
	if (memchr(text, '\0', bytes) == NULL)
		return config_refuse(v, key, "does not end; allowed: up to %zu octets", bytes - 1);
	if (required && text[0] == '\0')
		return config_refuse(v, key, "missing; allowed: 1 to %zu octets", bytes - 1);
	return 0;
}
