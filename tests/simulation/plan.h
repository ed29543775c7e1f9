/* SPDX-License-Identifier: BSD-3-Clause */

/* What the application at one end of a connection does, drawn from the seed. */
#ifndef WEIR_TESTS_SIMULATION_PLAN_H
#define WEIR_TESTS_SIMULATION_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "rng.h"

#define PLAN_NEVER UINT64_MAX

struct plan {
	uint32_t stream;    /* of the text it sends */
	uint64_t total;	    /* octets it sends */
	uint32_t write_max; /* in pieces of 1 to so many */
	uint64_t pause_ns;  /* between them, up to so long */
	uint64_t abort_at;  /* drops the connection after so many octets, or PLAN_NEVER */
	bool waits_for_fin; /* closes after the peer's FIN and not before */
	bool is_echo;	    /* sends back what comes, and closes after the peer's FIN */
	bool is_slow_reader;
	uint64_t read_ns;  /* slow: from one look to the next, up to so long ... */
	uint32_t read_max; /* ... and at each so many octets (weir's side: all there are) */
	bool refuses;	   /* weir's side: on_open says no */
	bool copies;	   /* weir's side: weir_conn_send_copy() in place of buffers */
	bool is_nodelay;
};

/* A size between 0 and `max`, small ones as likely as large ones. */
uint64_t plan_size(struct rng *rng, uint64_t max);

/* Both ends of one connection.  `fair`: nobody aborts or refuses. */
void plan_draw(struct plan *client, struct plan *server, struct rng *rng, uint64_t total_max,
	       bool fair);

#endif
