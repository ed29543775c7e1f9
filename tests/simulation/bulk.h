/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One long transfer over one link, and how it compares with what the link and
 * TCP's response to loss allow.
 */
#ifndef WEIR_TESTS_SIMULATION_BULK_H
#define WEIR_TESTS_SIMULATION_BULK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "world.h"

struct bulk_setup {
	uint64_t seed;
	uint64_t octets; /* that weir sends */
	bool is_echo;	 /* and gets from the client first, in the other direction */
	struct link_setup up, down;
	uint32_t buffer; /* octets, at both ends and in both directions */
	bool is_quick;	 /* weir's least RTO is 200 ms, as Linux's, in place of a second */
};

struct bulk_result {
	bool held; /* world->wrong says what did not */
	double seconds;
	double goodput;	   /* octets of text per second, downwards */
	double link_bound; /* what the link's rate allows, 0 where it has none */
	double loss_bound; /* CUBIC's response to the loss (RFC 9438, 5), 0 without loss */
	uint64_t timeouts, fast_retransmits, repeats; /* weir's */
	uint64_t lost, repeats_lost;		      /* on the way down */
};

void bulk_run(struct world *world, const struct bulk_setup *setup, struct bulk_result *result,
	      FILE *capture, FILE *log);

/* The smaller bound, 0 where there is none. */
double bulk_bound(const struct bulk_result *result);

void bulk_print(const struct bulk_setup *setup, const struct bulk_result *result, FILE *to);

#endif
