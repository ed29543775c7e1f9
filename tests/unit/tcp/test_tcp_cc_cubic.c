/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * CUBIC against the curve of RFC 9438, computed in floating point.
 * proves: RFC9438-4.2 RFC9438-4.3 RFC9438-4.6 RFC9438-4.7 RFC9438-4.8 RFC9438-5.8
 */
#include "test.h"

#include "tcp_cc.h"

#define MSS	1000
#define SEGMENT 1000.0

static struct tcp_tcb tcb = {.mss = MSS};
static struct tcp_transfer transfer;

/* There was congestion with `segments` out, and recovery is over. */
static void
reduce_from(uint32_t segments, enum tcp_congestion congestion)
{
	transfer.cwnd = segments * MSS;
	transfer.ssthresh = tcp_cc_cubic.on_congestion(&tcb, &transfer, transfer.cwnd, congestion);
	transfer.cwnd = transfer.ssthresh;
}

static void
fresh(uint32_t rtt_ms)
{
	transfer = (struct tcp_transfer){.cc = TCP_CC_CUBIC};
	tcb.srtt_us = (rtt_ms * 1000) & TCP_SRTT_US_MAX;
}

/* From `from_ms` to `to_ms` a whole window is acknowledged each round trip, segment by segment. */
static void
run(uint32_t from_ms, uint32_t to_ms)
{
	uint32_t rtt_ms = tcb.srtt_us / 1000;

	for (uint32_t now = from_ms; now < to_ms; now += rtt_ms) {
		uint32_t segments = transfer.cwnd / MSS;

		for (uint32_t i = 0; i < segments; i++)
			tcp_cc_cubic.avoid(&tcb, &transfer, MSS, now + rtt_ms * i / segments);
	}
}

static double
cubic_curve(double w_max, double k, double t)
{
	return w_max + 0.4 * (t - k) * (t - k) * (t - k);
}

static void
assert_close(double actual, double expected, double tolerance)
{
	if (actual < expected - tolerance || actual > expected + tolerance)
		fail_msg("%f, and not %f within %f", actual, expected, tolerance);
}

TEST(cube_roots_are_exact)
{
	static const struct {
		uint64_t cube;
		uint32_t root;
	} rows[] = {{0, 0},
		    {1, 1},
		    {7, 1},
		    {8, 2},
		    {26, 2},
		    {27, 3},
		    {999999999, 999},
		    {1000000000, 1000},
		    {UINT64_C(8000000000000000000), 2000000}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tcp_cubic_root(rows[i].cube), rows[i].root);
}

TEST(congestion_takes_the_window_to_seven_tenths)
{
	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	assert_int_equal(transfer.ssthresh, 140 * MSS);
	reduce_from(2, CONGESTION_LOSS);
	assert_int_equal(transfer.ssthresh, 2 * MSS);
}

/* K = cbrt(200 * 0.3 / 0.4) = 5.3133 s.  The window runs ahead of the curve by a round trip. */
TEST(the_window_follows_the_curve)
{
	const double k = 5.31329;

	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	for (uint32_t ms = 0; ms < 12000; ms += 500) {
		double t = (ms + 500) / 1000.0;

		run(1000 + ms, 1000 + ms + 500);
		assert_close(transfer.cwnd / SEGMENT, cubic_curve(200, k, t), 2.5);
	}
	assert_close(transfer.cwnd / SEGMENT, 319.5, 3); /* beyond w_max, and faster and faster */
}

TEST(time_may_wrap_in_an_epoch)
{
	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	transfer.cc_state.cubic.has_epoch = false;
	for (uint32_t ms = 0; ms < 5300; ms += 100)
		for (uint32_t i = 0; i < transfer.cwnd / MSS; i++)
			tcp_cc_cubic.avoid(&tcb, &transfer, MSS, UINT32_MAX - 2000 + ms);
	assert_close(transfer.cwnd / SEGMENT, 200, 2.5);
}

/* On a short path Reno would be faster: 3 * 0.3 / 1.7 segments a round trip (4.3). */
TEST(on_a_short_path_it_is_no_slower_than_reno)
{
	fresh(2);
	reduce_from(20, CONGESTION_LOSS);
	run(1000, 1020);
	assert_close(transfer.cwnd / SEGMENT, 14 + 10 * 0.529, 1);
	run(1020, 1100);
	assert_true(transfer.cwnd >= 40 * MSS); /* above the last maximum by one a round trip */
}

TEST(the_second_smaller_maximum_gives_way)
{
	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	assert_int_equal(transfer.cc_state.cubic.w_max, 200 * MSS);
	reduce_from(160, CONGESTION_LOSS);
	assert_int_equal(transfer.cc_state.cubic.w_max, 136 * MSS); /* 160 * 0.85 */
	reduce_from(180, CONGESTION_ECN);
	assert_int_equal(transfer.cc_state.cubic.w_max, 180 * MSS);
}

TEST(after_a_timeout_the_curve_begins_where_slow_start_ended)
{
	fresh(100);
	reduce_from(200, CONGESTION_TIMEOUT);
	assert_int_equal(transfer.ssthresh, 140 * MSS);
	run(1000, 1100);
	assert_int_equal(transfer.cc_state.cubic.k_ms, 0);
	assert_int_equal(transfer.cc_state.cubic.w_max, 140 * MSS);
	run(1100, 3000);
	assert_close(transfer.cwnd / SEGMENT, 140 + 19 * 0.529, 2); /* Reno's, as yet */
	run(3000, 7000);
	assert_close(transfer.cwnd / SEGMENT, cubic_curve(140, 0, 6), 3);
}

TEST(a_mistake_gives_the_last_maximum_back)
{
	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	reduce_from(100, CONGESTION_LOSS);
	tcp_cc_cubic.on_undo(&transfer);
	assert_int_equal(transfer.cc_state.cubic.w_max, 200 * MSS);
}

TEST(a_pause_is_no_time_in_which_to_grow)
{
	uint32_t before;

	fresh(100);
	reduce_from(200, CONGESTION_LOSS);
	run(1000, 3000);
	before = transfer.cwnd;
	run(13000, 13100);
	assert_close(transfer.cwnd / SEGMENT, before / SEGMENT, 4);
}

TEST(one_ack_of_a_whole_window_gains_at_most_half_of_it)
{
	fresh(10);
	reduce_from(100, CONGESTION_LOSS);
	run(0, 10);
	transfer.cc_state.cubic.epoch_ms -= 60000;
	tcp_cc_cubic.avoid(&tcb, &transfer, 70 * MSS, 15);
	assert_close(transfer.cwnd / SEGMENT, 105, 2);
}
