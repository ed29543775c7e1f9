/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The scoreboard, alone and against a model that keeps each octet by itself.
 * proves: RFC6675-4
 */
#include "test.h"

#include <string.h>

#include "rng.h"
#include "tcp_scoreboard.h"

#define START 0xfffffe00u /* sequence numbers wrap early in each test */

static struct tcp_scoreboard board;

static struct tcp_delivered
delivery(uint32_t now_us)
{
	return (struct tcp_delivered){.now_us = now_us, .fack = board.una};
}

/* Segments of 100 octets, each a millisecond after the one before. */
static void
send_segments(uint32_t count)
{
	memset(&board, 0, sizeof(board));
	for (uint32_t i = 0; i < count; i++)
		tcp_scoreboard_sent(&board, START + i * 100, START + i * 100 + 100, i * 1000, 0);
}

static struct tcp_delivered
sack(uint32_t left, uint32_t right, uint32_t now_us)
{
	struct tcp_delivered d = delivery(now_us);

	tcp_scoreboard_sack(&board, START + left, START + right, &d);
	return d;
}

TEST(what_left_within_a_grain_is_one_range)
{
	memset(&board, 0, sizeof(board));
	tcp_scoreboard_sent(&board, START, START + 100, 1000, 50);
	tcp_scoreboard_sent(&board, START + 100, START + 200, 1050, 50);
	assert_int_equal(board.count, 1);
	tcp_scoreboard_sent(&board, START + 200, START + 300, 1051, 50);
	assert_int_equal(board.count, 2);
}

TEST(a_block_counts_once)
{
	struct tcp_delivered d;

	send_segments(10);
	d = sack(300, 500, 20000);
	assert_int_equal(d.bytes, 200);
	assert_int_equal(board.sacked_bytes, 200);
	assert_int_equal(d.fack, START + 500);
	assert_int_equal(d.end, START + 500);
	assert_int_equal(d.sent_us, 4000);
	d = sack(200, 600, 20000);
	assert_int_equal(d.bytes, 200);
	assert_int_equal(board.sacked_bytes, 400);
	assert_int_equal(tcp_scoreboard_pipe(&board, 1000), 600);
}

TEST(what_is_acknowledged_later_counts_no_second_time)
{
	struct tcp_delivered d;

	send_segments(10);
	sack(300, 500, 20000);
	d = delivery(21000);
	tcp_scoreboard_ack(&board, START + 550, &d);
	assert_int_equal(d.bytes, 350);
	assert_int_equal(board.sacked_bytes, 0);
	assert_int_equal(board.una, START + 550);
	assert_int_equal(tcp_scoreboard_at(&board, 0)->end, START + 600);
}

TEST(what_comes_after_later_octets_is_reordered)
{
	struct tcp_delivered d;

	send_segments(10);
	assert_false(sack(300, 500, 20000).is_reordered);
	d = delivery(21000);
	d.fack = START + 500;
	tcp_scoreboard_sack(&board, START + 100, START + 200, &d);
	assert_true(d.is_reordered);
	/* ... but not if it was sent again. */
	tcp_scoreboard_lose(&board, 0);
	tcp_scoreboard_resent(&board, START, START + 100, 22000);
	d = delivery(23000);
	d.fack = START + 500;
	tcp_scoreboard_ack(&board, START + 100, &d);
	assert_false(d.is_reordered);
	assert_true(d.newest_is_again);
}

TEST(lost_ranges_are_found_in_order_and_sent_piece_by_piece)
{
	uint32_t from, to;

	send_segments(10);
	sack(400, 500, 20000);
	assert_false(tcp_scoreboard_lost(&board, &from, &to));
	tcp_scoreboard_lose(&board, 1);
	tcp_scoreboard_lose(&board, 2);
	tcp_scoreboard_tidy(&board);
	assert_int_equal(board.lost_bytes, 200);
	assert_true(tcp_scoreboard_lost(&board, &from, &to));
	assert_int_equal(from, START + 100);
	assert_int_equal(to, START + 300);
	tcp_scoreboard_resent(&board, START + 100, START + 230, 21000);
	assert_int_equal(board.lost_bytes, 70);
	assert_true(tcp_scoreboard_lost(&board, &from, &to));
	assert_int_equal(from, START + 230);
	tcp_scoreboard_unlose(&board);
	assert_int_equal(board.lost_bytes, 0);
}

