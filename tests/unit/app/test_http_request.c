/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * HTTP requests.  Each is read in one piece and then cut at every octet: what
 * is understood must not depend on where segments end.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "guard_page.h"
#include "http_request.h"

static struct http_request request;

/* Read all of `bytes` octets at most, cut at `cut`; how many were taken. */
static size_t
read_cut(const char *text, size_t bytes, size_t cut, enum http_verdict *verdict)
{
	size_t taken;

	request = (struct http_request){0};
	taken = http_request_parse(&request, (const char *)guard_page_copy(text, cut), cut,
				   verdict);
	if (*verdict != HTTP_INCOMPLETE)
		return taken;
	assert_int_equal(taken, cut);
	return taken + http_request_parse(&request,
					  (const char *)guard_page_copy(text + cut, bytes - cut),
					  bytes - cut, verdict);
}

static void
read_octets(const char *text, size_t bytes, enum http_verdict *verdict)
{
	request = (struct http_request){0};
	for (size_t i = 0; i < bytes; i++) {
		http_request_parse(&request, text + i, 1, verdict);
		if (*verdict != HTTP_INCOMPLETE)
			return;
	}
}

/* The verdict, in one piece, in two at every place, and octet by octet. */
static void
expect(const char *text, enum http_verdict expected)
{
	size_t bytes = strlen(text);
	enum http_verdict verdict;
	struct http_request whole;
	size_t taken;

	taken = read_cut(text, bytes, bytes, &verdict);
	if (verdict != expected)
		fail_msg("verdict %d, not %d, on: %s", verdict, expected, text);
	whole = request;
	for (size_t cut = 0; cut <= bytes; cut++) {
		assert_int_equal(read_cut(text, bytes, cut, &verdict), taken);
		assert_int_equal(verdict, expected);
		assert_memory_equal(&request, &whole, sizeof(whole));
	}
	read_octets(text, bytes, &verdict);
	assert_int_equal(verdict, expected);
	assert_memory_equal(&request, &whole, sizeof(whole));
}

static void
expect_complete(const char *text, bool is_head, bool keeps_open)
{
	expect(text, HTTP_COMPLETE);
	assert_int_equal(http_request_is_head(&request), is_head);
	assert_int_equal(http_request_keeps_open(&request), keeps_open);
}

TEST(get_and_head_are_complete_at_their_empty_line)
{
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, true);
	expect_complete("HEAD /x?y HTTP/1.1\r\nHost: a\r\n\r\n", true, true);
	expect_complete("GET http://a/ HTTP/1.1\r\nAccept: */*\r\nHost:\r\nX: \t y\r\n\r\n", false,
			true);
}

TEST(a_line_may_end_with_lf_alone)
{
	expect_complete("GET / HTTP/1.1\nHost: a\n\n", false, true);
	expect_complete("GET / HTTP/1.0\n\n", false, false);
}

TEST(empty_lines_may_come_before_a_request)
{
	expect_complete("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", false, true);
}

TEST(a_connection_of_1_1_stays_open_unless_told)
{
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false, false);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nCONNECTION:CLOSE\r\n\r\n", false, false);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nconnection: te , close\t\r\n\r\n", false,
			false);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: te,close\n\n", false, false);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", false, true);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: clos\r\n\r\n", false, true);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nConnections: close\r\n\r\n", false, true);
	expect_complete("GET / HTTP/1.1\r\nHost: a\r\nX: Connection: close\r\n\r\n", false, true);
	expect_complete("GET / HTTP/1.2\r\nHost: a\r\n\r\n", false, true);
}

TEST(a_connection_of_1_0_is_closed_unless_told)
{
	expect_complete("GET / HTTP/1.0\r\n\r\n", false, false);
	expect_complete("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", false, true);
	expect_complete("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false, false);
	expect_complete("GET / HTTP/1.0\r\nConnection: keep-aliv\r\n\r\n", false, false);
}

TEST(an_incomplete_request_is_incomplete_everywhere)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r";
	enum http_verdict verdict;

	for (size_t bytes = 0; bytes < sizeof(text); bytes++) {
		assert_int_equal(read_cut(text, bytes, bytes, &verdict), bytes);
		assert_int_equal(verdict, HTTP_INCOMPLETE);
	}
}

TEST(a_second_request_is_left_alone)
{
	static const char two[] = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\n";
	enum http_verdict verdict;

	assert_int_equal(read_cut(two, strlen(two), strlen(two), &verdict),
			 strlen("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"));
	assert_int_equal(verdict, HTTP_COMPLETE);
	assert_false(http_request_is_head(&request));
}

