/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How a worker comes to an end: its flows are told, given time if the policy
 * says so, and the last frames leave.  Each step has a limit, so a peer or a
 * device that does nothing cannot hold weir.
 *
 * The trap: workers receive and send for each other.  So none stops reading its
 * rings before all have stopped receiving, and none leaves before all have
 * stopped sending; then every packet is accounted for to the last.
 */
#include "worker.h"

#include "units.h"

#define FLUSH_NS (500 * NS_PER_MS)   /* for the last frames to leave */
#define WAIT_NS	 (5 * NS_PER_SECOND) /* for the other workers, beyond their grace */

static void
enter(struct worker *worker, enum farewell step, uint64_t limit_ns)
{
	worker->farewell = step;
	worker->farewell_ns = worker->now_ns + limit_ns;
}

static void
enter_flush(struct worker *worker)
{
	enter(worker, FAREWELL_FLUSH, FLUSH_NS);
}

static bool
is_flushed(const struct worker *worker)
{
	if (worker->core->tcp.flows.used > 0)
		return false;
	for (uint32_t i = 0; i < TCP_PORTS_MAX; i++) {
		if (worker->lanes[i] != NULL && worker->lanes[i]->waiting > 0)
			return false;
	}
	return true;
}

static void
tell(struct worker *worker)
{
	bool with_rst = worker->crew->stop_policy == WEIR_STOP_RST;

	if (!pipeline_stop(worker->core, with_rst))
		return;
	if (with_rst)
		enter_flush(worker);
	else
		enter(worker, FAREWELL_GRACE, worker->crew->stop_grace_ns);
}

static void
wait_out_grace(struct worker *worker)
{
	if (worker->core->tcp.flows.used == 0)
		enter_flush(worker);
	else if (worker->now_ns >= worker->farewell_ns)
		enter(worker, FAREWELL_RESET, 0);
}

static bool
all_are(const struct worker *worker, _Atomic uint32_t *count)
{
	return atomic_load_explicit(count, memory_order_acquire) >= worker->crew->workers ||
	       worker->now_ns >= worker->farewell_ns;
}

static void
flush(struct worker *worker)
{
	struct crew_state *crew = worker->crew;

	if (!is_flushed(worker) && worker->now_ns < worker->farewell_ns)
		return;
	worker->is_deaf = true;
	enter(worker, FAREWELL_DEAF, crew->stop_grace_ns + WAIT_NS);
	atomic_fetch_add_explicit(&crew->deaf_count, 1, memory_order_release);
}

static void
wait_for_the_deaf(struct worker *worker)
{
	struct crew_state *crew = worker->crew;

	if (!all_are(worker, &crew->deaf_count))
		return;
	for (uint32_t i = 0; i < worker->source_count; i++) {
		if (worker->sources[i].ring != NULL && !rte_ring_empty(worker->sources[i].ring))
			return;
	}
	enter(worker, FAREWELL_SILENT, WAIT_NS);
	atomic_fetch_add_explicit(&crew->silent_count, 1, memory_order_release);
}

static void
wait_for_the_silent(struct worker *worker)
{
	if (!all_are(worker, &worker->crew->silent_count))
		return;
	for (uint32_t i = 0; i < worker->relay_count; i++) {
		if (!rte_ring_empty(worker->relays[i].ring) && worker->now_ns < worker->farewell_ns)
			return;
	}
	worker->farewell = FAREWELL_DONE;
}

bool
worker_farewell(struct worker *worker)
{
	switch (worker->farewell) {
	case FAREWELL_TELL:
		tell(worker);
		break;
	case FAREWELL_GRACE:
		wait_out_grace(worker);
		break;
	case FAREWELL_RESET:
		if (pipeline_stop(worker->core, true))
			enter_flush(worker);
		break;
	case FAREWELL_FLUSH:
		flush(worker);
		break;
	case FAREWELL_DEAF:
		wait_for_the_deaf(worker);
		break;
	case FAREWELL_SILENT:
		wait_for_the_silent(worker);
		break;
	case FAREWELL_DONE:
		break;
	}
	return worker->farewell == FAREWELL_DONE;
}
