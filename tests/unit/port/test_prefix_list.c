/* SPDX-License-Identifier: BSD-3-Clause */

/* Networks as text, alone and in files. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "prefix_list.h"

static struct prefix_list list;
static char message[512];

static const char *
file_of(const char *text)
{
	static char path[64];
	static int descriptor = -1;
	FILE *file;

	if (descriptor < 0)
		descriptor = memfd_create("networks", 0);
	assert_true(descriptor >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	fclose(file);
	return path;
}

static int
load(const struct weir_prefixes *named, const char *path)
{
	struct refusal refusal = {.message = message, .bytes = sizeof(message)};
	static const struct weir_prefixes none;

	message[0] = '\0';
	return prefix_list_load(&list, named != NULL ? named : &none, path, "deny_file", &refusal);
}

TEST(networks_of_both_families_are_read)
{
	static const struct {
		const char *text;
		uint8_t bits, octet_12, octet_0;
	} good[] = {
		{"198.51.100.0/24", 24, 198, 0},
		{"198.51.100.7", 32, 198, 0},
		{"0.0.0.0/0", 0, 0, 0},
		{"128.0.0.0/1", 1, 128, 0},
		{"2001:db8::/32", 32, 0, 0x20},
		{"2001:db8::7", 128, 0, 0x20},
		{"::/0", 0, 0, 0},
		{"8000::/1", 1, 0, 0x80},
	};
	struct weir_prefix prefix;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_null(weir_prefix_parse(good[i].text, &prefix));
		assert_int_equal(prefix.bits, good[i].bits);
		assert_int_equal(prefix.address[0], good[i].octet_0);
		assert_int_equal(prefix.address[12], good[i].octet_12);
		assert_int_equal(prefix_is_ipv4(&prefix), strchr(good[i].text, '.') != NULL);
	}
}

TEST(what_is_no_network_is_refused)
{
	static const char *const bad[] = {
		"",
		"/24",
		"198.51.100/24",
		"198.51.100.0/33",
		"198.51.100.0/",
		"198.51.100.0/-1",
		"198.51.100.0/ 24",
		"198.51.100.0/256",
		"198.51.100.0/24x",
		"198.51.100.1/24",
		"198.51.100.0/24/24",
		"2001:db8::/129",
		"2001:db8::1/64",
		"2001:db8::/0",
		"::ffff:1.2.3.4/120",
		"example.org",
		"300.1.1.1",
		" 198.51.100.0/24",
		"11111:22222:33333:44444:55555:66666:77777:88888:99999:00000:11111/128",
	};
	struct weir_prefix prefix;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (weir_prefix_parse(bad[i], &prefix) == NULL)
			fail_msg("\"%s\" was taken for a network", bad[i]);
	}
}

TEST(a_file_has_one_network_a_line_and_comments)
{
	struct weir_prefixes named = {.count = 1};

	assert_null(weir_prefix_parse("10.0.0.0/8", &named.prefix[0]));
	assert_int_equal(load(&named, file_of("# a list\n"
					      "\n"
					      "198.51.100.0/24 ; SBL1\r\n"
					      "\t203.0.113.7\n"
					      "  # nothing\n"
					      "2001:db8::/32#\n"
					      "192.0.2.0/25")),
			 0);
	assert_int_equal(list.count, 5);
	assert_int_equal(list.prefixes[0].address[12], 10);
	assert_int_equal(list.prefixes[1].address[12], 198);
	assert_int_equal(list.prefixes[2].bits, 32);
	assert_int_equal(list.prefixes[3].address[0], 0x20);
	assert_int_equal(list.prefixes[4].bits, 25);
	prefix_list_free(&list);
}

TEST(a_bad_line_is_named)
{
	assert_true(load(NULL, file_of("198.51.100.0/24\n\n198.51.100.1/24\n10.0.0.0/8\n")) < 0);
	assert_non_null(strstr(message, "[sources] deny_file: /proc/self/fd/"));
	assert_non_null(strstr(message, ", line 3: \"198.51.100.1/24\": bits are set beyond the "
					"prefix; allowed: one network a line"));
	assert_int_equal(list.count, 0);
	assert_null(list.prefixes);
}

TEST(a_file_that_cannot_be_read_is_named)
{
	assert_true(load(NULL, "/nonexistent/list") < 0);
	assert_non_null(strstr(message, "[sources] deny_file: /nonexistent/list cannot be opened"));
	assert_true(load(NULL, "/proc/self") < 0);
	assert_non_null(strstr(message, "[sources] deny_file: /proc/self cannot be read"));
}

TEST(a_list_without_a_file_is_what_was_named)
{
	assert_int_equal(load(NULL, ""), 0);
	assert_int_equal(list.count, 0);
	prefix_list_free(&list);
}

TEST(a_long_file_is_read_whole)
{
	char *text = malloc(20 * 70000);
	size_t used = 0;

	for (uint32_t i = 0; i < 70000; i++)
		used += (size_t)sprintf(text + used, "10.%u.%u.%u\n", i >> 16, i >> 8 & 0xff,
					i & 0xff);
	assert_int_equal(load(NULL, file_of(text)), 0);
	assert_int_equal(list.count, 70000);
	for (uint32_t i = 0; i < 70000; i++)
		assert_int_equal(list.prefixes[i].address[15], i & 0xff);
	prefix_list_free(&list);
	free(text);
}
