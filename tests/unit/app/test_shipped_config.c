/* SPDX-License-Identifier: BSD-3-Clause */

/* Every configuration we ship is accepted. */
#include "test.h"

#include <glob.h>
#include <stdio.h>

#include "application.h"
#include "config_file.h"
#include "config_text.h"

static struct weir_config config;

static void
expect_accepted(const char *path)
{
	struct config_faults faults = {.file = path, .stream = stderr};
	char message[256] = "";

	weir_config_init(&config);
	config_file_load(path, &config, &faults);
	applications_resolve(&config, &faults);
	assert_int_equal(faults.count, 0);
	if (weir_config_check(&config, message, sizeof(message)) != 0)
		fail_msg("%s: %s", path, message);
}

static void
expect_all_accepted(const char *pattern, size_t at_least)
{
	glob_t found;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= at_least);
	for (size_t i = 0; i < found.gl_pathc; i++)
		expect_accepted(found.gl_pathv[i]);
	globfree(&found);
}

TEST(the_shipped_configurations_are_accepted)
{
	expect_all_accepted(SOURCE_ROOT "/config/*.conf", 1);
	expect_all_accepted(SOURCE_ROOT "/config/examples/*.conf", 4);
	expect_all_accepted(SOURCE_ROOT "/config/pktgen/*.conf", 1);
}

/* weir.conf without the '#' before its keys, in static memory. */
static const char *
uncommented(void)
{
	static char text[CONFIG_TEXT_BYTES];
	FILE *file = fopen(SOURCE_ROOT "/config/weir.conf", "r");
	char line[512];
	size_t used = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		bool is_key = line[0] == '#' && line[1] != ' ' && strstr(line, " = ") != NULL;

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", line + is_key);
	}
	fclose(file);
	return text;
}

TEST(the_defaults_shown_in_weir_conf_are_the_defaults)
{
	expect_accepted(SOURCE_ROOT "/config/weir.conf");
	assert_int_equal(load_text(uncommented()), 0);
	assert_string_not_equal(loaded.source, config.source);
	memcpy(loaded.source, config.source, sizeof(loaded.source));
	for (uint32_t i = 0; i < config.listener_count; i++)
		config.listeners[i].ops = NULL;
	assert_memory_equal(&loaded, &config, sizeof(config));
}
