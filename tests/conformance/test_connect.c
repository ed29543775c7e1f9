/* SPDX-License-Identifier: BSD-3-Clause */

/* weir_core_connect() as its caller sees it: whom it refuses, and what it chooses. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>

#include "conversation.h"
#include "icmp_frame.h"

/* Ours are 192.0.2.80/24 and 2001:db8::50/64; the clients are on the link. */
static struct weir_endpoint
endpoint(const char *text, uint16_t port)
{
	struct weir_endpoint endpoint = {.port = port};

	if (inet_pton(AF_INET6, text, endpoint.address) == 1)
		return endpoint;
	endpoint.is_ipv4 = true;
	endpoint.address[10] = endpoint.address[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, endpoint.address + 12), 1);
	return endpoint;
}

static int
try(struct conversation *c, const char *remote, const char *local, uint16_t local_port,
    struct weir_endpoint *chosen)
{
	struct weir_connect wish = {.remote = endpoint(remote, 80), .local.port = local_port};
	struct weir_core *core = c->rig.core;
	struct weir_conn *conn;
	int result;

	if (local != NULL)
		wish.local = endpoint(local, local_port);
	result = weir_core_connect(core, &wish, &conn);
	if (result != 0)
		return result;
	assert_true(weir_conn_is_outgoing(conn));
	weir_conn_local(core, conn, chosen);
	weir_conn_abort(core, conn);
	return 0;
}

static void
expect_refused(struct conversation *c, const char *remote, int error)
{
	struct weir_endpoint chosen;

	if (try(c, remote, NULL, 0, &chosen) != error)
		conversation_fail(c, "%s was not refused as it should be.", remote);
}

/* proves: MUST-46 */
CONVERSATION(nobody_connects_to_what_is_no_host, "family=4")
{
	static const char *const invalid[] = {
		"0.0.0.0",   "0.1.2.3",		"127.0.0.1",   "224.0.0.1",    "239.255.255.255",
		"240.0.0.1", "255.255.255.255", "192.0.2.255", "192.0.2.80",   "::",
		"::1",	     "ff02::1",		"ff0e::1",     "2001:db8::50",
	};
	struct weir_connect wish = {.remote = endpoint("192.0.2.1", 0)};
	struct weir_conn *conn;

	for (uint32_t i = 0; i < RTE_DIM(invalid); i++)
		expect_refused(c, invalid[i], -EINVAL);
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &conn), -EINVAL);
	wish.remote = endpoint("192.0.2.1", 80);
	wish.remote.is_ipv4 = false;
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &conn), -EINVAL);
	wish.remote = endpoint("2001:db8::1", 80);
	wish.local = endpoint("192.0.2.80", 0);
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &conn), -EINVAL);
}

CONVERSATION(nobody_connects_where_no_way_leads, "family=4")
{
	expect_refused(c, "198.51.100.1", -ENETUNREACH);
	expect_refused(c, "2001:db8:1::1", -ENETUNREACH);
}

/* proves: MUST-43 MUST-44 RFC6056-3.1 */
CONVERSATION(our_end_is_what_was_named_or_one_that_reaches_the_other, "family=4")
{
	struct weir_endpoint named = endpoint("192.0.2.80", 50001), chosen;

	assert_int_equal(try(c, "192.0.2.1", "192.0.2.80", 50001, &chosen), 0);
	assert_memory_equal(chosen.address, named.address, 16);
	assert_int_equal(chosen.port, 50001);
	assert_int_equal(try(c, "192.0.2.1", NULL, 0, &chosen), 0);
	assert_memory_equal(chosen.address, named.address, 16);
	assert_in_range(chosen.port, 32768, 65535);
	assert_int_equal(try(c, "2001:db8::1", NULL, 0, &chosen), 0);
	named = endpoint("2001:db8::50", 0);
	assert_memory_equal(chosen.address, named.address, 16);
	assert_false(chosen.is_ipv4);
	assert_int_equal(try(c, "fe80::1", NULL, 0, &chosen), 0);
	assert_int_equal(try(c, "192.0.2.1", "192.0.2.81", 0, &chosen), -EADDRNOTAVAIL);
}

/* Ours may be another station's until nobody has answered (RFC 4862, 5.4). */
CONVERSATION(no_connection_from_an_address_that_is_not_ours_yet, "family=4")
{
	static struct dad_address addresses[2]; /* as the rig numbers them: IPv4, IPv6 */
	static struct dad dad;
	struct weir_endpoint chosen, ours = endpoint("2001:db8::50", 0);
	struct ip_addr addr = ip_addr_of_ipv6(ours.address);

	dad_init(&dad, addresses, 2);
	dad_add(&dad, 0, &c->peer->path.server.addr, 0, false);
	dad_add(&dad, 1, &addr, 0, true);
	c->rig.core->dad = &dad;
	advance(c, 1);
	assert_int_equal(try(c, "2001:db8::1", NULL, 0, &chosen), -ENETUNREACH);
	assert_int_equal(try(c, "2001:db8::1", "2001:db8::50", 0, &chosen), -EADDRNOTAVAIL);
	assert_int_equal(try(c, "192.0.2.1", NULL, 0, &chosen), 0);
	addresses[1].state = DAD_USABLE;
	dad.unusable = 0;
	advance(c, 1);
	assert_int_equal(try(c, "2001:db8::1", NULL, 0, &chosen), 0);
}

