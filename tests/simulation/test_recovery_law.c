/* SPDX-License-Identifier: BSD-3-Clause */

/* The laws of loss recovery, each with a history that keeps it and one that breaks it. */
#include "recovery_law.h"
#include "test.h"
#include "units.h"
#include "wrapping.h"

#define FIRST  0xfffff000u /* numbers wrap on the way */
#define MSS    1000u
#define RTT_US 20000u
#define RTO_US 200000u

static struct recovery_law law;
static struct recovery_view view;
static uint64_t now_ns;

/* A turn in which these things happened. */
static void
turn_with(const struct recovery_events *events)
{
	recovery_law_turn(&law, &view, events, now_ns);
}

static void
turn(void)
{
	turn_with(&(struct recovery_events){0});
}

static void
later_ms(uint32_t ms)
{
	now_ns += ms * NS_PER_MS;
}

/* Segments `first` to `last`, the first being 0. */
static void
send(uint32_t first, uint32_t last)
{
	for (uint32_t i = first; i <= last; i++)
		recovery_law_send(&law, FIRST + i * MSS, MSS, now_ns);
	if (is_before(view.snd_nxt, FIRST + (last + 1) * MSS))
		view.snd_nxt = FIRST + (last + 1) * MSS;
}

/* The peer has all below segment `ack`, and [left, right). */
static void
hear(uint32_t ack, uint32_t left, uint32_t right)
{
	struct recovery_ack news = {.ack = FIRST + ack * MSS, .count = left < right};

	news.blocks[0].left = FIRST + left * MSS;
	news.blocks[0].right = FIRST + right * MSS;
	recovery_law_hear(&law, &news);
	view.snd_una = news.ack;
	turn();
}

static void
time_out(void)
{
	view.backoff++;
	turn_with(&(struct recovery_events){.timed_out = true});
}

/* Ten segments are out; the round trip was measured before. */
static void
begin(void)
{
	memset(&law, 0, sizeof(law));
	law.late_ns = 10 * NS_PER_MS;
	now_ns = NS_PER_SECOND;
	view = (struct recovery_view){
		.is_there = true,
		.has_sack = true,
		.mss = MSS,
		.snd_una = FIRST,
		.snd_nxt = FIRST,
		.srtt_us = RTT_US,
		.rto_us = RTO_US,
	};
	turn();
	send(0, 9);
	later_ms(20);
}

/* A tail loss probe is due: segment `number`. */
static void
probe(uint32_t number)
{
	later_ms(20);
	turn_with(&(struct recovery_events){.probed = true});
	send(number, number);
}

static bool
is_broken(const char *how)
{
	return strstr(law.wrong, how) != NULL;
}

TEST(a_timeout_for_what_rack_should_have_repaired)
{
	begin();
	hear(0, 1, 10);
	later_ms(200);
	time_out();
	assert_true(is_broken("what left later was told to be there 200.0 ms ago"));
}

TEST(a_timeout_before_rack_can_know)
{
	begin();
	later_ms(180);
	hear(0, 1, 10);
	later_ms(10);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.judged, 1);
	assert_int_equal(law.tally.told, 1);
}

/* What was sent again and is lost again is found by what left after it. */
TEST(a_timeout_for_a_lost_retransmission)
{
	for (uint32_t i = 0; i < 2; i++) {
		begin();
		hear(0, 1, 10);
		send(0, 0);
		later_ms(5);
		send(10, 12);
		later_ms(20);
		if (i == 0)
			hear(0, 1, 13);
		later_ms(200);
		time_out();
		assert_true(is_broken("a timeout repairs") == (i == 0));
	}
}

/* Before the loss was known something else was sent again: the window may not allow more. */
TEST(a_timeout_where_the_window_allowed_nothing)
{
	begin();
	hear(0, 1, 3);
	send(0, 0);
	later_ms(20);
	hear(3, 5, 6);
	later_ms(200);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.limited, 1);
	begin();
	hear(0, 1, 3);
	send(0, 0);
	later_ms(20);
	hear(3, 4, 10);
	later_ms(200);
	time_out();
	assert_true(is_broken("a timeout repairs"));
}

