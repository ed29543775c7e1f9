/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The state machine's skeleton (RFC 9293, 3.3.2, figure 5).
 *
 * TIME-WAIT is a table of its own (flow/time_wait_table.h): a connection passes
 * through the state on its way there and its record becomes CLOSED at once.
 */
#include "tcp_state.h"

#include "check.h"
#include "tcp_emit.h"
#include "tcp_source.h"
#include "tcp_tombstone.h"
#include "tcp_user.h"

static const char *const state_names[TCPS_N] = {
	[TCPS_CLOSED] = "CLOSED",	    [TCPS_LISTEN] = "LISTEN",
	[TCPS_SYN_SENT] = "SYN-SENT",	    [TCPS_SYN_RECEIVED] = "SYN-RECEIVED",
	[TCPS_ESTABLISHED] = "ESTABLISHED", [TCPS_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCPS_FIN_WAIT_1] = "FIN-WAIT-1",   [TCPS_CLOSING] = "CLOSING",
	[TCPS_LAST_ACK] = "LAST-ACK",	    [TCPS_FIN_WAIT_2] = "FIN-WAIT-2",
	[TCPS_TIME_WAIT] = "TIME-WAIT",
};

#define TO(state) (1u << (state))

/* Every state may also become CLOSED: by RST, timeout or abort. */
static const uint16_t next_states[TCPS_N] = {
	/* SYN-RECEIVED: a SYN; ESTABLISHED: a cookie.  LISTEN itself has no record. */
	[TCPS_CLOSED] = TO(TCPS_SYN_SENT) | TO(TCPS_SYN_RECEIVED) | TO(TCPS_ESTABLISHED),
	[TCPS_SYN_SENT] = TO(TCPS_SYN_RECEIVED) | TO(TCPS_ESTABLISHED),
	[TCPS_SYN_RECEIVED] = TO(TCPS_ESTABLISHED),
	[TCPS_ESTABLISHED] = TO(TCPS_FIN_WAIT_1) | TO(TCPS_CLOSE_WAIT),
	[TCPS_CLOSE_WAIT] = TO(TCPS_LAST_ACK),
	[TCPS_FIN_WAIT_1] = TO(TCPS_FIN_WAIT_2) | TO(TCPS_CLOSING) | TO(TCPS_TIME_WAIT),
	[TCPS_FIN_WAIT_2] = TO(TCPS_TIME_WAIT),
	[TCPS_CLOSING] = TO(TCPS_TIME_WAIT),
	[TCPS_LAST_ACK] = 0,
	[TCPS_TIME_WAIT] = 0,
};

const char *
tcp_state_name(enum tcp_state state)
{
	check(state < TCPS_N);
	return state_names[state];
}

void
tcp_enter(struct tcp_tcb *tcb, enum tcp_state next)
{
	check(next == TCPS_CLOSED || (next_states[tcb->state] & TO(next)) != 0);
	tcb->state = next & 0xf;
}

static void
count_end(struct tcp_engine *engine, enum weir_close_reason reason)
{
	counter_increment(engine->counters, COUNTER_flow_closed);
	if (reason == WEIR_CLOSE_RESET)
		counter_increment(engine->counters, COUNTER_flow_reset_by_peer);
	if (reason == WEIR_CLOSE_TIMEOUT)
		counter_increment(engine->counters, COUNTER_flow_timed_out);
}

/* A connection that we wanted to open and that did not come to be. */
static void
count_failure(struct tcp_engine *engine, enum weir_close_reason reason)
{
	if (reason == WEIR_CLOSE_REFUSED)
		counter_increment(engine->counters, COUNTER_connect_refused);
	if (reason == WEIR_CLOSE_TIMEOUT)
		counter_increment(engine->counters, COUNTER_connect_timed_out);
	if (reason == WEIR_CLOSE_UNREACHABLE)
		counter_increment(engine->counters, COUNTER_connect_unreachable);
}

/* The books of a client's connection, or of one that never was more than an entry. */
static uint16_t
settle_client(struct tcp_engine *engine, const struct flow *flow, const struct tcp_tcb *tcb)
{
	engine->listener_flows[flow->listener]--;
	if (tcb->state != TCPS_SYN_RECEIVED)
		return TCB_HAD_OPENED;
	engine->syn_policy.half_open--;
	tcp_source_unqueued(engine, &flow->key.remote);
	return 0;
}

static uint64_t
hash_of(const struct tcp_engine *engine, uint32_t idx)
{
	return flow_hash_of(&engine->flow_hash, &flow_pool_get(&engine->flows, idx)->key);
}

