/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A weir instance: ports, workers and their counters.  There is one per
 * process.  Calls are made from one thread, the main one, unless they say
 * otherwise.  Errors are negative errno values; `message` gets one sentence.
 */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "app.h"
#include "config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct weir;

/* "0.1.0" */
WEIR_API const char *weir_version(void);

/*
 * Start DPDK's environment for `config`: cores, memory and devices as EAL
 * arguments, then config->eal_arguments, then `argv` (argc may be 0).  A program
 * that has called rte_eal_init() itself skips this.
 */
WEIR_API int weir_eal_init(const struct weir_config *config, int argc, char *const *argv,
			   char *message, size_t message_bytes);
WEIR_API void weir_eal_cleanup(void);

/* Configure the ports, lay out memory, start the applications.  No packet flows yet. */
WEIR_API int weir_create(const struct weir_config *config, struct weir **weir, char *message,
			 size_t message_bytes);

/* One line per port and worker: driver, queues, steering, checksums, NUMA. */
WEIR_API void weir_describe(const struct weir *weir, FILE *stream);

/* Start the workers on their lcores; returns at once. */
WEIR_API int weir_start(struct weir *weir);

/* End live connections by policy, stop workers and ports; returns when all is quiet. */
WEIR_API void weir_stop(struct weir *weir);

WEIR_API void weir_destroy(struct weir *weir);

/* Housekeeping for the main thread, a few times a second: wall clock, link state. */
WEIR_API void weir_main_poll(struct weir *weir);

/*
 * Take new master keys for the cookies while packets flow: syn->secret makes them
 * from now on (without one a fresh random key), syn->secret_previous is accepted
 * besides.  The key that made them until now is accepted for 33 s more, unless
 * both are given and neither is it.  Nothing else of `syn` is looked at but `mac`,
 * which must be what it was.  Workers take the keys within a few turns.  -EBUSY
 * while they have not taken the last ones.
 */
WEIR_API int weir_roll_secret(struct weir *weir, const struct weir_syn_config *syn, char *message,
			      size_t message_bytes);

/* Print the counters that are not zero, with their sentences.  Any thread. */
WEIR_API void weir_print_counters(const struct weir *weir, FILE *stream);

/* Connections now: established and closing, in TIME-WAIT, in the SYN queue.  Any thread. */
struct weir_occupancy {
	uint64_t flows;
	uint64_t time_wait;
	uint64_t syn_queue;
	uint64_t buffers_used;
};
WEIR_API void weir_get_occupancy(const struct weir *weir, struct weir_occupancy *occupancy);

/* One counter by name ("syn_received", or "drop." and a reason), summed over cores.  -ENOENT. */
WEIR_API int weir_get_counter(const struct weir *weir, const char *name, uint64_t *value);

/* in = served + dropped, on every core that is at rest. */
WEIR_API bool weir_counters_balance(const struct weir *weir);

#ifdef __cplusplus
}
#endif

#endif
