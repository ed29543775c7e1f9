/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <errno.h>

#include "arguments.h"

static struct arguments arguments;
static char message[256];

/* The words after "weir". */
static int
parse(const char *const *words)
{
	static char copies[16][64];
	static char *argv[17];
	int argc = 0;

	strcpy(copies[argc], "weir");
	for (argv[argc] = copies[argc], argc++; *words != NULL; words++, argc++) {
		strcpy(copies[argc], *words);
		argv[argc] = copies[argc];
	}
	argv[argc] = NULL;
	message[0] = '\0';
	return arguments_parse(&arguments, argc, argv, message, sizeof(message));
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void
expect_refused(int rc, const char *sentence)
{
	assert_int_equal(rc, -EINVAL);
	assert_string_equal(message, sentence);
}

TEST(a_file_is_enough)
{
	assert_int_equal(PARSE("-c", "weir.conf"), 0);
	assert_int_equal(arguments.task, TASK_RUN);
	assert_string_equal(arguments.file, "weir.conf");
	assert_int_equal(arguments.eal_argc, 0);
	assert_int_equal(PARSE("--config=weir.conf"), 0);
	assert_string_equal(arguments.file, "weir.conf");
}

TEST(check_may_stand_on_either_side)
{
	assert_int_equal(PARSE("-c", "weir.conf", "--check"), 0);
	assert_int_equal(arguments.task, TASK_CHECK);
	assert_int_equal(PARSE("--check", "-c", "weir.conf"), 0);
	assert_int_equal(arguments.task, TASK_CHECK);
}

TEST(what_follows_two_dashes_is_for_eal)
{
	assert_int_equal(PARSE("-c", "f", "--", "--no-pci", "--", "-c"), 0);
	assert_int_equal(arguments.eal_argc, 3);
	assert_string_equal(arguments.eal_argv[0], "--no-pci");
	assert_string_equal(arguments.eal_argv[2], "-c");
	assert_int_equal(PARSE("-c", "f", "--"), 0);
	assert_int_equal(arguments.eal_argc, 0);
}

TEST(questions_need_no_file)
{
	assert_int_equal(PARSE("--help"), 0);
	assert_int_equal(arguments.task, TASK_HELP);
	assert_int_equal(PARSE("-V"), 0);
	assert_int_equal(arguments.task, TASK_VERSION);
	assert_int_equal(PARSE("--help-config"), 0);
	assert_int_equal(arguments.task, TASK_HELP_CONFIG);
}

TEST(a_wrong_command_line_is_told_what_is_wrong)
{
	expect_refused(PARSE(NULL), "no configuration: -c FILE is missing");
	expect_refused(PARSE("--check"), "no configuration: -c FILE is missing");
	expect_refused(PARSE("-c"), "-c needs a file");
	expect_refused(PARSE("-c", "--", "x"), "-c needs a file");
	expect_refused(PARSE("--config"), "-c needs a file");
	expect_refused(PARSE("-c", "a", "-c", "b"), "-c is there twice");
	expect_refused(PARSE("-x"), "no such option: -x");
	expect_refused(PARSE("--nothing"), "no such option: --nothing");
	expect_refused(PARSE("--check=yes"), "no such option: --check=yes");
	expect_refused(PARSE("-c", "a", "b"),
		       "no such argument: b (arguments for DPDK stand after --)");
}
