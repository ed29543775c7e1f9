/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How a worker comes to an end: its flows are told, given time if the policy
 * says so, and the last frames leave.  Each step has a limit, so a peer or a
 * device that does nothing cannot hold weir.
 *
 * The trap: a worker whose queue others send by must outlast them, so all
 * leave together.
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

static void
flush(struct worker *worker)
{
	struct crew_state *crew = worker->crew;

	if (!is_flushed(worker) && worker->now_ns < worker->farewell_ns)
		return;
	enter(worker, FAREWELL_WAIT, crew->stop_grace_ns + WAIT_NS);
	atomic_fetch_add_explicit(&crew->quiet_count, 1, memory_order_release);
}

/* The rings to us are empty for good once every worker is quiet and one more turn is done. */
static void
wait_for_others(struct worker *worker)
{
	uint32_t quiet = atomic_load_explicit(&worker->crew->quiet_count, memory_order_acquire);

	if (quiet < worker->crew->workers && worker->now_ns < worker->farewell_ns)
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
	case FAREWELL_WAIT:
		wait_for_others(worker);
		break;
	case FAREWELL_DONE:
		break;
	}
	return worker->farewell == FAREWELL_DONE;
}
