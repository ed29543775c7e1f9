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

	assert_int_equal(tcp_window_advertise(&config, &tcb, 0), 262144 >> 3);
	assert_int_equal(tcb_rcv_edge(&tcb), 1000 + 262144);
}

TEST(a_full_buffer_shuts_the_window_and_crumbs_do_not_open_it)
{
	struct tcp_config config = {.receive_buffer = 65535};
	struct tcp_tcb tcb = tcb_with_shift(0);

	tcp_window_advertise(&config, &tcb, 0);
	tcb.rcv_nxt += 65535;
	assert_int_equal(tcp_window_advertise(&config, &tcb, 65535), 0);
	assert_int_equal(tcp_window_advertise(&config, &tcb, 65535 - (MSS - 1)), 0);
	assert_false(tcp_window_has_opened(&config, &tcb, 65535 - (MSS - 1)));
	assert_true(tcp_window_has_opened(&config, &tcb, 65535 - MSS));
	assert_int_equal(tcp_window_advertise(&config, &tcb, 65535 - MSS), MSS);
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

		tcp_window_advertise(&config, &tcb, 0);
		for (int step = 0; step < 50; step++) {
			uint32_t window = tcb_rcv_edge(&tcb) - tcb.rcv_nxt;
			uint32_t arrived = rng_below(&rng, window + 1);

			edge = tcb_rcv_edge(&tcb);
			tcb.rcv_nxt += arrived;
			unread += arrived;
			unread -= rng_below(&rng, unread + 1);
			tcp_window_advertise(&config, &tcb, unread);
			assert_true(seq_geq(tcb_rcv_edge(&tcb), edge));
			/* Rounding up what was promised costs less than one unit of the scale. */
			assert_true(tcb_rcv_edge(&tcb) - tcb.rcv_nxt + unread <
				    config.receive_buffer + (1u << tcb_rcv_shift(&tcb)) + 1);
		}
	}
}
