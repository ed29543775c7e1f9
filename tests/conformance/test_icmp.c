/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ICMP errors that quote a segment of ours.  Weir takes none at its word: a
 * connection is not aborted by one, true or forged (RFC 5927); what it says is
 * kept for the application if it is about octets under way.  What packet-too-big
 * messages do is in test_pmtu.c.
 */
#include "conversation.h"
#include "icmp_frame.h"

static struct rte_mbuf *
icmp_error(struct conversation *c, uint8_t type, uint8_t code, uint32_t word, uint32_t seq)
{
	uint8_t frame[ICMP_FRAME_BYTES_MAX];
	struct icmp_frame icmp = {type, code, word, c->peer->iss + seq, 1480};

	return rig_frame(&c->rig, frame, icmp_frame_write(frame, &c->peer->path, &icmp));
}

static void
expect_dropped(struct conversation *c, struct rte_mbuf *error, enum drop_reason reason)
{
	uint64_t before = c->rig.core->counters.drop[reason];

	conversation_rx_frame(HERE(c), error);
	assert_int_equal(c->rig.core->counters.drop[reason], before + 1);
	expect_state(c, TCPS_ESTABLISHED);
}

static struct weir_conn_info
info_of(struct conversation *c)
{
	uint32_t flow = rig_flow(&c->rig, &c->peer->path);
	struct weir_conn_info info;

	weir_conn_get_info(c->rig.core, (void *)flow_pool_get(&c->rig.core->tcp.flows, flow),
			   &info);
	return info;
}

static void
expect_heard(struct conversation *c, uint8_t type, uint8_t code, enum weir_path_error error)
{
	uint64_t before = c->rig.core->counters.value[COUNTER_icmp_error_taken];

	conversation_rx_frame(HERE(c), icmp_error(c, type, code, 0, 1));
	assert_int_equal(c->rig.core->counters.value[COUNTER_icmp_error_taken], before + 1);
	assert_int_equal(info_of(c).path_error, error);
	expect_state(c, TCPS_ESTABLISHED);
}

static void
begin_transfer(struct conversation *c)
{
	established(c);
	app_send(c, 2880);
	expect_tx(c, ". 1:1441(1440) ack 1");
	expect_tx(c, "P. 1441:2881(1440) ack 1");
}

/* Neither lost nor made smaller nor slower, and all is well again. */
static void
expect_transfer_goes_on(struct conversation *c)
{
	rx(c, ". 1:1(0) ack 1441");
	assert_int_equal(info_of(c).path_error, WEIR_PATH_FINE);
	rx(c, ". 1:1(0) ack 2881");
	app_send(c, 1440);
	expect_tx(c, "P. 2881:4321(1440) ack 1");
	expect_event(c, "none");
}

struct error_row {
	uint8_t type, code;
	enum weir_path_error error;
};

static const struct error_row ipv4_rows[] = {
	{3, 0, WEIR_PATH_NETWORK},     {3, 1, WEIR_PATH_HOST},	   {3, 2, WEIR_PATH_PROTOCOL},
	{3, 3, WEIR_PATH_PORT},	       {3, 5, WEIR_PATH_NETWORK},  {3, 6, WEIR_PATH_NETWORK},
	{3, 7, WEIR_PATH_HOST},	       {3, 8, WEIR_PATH_HOST},	   {3, 9, WEIR_PATH_PROHIBITED},
	{3, 10, WEIR_PATH_PROHIBITED}, {3, 11, WEIR_PATH_NETWORK}, {3, 12, WEIR_PATH_HOST},
	{3, 13, WEIR_PATH_PROHIBITED}, {3, 14, WEIR_PATH_HOST},	   {3, 15, WEIR_PATH_HOST},
	{11, 0, WEIR_PATH_EXPIRED},    {11, 1, WEIR_PATH_EXPIRED}, {12, 0, WEIR_PATH_PARAMETER},
	{12, 1, WEIR_PATH_PARAMETER},
};

static const struct error_row ipv6_rows[] = {
	{1, 0, WEIR_PATH_NETWORK},    {1, 1, WEIR_PATH_PROHIBITED}, {1, 2, WEIR_PATH_NETWORK},
	{1, 3, WEIR_PATH_HOST},	      {1, 4, WEIR_PATH_PORT},	    {1, 5, WEIR_PATH_PROHIBITED},
	{1, 6, WEIR_PATH_PROHIBITED}, {3, 0, WEIR_PATH_EXPIRED},    {3, 1, WEIR_PATH_EXPIRED},
	{4, 0, WEIR_PATH_PARAMETER},  {4, 1, WEIR_PATH_PARAMETER},  {4, 2, WEIR_PATH_PARAMETER},
};

