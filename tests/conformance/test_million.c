/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A million connections on one core, half of them over IPv6, on which nothing
 * happens: what they cost, that each is found again, and that they are ended with
 * bounded work in each turn, those with keep-alive by that and the others by the
 * idle timeout.
 */
#include "rig.h"
#include "test.h"

#define MILLION	     1000000u
#define BURST	     PIPELINE_BURST_MAX
#define TURN_NS	     (100 * NS_PER_US) /* a core's turns are shorter */
#define PER_TURN_MAX 256	       /* probes and resets together: tcp_timers.c, TIMER_BUDGET */
#define LINE_BYTES   128	       /* DESIGN: of memory for an idle connection, all in */

static struct {
	uint32_t opened;
	uint32_t closed[WEIR_CLOSE_STALLED + 1];
} app;

/* Every second one is probed. */
static int
on_open(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	weir_conn_set_keepalive(core, conn, app.opened++ % 2 == 0);
	return 0;
}

static void
on_close(__attribute__((unused)) struct weir_core *core,
	 __attribute__((unused)) struct weir_conn *conn, enum weir_close_reason reason,
	 __attribute__((unused)) void *state)
{
	app.closed[reason]++;
}

static const struct weir_app_ops ops = {
	.version = WEIR_APP_VERSION,
	.name = "idle",
	.on_open = on_open,
	.on_close = on_close,
};

static struct wire_path
path_of(const struct rig *rig, uint32_t number)
{
	rte_be32_t host = rte_cpu_to_be_32(number);
	struct wire_path path;

	rig_path(&rig->setup, number % 4 >= 2, 0, &path);
	if (path.is_ipv6)
		memcpy(&path.client.addr.octet[8], &host, sizeof(host));
	else
		path.client.addr = ip_addr_of_ipv4(rte_cpu_to_be_32(0x0a000000 | number));
	return path;
}

static struct rte_mbuf *
frame_of(struct rig *rig, const struct wire_path *path, struct segment *segment)
{
	static uint8_t octets[FRAME_BYTES_MAX];
	uint32_t bytes = segment_frame_write(octets, path, segment, NULL);

	return rig_frame(rig, octets, bytes);
}

/* Weir's SYN-ACK, in the words of the client's acknowledgment. */
static struct segment
acknowledgment(const struct wire_path *path, const struct rte_mbuf *m)
{
	struct segment reply;
	const uint8_t *text;

	assert_null(segment_frame_read(rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len, path,
				       &reply, &text));
	assert_int_equal(reply.flags, TH_SYN | TH_ACK);
	return (struct segment){
		.flags = TH_ACK,
		.seq = reply.ack,
		.has_ack = true,
		.ack = {.value = reply.seq.value + 1},
		.has_wnd = true,
		.wnd = {.value = 65535},
	};
}

static void
open_burst(struct rig *rig, uint32_t first, uint32_t count)
{
	struct segment syn = {.flags = TH_SYN, .has_wnd = true, .wnd = {.value = 65535}};
	struct rte_mbuf *frames[BURST];
	struct wire_path paths[BURST];
	uint32_t sent;

	for (uint32_t i = 0; i < count; i++) {
		paths[i] = path_of(rig, first + i);
		syn.seq.value = first + i;
		frames[i] = frame_of(rig, &paths[i], &syn);
	}
	rig->now_ns += NS_PER_US;
	sent = rig_turn(rig, frames, count);
	assert_int_equal(sent, count);
	for (uint32_t i = 0; i < count; i++) {
		struct rte_mbuf *m = rig->core->tcp.tx[i];
		struct segment ack;
		uint32_t whose = 0;

		/* IPv4 and IPv6 are answered in lanes of their own. */
		while (!segment_frame_is_for(rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len,
					     &paths[whose]))
			whose++;
		ack = acknowledgment(&paths[whose], m);
		frames[i] = frame_of(rig, &paths[whose], &ack);
	}
	rte_pktmbuf_free_bulk(rig->core->tcp.tx, sent);
	rig->now_ns += NS_PER_US;
	assert_int_equal(rig_turn(rig, frames, count), 0);
}

