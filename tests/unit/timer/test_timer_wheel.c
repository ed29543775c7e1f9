/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The timing wheel: single properties by example, then everything at once
 * against a model that knows no wheel, only an array it searches for the least
 * deadline.
 */
#include "test.h"

#include "rng.h"
#include "seed.h"
#include "timer_wheel.h"
#include "units.h"

#define NODES	  100
#define UNLIMITED UINT32_MAX

/* Records with the node in their middle, as callers have them. */
struct record {
	uint64_t before;
	struct timer_node node;
	uint64_t after;
};

static struct record records[NODES];
static struct timer_wheel wheel;
static uint32_t fired[4 * NODES];
static uint32_t fired_count;

static void
start_at(uint32_t tick)
{
	timer_wheel_init(&wheel, &records[0].node, sizeof(records[0]), tick);
	for (uint32_t i = 0; i < NODES; i++)
		timer_node_init(&records[i].node);
	fired_count = 0;
}

static void
note(void *arg, uint32_t idx)
{
	(void)arg;
	assert_false(timer_node_is_armed(&records[idx].node));
	assert_true(fired_count < 4 * NODES);
	fired[fired_count++] = idx;
}

static uint32_t
poll_at(uint32_t now)
{
	return timer_wheel_poll(&wheel, now, UNLIMITED, note, NULL);
}

TEST(a_node_fires_at_its_tick_and_not_before)
{
	static const uint32_t ahead[] = {
		1,     2,	 255,	  256,		 257,	   65535,      65536,
		65537, 0xffffff, 1 << 24, (1 << 24) + 1, 0x7fffff, 0x7ffffffe, 0x7fffffff};
	static const uint32_t begin[] = {0,	     1,		 0xff,	     0xfffe,
					 0x7fffffff, 0x80000000, 0xffffff00, UINT32_MAX};

	for (size_t b = 0; b < sizeof(begin) / sizeof(begin[0]); b++) {
		for (size_t a = 0; a < sizeof(ahead) / sizeof(ahead[0]); a++) {
			start_at(begin[b]);
			timer_wheel_arm(&wheel, 3, begin[b] + ahead[a]);
			assert_true(timer_node_is_armed(&records[3].node));
			assert_int_equal(poll_at(begin[b] + ahead[a] - 1), 0);
			assert_int_equal(poll_at(begin[b] + ahead[a]), 1);
			assert_int_equal(fired[0], 3);
			assert_false(timer_node_is_armed(&records[3].node));
			assert_int_equal(wheel.armed, 0);
			assert_int_equal(poll_at(begin[b] + ahead[a] + 1), 0);
		}
	}
}

TEST(a_deadline_that_has_passed_fires_at_the_next_poll)
{
	start_at(1000);
	timer_wheel_arm(&wheel, 0, 1000);
	timer_wheel_arm(&wheel, 1, 3);
	timer_wheel_arm(&wheel, 2, 1000 - TIMER_AHEAD_TICKS);
	assert_int_equal(poll_at(1000), 3);
	assert_int_equal(poll_at(1000), 0);
}

TEST(nodes_fire_in_order_of_tick)
{
	start_at(0xfffffff0);
	timer_wheel_arm(&wheel, 0, 0xfffffff0 + 70000);
	timer_wheel_arm(&wheel, 1, 0xfffffff0 + 5);
	timer_wheel_arm(&wheel, 2, 0xfffffff0 + 0x7fffffff);
	timer_wheel_arm(&wheel, 3, 0xfffffff0 + 300);
	timer_wheel_arm(&wheel, 4, 0xfffffff0);
	assert_int_equal(poll_at(0xfffffff0 + 0x7fffffff), 5);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(fired[i], ((uint32_t[]){4, 1, 3, 0, 2})[i]);
}

TEST(a_cancelled_node_does_not_fire)
{
	start_at(0);
	for (uint32_t i = 0; i < 3; i++)
		timer_wheel_arm(&wheel, i, 10);
	timer_wheel_cancel(&wheel, 1);
	timer_wheel_cancel(&wheel, 1);
	assert_false(timer_node_is_armed(&records[1].node));
	assert_int_equal(poll_at(10), 2);
	assert_int_equal(fired[0] + fired[1], 0 + 2);
}

