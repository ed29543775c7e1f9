/* SPDX-License-Identifier: BSD-3-Clause */

/* http: requests in segments of any size, answers into a send buffer of any size. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "builtin.h"
#include "fake_weir.h"
#include "pattern.h"
#include "static_mbuf.h"

#define REQUEST	      "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD_REQUEST  "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
#define CLOSE_REQUEST "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

#define HEAD_OF(status, length, fields)                                                         \
	"HTTP/1.1 " status                                                                      \
	"\r\nServer: weir\r\nContent-Type: text/plain\r\nContent-Length: " length "\r\n" fields \
	"\r\n"
#define KEEP   "Connection: keep-alive\r\n"
#define CLOSE  "Connection: close\r\n"
#define ANSWER HEAD_OF("200 OK", "2", KEEP) "hi"

static void
open_hi(uint32_t room)
{
	assert_int_equal(fake_open(&http_app, "body=hi", room), 0);
	assert_true(fake_conn.is_nodelay);
}

TEST(a_request_is_answered_and_the_connection_stays)
{
	open_hi(10000);
	fake_deliver(REQUEST);
	expect_sent(ANSWER);
	fake_deliver(REQUEST);
	expect_sent(ANSWER ANSWER);
	assert_false(fake_conn.has_shut_down);
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	fake_close();
}

/* One that is dealt out octet by octet has the time of one request, not of one octet. */
TEST(a_whole_request_is_owed_from_the_beginning_and_after_each_answer)
{
	open_hi(10);
	assert_true(fake_conn.owes_request);
	fake_conn.owes_request = false;
	fake_deliver("GET / HT");
	assert_false(fake_conn.owes_request); /* was not asked for again: the time goes on */
	fake_deliver("TP/1.1\r\nHost: a\r\n\r\n");
	assert_false(fake_conn.owes_request); /* the answer is on its way */
	fake_make_room(10000);
	assert_true(fake_conn.owes_request);
	fake_deliver(CLOSE_REQUEST);
	assert_false(fake_conn.owes_request);
	fake_close();
}

TEST(a_request_may_be_cut_anywhere)
{
	for (size_t cut = 1; cut < strlen(REQUEST); cut++) {
		char first[64] = "";

		memcpy(first, REQUEST, cut);
		open_hi(10000);
		fake_deliver(first);
		expect_sent("");
		fake_deliver(&REQUEST[cut]);
		expect_sent(ANSWER);
		fake_deliver_cut(REQUEST, cut);
		expect_sent(ANSWER ANSWER);
		fake_close();
	}
}

TEST(pipelined_requests_are_answered_in_order)
{
	static const char three[] = REQUEST HEAD_REQUEST CLOSE_REQUEST REQUEST;

	for (size_t cut = 1; cut < strlen(three); cut++) {
		open_hi(10000);
		fake_deliver_cut(three, cut);
		expect_sent(ANSWER HEAD_OF("200 OK", "2", KEEP) HEAD_OF("200 OK", "2", CLOSE) "hi");
		assert_true(fake_conn.has_shut_down);
		fake_deliver(REQUEST); /* after our FIN nothing is answered */
		fake_deliver_fin();
		fake_close();
	}
}

TEST(answers_wait_for_room_octet_by_octet)
{
	open_hi(1);
	fake_deliver(REQUEST REQUEST CLOSE_REQUEST);
	fake_deliver_fin();
	for (size_t sent = 1; !fake_conn.has_shut_down; sent++) {
		assert_int_equal(fake_conn.sent_bytes, sent);
		assert_true(fake_conn.is_paused);
		fake_make_room(1);
	}
	expect_sent(ANSWER ANSWER HEAD_OF("200 OK", "2", CLOSE) "hi");
	assert_false(fake_conn.is_paused);
	fake_close();
}

TEST(reading_goes_on_when_the_answer_is_sent)
{
	open_hi(0);
	fake_deliver(REQUEST "GET / HT");
	assert_true(fake_conn.is_paused);
	fake_make_room(10000);
	expect_sent(ANSWER);
	assert_false(fake_conn.is_paused);
	fake_deliver("TP/1.1\r\nHost: a\r\n\r\n");
	expect_sent(ANSWER ANSWER);
	fake_close();
}

TEST(an_answer_is_sent_after_buffers_were_short)
{
	open_hi(10000);
	fake_conn.is_short = true;
	fake_deliver(REQUEST);
	expect_sent("");
	fake_conn.is_short = false;
	fake_make_room(0);
	expect_sent(ANSWER);
	fake_close();
}

