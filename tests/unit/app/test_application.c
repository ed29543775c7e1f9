/* SPDX-License-Identifier: BSD-3-Clause */

/* From names and paths to callbacks.  OBJECT_DIRECTORY holds shared objects made for this. */
#include "test.h"

#include <stdio.h>

#include "application.h"
#include "builtin.h"

static struct weir_config config;
static char said[1024];

/* A listener with that application; the number of faults. */
static uint32_t
resolve(const char *application, const char *args)
{
	struct config_faults faults = {.file = "weir.conf"};

	weir_config_init(&config);
	config.listener_count = 1;
	snprintf(config.listeners[0].name, sizeof(config.listeners[0].name), "web");
	snprintf(config.listeners[0].app, sizeof(config.listeners[0].app), "%s", application);
	snprintf(config.listeners[0].args, sizeof(config.listeners[0].args), "%s", args);
	memset(said, 0, sizeof(said));
	faults.stream = fmemopen(said, sizeof(said), "w");
	applications_resolve(&config, &faults);
	fclose(faults.stream);
	return faults.count;
}

static void
expect_fault(const char *application, const char *args, const char *begin, const char *rest)
{
	assert_int_equal(resolve(application, args), 1);
	if (strncmp(said, begin, strlen(begin)) != 0 || strstr(said, rest) == NULL)
		fail_msg("not \"%s...%s\": %s", begin, rest, said);
}

TEST(built_in_applications_are_found_by_name)
{
	assert_int_equal(resolve("discard", "close_after=1"), 0);
	assert_ptr_equal(config.listeners[0].ops, &discard_app);
	assert_int_equal(resolve("echo", ""), 0);
	assert_ptr_equal(config.listeners[0].ops, &echo_app);
	assert_int_equal(resolve("chargen", "bytes=1"), 0);
	assert_ptr_equal(config.listeners[0].ops, &chargen_app);
	assert_int_equal(resolve("http", "body=x"), 0);
	assert_ptr_equal(config.listeners[0].ops, &http_app);
}

TEST(an_unknown_name_is_told_with_those_there_are)
{
	expect_fault("gopher", "",
		     "weir.conf: [listener web] application: \"gopher\" is not built in",
		     "allowed: discard, echo, chargen, http, the path of a .so with a / in it\n");
	expect_fault("app.so", "", "weir.conf: [listener web] application: ", "not built in");
}

TEST(wrong_arguments_are_told)
{
	expect_fault("http", "size=3", "weir.conf: [listener web] args: \"size=3\" is unknown",
		     "allowed: bytes=NUMBER, body=TEXT\n");
	expect_fault("echo", "x", "weir.conf: [listener web] args: ", "allowed: none\n");
}

TEST(a_shared_object_is_loaded_by_its_path)
{
	assert_int_equal(resolve(OBJECT_DIRECTORY "/object_good.so", "anything"), 0);
	assert_non_null(config.listeners[0].ops);
	assert_string_equal(config.listeners[0].ops->name, "object");
}

TEST(a_wrong_shared_object_is_told)
{
	expect_fault("/nowhere/app.so", "", "weir.conf: [listener web] application: ",
		     "/nowhere/app.so: cannot open shared object file");
	expect_fault("./test_application.c", "",
		     "weir.conf: [listener web] application: ", "allowed: a shared object");
	expect_fault(OBJECT_DIRECTORY "/object_old.so", "",
		     "weir.conf: [listener web] application: ",
		     "object_old.so is made for interface version 1; allowed: 4\n");
	expect_fault(
		OBJECT_DIRECTORY "/object_empty.so", "",
		"weir.conf: [listener web] application: ", "object_empty.so exports no weir_app");
}