TEST(only_what_was_sent_once_measures_a_round_trip)
{
	uint32_t rtt = 0;

	send_segments(4);
	assert_true(tcp_scoreboard_round_trip(&board, START + 200, 31000, &rtt));
	assert_int_equal(rtt, 30000);
	tcp_scoreboard_lose(&board, 1);
	tcp_scoreboard_resent(&board, START + 100, START + 200, 32000);
	assert_false(tcp_scoreboard_round_trip(&board, START + 200, 41000, &rtt));
	assert_true(tcp_scoreboard_round_trip(&board, START + 201, 41000, &rtt));
	sack(300, 400, 50000);
	assert_false(tcp_scoreboard_round_trip(&board, START + 400, 51000, &rtt));
}

TEST(a_copy_that_came_too_fast_was_the_first_one)
{
	struct tcp_delivered d;

	send_segments(2);
	tcp_scoreboard_lose(&board, 0);
	tcp_scoreboard_resent(&board, START, START + 100, 40000);
	d = delivery(45000);
	d.again_rtt_us = 10000;
	tcp_scoreboard_ack(&board, START + 100, &d);
	assert_int_equal(d.bytes, 100);
	assert_false(d.has_newest);
}

TEST(a_peer_that_forgot_is_believed_nothing)
{
	send_segments(10);
	sack(300, 500, 20000);
	tcp_scoreboard_forget_sacks(&board);
	assert_int_equal(board.sacked_bytes, 0);
	assert_int_equal(tcp_scoreboard_pipe(&board, 1000), 1000);
}

/* Every second octet SACKed: the board is full, and stays right in what it still says. */
TEST(a_thousand_holes_fit_and_nothing_missing_is_taken_for_delivered)
{
	struct tcp_delivered d;

	send_segments(40);
	d = delivery(50000);
	assert_false(tcp_scoreboard_sack(&board, START + 1, START + 2, &d));
	for (uint32_t i = 1; i < 4000; i += 2)
		sack(i, i + 1, 50000);
	d = delivery(50000);
	assert_true(tcp_scoreboard_sack(&board, START + 3001, START + 3002, &d));
	assert_true(board.count <= TCP_SENT_MAX);
	assert_in_range(board.sacked_bytes, 1, 2000);
	for (uint32_t i = 0, begin = board.una; i < board.count; i++) {
		const struct tcp_sent *sent = tcp_scoreboard_at(&board, i);

		if (sent->flags & SENT_SACKED)
			assert_int_equal((begin - START) & (sent->end - START - 1) & 1, 1);
		begin = sent->end;
	}
	/* New text and retransmissions find room all the same. */
	assert_true(tcp_scoreboard_sent(&board, START + 4000, START + 4100, 60000, 0));
	tcp_scoreboard_resent(&board, START + 10, START + 15, 60000);
	assert_true(board.count <= TCP_SENT_MAX);
}

/* --- The model. --- */

#define MODEL_BYTES 20000u

enum octet {
	OCTET_OUT,
	OCTET_SACKED,
	OCTET_LOST,
};

static uint8_t model[MODEL_BYTES];

/*
 * With room for all that is known the board says of each octet what the model says; when
 * it is short it may have forgotten, but never claims what the model does not.
 */
