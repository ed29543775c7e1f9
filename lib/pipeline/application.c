/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Fourth stage: what has happened to connections is told to their applications,
 * in the order of struct weir_app_ops: open, urgent, text, the peer's FIN, writable, close.
 *
 * The trap is that a callback may call anything: end this connection or another,
 * or raise events on flows that have had their turn.  So the list of flows is
 * walked by index while it grows, a record that is listed is freed nowhere but
 * here, and TCB_OPENED, which weir_conn_abort() clears, tells after each callback
 * whether there is still somebody to talk to.  The list is walked twice, around
 * the applications' own poll(); what comes up even later waits for the next turn.
 */

#include <errno.h>

#include "check.h"
#include "stages.h"
#include "tcp_urgent.h"
#include "tcp_user.h"

/* A flow and who is told about it. */
struct delivery {
	struct weir_core *core;
	struct flow *flow;
	struct tcp_tcb *tcb;
	uint32_t idx;
	const struct weir_app_ops *ops;
	void *state;
	struct weir_conn *conn;
};

static void
fini_apps(struct weir_core *core)
{
	while (core->app_count > 0) {
		struct pipeline_app *app = &core->apps[--core->app_count];

		if (app->ops->fini != NULL)
			app->ops->fini(core, app->state);
	}
}

int
pipeline_apps_init(struct weir_core *core, const struct weir_app_ops *const *ops,
		   const char *const *args, uint32_t count)
{
	int result = 0;

	if (count > PIPELINE_APPS_MAX)
		return -E2BIG;
	for (uint32_t i = 0; i < count && result == 0; i++) {
		struct pipeline_app *app = &core->apps[i];

		*app = (struct pipeline_app){.ops = ops[i]};
		core->app_now = (uint16_t)i;
		if (ops[i]->version != WEIR_APP_VERSION)
			result = -EINVAL;
		else if (ops[i]->init != NULL)
			result = ops[i]->init(core, args[i], &app->state);
		if (result == 0)
			core->app_count++;
	}
	if (result != 0)
		fini_apps(core);
	return result;
}

void
pipeline_apps_fini(struct weir_core *core)
{
	fini_apps(core);
}

static bool
text_waits(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return tcb->transfer != TCP_TRANSFER_NONE &&
	       engine->transfers.transfers[tcb->transfer].receive.bytes > 0;
}

/* True if `event` had been raised; it is not any more. */
static bool
take_event(struct flow *flow, uint8_t event)
{
	bool raised = (flow->deferred & event) != 0;

	flow->deferred = (uint8_t)(flow->deferred & ~event);
	return raised;
}

/* A connection that was reset before anybody heard of it stays unheard of. */
static void
deliver_open(const struct delivery *d)
{
	if (!take_event(d->flow, TCP_DEFER_OPEN) || d->tcb->state == TCPS_CLOSED)
		return;
	tcb_set(d->tcb, TCB_OPENED);
	if (d->ops->on_open != NULL && d->ops->on_open(d->core, d->conn, d->state) != 0)
		weir_conn_abort(d->core, d->conn);
}

static void
deliver_text(const struct delivery *d)
{
	struct rte_mbuf *chain;

	if (!take_event(d->flow, TCP_DEFER_TEXT) || tcb_has(d->tcb, TCB_PAUSED))
		return;
	chain = tcp_user_receive(&d->core->tcp, d->idx);
	if (chain == NULL)
		return;
	if (d->ops->on_data != NULL)
		d->ops->on_data(d->core, d->conn, chain, d->state);
	else
		rte_pktmbuf_free(chain);
}

/* Not before all text: while that waits, resuming will bring us here again. */
static void
deliver_peer_fin(const struct delivery *d)
{
	if (text_waits(&d->core->tcp, d->tcb) || !take_event(d->flow, TCP_DEFER_PEER_FIN))
		return;
	if (d->ops->on_peer_fin != NULL)
		d->ops->on_peer_fin(d->core, d->conn, d->state);
	else
		weir_conn_shutdown(d->core, d->conn);
}

static void
deliver_writable(const struct delivery *d)
{
	if (take_event(d->flow, TCP_DEFER_WRITABLE) && d->ops->on_writable != NULL &&
	    d->tcb->state != TCPS_CLOSED)
		d->ops->on_writable(d->core, d->conn, d->state);
}

static void
deliver_close(const struct delivery *d)
{
	enum weir_close_reason reason = (d->tcb->flags & TCB_REASON_MASK) >> TCB_REASON_SHIFT;

	tcb_clear(d->tcb, TCB_OPENED);
	if (d->ops->on_close != NULL)
		d->ops->on_close(d->core, d->conn, reason, d->state);
}

