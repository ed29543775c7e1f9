/* SPDX-License-Identifier: BSD-3-Clause */

/* The networks of one list: those the configuration names itself, then those of a file. */
#ifndef WEIR_PORT_PREFIX_LIST_H
#define WEIR_PORT_PREFIX_LIST_H

#include "refusal.h"
#include "weir/config.h"

#define PREFIX_LIST_MAX 1000000 /* in one file */

struct prefix_list {
	struct weir_prefix *prefixes;
	uint32_t count;
};

/*
 * `named` and the file at `path` ("": none), of which `key` of [sources] speaks.
 * 0, or a negative errno and a sentence; then there is nothing to free.
 */
int prefix_list_load(struct prefix_list *list, const struct weir_prefixes *named, const char *path,
		     const char *key, const struct refusal *refusal);
void prefix_list_free(struct prefix_list *list);

/* IPv4 in 16 octets: ::ffff:a.b.c.d. */
bool prefix_is_ipv4(const struct weir_prefix *prefix);

/* NULL, or why it is no network. */
const char *prefix_wrong(const struct weir_prefix *prefix);

#endif
