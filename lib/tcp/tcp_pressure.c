/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Holders: peers with true connections that make us hold what they do not use.
 * They shut their window behind a large request, or open it octet by octet
 * (sockstress, slow reading; RFC 6429), leave a hole in front of text that we must
 * keep, or open connections and ask for nothing.
 *
 * RFC 9293 lets none of them be ended while they answer (MUST-37), and where
 * nobody else wants what they hold none is, unless [tcp] stall_timeout says so.
 * But a core has three things that can run out, and then it must choose:
 *
 *	transfers	three quarters are busy: those of the stalled are taken.  The
 *			time to move is stall_timeout_short, half of it when an eighth
 *			is left and a quarter when a sixteenth is.
 *	buffers		an eighth is left: as above; and text behind a hole that has
 *			been open for a second is given up, which any receiver may do
 *			(RFC 2018, 8): it was not acknowledged and is sent again.
 *	flows		an eighth is left: who owes a request has an eighth of
 *			request_timeout for it.
 *
 * STALLED is a peer that in its time has taken less than stall_rate lets expect, though
 * there was more to take all the while, or has not closed a hole.  Time begins when
 * the queue fills, so one who waits for us is never stalled, however slow we are; it
 * does not count text that our application leaves unread, which is no peer's fault.
 * What is measured is octets against time and nothing else, for all alike: the
 * cheapest way for a peer to look honest is to read.
 *
 * Why this does not turn against honest clients: a stranger cannot bring pressure
 * about.  Transfers belong to connections that have proved their address; records
 * of half-open ones do not count; and what a flood of strangers holds in buffers is
 * what the devices' queues hold, which the configuration's check keeps far below the
 * watermark.  Who has proved its address and holds as many as it can pays for each
 * with a handshake every few seconds, and with stall_rate for each that is to stay.
 *
 * The work is bounded: a thousandth of the records per tick, so that all are seen
 * in about a second, and a few ends among them.
 */
#include "tcp_pressure.h"

#include <rte_common.h>

#include "tcp_reassembly.h"
#include "tcp_state.h"
#include "tcp_timers.h"
#include "units.h"

#define SEEN_SHIFT 10 /* of all records, one in 2^10 per tick */
#define SEEN_MIN   64
#define SEEN_MAX   1024
#define ENDED_MAX  32 /* per tick and kind: each is a RST */

/* RFC 6298's first RTO: an honest sender has filled its hole. */
#define HOLE_TICKS ticks_in_ms(1000)

/* As a shift: 7 % too many, which favours the peer. */
#define TICKS_PER_SECOND_SHIFT 10

/* Of a request's time under pressure. */
#define REQUEST_HURRY 8

static uint32_t
seen_per_tick(uint32_t capacity)
{
	uint32_t seen = RTE_MAX(capacity >> SEEN_SHIFT, (uint32_t)SEEN_MIN);

	return RTE_MIN(RTE_MIN(seen, (uint32_t)SEEN_MAX), capacity);
}

static bool
is_owed(const struct tcp_transfer *transfer, const struct tcp_tcb *tcb)
{
	return transfer->send.bytes > 0 || transfer->persisting || transfer->held != NULL ||
	       tcb->snd_una != tcb->snd_nxt;
}

static void
begin_time(const struct tcp_engine *engine, struct tcp_transfer *transfer)
{
	transfer->owed_since = engine->tick;
	transfer->moved = 0;
}

void
tcp_pressure_settle(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	bool owed = is_owed(transfer, tcb);

	if (owed && !transfer->is_owed)
		begin_time(engine, transfer);
	transfer->is_owed = owed;
	tcp_transfer_settle(&engine->transfers, tcb->transfer, tcb);
}

void
tcp_pressure_moved(struct tcp_transfer *transfer, uint32_t bytes)
{
	transfer->moved += RTE_MIN(bytes, UINT32_MAX - transfer->moved);
}