static void
compare(uint32_t una, uint32_t nxt, bool is_exact)
{
	uint32_t sacked = 0, lost = 0, seq = una;

	assert_int_equal(board.count == 0 ? una : board.una - START, una);
	for (uint32_t i = 0; i < board.count; i++) {
		const struct tcp_sent *sent = tcp_scoreboard_at(&board, i);

		assert_true(sent->end - START > seq);
		for (; seq < sent->end - START; seq++) {
			sacked += (sent->flags & SENT_SACKED) != 0;
			lost += (sent->flags & SENT_LOST) != 0;
			if (sent->flags & SENT_SACKED)
				assert_int_equal(model[seq], OCTET_SACKED);
			else if (is_exact)
				assert_int_equal(model[seq],
						 sent->flags & SENT_LOST ? OCTET_LOST : OCTET_OUT);
		}
	}
	assert_int_equal(seq, nxt);
	assert_int_equal(board.sacked_bytes, sacked);
	assert_int_equal(board.lost_bytes, lost);
}

static void
model_lose(uint32_t i)
{
	uint32_t begin = i == 0 ? board.una : tcp_scoreboard_at(&board, i - 1)->end;

	memset(model + (begin - START), OCTET_LOST, tcp_scoreboard_at(&board, i)->end - begin);
	tcp_scoreboard_lose(&board, i);
}

/* One step of a random conversation; at most `span` octets are out. */
static void
step(struct rng *rng, uint32_t *una, uint32_t *nxt, uint32_t span, uint32_t now_us)
{
	struct tcp_delivered d = delivery(now_us);
	uint32_t out = *nxt - *una, bytes = 1 + rng_below(rng, 300), from, to;

	switch (rng_below(rng, 5)) {
	case 0:
		if (out + bytes > span || *nxt + bytes > MODEL_BYTES)
			break;
		tcp_scoreboard_sent(&board, START + *nxt, START + *nxt + bytes, now_us, 10);
		*nxt += bytes;
		break;
	case 1: /* an ACK, of little and rarely of much */
		bytes = rng_below(rng, 8) == 0 ? rng_below(rng, out + 1) : bytes / 4;
		*una += bytes < out ? bytes : out;
		tcp_scoreboard_ack(&board, START + *una, &d);
		break;
	case 2:
		if (out < 2)
			break;
		from = *una + 1 + rng_below(rng, out - 1);
		to = from + bytes < *nxt ? from + bytes : *nxt;
		tcp_scoreboard_sack(&board, START + from, START + to, &d);
		memset(model + from, OCTET_SACKED, to - from);
		break;
	case 3:
		from = board.count == 0 ? 0 : rng_below(rng, board.count);
		if (from < board.count &&
		    (tcp_scoreboard_at(&board, from)->flags & (SENT_SACKED | SENT_LOST)) == 0)
			model_lose(from);
		tcp_scoreboard_tidy(&board);
		break;
	default:
		if (!tcp_scoreboard_lost(&board, &from, &to))
			break;
		to = bytes < to - from ? from + bytes : to;
		tcp_scoreboard_resent(&board, from, to, now_us);
		memset(model + (from - START), OCTET_OUT, to - from);
		break;
	}
}

static void
converse(uint64_t seed, uint32_t span, bool is_exact)
{
	uint32_t una = 0, nxt = 0;
	struct rng rng;

	rng_init(&rng, seed);
	memset(&board, 0, sizeof(board));
	memset(model, OCTET_OUT, sizeof(model));
	for (uint32_t i = 0; i < 2000; i++) {
		step(&rng, &una, &nxt, span, i * 7);
		/* What a full board gives up it may send again, which the model knows not. */
		compare(una, nxt, is_exact && board.count < TCP_SENT_MAX - 4);
		is_exact &= board.count < TCP_SENT_MAX - 4;
	}
}

TEST(the_board_says_of_each_octet_what_a_model_says)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
		converse(seed, 1500, true);
}

TEST(a_board_that_is_short_says_less_and_nothing_wrong)
{
	for (uint64_t seed = 1; seed <= 100; seed++)
		converse(seed, MODEL_BYTES, true);
}
