/* SPDX-License-Identifier: BSD-3-Clause */

/* Each worker's table of fragments, where the configuration has one. */
#ifndef WEIR_PORT_FRAGMENTS_H
#define WEIR_PORT_FRAGMENTS_H

#include "refusal.h"
#include "worker.h"
#include "weir/config.h"

int fragments_create(struct worker *worker, const struct weir_config *config,
		     const struct refusal *refusal);

/* Free it with all that it holds; the worker has left its loop. */
void fragments_destroy(struct worker *worker);

#endif
