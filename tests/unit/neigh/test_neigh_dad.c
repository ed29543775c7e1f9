/* SPDX-License-Identifier: BSD-3-Clause */

/* One address of each family: when it is asked for, announced, usable, lost. */
#include "test.h"

#include "neigh_dad.h"
#include "units.h"

#define IPV4	  0
#define IPV6	  1
#define ADDRESSES 2

static const uint8_t rival[6] = {2, 0, 0, 0, 0, 0x66};

struct bench {
	struct dad dad;
	struct dad_address addresses[ADDRESSES];
	uint32_t probes[ADDRESSES];
	uint32_t announcements[ADDRESSES];
	uint32_t tick;
};

static void
note_probe(void *arg, uint32_t idx)
{
	((struct bench *)arg)->probes[idx]++;
}

static void
note_announcement(void *arg, uint32_t idx)
{
	((struct bench *)arg)->announcements[idx]++;
}

static const struct dad_ops ops = {.probe = note_probe, .announce = note_announcement};

static struct bench
bench_new(bool is_probed)
{
	struct bench bench = {.tick = UINT32_MAX - 100}; /* so that it wraps on the way */
	struct ip_addr ipv4 = ip_addr_of_ipv4(RTE_BE32(0xc0000201));
	struct ip_addr ipv6 = {.word = {RTE_BE32(0x20010db8), 0, 0, RTE_BE32(1)}};

	dad_init(&bench.dad, bench.addresses, ADDRESSES);
	dad_add(&bench.dad, IPV4, &ipv4, 0, false);
	dad_add(&bench.dad, IPV6, &ipv6, 0, is_probed);
	return bench;
}

/* The struct was copied: what points into it must follow. */
static void
attach(struct bench *bench)
{
	bench->dad.addresses = bench->addresses;
}

static void
pass(struct bench *bench, uint32_t ms)
{
	for (uint32_t end = bench->tick + ticks_in_ms(ms); bench->tick != end;) {
		bench->tick++;
		dad_poll(&bench->dad, bench->tick, &ops, bench);
	}
}

/* proves: RFC4862-5.4 */
TEST(an_address_is_usable_a_second_after_a_probe_without_answer)
{
	struct bench bench = bench_new(true);

	attach(&bench);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 20);
	assert_int_equal(bench.probes[IPV6], 1);
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_TENTATIVE);
	assert_true(dad_has_unusable(&bench.dad));
	pass(&bench, 970);
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_TENTATIVE);
	assert_int_equal(bench.announcements[IPV6], 0);
	pass(&bench, 50);
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_USABLE);
	assert_false(dad_has_unusable(&bench.dad));
	assert_int_equal(bench.announcements[IPV6], 1);
	pass(&bench, 60000);
	assert_int_equal(bench.probes[IPV6], 1);
	assert_int_equal(bench.announcements[IPV6], 2);
	assert_int_equal(bench.announcements[IPV4], 2);
	assert_int_equal(bench.probes[IPV4], 0);
}

/* proves: RFC4862-5.4 */
TEST(one_that_somebody_has_is_never_used)
{
	struct bench bench = bench_new(true);

	attach(&bench);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 500);
	assert_true(dad_conflict(&bench.dad, IPV6, rival));
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_DUPLICATE);
	pass(&bench, 60000);
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_DUPLICATE);
	assert_true(dad_has_unusable(&bench.dad));
	assert_int_equal(bench.announcements[IPV6], 0);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 10000);
	assert_int_equal(bench.announcements[IPV6], 0);
	assert_int_equal(bench.announcements[IPV4], 4);
}

TEST(nothing_is_asked_before_the_link_is_up)
{
	struct bench bench = bench_new(true);

	attach(&bench);
	pass(&bench, 3000);
	assert_int_equal(bench.probes[IPV6] + bench.announcements[IPV4], 0);
	dad_link_is_up(&bench.dad, 1); /* another port's */
	pass(&bench, 100);
	assert_int_equal(bench.probes[IPV6] + bench.announcements[IPV4], 0);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 100);
	assert_int_equal(bench.probes[IPV6], 1);
	assert_int_equal(bench.announcements[IPV4], 1);
}

TEST(a_link_that_never_says_it_is_up_is_not_waited_for)
{
	struct bench bench = bench_new(true);

	attach(&bench);
	pass(&bench, 7000);
	assert_int_equal(dad_state_of(&bench.dad, IPV6), DAD_USABLE);
}

TEST(a_link_that_comes_up_again_hears_the_addresses_again)
{
	struct bench bench = bench_new(false);

	attach(&bench);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 10000);
	assert_int_equal(bench.announcements[IPV4], 2);
	assert_int_equal(bench.announcements[IPV6], 2);
	assert_int_equal(bench.probes[IPV6], 0);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 10000);
	assert_int_equal(bench.announcements[IPV4], 4);
	assert_int_equal(bench.announcements[IPV6], 4);
}

/* proves: RFC5227-2.4 ATTACK-E8 */
TEST(an_ipv4_address_is_defended_once_in_ten_seconds_and_kept)
{
	struct bench bench = bench_new(false);

	attach(&bench);
	dad_link_is_up(&bench.dad, 0);
	pass(&bench, 10000);
	for (uint32_t i = 0; i < 30; i++) {
		assert_false(dad_conflict(&bench.dad, IPV4, rival));
		pass(&bench, 1000);
	}
	assert_int_equal(dad_state_of(&bench.dad, IPV4), DAD_USABLE);
	assert_in_range(bench.announcements[IPV4], 2 + 3, 2 + 4);
	assert_int_equal(bench.addresses[IPV4].conflicts, 30);
}

/* No more than the queue can take in a turn, and none is forgotten. */
static void
count_probe(void *arg, uint32_t idx)
{
	(void)idx;
	++*(uint32_t *)arg;
}

TEST(a_thousand_addresses_are_asked_for_in_turns)
{
	static const struct dad_ops counting = {.probe = count_probe};
	static struct dad_address addresses[1000];
	struct dad dad;
	uint32_t probes = 0, turns = 0;

	dad_init(&dad, addresses, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		struct ip_addr addr = {.word = {RTE_BE32(0x20010db8), 0, 0, rte_cpu_to_be_32(i)}};

		dad_add(&dad, i, &addr, 0, true);
	}
	dad_link_is_up(&dad, 0);
	for (; probes < 1000 && turns < 100; turns++) {
		uint32_t before = probes;

		dad_poll(&dad, 1, &counting, &probes);
		assert_in_range(probes - before, 1, 64);
	}
	assert_int_equal(probes, 1000);
}
