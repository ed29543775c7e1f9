/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_timers.h"

#include <rte_common.h>

#include "check.h"
#include "tcp_connect.h"
#include "tcp_emit.h"
#include "tcp_idle.h"
#include "tcp_loss.h"
#include "tcp_output.h"
#include "tcp_pmtu.h"
#include "tcp_pressure.h"
#include "tcp_recovery.h"
#include "tcp_rto.h"
#include "tcp_state.h"
#include "tcp_syn_policy.h"
#include "tcp_user_timeout.h"
#include "units.h"

/* Bounds on the work of one turn. */
#define TIMER_BUDGET	 256
#define ACK_BUDGET	 256
#define TIME_WAIT_BUDGET 64

/* What the timer is waiting for, in the order of tcp_timers.h. */
enum timer_purpose {
	PURPOSE_SYN,
	PURPOSE_SYN_ACK,
	PURPOSE_RETRANSMIT,
	PURPOSE_PROBE,
	PURPOSE_FIN_WAIT_2,
	PURPOSE_REQUEST,
	PURPOSE_IDLE,
};

static struct tcp_transfer *
transfer_of(struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return tcb->transfer == TCP_TRANSFER_NONE
		       ? NULL
		       : tcp_transfer_get(&engine->transfers, tcb->transfer);
}

static bool
text_waits(struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	const struct tcp_transfer *transfer = transfer_of(engine, tcb);

	if (tcb_has(tcb, TCB_FIN_QUEUED) && !tcb_has(tcb, TCB_FIN_SENT))
		return true;
	return transfer != NULL && transfer->send.bytes > 0;
}

static enum timer_purpose
purpose_before_established(struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	uint32_t idx = (uint32_t)(tcb - engine->tcbs);

	return flow_is_outgoing(flow_pool_get(&engine->flows, idx)) ? PURPOSE_SYN : PURPOSE_SYN_ACK;
}

static enum timer_purpose
purpose_of(struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	if (tcb->state < TCPS_ESTABLISHED)
		return purpose_before_established(engine, tcb);
	if (tcb->snd_una != tcb->snd_nxt)
		return PURPOSE_RETRANSMIT;
	if (text_waits(engine, tcb))
		return PURPOSE_PROBE;
	if (tcb->state == TCPS_FIN_WAIT_2)
		return PURPOSE_FIN_WAIT_2;
	if (tcb->awaits != TCP_AWAITS_NOTHING && engine->config->request_ticks != 0)
		return PURPOSE_REQUEST;
	return PURPOSE_IDLE;
}

/* The peer has taken its window back from octets that are out, so it can not acknowledge them. */
static bool
window_has_shrunk(const struct tcp_tcb *tcb)
{
	return tcb_snd_wnd(tcb) < RTE_MIN(tcb->snd_nxt - tcb->snd_una, (uint32_t)tcb->mss);
}

/* R2 (RFC 9293, 3.8.3): the peer has acknowledged nothing for so long. */
static uint32_t
r2_ticks(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return tcb->user_timeout != 0 ? user_timeout_ticks(tcb->user_timeout)
				      : engine->config->retransmit_ticks;
}

/* So long, but not beyond R2 where that has begun: the timer has to see it as well. */
static uint32_t
up_to_r2(const struct tcp_engine *engine, const struct tcp_tcb *tcb, uint32_t since, uint32_t ticks)
{
	uint32_t r2 = r2_ticks(engine, tcb), age = engine->tick - since;

	return age < r2 ? RTE_MIN(ticks, r2 - age) : ticks;
}

/* Probes of the peer's window are out, and it has not been heard since the first of them. */
static bool
probes_are_unanswered(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer)
{
	return transfer->backoff > 0 && tick_before(tcb->last_rx, transfer->asked);
}

static uint32_t
probe_wait(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
	   const struct tcp_transfer *transfer, uint32_t ticks)
{
	if (!transfer->persisting || !probes_are_unanswered(tcb, transfer))
		return ticks;
	return up_to_r2(engine, tcb, transfer->asked, ticks);
}

/*
 * With SACK: the first of the three things that octets under way wait for.  `from` is
 * when the last text was sent, or heard of.
 */
