/* SPDX-License-Identifier: BSD-3-Clause */

/* Long transfers: too many segments for a script, each of them verified all the same. */
#include "conversation.h"

/* What is on its way to the client. */
struct flight {
	uint32_t ends[UNHEARD_MAX]; /* where each segment's text ends */
	uint32_t count;
	uint32_t acked;
	uint32_t octets_max; /* the most that was ever out */
};

/* Hear all segments sent; all but the last of the text are full. */
static void
hear_flight(struct conversation *c, struct flight *flight, uint32_t mss, uint32_t total)
{
	for (; c->unheard_count > 0; c->unheard_count--) {
		const struct segment *segment = &c->unheard[c->unheard_head].segment;
		uint32_t end = segment->seq.value + segment->text_bytes;

		c->unheard_head = (c->unheard_head + 1) % UNHEARD_MAX;
		assert_true(segment->text_bytes == mss || end == total + 1);
		assert_true(flight->count < UNHEARD_MAX);
		flight->ends[flight->count++] = end;
		flight->octets_max = RTE_MAX(flight->octets_max, end - flight->acked);
	}
}

/* Acknowledge segment after segment until `total` octets have come. */
static struct flight
take_all(struct conversation *c, uint32_t wnd, uint32_t mss, uint32_t total)
{
	struct flight flight = {.acked = 1};

	hear_flight(c, &flight, mss, total);
	while (flight.acked < total + 1) {
		char ack[64];

		assert_true(flight.count > 0);
		flight.acked = flight.ends[0];
		memmove(flight.ends, flight.ends + 1, --flight.count * sizeof(flight.ends[0]));
		snprintf(ack, sizeof(ack), ". 1:1(0) ack %u win %u", flight.acked, wnd);
		rx(c, ack);
		hear_flight(c, &flight, mss, total);
	}
	return flight;
}

/* The window has no sign: 65535 is a large number and not -1. */
/* proves: MUST-1 MUST-19 SHLD-28 */
CONVERSATION(the_whole_window_is_used, "cookies=always,never family=4,6 send-buffer=400000")
{
	struct flight flight;

	established(c);
	app_send(c, 300000);
	flight = take_all(c, 65535, 1440, 300000);
	assert_in_range(flight.octets_max, 65535 - 1440, 65535);
}

/* With window scale far more than 64 KiB may be out. */
/* proves: REC-1 MUST-1 RFC7323-2.2 */
CONVERSATION(a_scaled_window_is_used_beyond_64_kib, "cookies=never family=4,6 send-buffer=900000")
{
	struct flight flight;

	c->peer->wnd = 400; /* << 9: 204800 */
	established_with(c, "<mss 1440,nop,wscale 9>");
	app_send(c, 800000);
	flight = take_all(c, 400, 1440, 800000);
	assert_in_range(flight.octets_max, 204800 - 1440, 204800);
}

/* An application that sends in small pieces fills segments all the same. */
/* proves: SHLD-27 SHLD-28 MAY-16 */
CONVERSATION(small_pieces_travel_in_full_segments, "cookies=always family=4,6 chains=on,off")
{
	established(c);
	for (uint32_t i = 0; i < 10; i++) { /* the initial window is used up */
		app_send(c, 1440);
		c->unheard_count = 0;
	}
	for (uint32_t i = 0; i < 100; i++)
		app_write(c, 77);
	expect_silence(c);
	rx(c, ". 1:1(0) ack 14401");
	for (uint32_t seq = 14401; seq + 1440 <= 14401 + 7700; seq += 1440) {
		char full[64];

		snprintf(full, sizeof(full), ". %u:%u(1440) ack 1", seq, seq + 1440);
		expect_tx(c, full);
	}
}

