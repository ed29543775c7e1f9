/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Path MTU discovery (RFC 1191, 8201) with the care of RFC 5927, 7.2, and without
 * routers' help (RFC 4821).  Segments of 1440 are full; a path MTU of 1280 over IPv6
 * and 1260 over IPv4 carries 1220.
 */
#include "conversation.h"
#include "icmp_frame.h"

#define SMALL_BYTES 1220

/* A router wants smaller packets than the one that began with octet `seq`. */
static void
too_big(struct conversation *c, uint32_t mtu, uint32_t seq)
{
	const struct wire_path *path = &c->peer->path;
	uint8_t frame[ICMP_FRAME_BYTES_MAX];
	struct icmp_frame icmp = {
		.type = path->is_ipv6 ? 2 : 3,
		.code = path->is_ipv6 ? 0 : 4,
		.word = mtu,
		.seq = c->peer->iss + seq,
		.ip_bytes = path->is_ipv6 ? 1500 : 1480,
	};

	conversation_rx_frame(c, rig_frame(&c->rig, frame, icmp_frame_write(frame, path, &icmp)));
}

static uint32_t
small_mtu(const struct conversation *c)
{
	return SMALL_BYTES + (c->peer->path.is_ipv6 ? 60 : 40);
}

static uint64_t
count_of(const struct conversation *c, enum counter counter)
{
	return c->rig.core->counters.value[counter];
}

static void
expect_useless(struct conversation *c, uint32_t mtu, uint32_t seq)
{
	uint64_t before = c->rig.core->counters.drop[DROP_icmp_mtu_useless];

	too_big(c, mtu, seq);
	assert_int_equal(c->rig.core->counters.drop[DROP_icmp_mtu_useless], before + 1);
	expect_silence(c);
}

static void
send_two(struct conversation *c)
{
	app_send(c, 2880);
	expect_tx(c, ". 1:1441(1440) ack 1");
	expect_tx(c, "P. 1441:2881(1440) ack 1");
}

/* Full segments are known to get through: octets 1 to 1440. */
static void
prove_full(struct conversation *c)
{
	established(c);
	send_two(c);
	rx(c, ". 1:1(0) ack 1441");
}

/* proves: MUST-54 MUST-16 RFC1191-6.5 RFC8201-4 */
CONVERSATION(what_was_too_big_is_sent_again_at_once, "cookies=always,never family=4,6")
{
	established(c);
	app_nodelay(c);
	send_two(c);
	too_big(c, small_mtu(c), 1);
	expect_tx(c, ". 1:1221(1220) ack 1");
	expect_tx(c, ". 1221:2441(1220) ack 1");
	expect_tx(c, "P. 2441:2881(440) ack 1");
	/* The router has said so of the second packet as well. */
	expect_useless(c, small_mtu(c), 1441);
	assert_int_equal(count_of(c, COUNTER_pmtu_lowered), 1);
	assert_int_equal(count_of(c, COUNTER_retransmit_timeout), 0);
	rx(c, ". 1:1(0) ack 2881");
	app_send(c, 1440);
	expect_tx(c, ". 2881:4101(1220) ack 1");
	expect_tx(c, "P. 4101:4321(220) ack 1");
}

/* RFC 5681, 3.1: as many segments, not as many octets; and ten of them are not one. */
/* proves: MUST-54 */
CONVERSATION(the_congestion_window_keeps_its_segments, "cookies=always family=4,6 mtu=1500")
{
	established(c);
	app_send(c, 20000);
	for (uint32_t i = 0; i < 10; i++) {
		char segment[64];

		snprintf(segment, sizeof(segment), ". %u:%u(1440) ack 1", 1 + i * 1440,
			 1441 + i * 1440);
		expect_tx(c, segment);
	}
	too_big(c, small_mtu(c), 1);
	for (uint32_t i = 0; i < 10; i++) {
		char segment[64];

		snprintf(segment, sizeof(segment), ". %u:%u(1220) ack 1", 1 + i * 1220,
			 1221 + i * 1220);
		expect_tx(c, segment);
	}
	expect_silence(c);
}