static void
arm_loss_timer(struct tcp_engine *engine, uint32_t idx, uint32_t from)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);
	uint32_t deadline = transfer->rto_tick, sooner, probe_ticks;

	transfer->loss_timer = LOSS_TIMER_RTO;
	if (transfer->reorder_us > 0) {
		transfer->loss_timer = LOSS_TIMER_REORDER;
		sooner = engine->tick + ticks_in_ns(transfer->reorder_us * NS_PER_US);
		deadline = tick_before(sooner, deadline) ? sooner : deadline;
	} else if ((probe_ticks = tcp_recovery_probe_ticks(tcb, transfer)) > 0) {
		transfer->loss_timer = LOSS_TIMER_PROBE;
		sooner = from + probe_ticks;
		deadline = tick_before(sooner, deadline) ? sooner : deadline;
	}
	timer_wheel_arm(&engine->wheel, idx, deadline);
}

void
tcp_timer_loss(struct tcp_engine *engine, uint32_t idx)
{
	arm_loss_timer(engine, idx, engine->tick);
}

void
tcp_timer_second(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb_has(tcb, TCB_SACK) && transfer_of(engine, tcb)->loss_timer == LOSS_TIMER_PROBE)
		arm_loss_timer(engine, idx, engine->tick);
}

void
tcp_timer_restart(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_config *config = engine->config;
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);
	uint32_t ticks = 0;

	switch (purpose_of(engine, tcb)) {
	case PURPOSE_SYN:
		ticks = tcp_connect_ticks(engine, tcb);
		break;
	case PURPOSE_SYN_ACK:
		ticks = tcp_rto_ticks(config, tcb, (uint8_t)tcb->syn_retries);
		break;
	case PURPOSE_RETRANSMIT:
		ticks = tcp_rto_ticks(config, tcb, transfer == NULL ? 0 : transfer->backoff);
		if (transfer != NULL && transfer->unanswered && !window_has_shrunk(tcb))
			ticks = up_to_r2(engine, tcb, transfer->since, ticks);
		if (tcb_has(tcb, TCB_SACK)) {
			transfer->rto_tick = engine->tick + ticks;
			tcp_timer_loss(engine, idx);
			return;
		}
		break;
	case PURPOSE_PROBE:
		ticks = tcp_rto_ticks(config, tcb, transfer == NULL ? 0 : transfer->backoff);
		if (transfer != NULL)
			ticks = probe_wait(engine, tcb, transfer, ticks);
		break;
	case PURPOSE_FIN_WAIT_2:
		ticks = config->fin_wait_2_ticks;
		break;
	case PURPOSE_REQUEST:
		ticks = config->request_ticks;
		break;
	case PURPOSE_IDLE:
		ticks = tcp_idle_ticks(engine, tcb);
		break;
	}
	if (ticks == 0)
		timer_wheel_cancel(&engine->wheel, idx);
	else
		timer_wheel_arm(&engine->wheel, idx, engine->tick + ticks);
}

/*
 * The timer itself remembers the deadline.  So where octets of ours are under way
 * and need it, the time begins anew when the peer has acknowledged them.
 */
void
tcp_timer_await(struct tcp_engine *engine, uint32_t idx, enum tcp_awaits awaits)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum timer_purpose purpose;

	tcb->awaits = awaits & 0x3;
	if (tcb_has(tcb, TCB_WANT_WRITABLE))
		return; /* tcp_timer_soon() has it: what it comes to will be seen then */
	purpose = purpose_of(engine, tcb);
	if (purpose == PURPOSE_REQUEST || purpose == PURPOSE_IDLE)
		tcp_timer_restart(engine, idx);
}

void
tcp_timer_reconsider_idle(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (!tcb_has(tcb, TCB_WANT_WRITABLE) && purpose_of(engine, tcb) == PURPOSE_IDLE)
		tcp_timer_restart(engine, idx);
}

uint32_t
tcp_timer_request_age(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	const struct timer_node *timer = &flow_pool_get(&engine->flows, idx)->timer;
	uint32_t left;

	if (tcb->awaits == TCP_AWAITS_NOTHING || tcb->state != TCPS_ESTABLISHED ||
	    tcb_has(tcb, TCB_WANT_WRITABLE) || !timer_node_is_armed(timer) ||
	    purpose_of(engine, tcb) != PURPOSE_REQUEST)
		return 0;
	left = timer->deadline - engine->tick;
	return left < engine->config->request_ticks ? engine->config->request_ticks - left : 0;
}

void
tcp_timer_soon(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->snd_una == tcb->snd_nxt) /* else the retransmission timer runs */
		timer_wheel_arm(&engine->wheel, idx, engine->tick + 1);
}

