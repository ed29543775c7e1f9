/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define TESTS_MAX 1024

static struct CMUnitTest tests[TESTS_MAX];
static size_t test_count;

void
test_register(const char *name, void (*body)(void **))
{
	if (test_count == TESTS_MAX) {
		fprintf(stderr, "more than %d tests in one program\n", TESTS_MAX);
		abort();
	}
	tests[test_count++] = (struct CMUnitTest){.name = name, .test_func = body};
}

int
main(int argc, char **argv)
{
	size_t wanted = 0;

	for (size_t i = 0; i < test_count; i++) {
		if (argc < 2 || strstr(tests[i].name, argv[1]) != NULL)
			tests[wanted++] = tests[i];
	}
	if (wanted == 0) {
		fprintf(stderr, "no test is named like \"%s\"\n", argc < 2 ? "" : argv[1]);
		return 1;
	}
	return _cmocka_run_group_tests(argv[0], tests, wanted, NULL, NULL);
}
