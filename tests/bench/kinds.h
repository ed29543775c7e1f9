/* SPDX-License-Identifier: BSD-3-Clause */

/* The kinds of packets that are measured: how they are made, and what is timed. */
#ifndef WEIR_TESTS_BENCH_KINDS_H
#define WEIR_TESTS_BENCH_KINDS_H

#include "clients.h"

struct kind {
	const char *name;
	const char *text;
	enum bed_net net;
	bool is_floor; /* of its net */
	void (*prepare)(struct clients *clients);
	uint64_t (*run)(struct clients *clients);
};

extern const struct kind kinds[];
extern const uint32_t kinds_count;

/* The floor for that kind: the same frames with their ends exchanged. */
const struct kind *kind_floor(const struct kind *kind);

/* The one of that name, which must be there. */
const struct kind *kind_named(const char *name);

/* Make the packets of a round, off the clock, and run them; returns what that took, in cycles. */
uint64_t kind_round(const struct kind *kind, struct clients *clients);

#endif