void
tcp_timer_delay_ack(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_ack_queue *queue = &engine->ack_queue;
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (engine->config->delayed_ack_ticks == 0 || queue->tail - queue->head == TCP_ACK_QUEUE) {
		tcp_defer(engine, idx, TCP_DEFER_ACK);
		return;
	}
	queue->entry[queue->tail % TCP_ACK_QUEUE].flow = idx;
	queue->entry[queue->tail % TCP_ACK_QUEUE].deadline =
		engine->tick + engine->config->delayed_ack_ticks;
	queue->tail++;
	tcb_set(tcb, TCB_ACK_DELAYED);
}

/*
 * An entry may outlive its reason: the ACK went with text, even the connection
 * ended and its number is another's.  Then at worst an ACK leaves early.
 */
static void
expire_delayed_acks(struct tcp_engine *engine)
{
	struct tcp_ack_queue *queue = &engine->ack_queue;

	for (uint32_t i = 0; i < ACK_BUDGET && queue->head != queue->tail; i++) {
		uint32_t idx = queue->entry[queue->head % TCP_ACK_QUEUE].flow;
		uint32_t deadline = queue->entry[queue->head % TCP_ACK_QUEUE].deadline;
		const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

		if (tick_before(engine->tick, deadline))
			return;
		queue->head++;
		if (tcb->state != TCPS_CLOSED && tcb_has(tcb, TCB_ACK_DELAYED))
			tcp_defer(engine, idx, TCP_DEFER_ACK);
	}
}

static void
fire_syn_ack(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->syn_retries >= engine->config->syn_retries_max) {
		counter_increment(engine->counters, COUNTER_syn_queue_expired);
		tcp_finish(engine, idx, WEIR_CLOSE_TIMEOUT);
		return;
	}
	tcb->syn_retries++;
	counter_increment(engine->counters, COUNTER_syn_ack_retransmitted);
	tcp_emit_syn_ack(engine, idx);
	tcp_timer_restart(engine, idx);
}

static bool
is_past(const struct tcp_engine *engine, uint32_t since, uint32_t ticks)
{
	return ticks != 0 && engine->tick - since >= ticks;
}

/*
 * How long a window may stay shut.  Once our user has closed nobody is there whose
 * choice it were to wait: what is left to send is given the time of R2 and no more.
 */
static uint32_t
persist_limit(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	uint32_t persist_ticks = engine->config->persist_ticks;

	if (tcb->state < TCPS_FIN_WAIT_1)
		return persist_ticks;
	return persist_ticks == 0 ? r2_ticks(engine, tcb)
				  : RTE_MIN(persist_ticks, r2_ticks(engine, tcb));
}

/* R2, where a peer with a shrunk window is alive as long as it says so (SHLD-17). */
static bool
retransmission_is_vain(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
		       const struct tcp_transfer *transfer)
{
	if (window_has_shrunk(tcb))
		return (tick_before(tcb->last_rx, transfer->last_tx) &&
			is_past(engine, tcb->last_rx, r2_ticks(engine, tcb))) ||
		       is_past(engine, transfer->since, persist_limit(engine, tcb));
	return is_past(engine, transfer->since, r2_ticks(engine, tcb));
}

