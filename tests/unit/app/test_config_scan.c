/* SPDX-License-Identifier: BSD-3-Clause */

/* What DPDK's parser would pass over in silence is told, with its line. */
#include "test.h"

#include <stdio.h>

#include "config_scan.h"
#include "config_text.h"
#include "guard_page.h"

/* "key = xxx...x" of that many octets, without a line end, in `line`. */
static void
fill_line(char *line, const char *begin, size_t bytes)
{
	memset(line, 'x', bytes);
	memcpy(line, begin, strlen(begin));
	line[bytes] = '\0';
}

TEST(a_line_that_is_neither_section_nor_key_is_told)
{
	assert_int_equal(load_text("[weir]\n\ncores\n"), 1);
	expect_said("line 3", "neither a [section] nor a key = value");
	assert_int_equal(load_text("[weir]\ncores : 1\n"), 1);
	expect_said("line 2", "neither");
	assert_int_equal(load_text("\xef\xbb\xbf[weir]\n"), 1); /* a byte order mark */
	expect_said("line 1", "neither");
}

TEST(a_broken_section_line_is_told)
{
	assert_int_equal(load_text("[weir\n"), 1);
	expect_said("line 1", "no ] after [");
	assert_int_equal(load_text("[weir] cores = 1\n"), 1);
	expect_said("line 1", "text after ]");
	assert_int_equal(load_text("[ ]\n"), 1);
	expect_said("line 1", "a section without a name");
	assert_int_equal(load_text("[we;ir]\n"), 1);
	expect_said("line 1", "no ] after [");
}

TEST(a_key_needs_a_name_and_a_section)
{
	assert_int_equal(load_text("[weir]\n = 1\n"), 1);
	expect_said("line 2", "no key before =");
	assert_int_equal(load_text("cores = 1\n[weir]\n"), 1);
	expect_said("cores", "outside of any section; allowed: below a [section]");
}

TEST(comments_are_skipped)
{
	assert_int_equal(load_text("# a = b\n; c = d\n  # [x]\n#=\n[weir] ; x\n#cores = 9\n"
				   "cores = 2 ; not 3 ; nor 4\n"),
			 0);
	assert_int_equal(loaded.core_count, 1);
	assert_int_equal(loaded.cores[0], 2);
}

TEST(a_hash_begins_a_comment_at_the_beginning_only)
{
	assert_int_equal(load_text("[weir]\ncores = 2 # not 3\n"), 1);
	expect_said("[weir] cores", "\"2 # not 3\" is no list of numbers");
}

TEST(a_comment_after_an_escaped_semicolon_is_told)
{
	assert_int_equal(load_text("[weir]\neal = a\\;b ; comment\n"), 1);
	expect_said("line 2", "a comment after \\;");
	assert_int_equal(load_text("[weir]\neal = a\\;b\\;c\n"), 0);
	assert_string_equal(loaded.eal_arguments, "a;b;c");
}

TEST(blanks_and_line_ends_do_not_matter)
{
	assert_int_equal(load_text("\t[ weir ]  \r\n \tcores\t=\t2 \r\n\r\n[tcp]\nttl=9"), 0);
	assert_int_equal(loaded.cores[0], 2);
	assert_int_equal(loaded.tcp.ttl, 9);
}

TEST(names_and_values_end_where_the_parser_would_cut_them)
{
	char line[512], text[1024];

	fill_line(line, "[port ", 69);
	snprintf(text, sizeof(text), "%s]\n", line);
	assert_int_equal(load_text(text), 1);
	expect_said("line 1", "a section's name of 68 octets; allowed: up to 63");

	fill_line(line, "x", 64);
	snprintf(text, sizeof(text), "[weir]\n%s = 1\n", line);
	assert_int_equal(load_text(text), 1);
	expect_said("line 2", "a key of 64 octets; allowed: up to 63");

	fill_line(line, "eal = ", 262);
	snprintf(text, sizeof(text), "[weir]\n%s\n", line);
	assert_int_equal(load_text(text), 1);
	expect_said("[weir] eal", "256 octets long; allowed: up to 255 octets");
	fill_line(line, "eal = ", 261);
	snprintf(text, sizeof(text), "[weir]\n%s\n", line);
	assert_int_equal(load_text(text), 0);
	assert_int_equal(strlen(loaded.eal_arguments), 255);
}

TEST(a_line_is_no_longer_than_the_parser_reads)
{
	char line[512], text[1024];

	fill_line(line, "; ", 322);
	snprintf(text, sizeof(text), "[weir]\n%s\ncores = 2\n", line);
	assert_int_equal(load_text(text), 0);
	assert_int_equal(loaded.cores[0], 2);
	fill_line(line, "; ", 323);
	snprintf(text, sizeof(text), "[weir]\n%s\ncores = 2\n", line);
	assert_int_equal(load_text(text), 1);
	expect_said("line 2", "too long; allowed: up to 322 octets");
	assert_int_equal(load_text(line), 1); /* the last line, without an end */
	line[322] = '\0';
	assert_int_equal(load_text(line), 0);
}

TEST(control_characters_are_refused)
{
	static const char nul[] = "[weir]\ncores = 2\0 3\n";

	assert_int_equal(load_octets(nul, sizeof(nul) - 1), 1);
	expect_said("line 2", "a control character");
	assert_int_equal(load_text("[weir]\ncores\v= 2\n"), 1);
	expect_said("line 2", "a control character");
	assert_int_equal(load_text("[weir]\neal = \x7f\n"), 1);
	expect_said("line 2", "a control character");
}

TEST(a_line_is_read_up_to_its_last_octet_and_no_further)
{
	static const char *const lines[] = {"",	   " ",	   "[",	  "[a",	    "[a]", "[a] ",
					    "a",   "a=",   "a=b", "=",	    ";",   "\\;",
					    "a\\", "a=\\", "#",	  "a = b;", "\n",  "a=b\n"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct config_faults faults = {.file = "x", .stream = fopen("/dev/null", "w")};
		struct config_scan scan = {.faults = &faults};
		size_t bytes = strlen(lines[i]);

		config_scan_line(&scan, (const char *)guard_page_copy(lines[i], bytes), bytes);
		assert_int_equal(scan.line, 1);
		fclose(faults.stream);
	}
}
