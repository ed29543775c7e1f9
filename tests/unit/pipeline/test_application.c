/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What applications are told, and what they may do meanwhile.  Where the scripted
 * application is too well-behaved, an unruly one takes its place.
 */
#include <errno.h>

#include "conversation.h"

#define PLAIN "cookies=always family=4"

/* -- an unruly application ---------------------------------------------- */

struct unruly {
	void (*on_text)(struct weir_core *core, struct weir_conn *conn);
	void (*on_poll)(struct weir_core *core);
	int open_result;
	bool aborts_on_open;
	bool aborts_on_close;
	struct weir_conn *conns[4]; /* in the order they opened */
	uint32_t opens;
	uint32_t texts;
	uint32_t fins;
	uint32_t closes;
	enum weir_close_reason reason;
};

static struct unruly unruly;

static int
unruly_open(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	unruly.conns[unruly.opens++] = conn;
	if (unruly.aborts_on_open)
		weir_conn_abort(core, conn);
	return unruly.open_result;
}

static void
unruly_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
	    __attribute__((unused)) void *state)
{
	rte_pktmbuf_free(chain);
	unruly.texts++;
	if (unruly.on_text != NULL)
		unruly.on_text(core, conn);
}

static void
unruly_fin(__attribute__((unused)) struct weir_core *core,
	   __attribute__((unused)) struct weir_conn *conn, __attribute__((unused)) void *state)
{
	unruly.fins++;
}

static void
unruly_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
	     __attribute__((unused)) void *state)
{
	unruly.closes++;
	unruly.reason = reason;
	if (unruly.aborts_on_close)
		weir_conn_abort(core, conn);
}

static void
unruly_poll(struct weir_core *core, __attribute__((unused)) uint64_t now_ns,
	    __attribute__((unused)) void *state)
{
	void (*act)(struct weir_core *) = unruly.on_poll;

	unruly.on_poll = NULL;
	if (act != NULL)
		act(core);
}

static const struct weir_app_ops unruly_ops = {
	.version = WEIR_APP_VERSION,
	.name = "unruly",
	.on_open = unruly_open,
	.on_data = unruly_data,
	.on_peer_fin = unruly_fin,
	.on_close = unruly_close,
	.poll = unruly_poll,
};

static const struct weir_app_ops mute_ops = {.version = WEIR_APP_VERSION, .name = "mute"};

static void
run_with(struct conversation *c, const struct weir_app_ops *ops)
{
	unruly = (struct unruly){0};
	c->rig.core->apps[0].ops = ops;
}

/* Without the scripted application's "open". */
static void
connect_as(struct conversation *c, uint32_t number)
{
	speak_as(c, number);
	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	rx(c, ". 1:1(0) ack 1 win 1024");
}

static void
abort_it(struct weir_core *core, struct weir_conn *conn)
{
	weir_conn_abort(core, conn);
}

/* Abort whichever of the first two this is not. */
static void
abort_the_other(struct weir_core *core, struct weir_conn *conn)
{
	weir_conn_abort(core, unruly.conns[conn == unruly.conns[0]]);
}

static void
pause_both(struct weir_core *core)
{
	weir_conn_pause(core, unruly.conns[0]);
	weir_conn_pause(core, unruly.conns[1]);
}

static void
resume_first(struct weir_core *core, struct weir_conn *conn)
{
	if (conn == unruly.conns[1])
		weir_conn_resume(core, unruly.conns[0]);
}

static void
pause_it(struct weir_core *core, struct weir_conn *conn)
{
	weir_conn_pause(core, conn);
}

static void
resume_both(struct weir_core *core)
{
	weir_conn_resume(core, unruly.conns[0]);
	weir_conn_resume(core, unruly.conns[1]);
}

/* -- the order of events ------------------------------------------------ */

CONVERSATION(one_burst_may_open_speak_and_close, "cookies=always family=4,6")
{
	const char *const burst[] = {
		". 1:1(0) ack 1 win 1024",
		"P. 1:11(10) ack 1",
		"F. 11:11(0) ack 1",
	};

	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	conversation_rx_burst(c, burst, 3);
	expect_tx(c, ". 1:1(0) ack 12");
	expect_event(c, "open");
	expect_event(c, "text 10");
	expect_event(c, "fin");
	expect_event(c, "none");
}

CONVERSATION(a_connection_reset_in_its_first_burst_is_never_heard_of, PLAIN)
{
	const char *const burst[] = {". 1:1(0) ack 1 win 1024", "R 1:1(0)"};

	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	conversation_rx_burst(c, burst, 2);
	expect_event(c, "none");
	expect_state(c, TCPS_CLOSED);
}