static void
fire_retransmit(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);

	check(transfer != NULL); /* octets are out */
	if (!transfer->unanswered) {
		/* The octets went out when the timer was started. */
		transfer->since =
			engine->tick - tcp_rto_ticks(engine->config, tcb, transfer->backoff);
	} else if (retransmission_is_vain(engine, tcb, transfer)) {
		if (window_has_shrunk(tcb))
			tcp_evict(engine, idx, COUNTER_flow_window_shut, WEIR_CLOSE_TIMEOUT);
		else
			tcp_finish(engine, idx, WEIR_CLOSE_TIMEOUT);
		return;
	}
	tcp_connect_doubt(engine, idx);
	counter_increment(engine->counters, COUNTER_retransmit_timeout);
	if (!tcp_pmtu_timeout(engine, idx)) { /* else it is sent again in smaller segments */
		if (tcb_has(tcb, TCB_SACK))
			tcp_recovery_timeout(engine, tcb, transfer);
		else
			tcp_loss_timeout(tcb, transfer);
	}
	tcp_timer_restart(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

/* RFC 8985, 6.2, step 5: what has not come in the time for reordering is lost. */
static void
fire_reorder(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	tcp_recovery_look(engine, tcb, transfer_of(engine, tcb));
	tcp_timer_loss(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}

/* RFC 8985, 7.3.  Text does not touch the timer, so it looks itself if there was some since. */
static void
fire_tail_probe(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);
	uint32_t ticks = tcp_recovery_probe_ticks(tcb, transfer);

	if (ticks == 0 || (tick_before(engine->tick, transfer->last_tx + ticks) &&
			   tick_before(engine->tick, transfer->rto_tick))) {
		arm_loss_timer(engine, idx, transfer->last_tx);
		return;
	}
	tcp_output_tail_probe(engine, idx);
	/* Whether it could be sent or not: next is the timeout, counted from now. */
	transfer->rto_tick = engine->tick + tcp_rto_ticks(engine->config, tcb, transfer->backoff);
	transfer->loss_timer = LOSS_TIMER_RTO;
	timer_wheel_arm(&engine->wheel, idx, transfer->rto_tick);
}

/* Octets are out. */
static void
fire_loss(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	const struct tcp_transfer *transfer = transfer_of(engine, tcb);

	check(transfer != NULL);
	if (tcb_has(tcb, TCB_SACK) && transfer->loss_timer == LOSS_TIMER_REORDER)
		fire_reorder(engine, idx);
	else if (tcb_has(tcb, TCB_SACK) && transfer->loss_timer == LOSS_TIMER_PROBE)
		fire_tail_probe(engine, idx);
	else
		fire_retransmit(engine, idx);
}

/*
 * The window stays shut (RFC 9293, 3.8.6.1).  While the peer answers probes the
 * connection is kept, unless the configuration sets a limit (RFC 6429).
 */
static void
fire_probe(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer = transfer_of(engine, tcb);

	if (transfer == NULL || !transfer->persisting) {
		/* Not the window: room in tx or a transfer was lacking. */
		tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
		tcp_timer_restart(engine, idx);
		return;
	}
	if (!probes_are_unanswered(tcb, transfer))
		transfer->asked = engine->tick;
	if (is_past(engine, transfer->asked, r2_ticks(engine, tcb)) ||
	    is_past(engine, transfer->since, persist_limit(engine, tcb))) {
		tcp_evict(engine, idx, COUNTER_flow_window_shut, WEIR_CLOSE_TIMEOUT);
		return;
	}
	if (transfer->backoff < TCP_BACKOFF_MAX)
		transfer->backoff++;
	counter_increment(engine->counters, COUNTER_window_probe_sent);
	tcp_output_probe(engine, idx);
	tcp_timer_restart(engine, idx);
}

/* Buffers were short when it wanted to send, and nothing of it is out: it may try again. */
static bool
try_again(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (!tcb_has(tcb, TCB_WANT_WRITABLE))
		return false;
	tcb_clear(tcb, TCB_WANT_WRITABLE);
	tcp_defer(engine, idx, TCP_DEFER_WRITABLE);
	return true;
}

static void
fire_request(struct tcp_engine *engine, uint32_t idx)
{
	if (try_again(engine, idx))
		tcp_timer_restart(engine, idx);
	else
		tcp_evict(engine, idx, COUNTER_flow_overdue, WEIR_CLOSE_OVERDUE);
}

static void
fire_idle(struct tcp_engine *engine, uint32_t idx)
{
	uint32_t ticks;

	try_again(engine, idx);
	ticks = tcp_idle_expire(engine, idx);
	if (ticks != 0)
		timer_wheel_arm(&engine->wheel, idx, engine->tick + ticks);
}

static void
fire(void *arg, uint32_t idx)
{
	struct tcp_engine *engine = arg;
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	check(tcb->state != TCPS_CLOSED);
	switch (purpose_of(engine, tcb)) {
	case PURPOSE_SYN:
		tcp_connect_fire(engine, idx);
		break;
	case PURPOSE_SYN_ACK:
		fire_syn_ack(engine, idx);
		break;
	case PURPOSE_RETRANSMIT:
		fire_loss(engine, idx);
		break;
	case PURPOSE_PROBE:
		fire_probe(engine, idx);
		break;
	case PURPOSE_FIN_WAIT_2:
		tcp_finish(engine, idx, WEIR_CLOSE_TIMEOUT);
		break;
	case PURPOSE_REQUEST:
		fire_request(engine, idx);
		break;
	case PURPOSE_IDLE:
		fire_idle(engine, idx);
		break;
	}
}

void
tcp_engine_expire(struct tcp_engine *engine)
{
	expire_delayed_acks(engine);
	timer_wheel_poll(&engine->wheel, engine->tick, TIMER_BUDGET, fire, engine);
	time_wait_table_expire(&engine->time_wait, engine->tick, TIME_WAIT_BUDGET);
	time_wait_table_expire(&engine->tombstones, engine->tick, TIME_WAIT_BUDGET);
	tcp_pressure_poll(engine);
	tcp_syn_policy_calm(engine);
}
