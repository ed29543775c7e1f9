/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The loop: receive, one turn of the pipeline, send.
 */
#include "worker.h"

#include <sched.h>

#include <rte_cycles.h>

#include "check.h"
#include "neigh_news.h"
#include "strays.h"
#include "worker_receive.h"

/* watch() runs once in so many idle turns, or in an eighth as many busy ones. */
#define WATCH_TURNS	 256
#define WATCH_TURNS_BUSY 32
#define TX_ROOM_MAX	 (TCP_TX_MAX - TCP_TX_RESERVE)

/* Room for text: what the slowest device's backlog leaves beside the reserve for replies. */
static uint32_t
tx_room(const struct worker *worker)
{
	uint32_t room = TX_BACKLOG;

	for (uint32_t i = 0; i < TCP_PORTS_MAX; i++) {
		if (worker->lanes[i] != NULL)
			room = RTE_MIN(room, tx_lane_room(worker->lanes[i]));
	}
	room = room > TCP_TX_RESERVE ? room - TCP_TX_RESERVE : 0;
	return RTE_MIN(room, (uint32_t)TX_ROOM_MAX);
}

/* Frames stand in order of sending; each run for one device goes as it is. */
static void
send_frames(struct worker *worker, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i <= count; i++) {
		uint16_t port_id = frames[first]->port;

		if (i < count && frames[i]->port == port_id)
			continue;
		check(port_id < TCP_PORTS_MAX && worker->lanes[port_id] != NULL);
		tx_lane_send(worker->lanes[port_id], worker->now_ns, &frames[first], i - first);
		first = i;
	}
}

/* What other workers send by our queues.  What our backlog has no room for stays in their ring. */
static void
relay(struct worker *worker, const struct tx_relay *from)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	uint32_t room = RTE_MIN(tx_lane_room(from->lane), (uint32_t)PIPELINE_BURST_MAX);
	uint32_t count = rte_ring_sc_dequeue_burst(from->ring, (void **)frames, room, NULL);

	if (count > 0)
		tx_lane_send(from->lane, worker->now_ns, frames, count);
}

/* Now and then: are buffers short, what is the time of day, new keys, others' errors? */
static void
watch(struct worker *worker)
{
	struct tcp_engine *tcp = &worker->core->tcp;
	bool short_before = tcp->buffers_short;
	bool is_short = buffers_pool_is_short(&worker->tx_pool, short_before);

	for (uint32_t i = 0; i < worker->rx_pool_count; i++)
		is_short |= buffers_pool_is_short(&worker->rx_pools[i], short_before);
	tcp->buffers_short = is_short;
	worker->core->unix_ns_offset =
		atomic_load_explicit(&worker->crew->clock.unix_ns_offset, memory_order_relaxed);
	key_roll_take(worker);
	strays_exchange(worker);
	neigh_news_take(worker);
}

static void
rest(const struct worker *worker)
{
	if (worker->shares_cpu)
		sched_yield();
	else
		rte_pause();
}

void
worker_turn(struct worker *worker)
{
	struct weir_core *core = worker->core;
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	uint32_t received, sent, passed;

	/* The clock after the frames: no frame comes from what is to them the future. */
	received = worker_receive(worker, frames);
	clock_read(&worker->crew->clock, rte_rdtsc(), &worker->now_ns);
	for (uint32_t i = 0; i < TCP_PORTS_MAX; i++) {
		if (worker->lanes[i] != NULL)
			tx_lane_poll(worker->lanes[i], worker->now_ns);
	}
	sent = pipeline_poll(core, worker->now_ns, frames, received, tx_room(worker));
	send_frames(worker, core->tcp.tx, sent);
	for (uint32_t i = 0; i < worker->relay_count; i++)
		relay(worker, &worker->relays[i]);

	if (received + sent > 0) {
		counter_increment(&core->counters, COUNTER_poll_busy);
		passed = WATCH_TURNS_BUSY;
	} else {
		counter_increment(&core->counters, COUNTER_poll_idle);
		passed = 1;
		rest(worker);
	}
	if (worker->until_watch <= passed) {
		worker->until_watch = WATCH_TURNS;
		watch(worker);
	} else {
		worker->until_watch -= passed;
	}
}

int
worker_start_apps(void *arg)
{
	struct worker *worker = arg;
	int error = pipeline_apps_init(worker->core, worker->app_ops, worker->app_args,
				       worker->app_count);

	worker->is_initialized = error == 0;
	worker->init_error = error;
	return error;
}

int
worker_end_apps(void *arg)
{
	struct worker *worker = arg;

	if (worker->is_initialized)
		pipeline_apps_fini(worker->core);
	worker->is_initialized = false;
	return 0;
}

int
worker_run(void *arg)
{
	struct worker *worker = arg;

	watch(worker);
	while (!atomic_load_explicit(&worker->crew->stop_is_wanted, memory_order_relaxed))
		worker_turn(worker);
	while (!worker_farewell(worker))
		worker_turn(worker);
	for (uint32_t i = 0; i < TCP_PORTS_MAX; i++) {
		if (worker->lanes[i] != NULL)
			tx_lane_drain(worker->lanes[i]);
	}
	return worker_end_apps(worker);
}