/* `hash` of the key: dear enough to be computed once for all tables. */
static void
finish(struct tcp_engine *engine, uint64_t hash, uint32_t idx, enum weir_close_reason reason)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint16_t flags = (uint16_t)(tcb->flags & ~(TCB_REASON_MASK | TCB_HAD_OPENED));

	flags = (uint16_t)(flags | reason << TCB_REASON_SHIFT);
	if (!flow_is_outgoing(flow))
		flags = (uint16_t)(flags | settle_client(engine, flow, tcb));
	else if (!tcp_state_is_synchronized(tcb))
		count_failure(engine, reason);
	if (tcp_state_is_synchronized(tcb)) {
		count_end(engine, reason);
		if (tcb->state != TCPS_TIME_WAIT)
			tcp_tombstone_leave(engine, hash, idx);
	}

	tcp_enter(tcb, TCPS_CLOSED);
	tcb->flags = flags;
	timer_wheel_cancel(&engine->wheel, idx);
	flow_pool_unlink(&engine->flows, hash, idx);

	flow->deferred &= (uint8_t) ~(TCP_DEFER_OUTPUT | TCP_DEFER_ACK | TCP_DEFER_WRITABLE);
	if (reason != WEIR_CLOSE_NORMAL) {
		flow->deferred &= (uint8_t) ~(TCP_DEFER_TEXT | TCP_DEFER_PEER_FIN);
		if (tcb->transfer != TCP_TRANSFER_NONE) {
			tcp_transfer_destroy(&engine->transfers, tcb->transfer);
			tcb->transfer = TCP_TRANSFER_NONE;
		}
	}
	tcp_defer(engine, idx, TCP_DEFER_CLOSED);
}

void
tcp_finish(struct tcp_engine *engine, uint32_t idx, enum weir_close_reason reason)
{
	finish(engine, hash_of(engine, idx), idx, reason);
}

void
tcp_enter_time_wait(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint64_t hash = hash_of(engine, idx);
	bool has_timestamps = tcb_has(tcb, TCB_TIMESTAMPS);
	struct time_wait tw = {
		.snd_nxt = tcb->snd_nxt,
		.rcv_nxt = tcb->rcv_nxt,
		.ts_recent = tcb->ts_recent,
	};

	/* From CLOSING it was an ACK that brought us here: the FIN has had its answer. */
	if (tcb->state != TCPS_CLOSING)
		tcp_emit_ack(engine, idx);
	tcp_enter(tcb, TCPS_TIME_WAIT);
	counter_increment(engine->counters, COUNTER_time_wait_entered);
	if (time_wait_table_insert(&engine->time_wait, hash, &tw, has_timestamps,
				   engine->tick + engine->config->time_wait_ticks))
		counter_increment(engine->counters, COUNTER_time_wait_recycled);
	finish(engine, hash, idx, WEIR_CLOSE_NORMAL);
}

void
tcp_evict(struct tcp_engine *engine, uint32_t idx, enum counter counter,
	  enum weir_close_reason reason)
{
	counter_increment(engine->counters, counter);
	counter_increment(engine->counters, COUNTER_flow_aborted);
	tcp_emit_rst(engine, idx);
	tcp_finish(engine, idx, reason);
}

void
tcp_user_abort(struct tcp_engine *engine, uint32_t idx)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->state != TCPS_CLOSED) {
		if (tcp_state_is_synchronized(tcb))
			counter_increment(engine->counters, COUNTER_flow_aborted);
		tcp_emit_abort(engine, idx);
		tcp_finish(engine, idx, WEIR_CLOSE_SHUTDOWN);
	}
	/* The user knows: nothing is to be told any more. */
	if (flow->deferred & TCP_DEFER_LISTED)
		flow->deferred = TCP_DEFER_LISTED;
	else
		tcp_flow_free(engine, idx);
}

void
tcp_flow_free(struct tcp_engine *engine, uint32_t idx)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	check(tcb->state == TCPS_CLOSED);
	check((flow->deferred & TCP_DEFER_LISTED) == 0);
	if (tcb->transfer != TCP_TRANSFER_NONE) {
		tcp_transfer_destroy(&engine->transfers, tcb->transfer);
		tcb->transfer = TCP_TRANSFER_NONE;
	}
	if (tcb_has(tcb, TCB_HAD_OPENED))
		tcp_source_closed(engine, &flow->key.remote);
	flow_pool_free(&engine->flows, idx);
}
