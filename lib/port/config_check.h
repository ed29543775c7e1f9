/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How a configuration is judged: one section after the other, and the first
 * fault ends it with a sentence "[section] key: what; allowed: range".
 */
#ifndef WEIR_PORT_CONFIG_CHECK_H
#define WEIR_PORT_CONFIG_CHECK_H

#include "weir/config.h"

#define CONFIG_CPU_MAX	     1023 /* glibc's CPU_SETSIZE - 1 */
#define CONFIG_SECTION_BYTES 64

/* What is being judged, and where the sentence goes. */
struct config_verdict {
	const struct weir_config *config;
	char section[CONFIG_SECTION_BYTES];
	char *message;
	size_t message_bytes;
};

/* A number, or an enumeration whose names `allowed` lists. */
struct config_range {
	const char *key;
	const char *allowed; /* NULL: "min to max" */
	size_t offset;
	size_t bytes;
	uint64_t min, max;
};

/* clang-format off */
#define CONFIG_RANGE(type, field, key, min, max) \
	{key, NULL, offsetof(struct type, field), sizeof(((struct type *)0)->field), min, max}
#define CONFIG_ONE_OF(type, field, key, last, names) \
	{key, names, offsetof(struct type, field), sizeof(((struct type *)0)->field), 0, last}
/* clang-format on */

#define CONFIG_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Writes the sentence; -EINVAL.  An empty key speaks of the section itself. */
__attribute__((format(printf, 3, 4))) int config_refuse(const struct config_verdict *v,
							const char *key, const char *format, ...);

/* Sentences say "[kind name]" from here on; `name` may be anything. */
void config_enter_section(struct config_verdict *v, const char *kind, const char *name);

/* Each of these: 0, or -EINVAL and a sentence. */
int config_check_ranges(const struct config_verdict *v, const void *section,
			const struct config_range *ranges, size_t count);
int config_check_text(const struct config_verdict *v, const char *key, const char *text,
		      size_t bytes, bool required);
int config_check_ports(struct config_verdict *v);
int config_check_addresses(struct config_verdict *v);
int config_check_listeners(struct config_verdict *v);

#endif
