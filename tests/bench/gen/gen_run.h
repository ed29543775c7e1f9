/* SPDX-License-Identifier: BSD-3-Clause */

/* The loop: take what came back, let the clients act, flood, send. */
#ifndef WEIR_TESTS_BENCH_GEN_RUN_H
#define WEIR_TESTS_BENCH_GEN_RUN_H

#include <signal.h>

#include "gen_answer.h"
#include "gen_batch.h"
#include "gen_client.h"
#include "gen_flood.h"
#include "gen_options.h"
#include "gen_port.h"

/* All that is counted in a while. */
struct gen_counts {
	uint64_t sent;
	uint64_t sent_octets;
	uint64_t refused;
	uint64_t lost;
	uint64_t made[GEN_FLOOD_N]; /* of the flood, some of it perhaps not sent */
	uint64_t received;
	uint64_t received_octets;
	uint64_t to_flood[GEN_ANSWER_N]; /* answers to random hosts, and what is nobody's */
	uint64_t to_clients[GEN_ANSWER_N];
	uint64_t verified;
	uint64_t checksum_bad;
	uint64_t syn_ack_wrong; /* acknowledges what the flood did not send */
	uint64_t idle_ns;	/* of turns that received nothing and sent nothing */
};

struct gen_run {
	const struct gen_options *options;
	struct gen_port port;
	struct gen_path path;
	struct gen_flood flood;
	struct gen_client client;
	struct gen_batch batch;
	struct rng rng;
	struct gen_counts counts;
	uint64_t hz;
	uint64_t start_tsc;
	uint64_t until_verify;
	uint64_t flooded; /* packets made so far */
	double flood_per_ns;
	double allowance;
	uint64_t turned_ns; /* when the last turn began */
	bool was_idle;	    /* was it one with nothing to do? */

	/* The result: of the seconds measured, and of the clients to their end. */
	struct gen_counts window;
	uint64_t window_completed;
	double seconds;
	uint64_t unfinished;
};

/* False after a sentence on stderr.  After either, close it. */
bool gen_run_open(struct gen_run *run, const struct gen_options *options);
void gen_run_close(struct gen_run *run);

/* Warm up, measure, drain; `*stop` ends it early. */
void gen_run_all(struct gen_run *run, const volatile sig_atomic_t *stop);

#endif
