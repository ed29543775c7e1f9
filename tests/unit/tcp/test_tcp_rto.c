/* SPDX-License-Identifier: BSD-3-Clause */

/* RFC 6298, with its own letters: SRTT, RTTVAR, RTO. */
#include "test.h"

#include "tcp_rto.h"
#include "units.h"

static const struct tcp_config config = {.rto_min_us = 1000000, .rto_max_us = 60000000};

TEST(the_first_timeout_is_one_second)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED};

	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 1000000);
}

TEST(a_lost_syn_ack_makes_it_three)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED, .rttvar_us = TCP_RTO_AFTER_SYN_LOSS};

	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 3000000);
	tcp_rto_sample(&tcb, 10000);
	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 1000000);
}

TEST(the_first_sample_sets_both)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED};

	tcp_rto_sample(&tcb, 800000);
	assert_int_equal(tcb.srtt_us, 800000);
	assert_int_equal(tcb.rttvar_us, 400000);
	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 800000 + 4 * 400000);
}

TEST(later_samples_move_them_by_an_eighth_and_a_quarter)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED, .srtt_us = 800000, .rttvar_us = 400000};

	tcp_rto_sample(&tcb, 1600000);
	assert_int_equal(tcb.rttvar_us, 400000 * 3 / 4 + 800000 / 4);
	assert_int_equal(tcb.srtt_us, 800000 * 7 / 8 + 1600000 / 8);
}

TEST(it_doubles_and_stops_at_the_upper_bound)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED};
	uint32_t expected = 1000000;

	for (uint8_t backoff = 0; backoff < 40; backoff++) {
		assert_int_equal(tcp_rto_us(&config, &tcb, backoff), expected);
		expected = expected * 2 > 60000000 ? 60000000 : expected * 2;
	}
}

TEST(it_never_falls_below_the_floor_nor_rises_above_a_minute_of_lies)
{
	struct tcp_tcb tcb = {.state = TCPS_ESTABLISHED};

	for (int i = 0; i < 100; i++)
		tcp_rto_sample(&tcb, 0);
	assert_true(tcb.srtt_us >= 1);
	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 1000000);
	for (int i = 0; i < 1000; i++)
		tcp_rto_sample(&tcb, UINT32_MAX);
	assert_true(tcb.srtt_us <= 60000000);
	assert_int_equal(tcp_rto_us(&config, &tcb, 0), 60000000);
}

TEST(in_syn_received_the_retry_count_is_not_taken_for_a_time)
{
	struct tcp_tcb tcb = {.state = TCPS_SYN_RECEIVED, .syn_retries = 2};

	assert_int_equal(tcp_rto_us(&config, &tcb, 2), 4000000);
}
