/* SPDX-License-Identifier: BSD-3-Clause */

/* discard, echo and chargen, above all when the client does not read. */
#include "test.h"

#include <errno.h>

#include "builtin.h"
#include "fake_weir.h"
#include "pattern.h"

TEST(discard_takes_everything_and_closes_after_the_peer)
{
	assert_int_equal(fake_open(&discard_app, "", 10), 0);
	fake_deliver("one");
	fake_deliver_cut("two and three", 4);
	assert_false(fake_conn.has_shut_down);
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	fake_close();
	assert_int_equal(fake_conn.sent_bytes, 0);
}

TEST(discard_closes_first_after_so_many_octets)
{
	assert_int_equal(fake_open(&discard_app, "close_after=5", 10), 0);
	fake_deliver("1234");
	assert_false(fake_conn.has_shut_down);
	fake_deliver("56");
	assert_true(fake_conn.has_shut_down);
	fake_deliver("78"); /* still taken, and no second FIN */
	fake_close();
}

TEST(discard_closes_as_soon_as_the_connection_is_open)
{
	assert_int_equal(fake_open(&discard_app, "close_after=0", 10), 0);
	assert_true(fake_conn.has_shut_down);
	fake_deliver("12");
	fake_close();
}

TEST(discard_resets_after_so_many_octets)
{
	assert_int_equal(fake_open(&discard_app, "abort_after=2", 10), 0);
	fake_deliver("1");
	assert_false(fake_conn.is_aborted);
	fake_deliver("2");
	assert_true(fake_conn.is_aborted);
	fake_close();
	assert_true(fake_open(&discard_app, "abort_after=0", 10) != 0);
	fake_conn.is_aborted = true;
	fake_close();
}

TEST(echo_sends_back_what_it_gets)
{
	assert_int_equal(fake_open(&echo_app, "", 100), 0);
	assert_true(fake_conn.is_nodelay);
	fake_deliver("hello");
	fake_deliver_cut(", weir", 3);
	expect_sent("hello, weir");
	assert_false(fake_conn.is_paused);
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	fake_close();
}

TEST(echo_stops_reading_while_there_is_no_room)
{
	assert_int_equal(fake_open(&echo_app, "", 3), 0);
	fake_deliver("hello"); /* taken whole, and the buffer is full */
	expect_sent("hello");
	assert_true(fake_conn.is_paused);
	fake_make_room(10);
	assert_false(fake_conn.is_paused);
	fake_close();
}

TEST(echo_keeps_a_refused_chain_and_sends_it_later)
{
	assert_int_equal(fake_open(&echo_app, "", 100), 0);
	fake_conn.is_short = true;
	fake_deliver_cut("hello", 2);
	assert_true(fake_conn.is_paused);
	expect_sent("");
	fake_conn.is_short = false;
	fake_make_room(0);
	expect_sent("hello");
	assert_false(fake_conn.is_paused);
	fake_close();
}

TEST(echo_is_refused_more_than_once)
{
	assert_int_equal(fake_open(&echo_app, "", 3), 0);
	fake_conn.is_short = true;
	fake_deliver("hello");
	fake_conn.is_short = false;
	fake_conn.room = 0;
	fake_conn.is_waiting = true;
	fake_make_room(0);
	assert_true(fake_conn.is_paused);
	fake_make_room(2);
	expect_sent("hello");
	assert_true(fake_conn.is_paused); /* sent, and full again */
	fake_make_room(1);
	assert_false(fake_conn.is_paused);
	fake_close();
}

TEST(echo_closes_after_the_last_octet)
{
	assert_int_equal(fake_open(&echo_app, "", 100), 0);
	fake_conn.is_short = true;
	fake_deliver("hello");
	fake_deliver_fin();
	assert_false(fake_conn.has_shut_down);
	fake_conn.is_short = false;
	fake_make_room(0);
	expect_sent("hello");
	assert_true(fake_conn.has_shut_down);
	fake_close();
}

TEST(echo_closes_at_once_when_all_is_queued)
{
	assert_int_equal(fake_open(&echo_app, "", 5), 0);
	fake_deliver("hello");
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	fake_make_room(5);
	fake_close();
}

TEST(echo_frees_what_it_kept_when_the_connection_ends)
{
	assert_int_equal(fake_open(&echo_app, "", 0), 0);
	fake_deliver("hello");
	fake_close();
	expect_sent("");
}

