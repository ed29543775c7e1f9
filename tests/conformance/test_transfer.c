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