/* proves: MUST-47 MUST-54 MUST-56 SHLD-25 ATTACK-D1 */
/* proves: ATTACK-F3 */
CONVERSATION(an_error_about_octets_under_way_is_heard_and_aborts_nothing,
	     "cookies=always,never family=4,6")
{
	bool v6 = c->peer->path.is_ipv6;
	const struct error_row *rows = v6 ? ipv6_rows : ipv4_rows;
	size_t count = v6 ? RTE_DIM(ipv6_rows) : RTE_DIM(ipv4_rows);

	begin_transfer(c);
	for (size_t i = 0; i < count; i++)
		expect_heard(c, rows[i].type, rows[i].code, rows[i].error);
	expect_transfer_goes_on(c);
}

/* RFC 5927, 4.1. */
/* proves: ATTACK-D1 ATTACK-F3 */
CONVERSATION(an_error_about_other_octets_is_nobodys, "cookies=always family=4,6")
{
	uint8_t unreachable = c->peer->path.is_ipv6 ? 1 : 3;

	begin_transfer(c);
	rx(c, ". 1:1(0) ack 1441");
	expect_dropped(c, icmp_error(c, unreachable, 3, 0, 1440), DROP_icmp_not_under_way);
	expect_dropped(c, icmp_error(c, unreachable, 3, 0, 2881), DROP_icmp_not_under_way);
	expect_dropped(c, icmp_error(c, unreachable, 3, 0, 0x80000000), DROP_icmp_not_under_way);
	assert_int_equal(info_of(c).path_error, WEIR_PATH_FINE);
	conversation_rx_frame(HERE(c), icmp_error(c, unreachable, 3, 0, 1441));
	assert_int_not_equal(info_of(c).path_error, WEIR_PATH_FINE);
	conversation_rx_frame(HERE(c), icmp_error(c, unreachable, 3, 0, 2880));
	rx(c, ". 1:1(0) ack 2881");
}

/* proves: ATTACK-D4 */
CONVERSATION(an_error_about_no_connection_leaves_nothing, "cookies=always,never family=4,6")
{
	struct wire_path path;

	begin_transfer(c);
	path = c->peer->path;
	c->peer->path.client.port++;
	conversation_rx_frame(HERE(c), icmp_error(c, c->peer->path.is_ipv6 ? 1 : 3, 3, 0, 1));
	c->peer->path = path;
	assert_int_equal(c->rig.core->counters.drop[DROP_icmp_no_connection], 1);
	assert_int_equal(c->rig.core->tcp.flows.used, 1);
	expect_transfer_goes_on(c);
}

/* proves: MUST-55 ATTACK-D2 ATTACK-D6 */
CONVERSATION(source_quench_and_redirects_are_unwanted, "cookies=always,never family=4")
{
	begin_transfer(c);
	expect_dropped(c, icmp_error(c, 4, 0, 0, 1), DROP_icmp_unwanted);
	for (uint8_t code = 0; code <= 3; code++)
		expect_dropped(c, icmp_error(c, 5, code, 0, 1), DROP_icmp_unwanted);
	expect_transfer_goes_on(c);
}

/* proves: MUST-47 */
CONVERSATION(who_times_out_hears_what_routers_said, "cookies=always family=4,6 r2=10000")
{
	established(c);
	app_send(c, 100);
	expect_tx(c, "P. 1:101(100) ack 1");
	conversation_rx_frame(HERE(c), icmp_error(c, c->peer->path.is_ipv6 ? 1 : 3, 1, 0, 1));
	conversation_await_tx(HERE(c), NS_PER_SECOND, 2 * NS_PER_SECOND, "P. 1:101(100) ack 1");
	conversation_await_tx(HERE(c), NS_PER_SECOND, 3 * NS_PER_SECOND, "P. 1:101(100) ack 1");
	conversation_await_tx(HERE(c), NS_PER_SECOND, 5 * NS_PER_SECOND, "P. 1:101(100) ack 1");
	advance(c, 20000);
	expect_event(c, "close timeout");
	assert_int_equal(c->app.closed_with,
			 c->peer->path.is_ipv6 ? WEIR_PATH_PROHIBITED : WEIR_PATH_HOST);
}

/* A SYN-ACK of the queue is quoted: the client may still come. */
/* proves: MUST-56 ATTACK-D1 */
CONVERSATION(a_handshake_survives_an_error, "cookies=never family=4,6")
{
	rx(c, "S 0:0(0) win 1000 <mss 1460>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	conversation_rx_frame(HERE(c), icmp_error(c, c->peer->path.is_ipv6 ? 1 : 3, 3, 0, 0));
	expect_state(c, TCPS_SYN_RECEIVED);
	rx(c, ". 1:1(0) ack 1");
	expect_state(c, TCPS_ESTABLISHED);
	assert_int_equal(info_of(c).path_error, WEIR_PATH_FINE);
}
