/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The table of keys against everything else that states a range or a default:
 * weir_config_init(), weir_config_check() and config/README.md.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "config_show.h"
#include "config_text.h"
#include "config_value.h"

static struct weir_config config;

static void
value_text(const struct config_key *key, const struct weir_config *from, char text[512])
{
	struct weir_config *base = (struct weir_config *)(uintptr_t)from;
	FILE *stream;

	memset(text, 0, 512);
	stream = fmemopen(text, 512, "w");
	config_value_emit(key, from, config_section_base(base, key->section, 0), stream);
	fclose(stream);
}

TEST(defaults_are_those_of_weir_config_init)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		char text[512];

		if (key->fallback == NULL)
			continue;
		weir_config_init(&config);
		value_text(key, &config, text);
		if (strcmp(text, key->fallback) != 0)
			fail_msg("[%s] %s: the table says %s, weir_config_init() %s",
				 config_kinds[key->section].name, key->name, key->fallback, text);
	}
}

/* Accepted by weir_config_check(). */
static void
make_good(void)
{
	static const struct weir_app_ops ops = {.version = WEIR_APP_VERSION, .name = "none"};
	char message[256];

	assert_int_equal(load_text(good_config), 0);
	config = loaded;
	for (uint32_t i = 0; i < config.listener_count; i++)
		config.listeners[i].ops = &ops;
	assert_int_equal(weir_config_check(&config, message, sizeof(message)), 0);
}

static void
expect_library_refuses(const struct config_key *key, uint64_t number)
{
	char begin[128], allowed[64], message[256];
	void *base;

	make_good();
	base = config_section_base(&config, key->section, 0);
	memcpy((char *)base + key->offset, &number, key->bytes); /* little-endian will do */
	assert_true(weir_config_check(&config, message, sizeof(message)) != 0);
	snprintf(begin, sizeof(begin), "[%s] %s: ", header_of(key->section), key->name);
	snprintf(allowed, sizeof(allowed), "allowed: %llu to %llu", (unsigned long long)key->min,
		 (unsigned long long)key->max);
	if (strncmp(message, begin, strlen(begin)) != 0 || strstr(message, allowed) == NULL)
		fail_msg("expected \"%s ... %s\", got \"%s\"", begin, allowed, message);
}

TEST(ranges_are_those_of_weir_config_check)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		uint64_t field_max =
			key->bytes < 8 ? (UINT64_C(1) << 8 * key->bytes) - 1 : UINT64_MAX;

		if (key->type != TYPE_NUMBER && key->type != TYPE_POWER_OF_TWO)
			continue;
		if (key->max < field_max)
			expect_library_refuses(key, key->max + 1);
		if (key->min > 0)
			expect_library_refuses(key, key->min - 1);
	}
}

TEST(every_key_has_a_sentence)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const char *meaning = config_keys[i].meaning;

		assert_true(strlen(meaning) > 8 && meaning[strlen(meaning) - 1] == '.');
	}
}

TEST(every_key_is_in_the_help)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	config_show_keys(stream);
	fclose(stream);
	for (size_t i = 0; i < config_key_count; i++) {
		char line[128];

		snprintf(line, sizeof(line), "\n  %s\n      %s\n", config_keys[i].name,
			 config_keys[i].meaning);
		assert_non_null(strstr(text, line));
	}
	free(text);
}

static char manual[CONFIG_TEXT_BYTES];

static void
read_manual(void)
{
	FILE *file = fopen(SOURCE_ROOT "/config/README.md", "r");

	assert_non_null(file);
	assert_true(fread(manual, 1, sizeof(manual) - 1, file) > 0);
	assert_true(feof(file));
	fclose(file);
}

/* "| `ttl` | hops | 1 to 255 | `64` |" below the heading of its section. */
TEST(the_manual_says_unit_range_and_default_of_every_key)
{
	read_manual();
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		const struct config_kind *kind = &config_kinds[key->section];
		char heading[64], row[512], allowed[CONFIG_ALLOWED_BYTES];
		char *section, *end, *found;

		snprintf(heading, sizeof(heading), "\n## [%s%s]\n", kind->name,
			 kind->is_named ? " NAME" : "");
		section = strstr(manual, heading);
		if (section == NULL)
			fail_msg("config/README.md lacks \"%s\"", heading + 1);
		end = strstr(section + 1, "\n## ");
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s | %s%s%s |", key->name,
			 key->unit[0] != '\0' ? key->unit : "-", config_key_allowed(key, allowed),
			 key->fallback != NULL && key->fallback[0] != '\0' ? "`" : "",
			 key->fallback == NULL	    ? "required"
			 : key->fallback[0] == '\0' ? "none"
						    : key->fallback,
			 key->fallback != NULL && key->fallback[0] != '\0' ? "`" : "");
		found = strstr(section, row);
		if (found == NULL || (end != NULL && found > end))
			fail_msg("config/README.md lacks below %s the row \"%s\"", heading + 1,
				 row + 1);
	}
}
