/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The one kind of ring with many producers: it is written so seldom that nobody
 * waits for a line of it.  A full ring loses the error, as a network may.
 */
#include "strays.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_ring.h>

#define STRAY_RING	   256
#define STRAYS_PER_SECOND  1000
#define STRAYS_AT_ONCE_MAX 32

static bool
are_needed(const struct weir *weir)
{
	if (weir->worker_count < 2)
		return false;
	for (uint32_t i = 0; i < weir->device_count; i++) {
		if (weir->devices[i].plan.steering == STEERING_RSS)
			return true;
	}
	return false;
}

int
strays_create(struct weir *weir, const struct refusal *refusal)
{
	char name[RTE_RING_NAMESIZE];

	for (uint32_t i = 0; are_needed(weir) && i < weir->worker_count; i++) {
		struct worker *worker = weir->workers[i];

		snprintf(name, sizeof(name), "weir_stray_%u", i);
		weir->crew.strays[i] =
			rte_ring_create_elem(name, sizeof(struct pipeline_stray), STRAY_RING,
					     worker->socket_id, RING_F_SC_DEQ);
		if (weir->crew.strays[i] == NULL)
			return refuse(refusal, -rte_errno, "[weir] memory: no room for ring %s: %s",
				      name, rte_strerror(rte_errno));
		rate_limit_init(&worker->core->stray_limit, STRAYS_PER_SECOND);
	}
	return 0;
}

void
strays_destroy(struct weir *weir)
{
	for (uint32_t i = 0; i < WEIR_CORES_MAX; i++) {
		rte_ring_free(weir->crew.strays[i]);
		weir->crew.strays[i] = NULL;
	}
}

static void
show_others(struct worker *worker)
{
	struct weir_core *core = worker->core;

	for (uint32_t i = 0; i < worker->crew->workers; i++) {
		if (i != worker->index)
			rte_ring_mp_enqueue_burst_elem(worker->crew->strays[i], core->strays,
						       sizeof(core->strays[0]), core->stray_count,
						       NULL);
	}
	core->stray_count = 0;
}

void
strays_exchange(struct worker *worker)
{
	struct rte_ring *ring = worker->crew->strays[worker->index];
	struct pipeline_stray strays[STRAYS_AT_ONCE_MAX];
	uint32_t count;

	if (ring == NULL)
		return;
	if (worker->core->stray_count > 0)
		show_others(worker);
	count = rte_ring_sc_dequeue_burst_elem(ring, strays, sizeof(strays[0]), STRAYS_AT_ONCE_MAX,
					       NULL);
	for (uint32_t i = 0; i < count; i++)
		pipeline_take_stray(worker->core, &strays[i]);
}
