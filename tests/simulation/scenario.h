/* SPDX-License-Identifier: BSD-3-Clause */

/* The circumstances of one run, drawn from its seed, or the weather named on the command line. */
#ifndef WEIR_TESTS_SIMULATION_SCENARIO_H
#define WEIR_TESTS_SIMULATION_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "rig.h"

/* What may trouble a run; scenario_names[] has their names. */
enum trouble {
	TROUBLE_LOSS,
	TROUBLE_BURSTS,
	TROUBLE_REORDER,
	TROUBLE_DUPLICATE,
	TROUBLE_CORRUPT,
	TROUBLE_JITTER,
	TROUBLE_CLOG,
	TROUBLE_WEATHER, /* the links change on the way */
	TROUBLE_OUTAGE,
	TROUBLE_BUFFERS, /* most packet buffers are gone for a while */
	TROUBLE_PLAYER,
	TROUBLE_FLOOD,
	TROUBLE_SPOOFER,
	TROUBLE_FAIR_N, /* with those above every connection completes all the same */
	TROUBLE_MTU = TROUBLE_FAIR_N,
	TROUBLE_FLOWS,	  /* fewer flows and transfers than clients */
	TROUBLE_ABORTS,	  /* applications drop connections */
	TROUBLE_TIMEOUTS, /* idle, request, stall and persist timeouts are on and short */
	TROUBLE_STORM,	  /* so much is lost that connections time out */
	TROUBLE_N,
};

struct bulk_setup;

struct scenario {
	uint64_t seed;
	uint32_t troubles; /* bits */
	struct rig_setup rig;
	struct link_setup up, down;
	uint32_t clients; /* honest ones */
	uint64_t total_max;
	uint64_t quantum_ns; /* how long weir lets frames gather */
	uint64_t limit_ns;   /* of virtual time */
	bool is_fair;
	const struct bulk_setup *bulk; /* one long transfer (bulk.h), or NULL */
	bool is_sabotaged; /* a client expects other text than is sent: that must be noticed */
};

extern const char *const scenario_names[TROUBLE_N];

static inline bool
scenario_has(const struct scenario *scenario, enum trouble trouble)
{
	return (scenario->troubles >> trouble & 1) != 0;
}

/* `troubles`: these, or UINT32_MAX to draw them too. */
void scenario_draw(struct scenario *scenario, uint64_t seed, uint32_t troubles);

/* Both links anew: the weather has changed. */
void scenario_draw_links(struct scenario *scenario, struct rng *rng);

/* The troubles of a list of names with commas; false if there is no such name. */
bool scenario_parse(const char *names, uint32_t *troubles);

#endif
