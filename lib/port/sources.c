/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap is memory.  A fib is a table of 2^24 entries, and for each IPv4 /24
 * that has longer prefixes in it, or for each octet of an IPv6 prefix beyond its
 * third, another of 256 entries.  Entries are as narrow as the number of those
 * tables allows: 16 MiB for a few IPv4 networks, 32 MiB for IPv6.
 */
#include "sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_version.h>

#include "prefix_list.h"

#define FIRST_TABLE_BITS 24
#define NAME_BYTES	 24 /* DPDK puts its own words before it, and 32 is all there is */

/* Tables an entry can point to, by its size: one bit says that it does. */
#define TABLES_MAX_1B 127u
#define TABLES_MAX_2B 32767u

/* Both lists, the denied first: where the same network is in both, the last one counts. */
struct lists {
	struct prefix_list list[2];
};

static const enum source_verdict verdicts[2] = {SOURCE_DENIED, SOURCE_ALLOWED};

static uint32_t
ipv4_of(const struct weir_prefix *prefix)
{
	return (uint32_t)prefix->address[12] << 24 | (uint32_t)prefix->address[13] << 16 |
	       (uint32_t)prefix->address[14] << 8 | prefix->address[15];
}

/* What a family needs; tables are counted as if no two prefixes shared one. */
struct need {
	uint32_t prefixes;
	uint32_t tables;
};

static struct need
need_of(const struct lists *lists, bool is_ipv4)
{
	struct need need = {.tables = 1};

	for (int l = 0; l < 2; l++) {
		for (uint32_t i = 0; i < lists->list[l].count; i++) {
			const struct weir_prefix *prefix = &lists->list[l].prefixes[i];

			if (prefix_is_ipv4(prefix) != is_ipv4)
				continue;
			need.prefixes++;
			if (prefix->bits > FIRST_TABLE_BITS)
				need.tables += (prefix->bits - FIRST_TABLE_BITS + 7u) / 8;
		}
	}
	return need;
}

static int
create_ipv4(struct source_list *list, const struct need *need, const char *name)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = (int)need->prefixes,
		.dir24_8.nh_sz = need->tables <= TABLES_MAX_1B	 ? RTE_FIB_DIR24_8_1B
				 : need->tables <= TABLES_MAX_2B ? RTE_FIB_DIR24_8_2B
								 : RTE_FIB_DIR24_8_4B,
		.dir24_8.num_tbl8 = need->tables,
	};
	char full[NAME_BYTES];

	snprintf(full, sizeof(full), "%s_4", name);
	list->ipv4 = rte_fib_create(full, SOCKET_ID_ANY, &conf);
	return list->ipv4 == NULL ? -rte_errno : 0;
}

static int
create_ipv6(struct source_list *list, const struct need *need, const char *name)
{
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.default_nh = SOURCE_UNLISTED,
		.max_routes = (int)need->prefixes,
		.trie.nh_sz = need->tables <= TABLES_MAX_2B ? RTE_FIB6_TRIE_2B : RTE_FIB6_TRIE_4B,
		.trie.num_tbl8 = need->tables,
	};
	char full[NAME_BYTES];

	snprintf(full, sizeof(full), "%s_6", name);
	list->ipv6 = rte_fib6_create(full, SOCKET_ID_ANY, &conf);
	return list->ipv6 == NULL ? -rte_errno : 0;
}

static int
add_ipv6(struct rte_fib6 *fib, const struct weir_prefix *prefix, enum source_verdict verdict)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr ip;

	memcpy(&ip, prefix->address, sizeof(ip));
	return rte_fib6_add(fib, &ip, prefix->bits, verdict);
#else
	return rte_fib6_add(fib, prefix->address, prefix->bits, verdict);
#endif
}

static int
fill(struct source_list *list, const struct lists *lists)
{
	int error = 0;

	for (int l = 0; l < 2; l++) {
		for (uint32_t i = 0; error == 0 && i < lists->list[l].count; i++) {
			const struct weir_prefix *prefix = &lists->list[l].prefixes[i];

			if (prefix_is_ipv4(prefix))
				error = rte_fib_add(list->ipv4, ipv4_of(prefix), prefix->bits,
						    verdicts[l]);
			else
				error = add_ipv6(list->ipv6, prefix, verdicts[l]);
		}
	}
	return error;
}

static int
build(struct source_list *list, const struct lists *lists, const char *name,
      const struct refusal *refusal)
{
	struct need ipv4 = need_of(lists, true), ipv6 = need_of(lists, false);
	int error = 0;

	if (ipv4.prefixes > 0)
		error = create_ipv4(list, &ipv4, name);
	if (error == 0 && ipv6.prefixes > 0)
		error = create_ipv6(list, &ipv6, name);
	if (error == 0)
		error = fill(list, lists);
	if (error != 0) {
		source_list_free(list);
		return refuse(refusal, error,
			      "[sources]: no room for %u IPv4 and %u IPv6 networks: %s; raise "
			      "`memory` in [weir]",
			      ipv4.prefixes, ipv6.prefixes, rte_strerror(-error));
	}
	return 0;
}

int
source_list_build(struct source_list *list, const struct weir_sources_config *config,
		  const char *name, const struct refusal *refusal)
{
	struct lists lists = {0};
	int error = prefix_list_load(&lists.list[0], &config->deny, config->deny_file, "deny_file",
				     refusal);

	*list = (struct source_list){0};
	if (error == 0)
		error = prefix_list_load(&lists.list[1], &config->allow, config->allow_file,
					 "allow_file", refusal);
	if (error == 0)
		error = build(list, &lists, name, refusal);
	prefix_list_free(&lists.list[0]);
	prefix_list_free(&lists.list[1]);
	return error;
}

void
source_list_free(struct source_list *list)
{
	rte_fib_free(list->ipv4);
	rte_fib6_free(list->ipv6);
	*list = (struct source_list){0};
}

int
sources_create(struct weir *weir, const struct refusal *refusal)
{
	char name[NAME_BYTES - 2];
	int error;

	/* One process may hold several instances. */
	snprintf(name, sizeof(name), "w_%p", (void *)weir);
	error = source_list_build(&weir->sources, &weir->config.sources, name, refusal);
	if (weir->sources.ipv4 != NULL || weir->sources.ipv6 != NULL)
		weir->tcp.sources = &weir->sources;
	return error;
}

void
sources_destroy(struct weir *weir)
{
	weir->tcp.sources = NULL;
	source_list_free(&weir->sources);
}