static void
expect_pattern(uint64_t bytes)
{
	assert_int_equal(fake_conn.sent_bytes, bytes);
	for (uint64_t i = 0; i < bytes; i++) {
		if (fake_conn.sent[i] != pattern_octets[i % PATTERN_PERIOD])
			fail_msg("octet %llu is wrong", (unsigned long long)i);
	}
}

TEST(chargen_sends_what_there_is_room_for)
{
	assert_int_equal(fake_open(&chargen_app, "", 100), 0);
	expect_pattern(100);
	fake_make_room(40001);
	expect_pattern(40101);
	fake_make_room(PATTERN_BYTES); /* from the middle of a line */
	expect_pattern(40101 + PATTERN_BYTES);
	assert_false(fake_conn.has_shut_down);
	fake_deliver_fin();
	assert_true(fake_conn.has_shut_down);
	fake_make_room(10);
	expect_pattern(40101 + PATTERN_BYTES);
	fake_close();
}

TEST(chargen_ends_after_so_many_octets)
{
	assert_int_equal(fake_open(&chargen_app, "bytes=100", 60), 0);
	fake_deliver_fin(); /* the rest is still sent */
	assert_false(fake_conn.has_shut_down);
	fake_conn.is_short = true;
	fake_make_room(10);
	expect_pattern(60);
	fake_conn.is_short = false;
	fake_make_room(0);
	expect_pattern(70);
	fake_make_room(1000);
	expect_pattern(100);
	assert_true(fake_conn.has_shut_down);
	fake_conn.is_waiting = true;
	fake_make_room(1); /* no second FIN */
	fake_close();
}

TEST(chargen_of_nothing_only_closes)
{
	assert_int_equal(fake_open(&chargen_app, "bytes=0", 10), 0);
	assert_true(fake_conn.has_shut_down);
	expect_sent("");
	fake_close();
}

static void
expect_args(int (*check_args)(const char *, char *, size_t), const char *args, const char *sentence)
{
	char message[160] = "";

	assert_int_equal(check_args(args, message, sizeof(message)),
			 sentence == NULL ? 0 : -EINVAL);
	assert_string_equal(message, sentence == NULL ? "" : sentence);
}

TEST(arguments_are_judged)
{
	expect_args(discard_check_args, "", NULL);
	expect_args(discard_check_args, " close_after=1\tabort_after=20 ", NULL);
	expect_args(discard_check_args, "close",
		    "\"close\" is unknown; allowed: close_after=NUMBER, abort_after=NUMBER");
	expect_args(discard_check_args, "close_after=x",
		    "close_after=x is no such number; allowed: 0 to 9223372036854775807");
	expect_args(discard_check_args, "close_after=",
		    "close_after= is no such number; allowed: 0 to 9223372036854775807");
	expect_args(echo_check_args, "", NULL);
	expect_args(echo_check_args, "x y", "\"x\" is unknown; allowed: none");
	expect_args(chargen_check_args, "bytes=0", NULL);
	expect_args(chargen_check_args, "bytes=99999999999999999999",
		    "bytes=99999999999999999999 is no such number; allowed: 0 to "
		    "9223372036854775807");
	expect_args(http_check_args, "", NULL);
	expect_args(http_check_args, "body=a text, bytes=1 in it", NULL);
	expect_args(http_check_args, "bytes=1073741824", NULL);
	expect_args(http_check_args, "bytes=1073741825",
		    "bytes=1073741825 is no such number; allowed: 0 to 1073741824");
	expect_args(http_check_args, "bytes=1 body=x", "both body and bytes; allowed: one of them");
	expect_args(http_check_args, "size=1",
		    "\"size=1\" is unknown; allowed: bytes=NUMBER, body=TEXT");
}

TEST(a_short_message_buffer_for_arguments_is_not_overrun)
{
	char message[4] = "###";

	assert_int_equal(http_check_args("size=1", message, 2), -EINVAL);
	assert_string_equal(message, "\"");
	assert_int_equal(message[2], '#');
}

TEST(clients_that_need_not_speak_owe_nothing)
{
	assert_int_equal(fake_open(&chargen_app, "bytes=10", 100), 0);
	assert_false(fake_conn.owes_text || fake_conn.owes_request);
	fake_close();
	assert_int_equal(fake_open(&discard_app, "", 100), 0);
	assert_false(fake_conn.owes_text || fake_conn.owes_request);
	fake_close();
	assert_int_equal(fake_open(&echo_app, "", 100), 0);
	assert_true(fake_conn.owes_text);
	fake_close();
}
