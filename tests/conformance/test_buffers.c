/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Packet buffers run out, or nearly: connections wait, nothing is lost, and all
 * goes on when there are some again.
 */
#include <errno.h>

#include "conversation.h"

static struct rte_mbuf *hoard[RIG_BUFFERS];
static uint32_t hoarded;

/* Take all buffers but `left` of them away. */
static void
take_buffers(struct conversation *c, uint32_t left)
{
	hoarded = 0;
	while (rte_mempool_avail_count(c->rig.pool) > left)
		hoard[hoarded++] = rte_pktmbuf_alloc(c->rig.pool);
}

static void
give_buffers_back(void)
{
	rte_pktmbuf_free_bulk(hoard, hoarded);
	hoarded = 0;
}

/* proves: ATTACK-C4 */
CONVERSATION(a_retransmission_waits_for_a_buffer, "cookies=always,never family=4,6 chains=on,off")
{
	established(c);
	app_send(c, 2880);
	expect_tx(c, ". 1:1441(1440) ack 1");
	expect_tx(c, "P. 1441:2881(1440) ack 1");
	take_buffers(c, 0);
	advance(c, 1500); /* past the timeout */
	expect_silence(c);
	give_buffers_back();
	advance(c, 5);
	expect_tx(c, ". 1:1441(1440) ack 1");
	rx(c, ". 1:1(0) ack 2881");
	expect_silence(c);
}

/* proves: ATTACK-C4 */
CONVERSATION(an_ack_that_finds_no_buffer_is_as_if_lost, "cookies=always,never family=4,6")
{
	established(c);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	take_buffers(c, 0);
	advance(c, 100);
	expect_silence(c);
	give_buffers_back();
	rx(c, "P. 1:11(10) ack 1"); /* the client has heard nothing and says it again */
	expect_tx(c, ". 1:1(0) ack 11");
	expect_event(c, "none");
}

/* A cookie's SYN-ACK needs no buffer but the SYN's own. */
/* proves: RFC4987-3.6 */
CONVERSATION(a_handshake_with_cookies_needs_no_buffer, "cookies=always family=4,6")
{
	take_buffers(c, 1);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	rx(c, ". 1:1(0) ack 1");
	expect_state(c, TCPS_ESTABLISHED);
	give_buffers_back();
}

/* A FIN and a SYN-ACK that found no buffer go out when their timers see to it. */
/* proves: RFC9293-3.8.1 MUST-22 */
CONVERSATION(control_segments_are_sent_when_there_are_buffers, "cookies=never family=4,6")
{
	established(c);
	take_buffers(c, 0);
	app_close(c);
	expect_silence(c);
	give_buffers_back();
	advance(c, 5);
	expect_tx(c, "F. 1:1(0) ack 1");
	rx(c, ". 1:1(0) ack 2");
	speak_as(c, 1);
	take_buffers(c, 1);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	c->unheard_count = 0; /* the SYN's own buffer may serve */
	give_buffers_back();
	conversation_leap(c, 1200000000);
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	rx(c, "R 1:1(0)");
	speak_as(c, 0);
	rx(c, "R 1:1(0)");
	c->unheard_count = 0;
}

/* When few are left nothing new is held or queued, but what is in order is delivered. */
/* proves: ATTACK-C4 RFC9293-3.9.1-send */
CONVERSATION(when_buffers_are_short_nothing_is_hoarded, "cookies=always,never family=4,6")
{
	established(c);
	c->rig.core->tcp.buffers_short = true;
	rx(c, "P. 11:21(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 1");
	conversation_app(HERE(c), APP_DO_WRITE, 10, -ENOBUFS);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10"); /* and no more: the other was not held */
	c->rig.core->tcp.buffers_short = false;
	rx(c, "P. 11:21(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 21");
	expect_event(c, "text 10");
	advance(c, 3);
	expect_event(c, "writable");
	app_write(c, 10);
	expect_tx(c, "P. 1:11(10) ack 21");
}

/* Text behind a hole that nobody closes is given up for others, and not too soon. */
/* proves: ATTACK-C4 ATTACK-E13 */
CONVERSATION(when_buffers_are_short_old_holes_are_given_up, "cookies=always,never family=4,6")
{
	uint32_t buffers;

	established(c);
	buffers = rte_mempool_avail_count(c->rig.pool);
	rx(c, "P. 11:21(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 1");
	advance(c, 2000);
	assert_int_equal(rte_mempool_avail_count(c->rig.pool), buffers - 1); /* nothing is short */
	speak_as(c, 1);
	established(c);
	rx(c, "P. 11:21(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 1");
	c->rig.core->tcp.buffers_short = true;
	advance(c, 5);
	assert_int_equal(c->rig.core->counters.value[COUNTER_segment_given_up], 1);
	assert_int_equal(rte_mempool_avail_count(c->rig.pool), buffers - 1);
	rx(c, "P. 1:11(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 21"); /* the young one was kept */
	expect_event(c, "text 20");
	speak_as(c, 0);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	c->rig.core->tcp.buffers_short = false;
	rx(c, "P. 11:21(10) ack 1");
	expect_tx(c, ". 1:1(0) ack 21");
	expect_event(c, "text 10");
}
