/* SPDX-License-Identifier: BSD-3-Clause */

/* What is advertised: never less than promised, never crumbs. */
#include "test.h"

#include "rng.h"
#include "seed.h"
#include "tcp_seq.h"
#include "tcp_window.h"

#define MSS 1460

static struct tcp_tcb
tcb_with_shift(unsigned int shift)
{
	return (struct tcp_tcb){.mss = MSS,
				.wscale = (uint8_t)(shift << 4),
				.rcv_nxt = 1000,
				.last_ack_sent = 1000};
}

TEST(a_syn_is_never_scaled)
{
	struct tcp_config config = {.receive_buffer = 262144};

	assert_int_equal(tcp_window_of_syn(&config), 65535);
	config.receive_buffer = 4096;
	assert_int_equal(tcp_window_of_syn(&config), 4096);
}

TEST(the_whole_buffer_is_offered_when_it_is_free)
{
	struct tcp_config config = {.receive_buffer = 262144};
	struct tcp_tcb tcb = tcb_with_shift(3);

	assert_int_equal(tcp_window_advertise(config.receive_buffer, &tcb, 0), 262144 >> 3);
	assert_int_equal(tcb_rcv_edge(&tcb), 1000 + 262144);
}

TEST(a_full_buffer_shuts_the_window_and_crumbs_do_not_open_it)
{
	struct tcp_config config = {.receive_buffer = 65535};
	struct tcp_tcb tcb = tcb_with_shift(0);

	tcp_window_advertise(config.receive_buffer, &tcb, 0);
	tcb.rcv_nxt += 65535;
	assert_int_equal(tcp_window_advertise(config.receive_buffer, &tcb, 65535), 0);
	assert_int_equal(tcp_window_advertise(config.receive_buffer, &tcb, 65535 - (MSS - 1)), 0);
	assert_false(tcp_window_has_opened(config.receive_buffer, &tcb, 65535 - (MSS - 1)));
	assert_true(tcp_window_has_opened(config.receive_buffer, &tcb, 65535 - MSS));
	assert_int_equal(tcp_window_advertise(config.receive_buffer, &tcb, 65535 - MSS), MSS);
}

/* SHLD-14 and RFC 7323, 2.4, for any shift and any order of arrivals and readings. */
TEST(the_right_edge_never_moves_left)
{
	struct rng rng = seeded_rng();

	for (int round = 0; round < 2000; round++) {
		struct tcp_config config = {.receive_buffer = 2048 + rng_below(&rng, 1 << 20)};
		struct tcp_tcb tcb = tcb_with_shift(tcp_config_wscale(config.receive_buffer) +
						    rng_below(&rng, 4));
		uint32_t unread = 0, edge;

		tcp_window_advertise(config.receive_buffer, &tcb, 0);
		for (int step = 0; step < 50; step++) {
			uint32_t window = tcb_rcv_edge(&tcb) - tcb.rcv_nxt;
			uint32_t arrived = rng_below(&rng, window + 1);

			edge = tcb_rcv_edge(&tcb);
			tcb.rcv_nxt += arrived;
			unread += arrived;
			unread -= rng_below(&rng, unread + 1);
			tcp_window_advertise(config.receive_buffer, &tcb, unread);
			assert_true(seq_geq(tcb_rcv_edge(&tcb), edge));
			/* Rounding up what was promised costs less than one unit of the scale. */
			assert_true(tcb_rcv_edge(&tcb) - tcb.rcv_nxt + unread <
				    config.receive_buffer + (1u << tcb_rcv_shift(&tcb)) + 1);
		}
	}
}

static const struct tcp_config growing = {.receive_buffer = 65536, .receive_buffer_max = 1 << 20};

/* So many buffers are filled and read, each in this time; returns the buffer after that. */
static uint32_t
read_buffers(struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t count, uint32_t us)
{
	uint32_t now_us = 5000;

	for (uint32_t i = 0; i < count; i++) {
		tcp_window_note_read(&growing, tcb, transfer, now_us, false);
		now_us += us;
		tcb->rcv_nxt = transfer->read_mark;
	}
	tcp_window_note_read(&growing, tcb, transfer, now_us, false);
	return tcp_window_buffer(&growing, transfer, false);
}

TEST(a_buffer_read_in_a_round_trip_doubles_up_to_the_limit)
{
	for (uint32_t count = 0; count < 10; count++) {
		struct tcp_tcb tcb = tcb_with_shift(5);
		struct tcp_transfer transfer = {0};

		tcb.srtt_us = 100000;
		assert_int_equal(read_buffers(&tcb, &transfer, count, 110000),
				 RTE_MIN(65536u << count, 1u << 20));
	}
}

TEST(a_slow_reader_keeps_a_small_buffer)
{
	struct tcp_tcb tcb = tcb_with_shift(5);
	struct tcp_transfer transfer = {0};

	tcb.srtt_us = 100000;
	assert_int_equal(read_buffers(&tcb, &transfer, 100, 201000), 65536);
}

/* Without a round trip of our own the first time is only noted. */
TEST(without_a_round_trip_growth_must_prove_itself)
{
	struct tcp_tcb tcb = tcb_with_shift(5);
	struct tcp_transfer transfer = {0};

	assert_int_equal(read_buffers(&tcb, &transfer, 1, 100000), 65536);
	assert_int_equal(read_buffers(&tcb, &transfer, 1, 100000), 131072);
	/* Twice as much in twice the time: the buffer was not what held the peer back. */
	assert_int_equal(read_buffers(&tcb, &transfer, 50, 200000), 131072);
}

TEST(what_the_window_field_cannot_say_is_not_held_either)
{
	struct tcp_tcb tcb = tcb_with_shift(0);
	struct tcp_transfer transfer = {0};

	tcb.srtt_us = 100000;
	assert_int_equal(read_buffers(&tcb, &transfer, 10, 100000), 65536);
}

TEST(nothing_grows_while_buffers_are_short_and_growth_does_not_count)
{
	struct tcp_tcb tcb = tcb_with_shift(5);
	struct tcp_transfer transfer = {0};

	tcb.srtt_us = 100000;
	assert_int_equal(read_buffers(&tcb, &transfer, 1, 100000), 131072);
	tcb.rcv_nxt = transfer.read_mark;
	tcp_window_note_read(&growing, &tcb, &transfer, 5000 + 200000, true);
	assert_int_equal(tcp_window_buffer(&growing, &transfer, false), 131072);
	assert_int_equal(tcp_window_buffer(&growing, &transfer, true), 65536);
}
