/* SPDX-License-Identifier: BSD-3-Clause */

/* More flows with something to be told or sent than the deferred list has places. */
#include "test.h"

#include "bench_core.h"
#include "tcp_state.h"

#define FLOWS 6000
#define TURNS 8 /* enough to look at every record twice */

static_assert(FLOWS > TCP_DEFERRED_MAX && FLOWS <= BENCH_FLOWS, "more than fit, no more than are");

static uint32_t writable[BENCH_FLOWS], closed[BENCH_FLOWS];

static void
on_writable(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	writable[flow_pool_index(&core->tcp.flows, (struct flow *)conn)]++;
}

static void
on_close(struct weir_core *core, struct weir_conn *conn,
	 __attribute__((unused)) enum weir_close_reason reason, __attribute__((unused)) void *state)
{
	closed[flow_pool_index(&core->tcp.flows, (struct flow *)conn)]++;
}

static const struct weir_app_ops ops = {
	.version = WEIR_APP_VERSION,
	.on_writable = on_writable,
	.on_close = on_close,
};

static struct weir_core *
core_with_flows(void)
{
	struct weir_core *core = bench_core(&ops);

	memset(writable, 0, sizeof(writable));
	memset(closed, 0, sizeof(closed));
	for (uint32_t i = 0; i < FLOWS; i++)
		bench_flow(core, (uint16_t)(1 + i));
	return core;
}

static void
turns(struct weir_core *core)
{
	for (uint32_t i = 0; i < TURNS; i++)
		pipeline_poll(core, core->tcp.now_ns, NULL, 0, 0);
}

static uint32_t
flows_with(const uint32_t *told, uint32_t times)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < BENCH_FLOWS; i++)
		count += told[i] == times;
	return count;
}

TEST(every_event_is_told_once)
{
	struct weir_core *core = core_with_flows();
	uint32_t refused = 0;

	for (uint32_t i = 0; i < BENCH_FLOWS; i++) {
		if (tcp_engine_tcb(&core->tcp, i)->state == TCPS_ESTABLISHED)
			refused += !tcp_defer(&core->tcp, i, TCP_DEFER_WRITABLE);
	}
	assert_int_equal(refused, FLOWS - TCP_DEFERRED_MAX);
	turns(core);
	assert_int_equal(flows_with(writable, 1), FLOWS);
	assert_int_equal(core->tcp.deferred_count, 0);
}

TEST(every_end_is_told_once_and_its_record_freed)
{
	struct weir_core *core = core_with_flows();

	for (uint32_t i = 0; i < BENCH_FLOWS; i++) {
		if (tcp_engine_tcb(&core->tcp, i)->state == TCPS_ESTABLISHED)
			tcp_finish(&core->tcp, i, WEIR_CLOSE_RESET);
	}
	turns(core);
	assert_int_equal(flows_with(closed, 1), FLOWS);
	assert_int_equal(core->tcp.flows.used, 0);
	assert_int_equal(core->tcp.deferred_count, 0);
}

TEST(a_fin_that_waits_behind_paused_text_takes_no_place)
{
	struct weir_core *core = core_with_flows();

	flow_pool_get(&core->tcp.flows, 0)->deferred = TCP_DEFER_PEER_FIN;
	core->tcp.deferred_missed = true;
	do
		pipeline_relist(core);
	while (core->relist_left > 0);
	assert_int_equal(core->tcp.deferred_count, 0);
}
