/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * New master keys for the cookies of workers that run.  The main thread writes
 * them and then the number of their edition; a worker that sees another number
 * than it knows takes them, between two turns, and says so.  Until all have said
 * so the main thread writes no others.  So there is no lock, and nothing on the
 * packet path.
 *
 * A cookie made before the roll is checked after it: what workers made cookies
 * with until now stays accepted for as long as a cookie lives.
 */
#ifndef WEIR_PORT_KEY_ROLL_H
#define WEIR_PORT_KEY_ROLL_H

#include <stdatomic.h>
#include <stdint.h>

#include "refusal.h"
#include "syn_cookie.h"
#include "weir/config.h"

struct weir;
struct worker;

/* In struct crew_state. */
struct key_roll {
	_Atomic uint32_t edition; /* of what follows, counted from 0: what workers started with */
	uint32_t count;
	uint8_t masters[COOKIE_SECRETS_MAX][16];
	uint64_t retire_ns; /* the main thread's: when the second key is dropped; 0: not by us */
};

/* See weir_roll_secret(). */
int key_roll_begin(struct weir *weir, const struct weir_syn_config *syn,
		   const struct refusal *refusal);

/* The main thread, a few times a second: drop a key that has served its time. */
void key_roll_poll(struct weir *weir);

/* A worker, between two turns. */
void key_roll_take(struct worker *worker);

#endif