static void
open_all(struct rig *rig)
{
	for (uint32_t i = 0; i < MILLION; i += BURST)
		open_burst(rig, i, RTE_MIN(MILLION - i, (uint32_t)BURST));
	assert_int_equal(app.opened, MILLION);
	assert_int_equal(rig->core->tcp.flows.used, MILLION);
	assert_null(rig_wrong(rig));
}

/* What is laid out for each flow, and that an idle one has nothing beside it. */
static void
expect_promised_memory(const struct rig *rig)
{
	struct tcp_config few = rig->setup.tcp;
	size_t bytes = tcp_engine_bytes(&rig->setup.tcp);

	few.flows_max = 64;
	bytes -= tcp_engine_bytes(&few);
	assert_true(bytes <= (size_t)LINE_BYTES * (rig->setup.tcp.flows_max - 64));
	assert_int_equal(rig->core->tcp.transfers.used, 0);
	assert_int_equal(rte_mempool_avail_count(rig->pool), rig->buffers);
}

static void
expect_all_found(const struct rig *rig)
{
	for (uint32_t i = 0; i < MILLION; i++) {
		struct wire_path path = path_of(rig, i);
		uint32_t idx = rig_flow(rig, &path);

		assert_int_not_equal(idx, FLOW_NONE);
		assert_int_equal(tcp_engine_tcb(&rig->core->tcp, idx)->state, TCPS_ESTABLISHED);
		assert_int_equal(tcp_engine_tcb(&rig->core->tcp, idx)->rcv_nxt, i + 1);
	}
}

/* Time goes on to `seconds` after the start.  No turn sends or ends more than it may. */
static void
pass_until(struct rig *rig, uint32_t seconds)
{
	uint64_t end_ns = rig->setup.start_ns + seconds * NS_PER_SECOND;

	while (rig->now_ns < end_ns) {
		uint32_t used = rig->core->tcp.flows.used, sent = rig_turn(rig, NULL, 0);

		assert_true(sent <= PER_TURN_MAX);
		assert_true(used - rig->core->tcp.flows.used <= PER_TURN_MAX);
		rte_pktmbuf_free_bulk(rig->core->tcp.tx, sent);
		rig->now_ns += TURN_NS;
	}
	assert_null(rig_wrong(rig));
}

/* proves: MUST-26 RFC9293-3.8.4 */
TEST(a_million_idle_connections_are_kept_found_and_cleared)
{
	const struct counters *counters;
	struct rig_setup setup;
	struct rig rig;

	rig_setup_init(&setup);
	setup.tcp.flows_max = 1u << 20;
	setup.tcp.keepalive_ticks = ticks_in_ms(60000);
	setup.tcp.keepalive_interval_ticks = ticks_in_ms(10000);
	setup.tcp.keepalive_probes = 2;
	setup.tcp.idle_ticks = ticks_in_ms(100000);
	rig_open(&rig, &setup, &ops);
	counters = &rig.core->counters;

	open_all(&rig);
	expect_promised_memory(&rig);
	pass_until(&rig, 59);
	assert_int_equal(counters->value[COUNTER_keepalive_sent], 0);
	expect_all_found(&rig);

	pass_until(&rig, 69);
	assert_int_equal(counters->value[COUNTER_keepalive_sent], MILLION / 2);
	pass_until(&rig, 79);
	assert_int_equal(counters->value[COUNTER_keepalive_sent], MILLION);
	assert_int_equal(rig.core->tcp.flows.used, MILLION);

	pass_until(&rig, 90);
	assert_int_equal(app.closed[WEIR_CLOSE_TIMEOUT], MILLION / 2);
	assert_int_equal(rig.core->tcp.flows.used, MILLION / 2);
	pass_until(&rig, 110);
	assert_int_equal(app.closed[WEIR_CLOSE_IDLE], MILLION / 2);
	assert_int_equal(rig.core->tcp.flows.used, 0);
	assert_null(rig_close(&rig));
}
