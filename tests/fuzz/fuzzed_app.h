/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The application on top of what is fuzzed: each octet of command is one thing that
 * it does in its next turn.
 *
 *	bits 0-2	1, 2 send  3 close  4 and bit 7 abort  5 pause  6 resume
 *			7 no delay (bit 7), expect a request (bit 6)
 *			0 keep alive (bit 6), user timeout (bits 3-5)
 *	0x80		open a connection to the client, from the listener's port
 *	0x88		open one to `unknown`
 *	in callbacks	% 16 == 15 refuse a new one  % 4 == 3 send back what comes
 *			% 2 == 1 close when the peer has
 */
#ifndef WEIR_TESTS_FUZZ_FUZZED_APP_H
#define WEIR_TESTS_FUZZ_FUZZED_APP_H

#include "client.h"

#define FUZZED_OPEN_TO_CLIENT  0x80
#define FUZZED_OPEN_TO_UNKNOWN 0x88

struct fuzzed_app {
	struct client *clients;
	uint32_t client_count;
	struct client *client; /* whom commands are about */
	struct ip_addr unknown;
	uint8_t command;
	bool has_octets; /* text is what clients say: octets that count upwards */
};

extern struct fuzzed_app fuzzed_app;
extern const struct weir_app_ops fuzzed_app_ops;

#endif
