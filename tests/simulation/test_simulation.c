/* SPDX-License-Identifier: BSD-3-Clause */

/* The simulator itself: a seed is a run, the links do what is asked, and laws can be broken. */
#include "bulk.h"
#include "eal_once.h"
#include "test.h"
#include "world.h"

#define FRAME_BYTES 1514

static struct world world;
static struct scenario scenario;

TEST(a_seed_repeats_its_run)
{
	uint64_t digest, events;

	eal_once();
	for (uint64_t seed = 1; seed <= 5; seed++) {
		scenario_draw(&scenario, seed, UINT32_MAX);
		assert_true(world_run(&world, &scenario, NULL, NULL));
		digest = world.digest;
		events = world.events;
		assert_true(world_run(&world, &scenario, NULL, NULL));
		assert_true(world.digest == digest && world.events == events);
		scenario_draw(&scenario, seed + 5, UINT32_MAX);
		assert_true(world_run(&world, &scenario, NULL, NULL));
		assert_true(world.digest != digest);
	}
}

/* Of many runs nearly all send text to the client, and the wrong octet is noticed. */
TEST(text_that_is_wrong_is_noticed)
{
	uint32_t noticed = 0;

	eal_once();
	for (uint64_t seed = 1; seed <= 20; seed++) {
		scenario_draw(&scenario, seed, 0);
		scenario.is_sabotaged = true;
		noticed += !world_run(&world, &scenario, NULL, NULL);
	}
	assert_in_range(noticed, 15, 20);
	assert_non_null(strstr(world.wrong, "does not belong there"));
}

TEST(fair_weather_that_is_not_is_noticed)
{
	eal_once();
	scenario_draw(&scenario, 1, 0);
	scenario.down.loss = LINK_ALWAYS;
	assert_false(world_run(&world, &scenario, NULL, NULL));
	assert_non_null(strstr(world.wrong, "in fair weather"));
}

/* What is lost once is found by what arrives behind it, or by a probe (RFC 8985). */
TEST(no_timeout_where_nothing_is_lost_twice)
{
	static const uint32_t percent[] = {1, 2, 5};

	eal_once();
	for (uint64_t seed = 1; seed <= 9; seed++) {
		struct bulk_setup setup = {
			.seed = seed,
			.octets = 1000000,
			.buffer = 262144,
			.is_quick = true,
			.up = {.delay_ns = 5 * NS_PER_MS},
		};
		struct bulk_result result;

		setup.down = setup.up;
		setup.down.loss = percent[seed % 3] * LINK_ALWAYS / 100;
		setup.down.spares_repeats = true;
		if (seed > 4) {
			setup.down.reorder = LINK_ALWAYS / 20;
			setup.down.hold_ns = 2 * NS_PER_MS;
		}
		bulk_run(&world, &setup, &result, NULL, NULL);
		assert_true(result.held);
		assert_true(result.lost > 0);
		assert_int_equal(result.timeouts, 0);
	}
}

TEST(a_link_keeps_its_rate_and_its_queue)
{
	struct link link;
	struct link_fate fate;

	link_init(&link, &(struct link_setup){.rate_bps = 1538 * 8, .queue_bytes = 3000}, 1);
	fate = link_send(&link, 0, FRAME_BYTES, true);
	assert_int_equal(fate.at_ns[0], NS_PER_SECOND);
	fate = link_send(&link, 0, FRAME_BYTES, true);
	assert_int_equal(fate.at_ns[0], 2 * NS_PER_SECOND);
	fate = link_send(&link, 0, FRAME_BYTES, true);
	assert_int_equal(fate.loss, LINK_CLOGGED);
	fate = link_send(&link, NS_PER_SECOND, FRAME_BYTES, true);
	assert_int_equal(fate.at_ns[0], 3 * NS_PER_SECOND);
}

TEST(jitter_does_not_reorder_and_reordering_does)
{
	struct link_setup setup = {.delay_ns = 100, .jitter_ns = 1000};
	uint64_t latest = 0;
	uint32_t overtaken = 0;
	struct link link;

	link_init(&link, &setup, 1);
	for (uint64_t i = 0; i < 1000; i++) {
		struct link_fate fate = link_send(&link, i, 60, true);

		assert_true(fate.copies == 1 && fate.at_ns[0] >= latest);
		latest = fate.at_ns[0];
	}
	setup.reorder = LINK_ALWAYS / 10;
	setup.hold_ns = 10000;
	link_init(&link, &setup, 1);
	for (uint64_t i = 0; i < 1000; i++) {
		struct link_fate fate = link_send(&link, i, 60, true);

		overtaken += fate.at_ns[0] < latest;
		latest = fate.at_ns[0] > latest ? fate.at_ns[0] : latest;
	}
	assert_true(overtaken > 0);
}

TEST(loss_is_as_frequent_as_asked)
{
	struct link link;

	link_init(&link, &(struct link_setup){.loss = LINK_ALWAYS / 20}, 1);
	for (uint32_t i = 0; i < 100000; i++)
		link_send(&link, i, 60, true);
	assert_in_range(link.lost, 4500, 5500);
	link_init(&link, &(struct link_setup){.loss = LINK_ALWAYS, .spares_repeats = true}, 1);
	assert_int_equal(link_send(&link, 0, 60, true).loss, LINK_LOST);
	assert_int_equal(link_send(&link, 0, 60, false).loss, LINK_PASSED);
}

TEST(what_is_spoilt_is_behind_the_ethernet_header)
{
	uint8_t frame[100] = {0};
	struct link link;

	link_init(&link, &(struct link_setup){0}, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t changed = 0;

		memset(frame, 0, sizeof(frame));
		link_spoil(&link, frame, sizeof(frame));
		for (uint32_t at = 0; at < sizeof(frame); at++)
			changed += frame[at] != 0;
		assert_in_range(changed, 1, 3);
		for (uint32_t at = 0; at < 14; at++)
			assert_int_equal(frame[at], 0);
	}
}

TEST(events_come_in_order_of_time_and_then_of_birth)
{
	struct event_queue queue = {0};
	struct event event;

	for (uint32_t i = 0; i < 1000; i++)
		event_queue_add(&queue, &(struct event){.at_ns = i * 7919 % 100, .who = i});
	for (uint64_t at = 0, who = 0, i = 0; i < 1000; i++) {
		assert_true(event_queue_take(&queue, &event));
		assert_true(event.at_ns > at || (event.at_ns == at && event.who >= who));
		at = event.at_ns;
		who = event.who;
	}
	assert_false(event_queue_take(&queue, &event));
	event_queue_free(&queue);
}
