/* SPDX-License-Identifier: BSD-3-Clause */

/* The order in which a burst is served, and that a connection does not suffer from it. */
#include "conversation.h"

CONVERSATION(a_burst_is_served_in_order_of_merit, "cookies=always family=4,6")
{
	established(c);
	speak_as(c, 3);
	gather(c, "SR. 0:0(0) ack 1"); /* can only be refused */
	speak_as(c, 4);
	gather(c, "S 0:0(0) win 1024 <mss 1000>");
	speak_as(c, 5);
	gather(c, ". 7:7(0) ack 9"); /* might complete a cookie */
	speak_as(c, 0);
	rx(c, "R 3:3(0)"); /* in the window of a connection */
	expect_tx(c, ". 1:1(0) ack 1");
	expect_tx(c, "R 9:9(0)");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
}

/* The client's SYN again, because our SYN-ACK was late, then its answer to that. */
CONVERSATION(a_syn_again_and_the_ack_open_one_connection, "cookies=always,never family=4,6")
{
	const char *const burst[] = {"S 0:0(0) win 1024 <mss 1000>", ". 1:1(0) ack 1 win 1024"};

	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	conversation_rx_burst(c, burst, 2);
	if (c->setup.rig.tcp.cookies == TCP_COOKIES_ALWAYS)
		expect_tx(c, ". 1:1(0) ack 1"); /* a challenge: the ACK overtook the SYN */
	else
		expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	expect_state(c, TCPS_ESTABLISHED);
	expect_event(c, "open");
	expect_event(c, "none");
	assert_int_equal(c->rig.core->tcp.flows.used, 1);
}

CONVERSATION(the_same_ack_twice_opens_one_connection, "cookies=always family=4,6")
{
	const char *const burst[] = {". 1:1(0) ack 1 win 1024", ". 1:1(0) ack 1 win 1024"};

	rx(c, "S 0:0(0) win 1024 <mss 1000>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	conversation_rx_burst(c, burst, 2);
	expect_event(c, "open");
	expect_event(c, "none");
	assert_int_equal(c->rig.core->tcp.flows.used, 1);
	assert_int_equal(c->rig.core->counters.value[COUNTER_cookie_accepted], 1);
}

CONVERSATION(a_rst_and_the_next_syn_may_share_a_burst, "cookies=always,never family=4")
{
	const char *const burst[] = {"R 1:1(0)", "S 1000:1000(0) win 1024 <mss 1000>"};

	established(c);
	conversation_rx_burst(c, burst, 2);
	expect_tx(c, "S. 0:0(0) ack 1001 <mss ours>");
	expect_event(c, "close reset");
	rx(c, ". 1001:1001(0) ack 1 win 1024");
	expect_state(c, TCPS_ESTABLISHED);
	expect_event(c, "open");
}

CONVERSATION(the_last_ack_and_the_next_syn_may_share_a_burst, "cookies=always family=4")
{
	const char *const burst[] = {". 2:2(0) ack 2", "S 1000:1000(0) win 1024 <mss 1000>"};

	established(c);
	rx(c, "F. 1:1(0) ack 1");
	expect_tx(c, ". 1:1(0) ack 2");
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 2");
	conversation_rx_burst(c, burst, 2);
	expect_tx(c, "S. 0:0(0) ack 1001 <mss ours>");
	expect_event(c, "fin");
	expect_event(c, "close normal");
}

/* The first makes it TIME-WAIT, which answers the second. */
CONVERSATION(a_fin_twice_in_a_burst_is_acknowledged_twice, "cookies=always family=4")
{
	const char *const burst[] = {"F. 1:1(0) ack 2", "F. 1:1(0) ack 2"};

	established(c);
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 1");
	conversation_rx_burst(c, burst, 2);
	expect_tx(c, ". 2:2(0) ack 2");
	expect_tx(c, ". 2:2(0) ack 2");
	expect_state(c, TCPS_TIME_WAIT);
}
