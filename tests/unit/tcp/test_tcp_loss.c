/* SPDX-License-Identifier: BSD-3-Clause */

/* Congestion control: RFC 5681, RFC 6582, RFC 6928, in segments of 1000 octets. */
#include "test.h"

#include "tcp_loss.h"

#define MSS 1000

struct fixture {
	struct tcp_tcb tcb;
	struct tcp_transfer transfer;
};

/* `flight` segments are out. */
static struct fixture
sending(uint32_t flight)
{
	struct fixture f = {.tcb = {.mss = MSS, .snd_una = 5000, .snd_nxt = 5000 + flight * MSS}};

	tcp_loss_init(&f.tcb, &f.transfer, TCP_CC_NEWRENO);
	f.transfer.cwnd_full = true;
	return f;
}

static void
ack(struct fixture *f, uint32_t bytes)
{
	f->tcb.snd_una += bytes;
	tcp_loss_ack(&f->tcb, &f->transfer, bytes, 0);
}

static void
duplicates(struct fixture *f, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		tcp_loss_duplicate(&f->tcb, &f->transfer);
}

TEST(the_initial_window_is_that_of_rfc_6928)
{
	static const struct {
		uint16_t mss;
		uint32_t window;
	} rows[] = {{536, 5360}, {1000, 10000}, {1448, 14480}, {1460, 14600}, {8960, 17920}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f = {.tcb = {.mss = rows[i].mss}};

		tcp_loss_init(&f.tcb, &f.transfer, TCP_CC_NEWRENO);
		assert_int_equal(f.transfer.cwnd, rows[i].window);
	}
}

TEST(slow_start_grows_by_what_is_acknowledged_but_a_segment_at_most)
{
	struct fixture f = sending(10);

	ack(&f, MSS);
	assert_int_equal(f.transfer.cwnd, 11 * MSS);
	ack(&f, 5 * MSS);
	assert_int_equal(f.transfer.cwnd, 12 * MSS);
	for (int i = 0; i < 10; i++)
		ack(&f, MSS / 10); /* division of ACKs gains nothing */
	assert_int_equal(f.transfer.cwnd, 13 * MSS);
}

TEST(congestion_avoidance_grows_by_a_segment_per_window)
{
	struct fixture f = sending(20);

	f.transfer.cwnd = f.transfer.ssthresh = 10 * MSS;
	for (int i = 0; i < 9; i++)
		ack(&f, MSS);
	assert_int_equal(f.transfer.cwnd, 10 * MSS);
	ack(&f, MSS);
	assert_int_equal(f.transfer.cwnd, 11 * MSS);
}

TEST(a_window_that_is_not_used_does_not_grow)
{
	struct fixture f = sending(10);

	f.transfer.cwnd_full = false;
	ack(&f, MSS);
	assert_int_equal(f.transfer.cwnd, 10 * MSS);
}

