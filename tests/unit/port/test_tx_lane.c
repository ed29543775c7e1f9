/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A lane to a device that takes as many frames as the test says.  Frames are
 * static; what they are told apart by is their address.
 */
#include "test.h"

#include "static_mbuf.h"
#include "tx_lane.h"

#define FRAMES	    16
#define FRAME_BYTES 60

static struct tx_lane lane;
static struct counters counters;
static struct rte_mbuf *frames[FRAMES];
static struct rte_mbuf *sent[TX_BACKLOG * 4];
static uint32_t sent_count;
static uint32_t appetite; /* how many the device takes before it refuses */

static uint32_t
eat(struct tx_lane *unused, struct rte_mbuf **offered, uint32_t count)
{
	uint32_t taken = RTE_MIN(count, appetite);

	(void)unused;
	for (uint32_t i = 0; i < taken; i++)
		sent[sent_count++] = offered[i];
	appetite -= taken;
	return taken;
}

static void
open_lane(uint32_t device_takes)
{
	memset(&counters, 0, sizeof(counters));
	tx_lane_init_queue(&lane, &counters, 0, 0, false);
	lane.offer = eat;
	for (unsigned int i = 0; i < FRAMES; i++)
		frames[i] = static_mbuf(i, NULL, FRAME_BYTES);
	sent_count = 0;
	appetite = device_takes;
}

/* The same frames again and again, until no more may wait. */
static void
fill_backlog(uint64_t now_ns)
{
	for (uint32_t i = 0; i < TX_BACKLOG; i++)
		tx_lane_send(&lane, now_ns, &frames[i % FRAMES], 1);
	assert_int_equal(lane.waiting, TX_BACKLOG);
	assert_int_equal(counters.value[COUNTER_tx_refused], 0);
}

TEST(what_the_device_takes_is_counted)
{
	open_lane(UINT32_MAX);
	tx_lane_send(&lane, 1, frames, 5);
	assert_int_equal(sent_count, 5);
	assert_int_equal(counters.value[COUNTER_tx_packets], 5);
	assert_int_equal(counters.value[COUNTER_tx_bytes], 5 * FRAME_BYTES);
	assert_int_equal(tx_lane_room(&lane), TX_BACKLOG);
}

TEST(what_it_refuses_waits_and_leaves_in_order)
{
	open_lane(2);
	tx_lane_send(&lane, 1, frames, 5);
	assert_int_equal(counters.value[COUNTER_tx_packets], 2);
	assert_int_equal(counters.value[COUNTER_tx_bytes], 2 * FRAME_BYTES);
	assert_int_equal(tx_lane_room(&lane), TX_BACKLOG - 3);

	appetite = UINT32_MAX;
	tx_lane_send(&lane, 2, frames + 5, 3); /* behind those that wait, not past them */
	assert_int_equal(sent_count, 2);
	tx_lane_poll(&lane, 3);
	assert_int_equal(sent_count, 8);
	for (unsigned int i = 0; i < 8; i++)
		assert_ptr_equal(sent[i], frames[i]);
	assert_int_equal(counters.value[COUNTER_tx_packets], 8);
	assert_int_equal(counters.value[COUNTER_tx_refused], 0);
}

TEST(order_holds_around_the_end_of_the_backlog)
{
	open_lane(0);
	for (uint32_t round = 0; round < 3 * TX_BACKLOG / 10; round++) {
		sent_count = 0;
		appetite = 0;
		tx_lane_send(&lane, round, frames, 10);
		appetite = UINT32_MAX;
		tx_lane_poll(&lane, round);
		assert_int_equal(sent_count, 10);
		for (unsigned int i = 0; i < 10; i++)
			assert_ptr_equal(sent[i], frames[i]);
	}
}

TEST(a_full_backlog_gives_up_the_newest)
{
	open_lane(0);
	fill_backlog(1);
	tx_lane_send(&lane, 1, &frames[1], 2);
	assert_int_equal(counters.value[COUNTER_tx_refused], 2);
	assert_int_equal(static_mbuf_frees(frames[1]), 1);
	assert_int_equal(static_mbuf_frees(frames[2]), 1);
	assert_int_equal(static_mbuf_frees(frames[0]), 0);
	assert_int_equal(tx_lane_room(&lane), 0);
}

TEST(a_device_that_is_merely_slow_loses_nothing)
{
	open_lane(0);
	fill_backlog(1);
	/* One frame every nine tenths of the patience, for a long time. */
	for (uint64_t i = 1; i <= 20; i++) {
		appetite = 1;
		tx_lane_poll(&lane, 1 + i * (TX_STUCK_NS / 10 * 9));
	}
	assert_int_equal(counters.value[COUNTER_tx_refused], 0);
	assert_int_equal(lane.waiting, TX_BACKLOG - 20);
}

TEST(a_stuck_device_holds_no_buffers_and_no_room)
{
	open_lane(0);
	fill_backlog(1);
	tx_lane_poll(&lane, TX_STUCK_NS);
	assert_int_equal(lane.waiting, TX_BACKLOG);
	tx_lane_poll(&lane, 1 + TX_STUCK_NS);
	assert_int_equal(lane.waiting, 0);
	assert_int_equal(counters.value[COUNTER_tx_refused], TX_BACKLOG);
	assert_int_equal(tx_lane_room(&lane), TX_BACKLOG);

	tx_lane_send(&lane, 2 + TX_STUCK_NS, &frames[1], 1); /* nothing waits for it any more */
	assert_int_equal(lane.waiting, 0);
	assert_int_equal(counters.value[COUNTER_tx_refused], TX_BACKLOG + 1);
}

TEST(a_stuck_device_that_takes_a_frame_is_trusted_again)
{
	open_lane(0);
	tx_lane_send(&lane, 1, frames, 1);
	tx_lane_poll(&lane, 1 + TX_STUCK_NS);
	appetite = 1;
	tx_lane_send(&lane, 2 + TX_STUCK_NS, &frames[1], 2);
	assert_int_equal(sent_count, 1);
	assert_int_equal(lane.waiting, 1);
}

TEST(patience_begins_when_something_is_refused)
{
	open_lane(UINT32_MAX);
	tx_lane_send(&lane, 1, frames, 1);
	appetite = 0;
	tx_lane_send(&lane, 10 * TX_STUCK_NS, &frames[1], 1); /* after a long silence */
	tx_lane_poll(&lane, 10 * TX_STUCK_NS + 1);
	assert_int_equal(lane.waiting, 1);
}

TEST(draining_gives_up_all_that_waits)
{
	open_lane(0);
	tx_lane_send(&lane, 1, frames, 7);
	tx_lane_drain(&lane);
	assert_int_equal(lane.waiting, 0);
	assert_int_equal(counters.value[COUNTER_tx_refused], 7);
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(static_mbuf_frees(frames[i]), 1);
}
