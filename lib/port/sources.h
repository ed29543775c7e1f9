/* SPDX-License-Identifier: BSD-3-Clause */

/* From [sources] to the list the pipeline looks sources up in. */
#ifndef WEIR_PORT_SOURCES_H
#define WEIR_PORT_SOURCES_H

#include "instance.h"
#include "refusal.h"

/* Build the list; without a network in it there is none, and weir->tcp says so. */
int sources_create(struct weir *weir, const struct refusal *refusal);
void sources_destroy(struct weir *weir);

/* The list of its own, for tests.  `name` tells one instance's from another's. */
int source_list_build(struct source_list *list, const struct weir_sources_config *config,
		      const char *name, const struct refusal *refusal);
void source_list_free(struct source_list *list);

#endif