TEST(after_the_clients_fin_the_rest_of_the_answer_is_sent)
{
	assert_int_equal(fake_open(&http_app, "bytes=100000", 1000), 0);
	fake_deliver(REQUEST);
	fake_deliver_fin();
	for (int i = 0; i < 200 && !fake_conn.has_shut_down; i++) {
		assert_true(fake_conn.sent_bytes < 100000 + 200);
		fake_make_room(1000);
	}
	assert_true(fake_conn.has_shut_down);
	assert_int_equal(fake_conn.sent_bytes, 100000 + strlen(HEAD_OF("200 OK", "100000", KEEP)));
	fake_close();
}

TEST(a_fin_in_the_middle_of_a_request_closes)
{
	open_hi(10000);
	fake_deliver("GET / HT");
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	expect_sent("");
	fake_close();
}

TEST(what_waits_is_freed_when_the_connection_ends)
{
	open_hi(0);
	fake_deliver_cut(REQUEST REQUEST, 20);
	assert_true(static_mbuf_is_sound(fake_conn.user));
	assert_int_equal(rte_pktmbuf_pkt_len((struct rte_mbuf *)fake_conn.user), strlen(REQUEST));
	fake_close();
}

TEST(a_large_body_is_the_pattern)
{
	static const char head[] = HEAD_OF("200 OK", "50001", KEEP);

	assert_int_equal(fake_open(&http_app, "bytes=50001", 60000), 0);
	fake_deliver(REQUEST);
	assert_int_equal(fake_conn.sent_bytes, strlen(head) + 50001);
	assert_memory_equal(fake_conn.sent, head, strlen(head));
	for (size_t i = 0; i < 50001; i++)
		assert_int_equal(fake_conn.sent[strlen(head) + i],
				 pattern_octets[i % PATTERN_PERIOD]);
	fake_close();
}

TEST(a_gibibyte_is_sent_from_no_memory)
{
	static const char head[] = HEAD_OF("200 OK", "1073741824", KEEP);

	assert_int_equal(fake_open(&http_app, "bytes=1073741824", 0), 0);
	fake_deliver(REQUEST REQUEST);
	while (fake_conn.sent_bytes < 2 * (strlen(head) + (UINT64_C(1) << 30))) {
		assert_true(fake_conn.is_paused);
		fake_make_room(16 << 20);
	}
	assert_int_equal(fake_conn.sent_bytes, 2 * (strlen(head) + (UINT64_C(1) << 30)));
	assert_false(fake_conn.is_paused);
	fake_close();
}

static void
expect_error(const char *request, const char *answer)
{
	open_hi(10000);
	fake_deliver(request);
	expect_sent(answer);
	assert_true(fake_conn.has_shut_down);
	fake_deliver("rest of it\r\n\r\n");
	fake_close();
}

TEST(mistakes_are_answered_and_the_connection_closed)
{
	static char large[8300];

	expect_error("nonsense\r\n", HEAD_OF("400 Bad Request", "0", CLOSE));
	expect_error("POST / HTTP/1.1\r\nHost: a\r\n",
		     HEAD_OF("405 Method Not Allowed", "0", "Allow: GET, HEAD\r\n" CLOSE));
	expect_error("GET / HTTP/3.0\r\n", HEAD_OF("505 HTTP Version Not Supported", "0", CLOSE));
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "GET /", 5);
	expect_error(large, HEAD_OF("431 Request Header Fields Too Large", "0", CLOSE));
}

TEST(the_default_answer_has_a_body)
{
	assert_int_equal(fake_open(&http_app, "", 1000), 0);
	fake_deliver("GET / HTTP/1.0\r\n\r\n");
	expect_sent(HEAD_OF("200 OK", "17", CLOSE) "Hello from weir.\n");
	assert_true(fake_conn.has_shut_down);
	fake_close();
}

TEST(a_body_may_be_empty)
{
	assert_int_equal(fake_open(&http_app, "body=", 1000), 0);
	fake_deliver(REQUEST);
	expect_sent(HEAD_OF("200 OK", "0", KEEP));
	fake_close();
	assert_int_equal(fake_open(&http_app, "bytes=0", 1000), 0);
	fake_deliver(REQUEST);
	expect_sent(HEAD_OF("200 OK", "0", KEEP));
	fake_close();
}