CONVERSATION(the_fin_waits_behind_paused_text, PLAIN)
{
	established(c);
	app_pause(c);
	rx(c, "P. 1:11(10) ack 1");
	advance(c, 100);
	expect_tx(c, ". 1:1(0) ack 11");
	rx(c, "F. 11:11(0) ack 1");
	expect_tx(c, ". 1:1(0) ack 12");
	expect_event(c, "none");
	app_resume(c);
	expect_event(c, "text 10");
	expect_event(c, "fin");
	expect_event(c, "none");
}

CONVERSATION(a_fin_behind_no_text_is_told_at_once_even_when_paused, PLAIN)
{
	established(c);
	app_pause(c);
	rx(c, "F. 1:1(0) ack 1");
	expect_tx(c, ". 1:1(0) ack 2");
	expect_event(c, "fin");
}

/* No ACK will come for a connection of which nothing is out: it is told by time. */
CONVERSATION(who_was_refused_for_want_of_buffers_may_try_again, PLAIN " transfers=1")
{
	established(c);
	app_send(c, 10);
	expect_tx(c, "P. 1:11(10) ack 1");
	speak_as(c, 1);
	established(c);
	conversation_app(c, APP_DO_WRITE, 10, -ENOBUFS);
	expect_event(c, "none");
	speak_as(c, 0);
	rx(c, ". 1:1(0) ack 11");
	advance(c, 3);
	speak_as(c, 1);
	expect_event(c, "writable");
	expect_event(c, "none");
	app_write(c, 10);
	expect_tx(c, "P. 1:11(10) ack 1");
}

/* -- a connection that ends while paused -------------------------------- */

/* We have closed, the peer's last text and FIN came while the application had paused. */
static void
park(struct conversation *c)
{
	established(c);
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 1");
	rx(c, ". 1:1(0) ack 2");
	app_pause(c);
	rx(c, "PF. 1:11(10) ack 2");
	expect_tx(c, ". 2:2(0) ack 12");
	expect_state(c, TCPS_TIME_WAIT);
	expect_event(c, "none");
	assert_int_equal(c->rig.core->tcp.flows.used, 1);
	advance(c, 5);
}

CONVERSATION(text_outlives_its_connection_while_paused, PLAIN)
{
	park(c);
	app_resume(c);
	expect_event(c, "text 10");
	expect_event(c, "fin");
	expect_event(c, "close normal");
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
}

CONVERSATION(a_parked_connection_can_be_aborted, PLAIN)
{
	park(c);
	app_abort(c);
	expect_event(c, "none");
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
}

CONVERSATION(stopping_with_rst_gives_parked_text_up, PLAIN)
{
	park(c);
	while (!pipeline_stop(c->rig.core, false))
		advance(c, 1);
	expect_event(c, "none");
	while (!pipeline_stop(c->rig.core, true))
		advance(c, 1);
	expect_event(c, "close shutdown");
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
}

CONVERSATION(a_parked_connections_client_may_come_again, PLAIN)
{
	park(c);
	rx(c, "S 1000:1000(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1001 <mss ours>");
	rx(c, ". 1001:1001(0) ack 1 win 1024");
	expect_state(c, TCPS_ESTABLISHED);
	assert_int_equal(c->rig.core->tcp.flows.used, 2);
}

/* -- callbacks that do what they like ----------------------------------- */

CONVERSATION(a_refused_connection_is_reset, PLAIN)
{
	run_with(c, &unruly_ops);
	unruly.open_result = -1;
	connect_as(c, 0);
	expect_tx(c, "R 1:1(0)");
	expect_state(c, TCPS_CLOSED);
	assert_int_equal(unruly.closes, 0);
}

CONVERSATION(an_abort_in_on_open_is_one_rst_whatever_it_returns, PLAIN)
{
	run_with(c, &unruly_ops);
	unruly.aborts_on_open = true;
	unruly.open_result = -1;
	connect_as(c, 0);
	expect_tx(c, "R 1:1(0)");
	unruly.open_result = 0;
	connect_as(c, 1);
	expect_tx(c, "R 1:1(0)");
	assert_int_equal(unruly.closes, 0);
}

CONVERSATION(nothing_is_told_after_an_abort_in_on_data, PLAIN)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	unruly.on_text = abort_it;
	rx(c, "PF. 1:11(10) ack 1");
	expect_tx(c, "R 1:1(0)");
	assert_int_equal(unruly.texts, 1);
	assert_int_equal(unruly.fins, 0);
	assert_int_equal(unruly.closes, 0);
}