/* The client sends without pause: every octet arrives, and ACKs are not too many. */
/* proves: MUST-58 SHLD-19 */
CONVERSATION(a_long_upload_arrives_whole, "cookies=always,never family=4,6 chains=on,off")
{
	uint32_t acks = 0;

	established(c);
	for (uint32_t i = 0; i < 1000; i++) {
		char text[64];

		snprintf(text, sizeof(text), ". %u:%u(1440) ack 1", i * 1440 + 1, i * 1440 + 1441);
		rx(c, text);
		acks += c->unheard_count;
		c->unheard_count = 0;
		advance(c, 1);
		acks += c->unheard_count;
		c->unheard_count = 0;
	}
	expect_event(c, "text 1440000");
	assert_in_range(acks, 500, 1000);
}

/* The right edge of the window after the ACKs sent since it was at `edge`. */
static uint32_t
hear_edge(struct conversation *c, uint32_t edge, uint32_t shift)
{
	for (; c->unheard_count > 0; c->unheard_count--) {
		const struct segment *ack = &c->unheard[c->unheard_head].segment;

		c->unheard_head = (c->unheard_head + 1) % UNHEARD_MAX;
		edge = ack->ack.value + (ack->wnd.value << shift);
	}
	return edge;
}

/*
 * A client over a path of 100 ms uses the whole of its window in each round trip,
 * beginning at `seq`.  Returns where the window ends after so many of them.
 */
static uint32_t
upload(struct conversation *c, uint32_t seq, uint32_t edge, uint32_t rounds, uint32_t shift)
{
	for (uint32_t round = 0; round < rounds; round++) {
		uint32_t next_edge = edge;

		for (uint32_t bytes; seq < edge; seq += bytes) {
			char text[64];

			bytes = RTE_MIN(edge - seq, 1440u);
			snprintf(text, sizeof(text), "P. %u:%u(%u) ack 11", seq, seq + bytes,
				 bytes);
			rx(c, text);
			next_edge = hear_edge(c, next_edge, shift);
		}
		advance(c, 100);
		edge = hear_edge(c, next_edge, shift);
	}
	return edge;
}

/* The client's 2 octets of window field are worth 65535 until it knows our scale. */
#define FIRST_EDGE (1 + 65535)

static void
open_long_path(struct conversation *c)
{
	established_with(c, "<mss 1440,nop,wscale 7>");
	app_send(c, 10); /* so that weir knows the round trip */
	expect_tx(c, "P. 1:11(10) ack 1");
	advance(c, 100);
	rx(c, ". 1:1(0) ack 11");
}

/* An application that reads what comes lets the peer have more and more under way. */
/* proves: RFC7323-2.2-grows SHLD-14 */
CONVERSATION(the_window_grows_where_it_is_what_bounds_the_peer,
	     "cookies=always,never family=4,6 receive-buffer=65536 receive-buffer-max=524288")
{
	open_long_path(c);
	assert_in_range(upload(c, 1, FIRST_EDGE, 12, 4) - c->app.conns[0].received, 500000, 524289);
}

/* Not for a peer that has so much to send in several round trips only. */
/* proves: RFC7323-2.2-grows */
CONVERSATION(the_window_of_a_slow_peer_stays,
	     "cookies=always,never family=4,6 receive-buffer=65536 receive-buffer-max=524288")
{
	uint32_t seq = 1, edge = 0;

	open_long_path(c);
	for (uint32_t round = 0; round < 60; round++, seq += 14400)
		edge = upload(c, seq, seq + 14400, 1, 4);
	assert_in_range(edge - seq, 1, 65537);
}

/* Nor for an application that reads late: it gets what it had been promised and no more. */
/* proves: RFC7323-2.2-grows SHLD-14 */
CONVERSATION(the_window_of_a_slow_reader_stays,
	     "cookies=always,never family=4,6 receive-buffer=65536 receive-buffer-max=524288")
{
	uint32_t seq = 1, edge = FIRST_EDGE, last = 1;

	open_long_path(c);
	for (uint32_t round = 0; round < 20; round++) {
		app_pause(c);
		edge = upload(c, seq, edge, 10, 4);
		seq = c->app.conns[0].received + 1;
		assert_true(edge - last < 65536 + 32); /* rounded up to the scale */
		app_resume(c);
		advance(c, 1);
		edge = hear_edge(c, edge, 4);
		last = seq = c->app.conns[0].received + 1;
	}
}
