/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The setting of a conversation in words, "cookies=never family=6 msl=1000".  A
 * key may have several values, "cookies=always,never": then the conversation is
 * held once for every combination.
 */
#ifndef WEIR_TESTS_HARNESS_CONVERSATION_SETUP_H
#define WEIR_TESTS_HARNESS_CONVERSATION_SETUP_H

#include "rig.h"
#include "scripted_app.h"

#define SETUP_TEXT_BYTES 256

struct conversation_setup {
	struct rig_setup rig;
	struct scripted_app app; /* its options */
	bool is_ipv6;
	bool are_silent;  /* the clients do not answer ARP and neighbour discovery */
	bool is_absolute; /* sequence numbers are written as they stand on the wire */
	bool has_server_isn;
	uint32_t client_isn;
	uint32_t server_isn; /* time is chosen for this; not with cookies */
	uint32_t mss;	     /* of the client; 0: its SYN has no option */
};

void conversation_setup_init(struct conversation_setup *setup);

/* Apply "key=value ...".  NULL, or what is wrong. */
const char *conversation_setup_apply(struct conversation_setup *setup, const char *text);

/* How many combinations the lists in `text` make. */
uint32_t conversation_setup_count(const char *text);

/* The text of combination `number`, every key with one value.  False if it does not fit. */
bool conversation_setup_choose(const char *text, uint32_t number, char chosen[SETUP_TEXT_BYTES]);

#endif