CONVERSATION(an_abort_in_on_close_changes_nothing, PLAIN)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	unruly.aborts_on_close = true;
	rx(c, "R 1:1(0)");
	assert_int_equal(unruly.closes, 1);
	assert_int_equal(unruly.reason, WEIR_CLOSE_RESET);
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
}

/* Whose text is first, is first to be told, and ends the other, whose text waits. */
CONVERSATION(a_callback_may_abort_a_connection_whose_turn_is_yet_to_come, PLAIN)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	connect_as(c, 1);
	unruly.on_text = abort_the_other;
	gather(c, "P. 1:11(10) ack 1");
	speak_as(c, 0);
	rx(c, "P. 1:11(10) ack 1");
	expect_tx(c, "R 1:1(0)");
	assert_int_equal(unruly.texts, 1);
	assert_int_equal(unruly.closes, 0);
	expect_state(c, TCPS_CLOSED);
	advance(c, 100);
	speak_as(c, 1);
	expect_tx(c, ". 1:1(0) ack 11");
	expect_state(c, TCPS_ESTABLISHED);
}

static void
abort_first(struct weir_core *core, struct weir_conn *conn)
{
	if (conn == unruly.conns[1])
		weir_conn_abort(core, unruly.conns[0]);
}

CONVERSATION(a_callback_may_abort_a_connection_that_had_its_turn, PLAIN)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	connect_as(c, 1);
	unruly.on_text = abort_first;
	speak_as(c, 0);
	gather(c, "P. 1:11(10) ack 1");
	speak_as(c, 1);
	rx(c, "P. 1:11(10) ack 1");
	expect_tx(c, "R 1:1(0)");
	assert_int_equal(unruly.texts, 2);
	assert_int_equal(unruly.closes, 0);
	speak_as(c, 0);
	expect_state(c, TCPS_CLOSED);
	advance(c, 100);
	speak_as(c, 1);
	expect_tx(c, ". 1:1(0) ack 11");
}

/* poll will resume them, so that they are told in the second round. */
static void
both_wait_with_text(struct conversation *c)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	connect_as(c, 1);
	unruly.on_poll = pause_both;
	advance(c, 1);
	speak_as(c, 0);
	gather(c, "P. 1:11(10) ack 1");
	speak_as(c, 1);
	rx(c, "P. 1:11(10) ack 1");
	advance(c, 100);
	expect_tx(c, ". 1:1(0) ack 11");
	expect_tx(c, ". 1:1(0) ack 11");
	assert_int_equal(unruly.texts, 0);
}

static void
pause_first_until_second(struct weir_core *core, struct weir_conn *conn)
{
	if (conn == unruly.conns[0])
		weir_conn_pause(core, conn);
	else
		weir_conn_resume(core, unruly.conns[0]);
}

CONVERSATION(what_comes_up_in_the_second_round_waits_for_the_next_turn, PLAIN)
{
	struct weir_core *core = c->rig.core;

	both_wait_with_text(c);
	unruly.on_text = pause_first_until_second;
	unruly.on_poll = resume_both;
	rte_pktmbuf_free_bulk(core->tcp.tx, pipeline_poll(core, c->rig.now_ns, NULL, 0, 0));
	assert_int_equal(unruly.texts, 2);
	assert_int_equal(core->tcp.deferred_count, 1);
	rte_pktmbuf_free_bulk(core->tcp.tx, pipeline_poll(core, c->rig.now_ns, NULL, 0, 0));
	assert_int_equal(core->tcp.deferred_count, 0);
}

CONVERSATION(an_abort_in_the_second_round_leaves_no_work_behind, PLAIN)
{
	both_wait_with_text(c);
	unruly.on_text = abort_first;
	unruly.on_poll = resume_both;
	advance(c, 1);
	expect_tx(c, "R 1:1(0)");
	assert_int_equal(unruly.texts, 2);
	assert_int_equal(c->rig.core->tcp.flows.used, 1);
}

/* The one resumed has had its turn in this round; it is told in the next. */
CONVERSATION(a_callback_may_resume_a_connection_that_had_its_turn, PLAIN)
{
	run_with(c, &unruly_ops);
	connect_as(c, 0);
	connect_as(c, 1);
	unruly.on_text = pause_it;
	speak_as(c, 0);
	rx(c, "P. 1:11(10) ack 1");
	assert_int_equal(unruly.texts, 1);
	unruly.on_text = resume_first;
	gather(c, "P. 11:21(10) ack 1");
	speak_as(c, 1);
	rx(c, "P. 1:11(10) ack 1");
	assert_int_equal(unruly.texts, 3);
	speak_as(c, 0);
	expect_tx(c, ". 1:1(0) ack 21");
	advance(c, 100);
	expect_tx(c, ". 1:1(0) ack 11");
}

