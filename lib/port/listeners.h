/* SPDX-License-Identifier: BSD-3-Clause */

/* From the [address] and [listener] sections to the engine's table and its applications. */
#ifndef WEIR_PORT_LISTENERS_H
#define WEIR_PORT_LISTENERS_H

#include "instance.h"
#include "refusal.h"

/*
 * Build weir->listeners, and weir->app_ops and app_args: each listener runs its
 * application on its own, so its index is also the application's.
 */
int listeners_create(struct weir *weir, const struct refusal *refusal);
void listeners_destroy(struct weir *weir);

#endif