CONVERSATION(no_more_connections_than_there_are_records, "family=4 flows=64")
{
	struct weir_connect wish = {.remote = endpoint("192.0.2.1", 80)};
	struct weir_conn *conns[64], *one;

	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(weir_core_connect(c->rig.core, &wish, &conns[i]), 0);
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &one), -ENOBUFS);
	for (uint32_t i = 0; i < 64; i++)
		weir_conn_abort(c->rig.core, conns[i]);
	advance(c, 1); /* the records are free after a turn */
	c->rig.core->tcp.buffers_short = true;
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &one), -ENOBUFS);
	c->rig.core->tcp.buffers_short = false;
	assert_int_equal(weir_core_connect(c->rig.core, &wish, &one), 0);
	weir_conn_abort(c->rig.core, one);
}

CONVERSATION(nothing_is_opened_while_stopping, "family=4,6")
{
	app_connect(c);
	expect_tx(c, "S 0:0(0) <...>");
	pipeline_stop(c->rig.core, false);
	advance(c, 1);
	expect_event(c, "close shutdown");
	expect_silence(c);
	expect_refused(c, "192.0.2.1", -ESHUTDOWN);
}

/* A neighbour is asked for once, however many want to go there, and again only in doubt. */
CONVERSATION(a_neighbour_is_asked_for_once, "family=4,6")
{
	for (uint32_t i = 0; i < 3; i++) {
		speak_as(c, i);
		app_connect(c);
		expect_tx(c, "S 0:0(0) <...>");
		rx(c, "S. 0:0(0) ack 1 win 65535 <mss 1440>");
		expect_tx(c, ". 1:1(0) ack 1");
		expect_event(c, "open");
	}
	assert_int_equal(c->questions, 1);
	assert_int_equal(c->probes, 0);
}

/* proves: RFC4861-7.3 */
CONVERSATION(a_connection_without_progress_makes_us_ask_again, "family=4,6")
{
	app_connect(c);
	expect_tx(c, "S 0:0(0) <...>");
	rx(c, "S. 0:0(0) ack 1 win 65535 <mss 1440>");
	expect_tx(c, ". 1:1(0) ack 1");
	app_send(c, 10);
	expect_tx(c, "P. 1:11(10) ack 1");
	conversation_await_tx(c, 0, 2 * NS_PER_SECOND, "P. 1:11(10) ack 1");
	assert_int_equal(c->probes, 0); /* it was reachable a second ago */
	rx(c, ". 1:1(0) ack 11");
	advance(c, 40000);
	app_send(c, 10);
	expect_tx(c, "P. 11:21(10) ack 1");
	conversation_await_tx(c, 0, 4 * NS_PER_SECOND, "P. 11:21(10) ack 1");
	assert_int_equal(c->probes, 1);
	assert_int_equal(c->questions, 1);
}

/* An error about octet `offset` of our sequence space, from a router. */
static void
rx_error(struct conversation *c, uint8_t ipv4_code, uint8_t ipv6_code, uint32_t offset)
{
	uint8_t frame[ICMP_FRAME_BYTES_MAX];
	bool v6 = c->peer->path.is_ipv6;
	struct icmp_frame icmp = {v6 ? 1 : 3, v6 ? ipv6_code : ipv4_code, 0, c->peer->iss + offset,
				  60};

	conversation_rx_frame(
		c, rig_frame(&c->rig, frame, icmp_frame_write(frame, &c->peer->path, &icmp)));
}

/* proves: SHLD-26 MUST-56 */
CONVERSATION(a_hard_error_ends_what_is_being_opened_and_a_soft_one_does_not, "family=4,6")
{
	app_connect(c);
	expect_tx(c, "S 0:0(0) <...>");
	rx_error(HERE(c), 0, 0, 0); /* network unreachable */
	rx_error(HERE(c), 1, 3, 0); /* host unreachable */
	rx_error(HERE(c), 3, 4, 1); /* port unreachable, but not for our SYN */
	expect_state(c, TCPS_SYN_SENT);
	expect_event(c, "none");
	rx_error(HERE(c), 3, 4, 0);
	expect_event(c, "close refused");
	expect_state(c, TCPS_CLOSED);
	app_connect(c);
	expect_tx(c, "S 0:0(0) <...>");
	rx_error(HERE(c), 2, 1, 0); /* protocol unreachable, prohibited */
	expect_event(c, "close unreachable");
	expect_state(c, TCPS_CLOSED);
}

/* What others open needs no neighbour: answers go back the way the question came. */
CONVERSATION(a_client_is_never_asked_for, "family=4,6 cookies=always,never")
{
	established(c);
	app_send(c, 10);
	expect_tx(c, "P. 1:11(10) ack 1");
	conversation_await_tx(c, 0, 4 * NS_PER_SECOND, "P. 1:11(10) ack 1");
	assert_int_equal(c->questions + c->probes, 0);
}
