/* SPDX-License-Identifier: BSD-3-Clause */

/* ARP, and the same of IPv6: who has the destination, and we have these addresses. */
#ifndef WEIR_TESTS_BENCH_GEN_NEIGHBOUR_H
#define WEIR_TESTS_BENCH_GEN_NEIGHBOUR_H

#include "gen_port.h"
#include "gen_template.h"

/*
 * Ask for path->destination until it answers, and set path->mac_destination.
 * False if nobody does within `seconds`.
 */
bool gen_neighbour_find(struct gen_port *port, struct gen_path *path, const struct gen_prefix *from,
			uint64_t seconds);

/*
 * Turn `m` into our answer if it is a question for an address of `from`; false,
 * and m is as it was for all that matters, if it is not.
 */
bool gen_neighbour_answer(struct rte_mbuf *m, const struct gen_prefix *from, const uint8_t mac[6]);

#endif
