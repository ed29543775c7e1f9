/* SPDX-License-Identifier: BSD-3-Clause */

/* What leaves at the end of a turn. */
#include "conversation.h"

CONVERSATION(one_ack_answers_a_burst, "cookies=always family=4,6")
{
	const char *const burst[] = {
		"P. 1:1001(1000) ack 1",
		"P. 1001:2001(1000) ack 1",
		"P. 2001:3001(1000) ack 1",
	};

	established(c);
	conversation_rx_burst(c, burst, 3);
	expect_tx(c, ". 1:1(0) ack 3001");
	expect_event(c, "text 3000");
}

CONVERSATION(the_ack_rides_on_text, "cookies=always family=4,6 echo=on")
{
	established(c);
	rx(c, "P. 1:11(10) ack 1");
	expect_tx(c, "P. 1:11(10) ack 11");
	expect_event(c, "text 10");
}

/* The port has no room in this turn: what is to be sent is sent in the next. */
CONVERSATION(text_waits_for_room_in_tx, "cookies=always family=4")
{
	struct app_command command = {.verb = APP_DO_SEND, .bytes = 10};

	established(c);
	command.remote = c->app.conns[0].remote;
	scripted_app_command(&c->app, &command);
	assert_int_equal(pipeline_poll(c->rig.core, c->rig.now_ns, NULL, 0, 0), 0);
	assert_int_equal(c->rig.core->tcp.deferred_count, 1);
	assert_int_equal(pipeline_poll(c->rig.core, c->rig.now_ns, NULL, 0, 0), 0);
	advance(c, 1);
	expect_tx(c, "P. 1:11(10) ack 1");
	assert_int_equal(c->rig.core->tcp.deferred_count, 0);
}
