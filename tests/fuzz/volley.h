/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Frames by the dozen, as floods and handshakes have them: one step of the input says
 * what kind they are, how many and whose, and what is wrong with which of them.
 *
 *	the step	bits 0-3 the kind (enum volley_kind), 4-7 how many
 *	who		bits 0-5 the first peer, 6 all are its, 7 arguments change from
 *			frame to frame
 *	where		bits 0-2 the link, or all in turn; each of the others with
 *			arguments: 3 sums, and what the NIC says of them  4 how it lies
 *			in its buffers  5 named oddities  6 other octets  7 which frames
 *			of the run these four are about
 */
#ifndef WEIR_TESTS_FUZZ_VOLLEY_H
#define WEIR_TESTS_FUZZ_VOLLEY_H

#include "draft.h"
#include "input.h"
#include "peers.h"
#include "twins.h"

enum volley_kind {
	VOLLEY_SYN,	  /* of the forms that batches know */
	VOLLEY_ACK,	  /* that acknowledges all that was heard */
	VOLLEY_ACK_NEAR,  /* or something else */
	VOLLEY_SYN_OTHER, /* of other forms */
	VOLLEY_TEXT,
	VOLLEY_FIN,
	VOLLEY_FLAGS, /* any */
	VOLLEY_OTHER, /* no TCP */
	VOLLEY_KINDS,
};

#define VOLLEY_ODDITIES 3
#define VOLLEY_OCTETS	4

struct volley {
	uint8_t kind;
	uint8_t count;
	uint8_t who;
	uint8_t where;
	uint8_t a, b;	   /* of the kind */
	uint32_t ack, ecr; /* VOLLEY_ACK_NEAR: distances */
	uint8_t sums;
	uint8_t lying, amount;
	uint8_t oddity_count, oddities[VOLLEY_ODDITIES];
	uint8_t octet_count, octets[VOLLEY_OCTETS][2];
	uint8_t which;
};

/* What `step` and the octets behind it say. */
void volley_take(struct volley *volley, uint8_t step, struct input *input);

/* Frame `i` of it. */
void volley_frame(const struct volley *volley, uint32_t i, struct peers *peers, struct draft *draft,
		  struct lying *lying);

#endif
