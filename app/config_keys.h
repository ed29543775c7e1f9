/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every section and key of the configuration file, stated once.  The parser,
 * `weir --check`, `weir --help-config` and the test that holds config/README.md
 * to the truth all read this table.
 */
#ifndef WEIR_APP_CONFIG_KEYS_H
#define WEIR_APP_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order they are read: a section may refer to those before it. */
enum config_section {
	SECTION_WEIR,
	SECTION_PORT,
	SECTION_ADDRESS,
	SECTION_LISTENER,
	SECTION_SYN,
	SECTION_TCP,
	SECTION_LIMITS,
	SECTION_SOURCES,
	SECTION_N
};

struct config_kind {
	const char *name;
	bool is_named; /* [port wan]; there may be several */
	const char *meaning;
};

enum config_type {
	TYPE_NUMBER,
	TYPE_POWER_OF_TWO,
	TYPE_CHOICE,
	TYPE_TEXT,
	TYPE_CPUS,	   /* cores and core_count of struct weir_config */
	TYPE_PORT_NAME,	   /* index into ports, uint8_t */
	TYPE_IP_PREFIX,	   /* address and prefix_bits of struct weir_address_config */
	TYPE_IP,	   /* 16 octets */
	TYPE_ADDRESS_NAME, /* index into addresses, uint16_t */
	TYPE_TCP_PORTS,	   /* ports and port_count of struct weir_listener_config */
	TYPE_PREFIXES,	   /* struct weir_prefixes */
	TYPE_SECRET,	   /* secret or secret_previous of struct weir_syn_config */
	TYPE_N
};

struct config_choice {
	const char *name; /* NULL ends the list */
	uint32_t value;
};

struct config_key {
	enum config_section section;
	const char *name;
	enum config_type type;
	const char *unit;     /* "" where it has none */
	const char *allowed;  /* NULL: told by min, max or choices */
	const char *fallback; /* text of the default; "": nothing; NULL: the key is required */
	const char *meaning;
	size_t offset; /* of the field, in the structure the section fills */
	size_t bytes;
	uint64_t min, max;
	const struct config_choice *choices;
};

extern const struct config_kind config_kinds[SECTION_N];
extern const struct config_key config_keys[];
extern const size_t config_key_count;

#define CONFIG_ALLOWED_BYTES 160

/* The values a key may have, as messages and documents show them; returns `text`. */
const char *config_key_allowed(const struct config_key *key, char text[CONFIG_ALLOWED_BYTES]);

const struct config_key *config_key_lookup(enum config_section section, const char *name);

#endif