TEST(the_third_duplicate_begins_fast_retransmit)
{
	struct fixture f = sending(10);

	assert_false(tcp_loss_duplicate(&f.tcb, &f.transfer));
	assert_int_equal(tcp_loss_window(&f.tcb, &f.transfer), 11 * MSS); /* RFC 3042 */
	assert_false(tcp_loss_duplicate(&f.tcb, &f.transfer));
	assert_int_equal(tcp_loss_window(&f.tcb, &f.transfer), 12 * MSS);
	assert_true(tcp_loss_duplicate(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.ssthresh, 5 * MSS);
	assert_int_equal(f.transfer.cwnd, 8 * MSS);
	assert_int_equal(f.transfer.rtx_nxt, 5000);
	assert_int_equal(f.transfer.rtx_end, 5000 + MSS);
}

TEST(a_thousand_duplicates_inflate_no_further_than_the_flight)
{
	struct fixture f = sending(10);

	duplicates(&f, 1000);
	assert_int_equal(f.transfer.cwnd, 5 * MSS + 10 * MSS);
}

TEST(a_partial_ack_sends_the_next_hole)
{
	struct fixture f = sending(10);

	duplicates(&f, 3);
	f.transfer.rtx_nxt = f.transfer.rtx_end; /* it was sent */
	ack(&f, 2 * MSS);
	assert_int_equal(f.transfer.recovery, RECOVERY_FAST);
	assert_int_equal(f.transfer.rtx_nxt, 5000 + 2 * MSS);
	assert_int_equal(f.transfer.rtx_end, 5000 + 3 * MSS);
	assert_int_equal(f.transfer.cwnd, 8 * MSS - 2 * MSS + MSS);
}

TEST(the_full_ack_ends_recovery_at_half)
{
	struct fixture f = sending(10);

	duplicates(&f, 5);
	f.tcb.snd_nxt += 5 * MSS; /* new text went out meanwhile */
	ack(&f, 10 * MSS);
	assert_int_equal(f.transfer.recovery, RECOVERY_NONE);
	assert_int_equal(f.transfer.cwnd, 5 * MSS);
	assert_int_equal(f.transfer.rtx_nxt, f.transfer.rtx_end);
}

TEST(a_timeout_starts_from_one_segment_and_halves_only_once)
{
	struct fixture f = sending(10);

	tcp_loss_timeout(&f.tcb, &f.transfer);
	assert_int_equal(f.transfer.cwnd, MSS);
	assert_int_equal(f.transfer.ssthresh, 5 * MSS);
	assert_int_equal(f.transfer.backoff, 1);
	f.tcb.snd_nxt = f.tcb.snd_una + 4 * MSS;
	tcp_loss_timeout(&f.tcb, &f.transfer);
	assert_int_equal(f.transfer.ssthresh, 5 * MSS);
	assert_int_equal(f.transfer.backoff, 2);
	assert_int_equal(f.transfer.rtx_nxt, 5000);
	ack(&f, 4 * MSS);
	assert_false(f.transfer.unanswered);
	assert_int_equal(f.transfer.backoff, 2); /* Karn: until the next round trip is known */
	assert_int_equal(f.transfer.recovery, RECOVERY_NONE);
}

TEST(a_mark_of_congestion_reduces_once_a_window_and_sends_nothing_again)
{
	struct fixture f = sending(10);

	assert_true(tcp_loss_congestion(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.ssthresh, 5 * MSS);
	assert_int_equal(f.transfer.cwnd, 5 * MSS);
	assert_int_equal(f.transfer.rtx_nxt, f.transfer.rtx_end);
	ack(&f, 4 * MSS);
	assert_false(tcp_loss_congestion(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.cwnd, 5 * MSS); /* it does not grow meanwhile */
	f.tcb.snd_nxt += 3 * MSS;
	ack(&f, 6 * MSS);
	assert_int_equal(f.transfer.recovery, RECOVERY_NONE);
	assert_true(tcp_loss_congestion(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.cwnd, 2 * MSS); /* two segments at least */
}

TEST(nothing_under_way_is_no_congestion)
{
	struct fixture f = sending(0);

	assert_false(tcp_loss_congestion(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.cwnd, 10 * MSS);
}

TEST(a_loss_in_a_window_that_was_marked_reduces_no_further)
{
	struct fixture f = sending(20);

	f.transfer.cwnd = 20 * MSS;
	assert_true(tcp_loss_congestion(&f.tcb, &f.transfer));
	assert_int_equal(f.transfer.ssthresh, 10 * MSS);
	f.tcb.snd_una += 4 * MSS;
	duplicates(&f, 3);
	assert_int_equal(f.transfer.recovery, RECOVERY_FAST);
	assert_int_equal(f.transfer.ssthresh, 10 * MSS);
	assert_int_equal(f.transfer.rtx_nxt, 9000);
}

TEST(silence_takes_the_window_back_to_the_initial_one)
{
	struct fixture f = sending(0);

	f.transfer.cwnd = 100 * MSS;
	tcp_loss_restart(&f.tcb, &f.transfer);
	assert_int_equal(f.transfer.cwnd, 10 * MSS);
	f.transfer.cwnd = 2 * MSS;
	tcp_loss_restart(&f.tcb, &f.transfer);
	assert_int_equal(f.transfer.cwnd, 2 * MSS);
}
