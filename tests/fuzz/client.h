/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A client that the fuzzer leads.  It knows what weir said last, so that numbers in
 * the input are distances from what would be right.  Octet `n` of its stream is the
 * low octet of its sequence number: where text is lost, doubled or mixed, it shows.
 */
#ifndef WEIR_TESTS_FUZZ_CLIENT_H
#define WEIR_TESTS_FUZZ_CLIENT_H

#include "input.h"
#include "rig.h"

#define CLIENT_TEXT_MAX 1400

struct client {
	struct wire_path path;
	uint32_t isn;
	uint32_t snd_nxt; /* the next number it would use */
	uint32_t rcv_nxt; /* the next number it expects of weir */
	uint32_t tsval;
	bool has_timestamps;
	struct weir_conn *conn; /* the application's latest one with it, or NULL */
};

void client_init(struct client *client, const struct rig_setup *setup, bool is_ipv6,
		 uint16_t number);

/* What weir says to it. */
void client_learn(struct client *client, const struct segment *reply);

/* A segment near what would be right, as the input says. */
void client_take_segment(struct client *client, struct input *input, uint8_t flags,
			 struct segment *segment);

/* The next text, and with bit 7 of `step` a FIN; bits 3-6 say how much. */
void client_next_text(struct client *client, uint8_t step, struct segment *segment);

/* Begin a handshake: bit 3 of `step` with all options, 4 with an MSS alone, 5 with SACK alone. */
void client_syn(struct client *client, uint8_t step, struct segment *segment);

/* The ACK to the SYN-ACK; false if none came. */
bool client_completes(struct client *client, struct segment *segment);

/* `segment` as a frame with the text that belongs there; its length. */
uint32_t client_frame(const struct client *client, const struct segment *segment,
		      uint8_t frame[FRAME_BYTES_MAX]);

#endif
