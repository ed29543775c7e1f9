/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The application on weir's side: each connection follows its plan, and what the
 * interface promises (weir/app.h) is verified on the way.
 */
#ifndef WEIR_TESTS_SIMULATION_SIM_APP_H
#define WEIR_TESTS_SIMULATION_SIM_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "plan.h"
#include "weir/app.h"

#define SIM_CONNS_MAX 16

/* What is known of one client's connection. */
struct sim_conn {
	uint16_t port;	 /* the client's: who it is */
	bool is_hostile; /* its text may be anything */
	bool may_reopen; /* too few tombstones: a cookie may be used twice */
	struct plan plan;
	uint32_t client_stream; /* of the other end's text */
	uint64_t client_total;

	bool connects; /* this end asks for it, by `wish`, at connect_ns */
	struct weir_connect wish;
	uint64_t connect_ns;

	struct weir_conn *conn; /* NULL before and after */
	bool is_open;		/* ... which may be later than conn, where we connect */
	uint32_t opened;	/* how often */
	uint64_t received;
	uint64_t sent;
	struct rte_mbuf *unsent; /* echo: refused for now */
	uint64_t write_ns;	 /* when it writes next */
	uint64_t read_ns;	 /* paused: when it goes on reading */
	bool is_paused, has_fin, has_shut, has_closed, has_aborted, has_refused;
	enum weir_close_reason reason;
};

struct sim_app {
	struct sim_conn conns[SIM_CONNS_MAX];
	uint32_t count;
	struct rng rng;
	bool is_quiet;	   /* in this turn it begins nothing */
	const char *wrong; /* the first broken promise */
};

/* The callbacks, for a core whose application's state is `app`. */
const struct weir_app_ops *sim_app_ops(struct sim_app *app);

#endif
