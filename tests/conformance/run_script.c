/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Performs scripts (tests/harness/script.h): `run_script FILE|DIRECTORY ...`.
 * One test per script and combination of settings; a script that cannot be read
 * is a failed test that says in which line and why.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "script.h"

#define TESTS_MAX  4096
#define NAME_BYTES 512

/* One script in one combination of its settings. */
struct performance {
	char *path;
	uint32_t number;
	char name[NAME_BYTES];
};

static struct CMUnitTest tests[TESTS_MAX];
static uint32_t test_count;

static void
perform(void **state)
{
	static struct conversation c;
	static struct conversation_setup setup;
	static struct script script;
	static char label[SETUP_TEXT_BYTES];
	const struct performance *performance = *state;
	int line;
	const char *wrong;

	script_unload(&script);
	wrong = script_load(&script, performance->path, &line);
	if (wrong != NULL) {
		printf("# %s:%d: %s\n", performance->path, line, wrong);
		_fail(performance->path, line);
	}
	check(conversation_setup_choose(script.settings, performance->number, label));
	conversation_setup_init(&setup);
	check(conversation_setup_apply(&setup, label) == NULL);
	conversation_open(&c, &setup, label);
	script_perform(&script, &c);
	conversation_close(&c);
}

static void
add_performance(const char *path, uint32_t number, const char *label)
{
	struct performance *performance = calloc(1, sizeof(*performance));
	const char *base = strrchr(path, '/');

	check(performance != NULL && test_count < TESTS_MAX);
	performance->path = strdup(path);
	performance->number = number;
	snprintf(performance->name, NAME_BYTES, "%s %s", base == NULL ? path : base + 1, label);
	tests[test_count++] = (struct CMUnitTest){
		.name = performance->name,
		.test_func = perform,
		.initial_state = performance,
	};
}

static void
add_script(const char *path)
{
	static struct script script;
	char label[SETUP_TEXT_BYTES] = "";
	int line;

	if (script_load(&script, path, &line) != NULL) {
		add_performance(path, 0, "(malformed)");
		return;
	}
	for (uint32_t i = 0; i < conversation_setup_count(script.settings); i++) {
		check(conversation_setup_choose(script.settings, i, label));
		add_performance(path, i, label);
	}
	script_unload(&script);
}

static int
is_script(const struct dirent *entry)
{
	const char *suffix = strrchr(entry->d_name, '.');

	return suffix != NULL && strcmp(suffix, ".pkt") == 0;
}

static void
add_directory(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_script, alphasort);

	for (int i = 0; i < count; i++) {
		char name[NAME_BYTES];

		snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
		add_script(name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int
main(int argc, char **argv)
{
	struct stat status;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			add_directory(argv[i]);
		else
			add_script(argv[i]);
	}
	if (test_count == 0) {
		fprintf(stderr, "usage: %s FILE|DIRECTORY ...\n", argv[0]);
		return 1;
	}
	return _cmocka_run_group_tests("conformance", tests, test_count, NULL, NULL);
}
