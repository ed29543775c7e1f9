/* SPDX-License-Identifier: BSD-3-Clause */

/* The workers together: their memory, and who receives and sends what for whom. */
#ifndef WEIR_PORT_CREW_H
#define WEIR_PORT_CREW_H

#include "instance.h"
#include "refusal.h"

/* Create the workers, each with its pipeline, for the lcores on the CPUs of the configuration. */
int crew_create(struct weir *weir, const struct refusal *refusal);

/* Give each worker its queues, and rings where queues are fewer than workers. */
int crew_connect(struct weir *weir, const struct refusal *refusal);

/* Call the applications' init() on their cores. */
int crew_start_apps(struct weir *weir, const struct refusal *refusal);

/* The workers have left their loops: call each fini() not yet called, free what rings hold. */
void crew_end_apps(struct weir *weir);
void crew_drain(struct weir *weir);
void crew_destroy(struct weir *weir);

#endif