/* proves: RFC1191-6.3 */
CONVERSATION(later_connections_begin_with_what_was_learnt, "cookies=always,never family=4,6")
{
	established(c);
	app_nodelay(c);
	send_two(c);
	too_big(c, small_mtu(c), 1);
	expect_tx(c, ". 1:1221(1220) ack 1");
	expect_tx(c, ". 1221:2441(1220) ack 1");
	expect_tx(c, "P. 2441:2881(440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	speak_as(c, 1);
	established(c);
	app_nodelay(c);
	app_send(c, 1440);
	expect_tx(c, ". 1:1221(1220) ack 1");
	expect_tx(c, "P. 1221:1441(220) ack 1");
	rx(c, ". 1:1(0) ack 1441");
}

/* proves: RFC1191-6.3 */
CONVERSATION(larger_segments_are_tried_again, "cookies=always family=4,6 pmtu-expiry=5000")
{
	established(c);
	app_nodelay(c);
	send_two(c);
	too_big(c, small_mtu(c), 1);
	expect_tx(c, ". 1:1221(1220) ack 1");
	expect_tx(c, ". 1221:2441(1220) ack 1");
	expect_tx(c, "P. 2441:2881(440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	advance(c, 5100);
	app_send(c, 1440);
	expect_tx(c, "P. 2881:4321(1440) ack 1");
	assert_int_equal(count_of(c, COUNTER_pmtu_raised), 1);
	/* Too early: the router says it again, and is believed at once. */
	too_big(c, small_mtu(c), 2881);
	expect_tx(c, ". 2881:4101(1220) ack 1");
	expect_tx(c, "P. 4101:4321(220) ack 1");
	rx(c, ". 1:1(0) ack 4321");
	advance(c, 5100);
	app_send(c, 1440);
	expect_tx(c, "P. 4321:5761(1440) ack 1");
	rx(c, ". 1:1(0) ack 5761");
}

/* proves: ATTACK-D3 */
CONVERSATION(a_claim_against_what_got_through_has_no_effect, "cookies=always,never family=4,6")
{
	prove_full(c);
	too_big(c, small_mtu(c), 1441);
	expect_silence(c);
	assert_int_equal(count_of(c, COUNTER_pmtu_claim_held), 1);
	rx(c, ". 1:1(0) ack 2881");
	app_send(c, 1440);
	expect_tx(c, "P. 2881:4321(1440) ack 1");
	/* It was disproved: a loss later on does not make it true. */
	conversation_await_tx(HERE(c), NS_PER_SECOND, 2 * NS_PER_SECOND,
			      "P. 2881:4321(1440) ack 1");
	rx(c, ". 1:1(0) ack 4321");
	assert_int_equal(count_of(c, COUNTER_pmtu_lowered), 0);
}

/* RFC 5927, 7.2: the path has really become smaller. */
/* proves: MUST-54 ATTACK-D3 */
CONVERSATION(a_claim_is_believed_when_its_segment_stays_lost, "cookies=always,never family=4,6")
{
	prove_full(c);
	too_big(c, small_mtu(c), 1441);
	expect_silence(c);
	conversation_await_tx(HERE(c), NS_PER_SECOND / 2, 2 * NS_PER_SECOND,
			      ". 1441:2661(1220) ack 1");
	expect_tx(c, "P. 2661:2881(220) ack 1"); /* the window is that of before */
	assert_int_equal(count_of(c, COUNTER_pmtu_lowered), 1);
	rx(c, ". 1:1(0) ack 2881");
}

/* proves: ATTACK-D3 */
CONVERSATION(absurd_claims_are_useless, "cookies=always,never family=4,6")
{
	established(c);
	send_two(c);
	expect_useless(c, 1500, 1);
	expect_useless(c, 9000, 1);
	expect_useless(c, 65535, 1);
	if (c->peer->path.is_ipv6) {
		expect_useless(c, 1279, 1); /* RFC 8201, 4 */
		expect_useless(c, 68, 1);
		expect_useless(c, 0, 1);
		expect_useless(c, UINT32_MAX, 1);
	} else {
		expect_useless(c, 67, 1); /* RFC 1191, 3 */
		expect_useless(c, 1480, 1);
	}
	rx(c, ". 1:1(0) ack 2881");
}

/* proves: ATTACK-D3 */
CONVERSATION(segments_do_not_become_tiny, "cookies=always family=4")
{
	established(c);
	send_two(c);
	too_big(c, 68, 1); /* 552 is believed: pmtu_min */
	expect_tx(c, ". 1:513(512) ack 1");
	expect_tx(c, ". 513:1025(512) ack 1");
	expect_tx(c, ". 1025:1537(512) ack 1");
	expect_tx(c, ". 1537:2049(512) ack 1");
	expect_tx(c, ". 2049:2561(512) ack 1");
	expect_tx(c, "P. 2561:2881(320) ack 1");
	expect_useless(c, 68, 1);
	rx(c, ". 1:1(0) ack 2881");
}

/* proves: RFC1191-5 */
CONVERSATION(an_old_router_means_the_next_plateau, "cookies=always family=4")
{
	established(c);
	app_send(c, 1440);
	expect_tx(c, "P. 1:1441(1440) ack 1");
	too_big(c, 0, 1); /* the packet had 1480: 1006 */
	expect_tx(c, ". 1:967(966) ack 1");
	expect_tx(c, "P. 967:1441(474) ack 1");
	rx(c, ". 1:1(0) ack 1441");
}

/* proves: RFC5927-4.1 ATTACK-D3 */
CONVERSATION(a_claim_about_other_octets_is_nobodys, "cookies=always family=4,6")
{
	established(c);
	send_two(c);
	too_big(c, small_mtu(c), 0);
	too_big(c, small_mtu(c), 2881);
	expect_silence(c);
	assert_int_equal(c->rig.core->counters.drop[DROP_icmp_not_under_way], 2);
	rx(c, ". 1:1(0) ack 2881");
}

CONVERSATION(discovery_can_be_switched_off, "cookies=always family=4,6 pmtu-discovery=off")
{
	established(c);
	send_two(c);
	expect_useless(c, small_mtu(c), 1);
	rx(c, ". 1:1(0) ack 2881");
}

CONVERSATION(who_loses_his_transfer_finds_the_size_again,
	     "cookies=always family=4,6 transfers=1 pmtu-expiry=5000")
{
	established(c);
	app_nodelay(c);
	send_two(c);
	too_big(c, small_mtu(c), 1);
	expect_tx(c, ". 1:1221(1220) ack 1");
	expect_tx(c, ". 1221:2441(1220) ack 1");
	expect_tx(c, "P. 2441:2881(440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	for (uint32_t i = 0; i < 2; i++) {
		speak_as(c, 1); /* takes the one transfer there is */
		if (i == 0)
			established(c);
		app_send(c, 10);
		expect_tx(c, i == 0 ? "P. 1:11(10) ack 1" : "P. 11:21(10) ack 1");
		rx(c, i == 0 ? ". 1:1(0) ack 11" : ". 1:1(0) ack 21");
		speak_as(c, 0);
		app_send(c, 1440);
		if (i == 0) {
			expect_tx(c, ". 2881:4101(1220) ack 1");
			expect_tx(c, "P. 4101:4321(220) ack 1");
			rx(c, ". 1:1(0) ack 4321");
			advance(c, 5100);
		} else {
			expect_tx(c, "P. 4321:5761(1440) ack 1");
			rx(c, ". 1:1(0) ack 5761");
		}
	}
}

/* -- no router says anything --------------------------------------------- */

static void
await(struct conversation *c, const char *segment)
{
	conversation_await_tx(c, NS_PER_SECOND / 2, 70 * NS_PER_SECOND, segment);
}

/* proves: RFC4821-7.7 */
CONVERSATION(smaller_segments_are_tried_where_full_ones_vanish, "cookies=always,never family=4")
{
	established(c);
	send_two(c);
	await(HERE(c), ". 1:1441(1440) ack 1");
	await(HERE(c), ". 1:1025(1024) ack 1");
	rx(c, ". 1:1(0) ack 1025");
	assert_int_equal(count_of(c, COUNTER_pmtu_blackhole), 1);
	expect_tx(c, ". 1025:2049(1024) ack 1");
	expect_tx(c, "P. 2049:2881(832) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	speak_as(c, 1); /* and others know */
	established(c);
	app_nodelay(c);
	app_send(c, 1440);
	expect_tx(c, ". 1:1025(1024) ack 1");
	expect_tx(c, "P. 1025:1441(416) ack 1");
	rx(c, ". 1:1(0) ack 1441");
}

/* proves: RFC4821-7.7 */
CONVERSATION(the_minimum_of_ipv6_is_tried_where_full_ones_vanish, "cookies=always,never family=6")
{
	established(c);
	send_two(c);
	await(HERE(c), ". 1:1441(1440) ack 1");
	await(HERE(c), ". 1:1221(1220) ack 1");
	rx(c, ". 1:1(0) ack 1221");
	assert_int_equal(count_of(c, COUNTER_pmtu_blackhole), 1);
	expect_tx(c, ". 1221:2441(1220) ack 1");
	expect_tx(c, "P. 2441:2881(440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
}

CONVERSATION(the_full_size_comes_back_where_none_gets_through, "cookies=always family=4")
{
	established(c);
	send_two(c);
	await(HERE(c), ". 1:1441(1440) ack 1");
	await(HERE(c), ". 1:1025(1024) ack 1");
	await(HERE(c), ". 1:1025(1024) ack 1");
	await(HERE(c), ". 1:537(536) ack 1");
	await(HERE(c), ". 1:537(536) ack 1");
	await(HERE(c), ". 1:1441(1440) ack 1");
	rx(c, ". 1:1(0) ack 1441");
	expect_tx(c, "P. 1441:2881(1440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	assert_int_equal(count_of(c, COUNTER_pmtu_blackhole), 0);
}

/* The acknowledgment of the full segment was merely late. */
CONVERSATION(a_guess_is_not_taken_for_what_a_full_segment_did, "cookies=always family=4")
{
	established(c);
	send_two(c);
	await(HERE(c), ". 1:1441(1440) ack 1");
	await(HERE(c), ". 1:1025(1024) ack 1");
	rx(c, ". 1:1(0) ack 1441");
	expect_tx(c, "P. 1441:2881(1440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	assert_int_equal(count_of(c, COUNTER_pmtu_blackhole), 0);
}

CONVERSATION(small_segments_are_no_black_hole, "cookies=always family=4,6")
{
	established(c);
	app_send(c, 1000);
	expect_tx(c, "P. 1:1001(1000) ack 1");
	await(HERE(c), "P. 1:1001(1000) ack 1");
	await(HERE(c), "P. 1:1001(1000) ack 1");
	await(HERE(c), "P. 1:1001(1000) ack 1");
	rx(c, ". 1:1(0) ack 1001");
	app_send(c, 1440);
	expect_tx(c, "P. 1001:2441(1440) ack 1");
	rx(c, ". 1:1(0) ack 2441");
}