TEST(arming_again_moves_a_node)
{
	start_at(0);
	timer_wheel_arm(&wheel, 0, 10);
	timer_wheel_arm(&wheel, 0, 20);
	assert_int_equal(wheel.armed, 1);
	assert_int_equal(poll_at(10), 0);
	assert_int_equal(poll_at(20), 1);
}

/* With a loop over empty ticks this would take days; the runner's patience is 30 seconds. */
TEST(an_empty_gap_costs_nothing)
{
	uint32_t now = 0;

	start_at(now);
	for (uint32_t i = 0; i < 100000; i++) {
		timer_wheel_arm(&wheel, 0, now + TIMER_AHEAD_TICKS);
		fired_count = 0;
		assert_int_equal(poll_at(now + TIMER_AHEAD_TICKS - 1), 0);
		now += TIMER_AHEAD_TICKS;
		assert_int_equal(poll_at(now), 1);
	}
}

/* Each node here is moved once and fired once. */
/* proves: ATTACK-E3 */
TEST(budget_bounds_moves_and_firings_together)
{
	start_at(0);
	for (uint32_t i = 0; i < NODES; i++)
		timer_wheel_arm(&wheel, i, 0x10001);
	for (uint32_t i = 0; i < NODES / 10; i++)
		assert_int_equal(timer_wheel_poll(&wheel, 0x10005, 10, note, NULL), 0);
	for (uint32_t i = 0; i < NODES / 10; i++)
		assert_int_equal(timer_wheel_poll(&wheel, 0x10005, 10, note, NULL), 10);
	assert_int_equal(wheel.armed, 0);
}

TEST(no_budget_fires_nothing_and_loses_nothing)
{
	start_at(0);
	timer_wheel_arm(&wheel, 0, 5);
	assert_int_equal(timer_wheel_poll(&wheel, 1000, 0, note, NULL), 0);
	assert_int_equal(poll_at(1000), 1);
}

static void
rearm_for_now(void *arg, uint32_t idx)
{
	note(NULL, idx);
	timer_wheel_arm(&wheel, idx, *(uint32_t *)arg);
}

TEST(a_node_that_arms_itself_for_now_fires_once_a_poll)
{
	uint32_t now = 77;

	start_at(0);
	timer_wheel_arm(&wheel, 0, 77);
	for (uint32_t i = 1; i <= 5; i++) {
		assert_int_equal(timer_wheel_poll(&wheel, now, UNLIMITED, rearm_for_now, &now), 1);
		assert_int_equal(fired_count, i);
	}
}

static void
cancel_neighbours(void *arg, uint32_t idx)
{
	(void)arg;
	note(NULL, idx);
	for (uint32_t i = 0; i < NODES; i++)
		timer_wheel_cancel(&wheel, i);
}

TEST(a_callback_may_cancel_what_is_due_with_it)
{
	start_at(0);
	for (uint32_t i = 0; i < NODES; i++)
		timer_wheel_arm(&wheel, i, 5);
	assert_int_equal(timer_wheel_poll(&wheel, 5, UNLIMITED, cancel_neighbours, NULL), 1);
	assert_int_equal(wheel.armed, 0);
	assert_int_equal(poll_at(1000), 0);
}

/*
 * The model.  Time is 64 bits wide here and never wraps.  A node is waiting for
 * its deadline, or late, or late since the poll that is running.
 */
enum model_state { IDLE, WAITING, LATE, LATE_NEXT };

static struct model {
	struct rng rng;
	uint64_t tick; /* the wheel's, as wide as ours */
	uint64_t now;
	uint64_t deadline[NODES];
	enum model_state state[NODES];
	uint32_t fired;
	bool callbacks_arm;
} model;

static uint32_t
model_count(enum model_state state)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < NODES; i++)
		count += model.state[i] == state;
	return count;
}

static void
model_see_tick(void)
{
	model.tick += (uint32_t)(wheel.tick - (uint32_t)model.tick);
	assert_true(model.tick <= model.now);
}

/* Distances around the borders of the levels, and anywhere. */
static uint32_t
random_ahead(void)
{
	uint32_t border = 1u << (8 * rng_below(&model.rng, 4));

	switch (rng_below(&model.rng, 6)) {
	case 0:
		return 0;
	case 1:
		return rng_below(&model.rng, 20);
	case 2:
		return border - 1 + rng_below(&model.rng, 3);
	case 3:
		return TIMER_AHEAD_TICKS - rng_below(&model.rng, 3);
	default:
		return rng_below(&model.rng, UINT32_C(1) << rng_below(&model.rng, 31));
	}
}