bool
pipeline_is_parked(const struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	return tcb->state == TCPS_CLOSED && tcb_has(tcb, TCB_OPENED) && tcb_has(tcb, TCB_PAUSED) &&
	       text_waits(engine, tcb);
}

/* Each step but the first presumes that the application has the connection still. */
static void
deliver_to(const struct delivery *d)
{
	static void (*const steps[])(const struct delivery *) = {
		deliver_text,
		deliver_peer_fin,
		deliver_writable,
	};

	deliver_open(d);
	for (uint32_t i = 0; i < RTE_DIM(steps) && tcb_has(d->tcb, TCB_OPENED); i++)
		steps[i](d);
	if (d->tcb->state == TCPS_CLOSED && tcb_has(d->tcb, TCB_OPENED) &&
	    !pipeline_is_parked(&d->core->tcp, d->idx))
		deliver_close(d);
}

/* A client's connection belongs to the listener's application, ours to the one that wanted it. */
static uint16_t
app_of(const struct tcp_engine *engine, const struct flow *flow)
{
	if (flow_is_outgoing(flow))
		return (uint16_t)(flow->listener & ~FLOW_OUTGOING);
	return listener_table_get(engine->listeners, flow->listener)->app;
}

/* Its application is the one whose callback runs from here on. */
static struct delivery
begin_delivery(struct weir_core *core, uint32_t idx)
{
	struct tcp_engine *engine = &core->tcp;
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	const struct pipeline_app *app;

	core->app_now = app_of(engine, flow);
	app = &core->apps[core->app_now];
	return (struct delivery){
		.core = core,
		.flow = flow,
		.tcb = tcp_engine_tcb(engine, idx),
		.idx = idx,
		.ops = app->ops,
		.state = app->state,
		.conn = (struct weir_conn *)flow,
	};
}

/* Returns false if the flow is gone, and with it its place in the list. */
static bool
deliver(struct weir_core *core, uint32_t idx)
{
	struct tcp_engine *engine = &core->tcp;
	struct delivery d = begin_delivery(core, idx);

	deliver_to(&d);
	if (d.tcb->state != TCPS_CLOSED)
		return true;
	take_event(d.flow, TCP_DEFER_CLOSED);
	if (pipeline_is_parked(engine, idx))
		return true;
	d.flow->deferred = 0;
	tcp_flow_free(engine, idx);
	return false;
}

static_assert(TCP_URGENT_MAX >= PIPELINE_BURST_MAX, "a place for each segment");

/*
 * Before the list, which has no place for a number: no record is freed until then, so
 * a flow that was noted is there, perhaps CLOSED, perhaps not known to anybody yet.
 */
static void
deliver_urgent(struct weir_core *core)
{
	const struct tcp_engine *engine = &core->tcp;

	for (uint32_t i = 0; i < engine->urgent_count; i++) {
		const struct tcp_urgent *urgent = &engine->urgent[i];
		struct delivery d = begin_delivery(core, urgent->idx);

		deliver_open(&d);
		if (d.tcb->state != TCPS_CLOSED && tcb_has(d.tcb, TCB_OPENED) &&
		    d.ops->on_urgent != NULL)
			d.ops->on_urgent(core, d.conn, urgent->bytes, d.state);
	}
}

/* Most flows are listed only because they have something to send. */
static bool
has_event(const struct tcp_engine *engine, uint32_t idx)
{
	const uint8_t quiet = TCP_DEFER_LISTED | TCP_DEFER_OUTPUT | TCP_DEFER_ACK;

	return (flow_pool_get(&engine->flows, idx)->deferred & ~quiet) != 0 ||
	       tcp_engine_tcb(engine, idx)->state == TCPS_CLOSED;
}

static void
drain(struct weir_core *core)
{
	struct tcp_engine *engine = &core->tcp;
	uint32_t idx;

	for (uint32_t i = 0; i < engine->deferred_count; i++) {
		idx = engine->deferred[i];
		if (idx != FLOW_NONE && has_event(engine, idx) && !deliver(core, idx))
			engine->deferred[i] = FLOW_NONE;
	}
}

static void
poll_apps(struct weir_core *core)
{
	const struct pipeline_app *app = core->apps;

	for (; app < &core->apps[core->app_count]; app++) {
		core->app_now = (uint16_t)(app - core->apps);
		if (app->ops->poll != NULL)
			app->ops->poll(core, core->tcp.now_ns, app->state);
	}
}

void
pipeline_application(struct weir_core *core)
{
	deliver_urgent(core);
	drain(core);
	poll_apps(core);
	drain(core);
}