TEST(other_methods_are_told_from_nonsense)
{
	expect("POST / HTTP/1.1\r\n", HTTP_METHOD_UNKNOWN);
	expect("get / HTTP/1.1\r\n", HTTP_METHOD_UNKNOWN);
	expect("GETS / HTTP/1.1\r\n", HTTP_METHOD_UNKNOWN);
	expect("GE / HTTP/1.0\n", HTTP_METHOD_UNKNOWN);
	expect("OPTIONS * HTTP/1.1\r\n", HTTP_METHOD_UNKNOWN);
	expect("\x16\x03\x01", HTTP_BAD); /* TLS */
	expect("{\"a\":1}", HTTP_BAD);
	expect("POST\r\n", HTTP_BAD);
}

TEST(other_versions_are_told_from_nonsense)
{
	expect("GET / HTTP/2.0\r\n", HTTP_VERSION_UNKNOWN);
	expect("PRI * HTTP/2.0\r\n", HTTP_VERSION_UNKNOWN);
	expect("GET / HTTP/0.9\r\n", HTTP_VERSION_UNKNOWN);
	expect("GET /\r\n", HTTP_BAD); /* HTTP/0.9 itself */
	expect("GET / http/1.1\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1x\r\n", HTTP_BAD);
	expect("GET / HTTP/11\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1 \r\n", HTTP_BAD);
	expect("GET / \r\n", HTTP_BAD);
}

TEST(a_request_line_has_one_blank_between_its_parts)
{
	expect("GET  / HTTP/1.1\r\n", HTTP_BAD);
	expect("GET  HTTP/1.1\r\n", HTTP_BAD);
	expect("GET /  HTTP/1.1\r\n", HTTP_BAD);
	expect("GET\t/ HTTP/1.1\r\n", HTTP_BAD);
	expect(" GET / HTTP/1.1\r\n", HTTP_BAD);
	expect("GET /\x80 HTTP/1.1\r\n", HTTP_BAD);
	expect("GET /\x7f HTTP/1.1\r\n", HTTP_BAD);
}

TEST(a_cr_is_followed_by_lf)
{
	expect("GET / HTTP/1.1\rHost: a\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost: a\rX", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost: a\r\n\rX", HTTP_BAD);
}

TEST(header_lines_are_well_formed)
{
	expect("GET / HTTP/1.1\r\n folded: x\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost : a\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\n: a\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nX: a\x01\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nConnection: a\x01\r\n", HTTP_BAD);
	expect_complete("GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n\r\n", false, true);
}

TEST(http_1_1_names_its_host_once)
{
	expect("GET / HTTP/1.1\r\n\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHosts: a\r\n\r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n", HTTP_BAD);
}

TEST(a_body_is_refused_and_an_empty_one_is_none)
{
	expect("GET / HTTP/1.1\r\nContent-Length: 1", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nContent-Length: 01", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nContent-Length: \r\n", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nContent-Length: -0", HTTP_BAD);
	expect("GET / HTTP/1.1\r\nTransfer-Encoding:", HTTP_BAD);
	expect_complete("GET / HTTP/1.1\r\nContent-Length: 0\r\nHost: a\r\n\r\n", false, true);
}

/* A request of exactly so many octets, in static memory. */
static const char *
request_of(size_t bytes)
{
	static char text[2 * HTTP_REQUEST_BYTES_MAX];
	static const char begin[] = "GET / HTTP/1.1\r\nHost: ";

	memset(text, 'x', sizeof(text));
	memcpy(text, begin, strlen(begin));
	memcpy(text + bytes - 4, "\r\n\r\n", 5);
	return text;
}

TEST(a_request_has_a_limit)
{
	const char *text = request_of(HTTP_REQUEST_BYTES_MAX);
	enum http_verdict verdict;

	request = (struct http_request){0};
	assert_int_equal(http_request_parse(&request, text, strlen(text), &verdict),
			 HTTP_REQUEST_BYTES_MAX);
	assert_int_equal(verdict, HTTP_COMPLETE);

	text = request_of(HTTP_REQUEST_BYTES_MAX + 1);
	request = (struct http_request){0};
	http_request_parse(&request, text, strlen(text), &verdict);
	assert_int_equal(verdict, HTTP_TOO_LARGE);
	read_octets(text, strlen(text), &verdict);
	assert_int_equal(verdict, HTTP_TOO_LARGE);
}

TEST(empty_lines_without_end_have_a_limit_too)
{
	enum http_verdict verdict = HTTP_INCOMPLETE;
	int octets = 0;

	request = (struct http_request){0};
	for (; verdict == HTTP_INCOMPLETE; octets++)
		http_request_parse(&request, "\n", 1, &verdict);
	assert_int_equal(verdict, HTTP_TOO_LARGE);
	assert_int_equal(octets, HTTP_REQUEST_BYTES_MAX + 1);
}

TEST(a_name_longer_than_the_counter_matches_nothing)
{
	char text[2048];
	size_t used;

	/* 256 octets and then "host", should the counter wrap. */
	used = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n");
	memset(text + used, 'x', 256);
	snprintf(text + used + 256, sizeof(text) - used - 256, "host: a\r\n\r\n");
	expect(text, HTTP_BAD);
}
