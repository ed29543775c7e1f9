/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What must hold of connections but is no single dialogue: the order of states
 * on both sides, and initial sequence numbers nobody can guess.
 */
#include "conversation.h"

/* -- the states of both sides (RFC 9293, 3.3.2, figure 5) ----------------- */

/* The client of a textbook: it believes what a correct SYN-ACK tells it. */
static enum tcp_state
client_state(enum tcp_state before, bool sent_syn, bool got_syn_ack)
{
	if (before == TCPS_CLOSED && sent_syn)
		return TCPS_SYN_SENT;
	if (before == TCPS_SYN_SENT && got_syn_ack)
		return TCPS_ESTABLISHED;
	return before;
}

/* proves: RFC9293-3.5 RFC9293-3.3.2 */
CONVERSATION(both_sides_pass_through_their_states_in_order, "cookies=never family=4,6")
{
	enum tcp_state client = TCPS_CLOSED;

	expect_state(c, TCPS_LISTEN);
	assert_int_equal(client, TCPS_CLOSED);

	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	client = client_state(client, true, false);
	assert_int_equal(client, TCPS_SYN_SENT);
	expect_state(c, TCPS_SYN_RECEIVED);

	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	client = client_state(client, false, true);
	assert_int_equal(client, TCPS_ESTABLISHED);
	expect_state(c, TCPS_SYN_RECEIVED);

	rx(c, ". 1:1(0) ack 1 win 1024");
	expect_state(c, TCPS_ESTABLISHED);
	expect_event(c, "open");
}

/* What a client may send in a handshake, right or wrong. */
static const char *const handshake_segments[] = {
	"S 0:0(0) win 1024 <mss 1440>",
	". 1:1(0) ack 1 win 1024",
	". 1:1(0) ack 5 win 1024",
	"P. 1:11(10) ack 1 win 1024",
	"F. 1:1(0) ack 1 win 1024",
	"S. 0:0(0) ack 1 win 1024",
	"R 1:1(0)",
	"- 1:1(0) win 1024",
};

#define HANDSHAKE_SEGMENTS (sizeof(handshake_segments) / sizeof(handshake_segments[0]))
#define HANDSHAKE_STEPS	   3

static void
hear_all(struct conversation *c)
{
	while (c->unheard_count > 0) {
		c->unheard_head = (c->unheard_head + 1) % UNHEARD_MAX;
		c->unheard_count--;
	}
}

/* Three segments of the eight, by the digits of `choice`. */
static void
expect_order_of_states(struct conversation *c, uint32_t choice)
{
	bool has_queue = c->setup.rig.tcp.cookies == TCP_COOKIES_NEVER;
	enum tcp_state before = TCPS_CLOSED;
	bool syn_answered = false;

	for (uint32_t step = 0; step < HANDSHAKE_STEPS; step++) {
		enum tcp_state now;

		rx(c, handshake_segments[choice % HANDSHAKE_SEGMENTS]);
		syn_answered |= choice % HANDSHAKE_SEGMENTS == 0;
		choice /= HANDSHAKE_SEGMENTS;
		hear_all(c);
		now = rig_state(&c->rig, &c->peer->path);
		if (now == TCPS_SYN_RECEIVED)
			assert_true(has_queue && (before == TCPS_CLOSED || before == now));
		if (now == TCPS_ESTABLISHED || now == TCPS_CLOSE_WAIT)
			assert_true(syn_answered && (!has_queue || before != TCPS_CLOSED));
		if (now == TCPS_ESTABLISHED)
			assert_int_not_equal(before, TCPS_CLOSE_WAIT);
		before = now;
	}
}

/*
 * All 512 ways to send three of those segments: never is a state entered from
 * another than the diagram says, and never without a SYN that was answered.
 */
/* proves: RFC9293-3.3.2 RFC9293-3.5 */
CONVERSATION(no_sequence_of_segments_leads_around_a_state, "cookies=always,never family=4,6")
{
	for (uint32_t choice = 0; choice < 512; choice++) {
		/* A fresh client each: what is left of the others must not matter. */
		c->peer->path.client.port = (uint16_t)(10000 + choice);
		c->peer->laws = (struct segment_laws){0};
		c->peer->iss = c->peer->seq_base = 0;
		expect_order_of_states(c, choice);
		rx(c, "R 1:1(0)"); /* make room, wherever RCV.NXT still is */
		rx(c, "R 2:2(0)");
		rx(c, "R 11:11(0)");
		hear_all(c);
		/* An entry that no RST has hit goes when its time is over. */
		if (choice % 8 == 7)
			conversation_leap(c, 200 * UINT64_C(1000000000));
		hear_all(c);
		if (c->app.conn_count > APP_CONNS_MAX - 2)
			c->app.conn_count = 0;
	}
	conversation_leap(c, 200 * UINT64_C(1000000000));
	hear_all(c);
}