TEST(octets_the_peer_has_are_sent_again)
{
	begin();
	hear(0, 3, 5);
	send(0, 2);
	assert_string_equal(law.wrong, "");
	send(4, 4);
	assert_true(is_broken("a SACK block has told are there"));
}

TEST(a_timeout_counts_sack_for_nothing)
{
	begin();
	later_ms(380);
	hear(0, 3, 5);
	time_out();
	send(0, 9);
	assert_string_equal(law.wrong, "");
}

/* What came in a turn in which packets were dropped may not have been taken. */
TEST(what_may_not_have_been_heard_proves_nothing)
{
	struct recovery_ack news = {.ack = FIRST, .count = 1};

	begin();
	news.blocks[0].left = FIRST + 3 * MSS;
	news.blocks[0].right = FIRST + 5 * MSS;
	recovery_law_hear(&law, &news);
	turn_with(&(struct recovery_events){.dropped = true});
	send(4, 4);
	assert_string_equal(law.wrong, "");
}

/* RFC 2883: a report of what came twice says nothing of what came. */
TEST(a_report_of_duplicates_is_no_news)
{
	struct recovery_ack news = {.ack = FIRST + MSS, .count = 2};

	begin();
	news.blocks[0].left = FIRST + 4 * MSS;
	news.blocks[0].right = FIRST + 5 * MSS;
	news.blocks[1].left = FIRST + 4 * MSS;
	news.blocks[1].right = FIRST + 6 * MSS;
	view.snd_una = FIRST + MSS;
	recovery_law_hear(&law, &news);
	turn();
	assert_int_equal(law.delivered, 3 * MSS);
}

TEST(a_timeout_without_a_probe)
{
	begin();
	later_ms(180);
	time_out();
	assert_true(is_broken("without a probe"));
	begin();
	probe(9);
	later_ms(200);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.judged, 1);
}

/* The probe was answered as if it had not been needed: there is none until the next round trip. */
TEST(no_probe_before_a_round_trip_is_measured)
{
	begin();
	probe(9);
	later_ms(20);
	hear(10, 0, 0);
	send(10, 10);
	later_ms(200);
	time_out();
	assert_string_equal(law.wrong, "");
	begin();
	probe(10);
	later_ms(20);
	hear(10, 0, 0);
	send(11, 11);
	later_ms(20);
	hear(12, 0, 0);
	send(12, 12);
	later_ms(200);
	time_out();
	assert_true(is_broken("without a probe"));
}

TEST(an_honest_peer_does_not_renege)
{
	for (uint32_t i = 0; i < 2; i++) {
		begin();
		law.peer_reneges = i == 1;
		hear(0, 3, 5);
		turn_with(&(struct recovery_events){.reneged = true});
		assert_true(is_broken("renege") == (i == 0));
	}
}

TEST(what_the_scoreboard_forgot_is_not_judged)
{
	begin();
	hear(0, 1, 9);
	turn_with(&(struct recovery_events){.forgot = true});
	send(4, 4);
	later_ms(200);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.blind, 1);
	begin();
	turn_with(&(struct recovery_events){.forgot = true});
	hear(10, 0, 0);
	send(10, 19);
	later_ms(20);
	hear(10, 11, 20);
	send(14, 14);
	assert_true(is_broken("a SACK block has told are there"));
}

/* Weir does not know any more when all of it left; but what the peer has it knows. */
TEST(what_a_recovery_taken_back_leaves_is_not_judged)
{
	begin();
	hear(0, 1, 9);
	turn_with(&(struct recovery_events){.undone = true});
	later_ms(200);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.undone, 1);
	begin();
	hear(0, 1, 9);
	turn_with(&(struct recovery_events){.undone = true});
	send(4, 4);
	assert_true(is_broken("a SACK block has told are there"));
}

TEST(other_timeouts_are_counted)
{
	begin();
	view.has_sack = false;
	turn();
	later_ms(180);
	time_out();
	assert_int_equal(law.tally.plain, 1);
	begin();
	turn_with(&(struct recovery_events){.starved = true});
	later_ms(180);
	time_out();
	later_ms(400);
	time_out();
	assert_string_equal(law.wrong, "");
	assert_int_equal(law.tally.starved, 1);
	assert_int_equal(law.tally.doubled, 1);
}