CONVERSATION(without_callbacks_text_is_discarded_and_a_fin_answered, PLAIN)
{
	run_with(c, &mute_ops);
	connect_as(c, 0);
	rx(c, "PF. 1:11(10) ack 1");
	expect_tx(c, "F. 1:1(0) ack 12");
	rx(c, ". 12:12(0) ack 2");
	expect_state(c, TCPS_CLOSED);
}

/* -- the end of service ------------------------------------------------- */

CONVERSATION(stopping_sends_a_fin_to_each_and_then_a_rst, PLAIN)
{
	established(c);
	speak_as(c, 1);
	established(c);
	assert_false(pipeline_stop(c->rig.core, false));
	advance(c, 1);
	expect_tx(c, "F. 1:1(0) ack 1");
	expect_tx(c, "F. 1:1(0) ack 1");
	assert_true(pipeline_stop(c->rig.core, false));
	rx(c, "F. 1:1(0) ack 2");
	expect_tx(c, ". 2:2(0) ack 2");
	expect_event(c, "fin");
	expect_event(c, "close normal");
	speak_as(c, 0);
	rx(c, ". 1:1(0) ack 2");
	assert_false(pipeline_stop(c->rig.core, true));
	advance(c, 1);
	expect_tx(c, "R 2:2(0)");
	assert_true(pipeline_stop(c->rig.core, true));
	expect_event(c, "close shutdown");
	expect_state(c, TCPS_CLOSED);
}

/* Silently: the source of a SYN that nobody completed may be spoofed. */
static void
drop_half_open(struct conversation *c, bool with_rst)
{
	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	assert_false(pipeline_stop(c->rig.core, with_rst));
	advance(c, 1);
	expect_silence(c);
	expect_state(c, TCPS_CLOSED);
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
	assert_int_equal(c->rig.core->tcp.syn_policy.half_open, 0);
}

/* proves: ATTACK-A3 ATTACK-F1 */
CONVERSATION(stopping_with_rst_drops_half_open_ones, "cookies=never family=4,6")
{
	drop_half_open(c, true);
}

CONVERSATION(stopping_refuses_new_connections_and_drops_half_open_ones, "cookies=never family=4,6")
{
	drop_half_open(c, false);
	speak_as(c, 1);
	rx(c, "S 0:0(0) win 1024");
	expect_silence(c);
	assert_int_equal(c->rig.core->counters.drop[DROP_stopping], 1);
}

/* -- start and end of applications -------------------------------------- */

static int init_results[3];
static uint32_t inits, finis;

static int
counted_init(__attribute__((unused)) struct weir_core *core, const char *args,
	     __attribute__((unused)) void **state)
{
	inits++;
	return init_results[args[0] - '0'];
}

static void
counted_fini(__attribute__((unused)) struct weir_core *core, __attribute__((unused)) void *state)
{
	finis++;
}

static int
init_three(int third_result)
{
	static struct weir_core core;
	static const struct weir_app_ops ops = {
		.version = WEIR_APP_VERSION, .init = counted_init, .fini = counted_fini};
	const struct weir_app_ops *all[] = {&ops, &ops, &ops};
	const char *const args[] = {"0", "1", "2"};
	int result;

	inits = finis = 0;
	init_results[2] = third_result;
	result = pipeline_apps_init(&core, all, args, 3);
	if (result == 0) {
		assert_int_equal(core.app_count, 3);
		pipeline_apps_fini(&core);
	}
	assert_int_equal(core.app_count, 0);
	return result;
}

TEST(each_application_begins_and_ends_once)
{
	assert_int_equal(init_three(0), 0);
	assert_int_equal(inits, 3);
	assert_int_equal(finis, 3);
}

TEST(a_failed_start_undoes_the_others)
{
	assert_int_equal(init_three(-ENOENT), -ENOENT);
	assert_int_equal(inits, 3);
	assert_int_equal(finis, 2);
}

TEST(an_application_of_another_version_is_refused)
{
	static struct weir_core core;
	const struct weir_app_ops ops = {.version = WEIR_APP_VERSION + 1, .init = counted_init};
	const struct weir_app_ops *all[] = {&ops};
	const char *const args[] = {"0"};

	inits = 0;
	assert_int_equal(pipeline_apps_init(&core, all, args, 1), -EINVAL);
	assert_int_equal(inits, 0);
}