static void
model_arm(uint32_t idx)
{
	uint64_t ahead = random_ahead();

	model_see_tick();
	if (rng_below(&model.rng, 10) == 0) {
		model.deadline[idx] = model.tick - ahead;
		ahead = 0;
	} else {
		model.deadline[idx] = model.tick + ahead;
	}
	model.state[idx] = ahead == 0 ? LATE_NEXT : WAITING;
	timer_wheel_arm(&wheel, idx, (uint32_t)model.deadline[idx]);
}

static void
model_cancel(uint32_t idx)
{
	model.state[idx] = IDLE;
	timer_wheel_cancel(&wheel, idx);
}

static void
model_expect_consistent(void)
{
	for (uint32_t i = 0; i < NODES; i++)
		assert_int_equal(timer_node_is_armed(&records[i].node), model.state[i] != IDLE);
	assert_int_equal(wheel.armed, NODES - model_count(IDLE));
}

static void
model_fire(void *arg, uint32_t idx)
{
	(void)arg;
	assert_false(timer_node_is_armed(&records[idx].node));
	if (model.state[idx] != LATE) {
		assert_int_equal(model.state[idx], WAITING);
		assert_int_equal(model_count(LATE), 0);
		assert_true(model.deadline[idx] <= model.now);
		for (uint32_t i = 0; i < NODES; i++)
			assert_false(model.state[i] == WAITING &&
				     model.deadline[i] < model.deadline[idx]);
	}
	model.state[idx] = IDLE;
	model.fired++;
	if (model.callbacks_arm && rng_below(&model.rng, 3) == 0)
		model_arm(rng_below(&model.rng, 2) == 0 ? idx : rng_below(&model.rng, NODES));
	if (rng_below(&model.rng, 5) == 0)
		model_cancel(rng_below(&model.rng, NODES));
}

static void
model_poll(uint32_t budget)
{
	uint32_t count;

	if (model_count(LATE) == 0) {
		for (uint32_t i = 0; i < NODES; i++)
			model.state[i] = model.state[i] == LATE_NEXT ? LATE : model.state[i];
	}
	model.fired = 0;
	count = timer_wheel_poll(&wheel, (uint32_t)model.now, budget, model_fire, NULL);
	assert_int_equal(count, model.fired);
	assert_true(count <= budget);
	model_see_tick();
	if (budget == UNLIMITED) {
		assert_int_equal(model_count(LATE), 0);
		assert_int_equal(model.tick, model.now);
		for (uint32_t i = 0; i < NODES; i++)
			assert_false(model.state[i] == WAITING && model.deadline[i] <= model.now);
	}
}

static void
model_step(void)
{
	uint64_t ahead = random_ahead();
	bool unlimited = rng_below(&model.rng, 2) == 0;

	for (uint32_t i = rng_below(&model.rng, 8); i > 0; i--)
		model_arm(rng_below(&model.rng, NODES));
	for (uint32_t i = rng_below(&model.rng, 3); i > 0; i--)
		model_cancel(rng_below(&model.rng, NODES));
	if (model.now + ahead - model.tick <= TIMER_AHEAD_TICKS)
		model.now += ahead;
	model_poll(unlimited ? UNLIMITED : rng_below(&model.rng, 30));
	model_expect_consistent();
}

TEST(the_wheel_does_what_a_sorted_list_does)
{
	memset(&model, 0, sizeof(model));
	model.rng = seeded_rng();
	for (uint32_t round = 0; round < 200; round++) {
		memset(model.state, 0, sizeof(model.state));
		/* Somewhere in the second turn of the tick, often just before its end. */
		model.tick =
			(UINT64_C(2) << 32) - 1 - rng_below(&model.rng, UINT32_MAX >> (round % 32));
		model.now = model.tick;
		start_at((uint32_t)model.tick);
		for (uint32_t step = 0; step < 500; step++) {
			model.callbacks_arm = true;
			model_step();
		}
		/* In the end everything fires. */
		model.callbacks_arm = false;
		for (uint32_t step = 0; step < 3; step++) {
			model.now = model.tick + TIMER_AHEAD_TICKS;
			model_poll(UNLIMITED);
		}
		assert_int_equal(wheel.armed, 0);
	}
}