/* -- initial sequence numbers --------------------------------------------- */

/* Our number for a SYN; the handshake is given up. */
static uint32_t
number_for(struct conversation *c, const char *syn, const char *rst)
{
	uint32_t iss;

	c->peer->laws = (struct segment_laws){0};
	c->peer->iss = c->peer->seq_base = 0;
	rx(c, syn);
	expect_tx(c, "S. 0:0(0) ack * <mss ours>");
	iss = c->peer->iss;
	rx(c, rst);
	expect_silence(c);
	return iss;
}

/* proves: MUST-8 SHLD-1 RFC6528-3 */
CONVERSATION(numbers_of_one_client_go_up_with_the_clock, "cookies=never family=4,6")
{
	uint32_t first = number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)");

	for (uint32_t seconds = 1; seconds < 20; seconds++) {
		advance(c, 1000);
		/* One every 4 us, so that a wrap takes 4.77 hours. */
		assert_int_equal(number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)"),
				 first + seconds * 250000);
	}
}

/* Connection after connection of one client, each with a new number of its own. */
/* proves: MUST-8 ATTACK-B11 */
CONVERSATION(no_two_connections_of_one_client_share_a_number, "cookies=always,never family=4,6")
{
	uint32_t seen[64];

	for (uint32_t i = 0; i < 64; i++) {
		char syn[64], rst[64];

		snprintf(syn, sizeof(syn), "S %u:%u(0) win 1024 <mss 1440>", i * 777, i * 777);
		snprintf(rst, sizeof(rst), "R %u:%u(0)", i * 777 + 1, i * 777 + 1);
		advance(c, 5);
		seen[i] = number_for(c, syn, rst);
		for (uint32_t j = 0; j < i; j++)
			assert_int_not_equal(seen[i], seen[j]);
	}
}

/* With how many bits of 32 two numbers agree, summed over many pairs, is about half. */
static void
expect_no_relation(const uint32_t *numbers, uint32_t count, uint32_t stride)
{
	uint64_t different = 0;
	uint32_t pairs = count - stride;
	uint64_t expected = (uint64_t)pairs * 16;
	/* Six standard deviations of a sum of 32 * pairs fair coins. */
	uint64_t slack = 6 * 3 * 64;

	for (uint32_t i = 0; i < pairs; i++)
		different += (uint64_t)__builtin_popcount(numbers[i] ^ numbers[i + stride]);
	assert_in_range(different, expected - slack, expected + slack);
}

#define TUPLES 2000

/* Neighbouring ports at one instant: knowing one's number says nothing of another's. */
/* proves: MUST-9 SHLD-1 RFC6528-3 ATTACK-B11 */
CONVERSATION(one_clients_number_says_nothing_of_anothers,
	     "cookies=always,never family=4,6 mac=aes,siphash")
{
	static uint32_t numbers[TUPLES], steps[TUPLES - 1];

	for (uint32_t i = 0; i < TUPLES; i++) {
		c->peer->path.client.port = (uint16_t)(1024 + i);
		numbers[i] = number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)");
	}
	for (uint32_t i = 0; i < TUPLES - 1; i++)
		steps[i] = numbers[i + 1] - numbers[i];
	expect_no_relation(numbers, TUPLES, 1);
	expect_no_relation(numbers, TUPLES, 16);
	expect_no_relation(steps, TUPLES - 1, 1);
}

/* The same SYN again within an epoch gets the same cookie: the client may use either answer. */
/* proves: RFC4987-3.6 */
CONVERSATION(a_syn_sent_again_gets_the_same_cookie, "cookies=always family=4,6")
{
	uint32_t first = number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)");

	advance(c, 3000);
	assert_int_equal(number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)"), first);
	advance(c, 16000);
	assert_int_not_equal(number_for(c, "S 0:0(0) win 1024 <mss 1440>", "R 1:1(0)"), first);
}

/* A new number after TIME-WAIT lies beyond all the old connection used (MAY-2). */
/* proves: MAY-2 RFC6191-3 */
CONVERSATION(a_new_connection_after_time_wait_begins_beyond_the_old, "cookies=never family=4,6")
{
	uint32_t old_iss;

	established(c);
	old_iss = c->peer->iss;
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 1");
	rx(c, "F. 1:1(0) ack 2");
	expect_tx(c, ". 2:2(0) ack 2");
	rx(c, "S 100:100(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 101 <mss ours>");
	assert_in_range(c->peer->iss - (old_iss + 2), 65536, UINT32_C(1) << 31);
}