/* The time a peer has to move in now; 0: any. */
static uint32_t
time_to_move(const struct tcp_engine *engine)
{
	const struct tcp_transfer_pool *pool = &engine->transfers;
	uint64_t left16 = (uint64_t)(pool->capacity - pool->used + pool->idle) * 16;
	uint32_t ticks = engine->config->stall_short_ticks;

	if (ticks == 0 || (!engine->buffers_short && left16 > (uint64_t)pool->capacity * 4))
		return engine->config->stall_ticks;
	for (uint32_t sixteenths = 2; sixteenths > 0; sixteenths--) {
		if (left16 <= (uint64_t)pool->capacity * sixteenths)
			ticks /= 2;
	}
	ticks = RTE_MAX(ticks, 1u);
	return engine->config->stall_ticks == 0 ? ticks
						: RTE_MIN(ticks, engine->config->stall_ticks);
}

static bool
has_moved(const struct tcp_engine *engine, const struct tcp_transfer *transfer, uint32_t age)
{
	uint64_t due = (uint64_t)engine->config->stall_rate * age >> TICKS_PER_SECOND_SHIFT;

	return transfer->moved >= RTE_MAX(due, UINT64_C(1));
}

static void
give_up_held(struct tcp_engine *engine, struct tcp_transfer *transfer)
{
	counter_add(engine->counters, COUNTER_segment_given_up, transfer->held_count);
	tcp_reassembly_clear(transfer);
	tcp_pressure_settle(engine, transfer->flow);
}

/* True if its connection was ended. */
static bool
judge_transfer(struct tcp_engine *engine, struct tcp_transfer *transfer, uint32_t ticks)
{
	uint32_t age = engine->tick - transfer->owed_since;

	if (transfer->flow == FLOW_NONE || !transfer->is_owed ||
	    tcp_engine_tcb(engine, transfer->flow)->state == TCPS_CLOSED)
		return false;
	if (engine->buffers_short && transfer->held != NULL && age >= HOLE_TICKS)
		give_up_held(engine, transfer);
	if (ticks == 0 || !transfer->is_owed || age < ticks)
		return false;
	if (has_moved(engine, transfer, age)) {
		begin_time(engine, transfer);
		return false;
	}
	tcp_evict(engine, transfer->flow, COUNTER_flow_stalled, WEIR_CLOSE_STALLED);
	return true;
}

static void
poll_transfers(struct tcp_engine *engine)
{
	struct tcp_transfer_pool *pool = &engine->transfers;
	uint32_t ended = 0;

	for (uint32_t i = seen_per_tick(pool->capacity); i > 0 && ended < ENDED_MAX; i--) {
		uint32_t ticks = time_to_move(engine), next = engine->pressure_transfer;

		if (ticks == 0 && !engine->buffers_short)
			return; /* each end may be the one that was needed */
		engine->pressure_transfer = next + 1 < pool->capacity ? next + 1 : 0;
		ended += judge_transfer(engine, tcp_transfer_get(pool, next), ticks);
	}
}

/* Half-open ones are strangers': what they hold must not cost a connection anything. */
static bool
flows_are_short(const struct tcp_engine *engine)
{
	uint64_t used = engine->flows.table.used - engine->syn_policy.half_open;

	return used * 8 >= (uint64_t)engine->flows.capacity * 7;
}

static void
poll_flows(struct tcp_engine *engine)
{
	uint32_t ticks = engine->config->request_ticks / REQUEST_HURRY, ended = 0;

	if (ticks == 0)
		return;
	for (uint32_t i = seen_per_tick(engine->flows.capacity); i > 0 && ended < ENDED_MAX; i--) {
		uint32_t idx = engine->pressure_flow;

		if (!flows_are_short(engine))
			return;
		engine->pressure_flow = idx + 1 < engine->flows.capacity ? idx + 1 : 0;
		if (tcp_timer_request_age(engine, idx) < ticks)
			continue;
		tcp_evict(engine, idx, COUNTER_flow_overdue, WEIR_CLOSE_OVERDUE);
		ended++;
	}
}

void
tcp_pressure_poll(struct tcp_engine *engine)
{
	if (engine->pressure_tick == engine->tick)
		return;
	engine->pressure_tick = engine->tick;
	poll_transfers(engine);
	poll_flows(engine);
}
