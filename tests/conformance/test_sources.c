/* SPDX-License-Identifier: BSD-3-Clause */

/* What the sources of one network may have together, and that nobody else pays for it. */
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_version.h>

#include "conversation.h"

/* Clients 0 to 3 are of one network, the others of another. */
#define STRANGER 4

/* Network 0 is the one the rig's clients are in. */
static void
move_to_network(struct conversation *c, uint32_t client, uint8_t network)
{
	struct ip_addr *addr = &c->peers[client].path.client.addr;

	addr->octet[c->setup.is_ipv6 ? 7 : 14] =
		(uint8_t)(c->setup.is_ipv6 ? network : network + 2);
}

static void
settle(struct conversation *c)
{
	for (uint32_t i = 0; i < PEERS_MAX; i++) {
		/* Other hosts, not only other ports. */
		c->peers[i].path.client.addr.octet[15] = (uint8_t)(10 + i);
		move_to_network(c, i, i < STRANGER ? 0 : 1);
	}
}

static uint64_t
drops(const struct conversation *c, enum drop_reason reason)
{
	return c->rig.core->counters.drop[reason];
}

static uint64_t
counted(const struct conversation *c, enum counter counter)
{
	return c->rig.core->counters.value[counter];
}

/* The SYN is answered, and nothing said about the rest of the handshake. */
static void
shake_hands(struct conversation *c, uint32_t client)
{
	speak_as(c, client);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	rx(c, ". 1:1(0) ack 1");
	expect_silence(c);
}

static void
connect_as(struct conversation *c, uint32_t client)
{
	speak_as(c, client);
	established(c);
}

static void
reset_as(struct conversation *c, uint32_t client)
{
	speak_as(c, client);
	rx(c, "R 1:1(0)");
	expect_event(c, "close reset");
}

/* proves: ATTACK-A8 */
CONVERSATION(a_network_has_so_many_connections_and_another_its_own,
	     "prefix-flows=2 cookies=always,never,auto family=4,6")
{
	settle(c);
	connect_as(c, 0);
	connect_as(c, 1);
	shake_hands(c, 2);
	expect_event(c, "none");
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
	connect_as(c, STRANGER);
	connect_as(c, STRANGER + 1);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);

	/* One goes, and what the refused client sends again lets it in. */
	reset_as(c, 0);
	speak_as(c, 2);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "open");
	expect_event(c, "text 10");
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
}

/* proves: ATTACK-A8 */
CONVERSATION(hosts_are_told_apart_where_prefixes_are_whole_addresses,
	     "prefix-flows=1 prefix-ipv4=32 prefix-ipv6=128 cookies=always,never family=4,6")
{
	settle(c);
	for (uint32_t client = 0; client < PEERS_MAX; client++)
		connect_as(c, client);
	c->peer->path.client.port++;
	shake_hands(c, PEERS_MAX - 1);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
}

/* proves: ATTACK-A8 */
CONVERSATION(a_network_opens_so_many_a_second_and_another_its_own,
	     "prefix-rate=2 cookies=always,never,auto family=4,6")
{
	settle(c);
	connect_as(c, 0);
	connect_as(c, 1);
	shake_hands(c, 2);
	expect_event(c, "none");
	assert_int_equal(drops(c, DROP_prefix_rate), 1);
	reset_as(c, 0); /* that they end again does not help */
	connect_as(c, STRANGER);
	connect_as(c, STRANGER + 1);

	advance(c, 400);
	speak_as(c, 2);
	rx(c, ". 1:1(0) ack 1");
	expect_event(c, "none");
	assert_int_equal(drops(c, DROP_prefix_rate), 2);
	advance(c, 101);
	rx(c, ". 1:1(0) ack 1");
	expect_event(c, "open");
	assert_int_equal(drops(c, DROP_prefix_rate), 2);
}

/* However they end; the engine's books are audited after each turn. */
CONVERSATION(what_ends_makes_room, "prefix-flows=1 cookies=always,never family=4,6")
{
	settle(c);
	for (uint32_t i = 0; i < 10; i++) {
		connect_as(c, 0);
		reset_as(c, 0);
		c->peer->path.client.port++;

		connect_as(c, 0);
		rx(c, "F. 1:1(0) ack 1");
		expect_tx(c, ". 1:1(0) ack 2");
		expect_event(c, "fin");
		app_close(c);
		expect_tx(c, "F. 1:1(0) ack 2");
		rx(c, ". 2:2(0) ack 2");
		expect_event(c, "close normal");
		c->peer->path.client.port++;

		connect_as(c, 0);
		app_abort(c);
		expect_tx(c, "R 1:1(0)");
		c->peer->path.client.port++;

		connect_as(c, 0); /* TIME-WAIT is not counted: it has its own bound */
		app_close(c);
		expect_tx(c, "F. 1:1(0) ack 1");
		rx(c, "F. 1:1(0) ack 2");
		expect_tx(c, ". 2:2(0) ack 2");
		expect_event(c, "fin");
		expect_event(c, "close normal");
		c->peer->path.client.port++;
	}
	assert_int_equal(drops(c, DROP_prefix_flows), 0);
}

/* Its record and its text are held, so it counts. */
CONVERSATION(an_ended_connection_counts_until_its_application_lets_go,
	     "prefix-flows=1 cookies=always,never family=4,6")
{
	settle(c);
	connect_as(c, 0);
	app_pause(c);
	rx(c, "P. 1:11(10) ack 1");
	rx(c, "F. 11:11(0) ack 1");
	expect_tx(c, ". 1:1(0) ack 12");
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 12");
	rx(c, ". 12:12(0) ack 2");
	expect_state(c, TCPS_CLOSED);
	shake_hands(c, 1);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);

	speak_as(c, 0);
	app_resume(c);
	expect_event(c, "text 10");
	expect_event(c, "fin");
	expect_event(c, "close normal");
	speak_as(c, 1);
	rx(c, ". 1:1(0) ack 1");
	expect_event(c, "open");
}

/* SYNs prove nothing: whoever sends them in a network's name takes nothing from it. */
/* proves: ATTACK-A1 ATTACK-A8 */
CONVERSATION(syns_in_its_name_cost_a_network_nothing, "prefix-flows=2 cookies=auto family=4,6")
{
	settle(c);
	for (uint32_t client = 0; client < 2; client++) {
		speak_as(c, client);
		rx(c, "S 0:0(0) win 1024 <mss 1440>");
		expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
		expect_state(c, TCPS_SYN_RECEIVED);
	}
	assert_int_equal(counted(c, COUNTER_syn_queue_passed_by), 0);
	connect_as(c, 2);
	connect_as(c, 3);
	assert_int_equal(counted(c, COUNTER_syn_queue_passed_by), 2);
	assert_int_equal(counted(c, COUNTER_cookie_accepted), 2);
	speak_as(c, STRANGER);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	expect_state(c, TCPS_SYN_RECEIVED);
	assert_int_equal(counted(c, COUNTER_cookie_mode_entered), 0);
}

/* Without cookies there is nothing to give instead, but other networks have their share. */
/* proves: ATTACK-A1 ATTACK-A8 */
CONVERSATION(without_cookies_a_network_has_its_share_of_the_queue,
	     "prefix-flows=2 cookies=never family=4,6")
{
	settle(c);
	for (uint32_t client = 0; client < 3; client++) {
		speak_as(c, client);
		rx(c, "S 0:0(0) win 1024 <mss 1440>");
		if (client < 2)
			expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	}
	expect_silence(c);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
	connect_as(c, STRANGER);
	speak_as(c, 0);
	rx(c, "R 1:1(0)"); /* an entry goes */
	speak_as(c, 2);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
}

/* proves: ATTACK-A14 */
CONVERSATION(a_refused_successor_leaves_time_wait_as_it_is,
	     "prefix-flows=1 cookies=always family=4,6")
{
	settle(c);
	connect_as(c, 0);
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 1");
	rx(c, "F. 1:1(0) ack 2");
	expect_tx(c, ". 2:2(0) ack 2");
	expect_event(c, "fin");
	expect_event(c, "close normal");
	connect_as(c, 1);
	assert_int_equal(c->rig.core->tcp.time_wait.live, 1);

	speak_as(c, 0);
	rx(c, "S 100000:100000(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 100001 <mss ours>");
	rx(c, ". 100001:100001(0) ack 1");
	expect_silence(c);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
	assert_int_equal(c->rig.core->tcp.time_wait.live, 1);
	reset_as(c, 1);
	speak_as(c, 0);
	rx(c, ". 100001:100001(0) ack 1");
	expect_event(c, "open");
	assert_int_equal(c->rig.core->tcp.time_wait.live, 0);
}

/* As many answers as come; each is thrown away. */
static uint32_t
answers_to(struct conversation *c, const char *segment, uint32_t count)
{
	uint32_t answers = 0;

	for (uint32_t i = 0; i < count; i++) {
		rx(c, segment);
		answers += c->unheard_count;
		c->unheard_count = 0;
	}
	return answers;
}

/* proves: ATTACK-A4 ATTACK-A5 */
CONVERSATION(one_network_does_not_take_all_resets,
	     "rst-rate=100000 prefix-replies=100 cookies=always,never family=4,6")
{
	uint32_t answers;

	settle(c);
	speak_as(c, 0);
	answers = answers_to(c, ". 1:1(0) ack 1", 1000);
	assert_in_range(answers, 50, 150);
	assert_int_equal(counted(c, COUNTER_rst_prefix_limited), 1000 - answers);
	assert_int_equal(counted(c, COUNTER_rst_limited), 0);
	speak_as(c, 1); /* of the same network */
	assert_int_equal(answers_to(c, "F. 1:1(0) ack 1", 10), 0);
	speak_as(c, STRANGER);
	assert_int_equal(answers_to(c, ". 1:1(0) ack 1", 50), 50);
	advance(c, 1100);
	speak_as(c, 0);
	assert_int_equal(answers_to(c, ". 1:1(0) ack 1", 50), 50);
	connect_as(c, 1);
}

/* The core's own budget stays, and is asked first. */
/* proves: ATTACK-A4 */
CONVERSATION(all_networks_together_have_the_budget_of_the_core,
	     "rst-rate=100 prefix-replies=50 cookies=always family=4,6")
{
	uint32_t answers = 0;

	settle(c);
	for (uint8_t network = 0; network < 100; network++) {
		move_to_network(c, 0, network);
		answers += answers_to(c, ". 1:1(0) ack 1", 10);
	}
	assert_in_range(answers, 50, 150);
	assert_int_equal(counted(c, COUNTER_rst_limited) + counted(c, COUNTER_rst_prefix_limited),
			 1000 - answers);
	assert_true(counted(c, COUNTER_rst_limited) > 800);
}

CONVERSATION(without_the_limit_one_network_may_take_all,
	     "rst-rate=100000 prefix-replies=0 cookies=always family=4,6")
{
	assert_int_equal(answers_to(c, ". 1:1(0) ack 1", 1000), 1000);
}

/* proves: ATTACK-A4 ATTACK-A13 */
CONVERSATION(time_wait_does_not_answer_without_end,
	     "prefix-replies=20 cookies=always,never family=4,6")
{
	uint32_t answers;

	settle(c);
	connect_as(c, 0);
	app_close(c);
	expect_tx(c, "F. 1:1(0) ack 1");
	rx(c, "F. 1:1(0) ack 2");
	expect_tx(c, ". 2:2(0) ack 2");
	expect_event(c, "fin");
	expect_event(c, "close normal");
	answers = answers_to(c, "P. 1:2(1) ack 2", 100);
	assert_in_range(answers, 10, 30);
	assert_int_equal(counted(c, COUNTER_time_wait_ack_limited), 100 - answers);
	advance(c, 1100);
	rx(c, "F. 1:1(0) ack 2"); /* our ACK was lost, say */
	expect_tx(c, ". 2:2(0) ack 2");
}

/*
 * A list with one verdict for network 0 and another for network 1, of both families.
 * Made here by hand: how the port layer makes it is tested there.
 */
static struct source_list list;

static void
list_networks(struct conversation *c, enum source_verdict first, enum source_verdict second)
{
	struct rte_fib_conf ipv4 = {
		.type = RTE_FIB_DUMMY, .default_nh = SOURCE_UNLISTED, .max_routes = 8};
	struct rte_fib6_conf ipv6 = {
		.type = RTE_FIB6_DUMMY, .default_nh = SOURCE_UNLISTED, .max_routes = 8};
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	struct rte_ipv6_addr network[2] = {{.a = {0x20, 0x01, 0x0d, 0xb8}},
					   {.a = {0x20, 0x01, 0x0d, 0xb8, [7] = 1}}};
#define NETWORK(i) &network[i]
#else
	uint8_t network[2][16] = {{0x20, 0x01, 0x0d, 0xb8}, {0x20, 0x01, 0x0d, 0xb8, [7] = 1}};
#define NETWORK(i) network[i]
#endif

	list.ipv4 = rte_fib_create("list4", SOCKET_ID_ANY, &ipv4);
	list.ipv6 = rte_fib6_create("list6", SOCKET_ID_ANY, &ipv6);
	assert_non_null(list.ipv4);
	assert_non_null(list.ipv6);
	assert_int_equal(rte_fib_add(list.ipv4, 0xc0000200, 24, first), 0);
	assert_int_equal(rte_fib_add(list.ipv4, 0xc0000300, 24, second), 0);
	assert_int_equal(rte_fib6_add(list.ipv6, NETWORK(0), 64, first), 0);
	assert_int_equal(rte_fib6_add(list.ipv6, NETWORK(1), 64, second), 0);
	c->rig.setup.tcp.sources = &list;
}

/* Nothing may be open: what is counted must be found again. */
static void
forget_networks(struct conversation *c)
{
	c->rig.setup.tcp.sources = NULL;
	rte_fib_free(list.ipv4);
	rte_fib6_free(list.ipv6);
}

/* proves: ATTACK-A8 */
CONVERSATION(a_denied_network_hears_nothing, "cookies=always,never,auto family=4,6")
{
	static const char *const segments[] = {
		"S 0:0(0) win 1024 <mss 1440>",
		". 1:1(0) ack 1",
		"F. 1:1(0) ack 1",
		"R 1:1(0)",
		"P. 1:11(10) ack 1",
	};

	settle(c);
	list_networks(c, SOURCE_DENIED, SOURCE_UNLISTED);
	speak_as(c, 0);
	for (size_t i = 0; i < 5; i++)
		rx(c, segments[i]);
	c->peer->path.server.port = RIG_CLOSED_PORT;
	for (size_t i = 0; i < 5; i++)
		rx(c, segments[i]);
	c->peer->path.server.port = RIG_SERVER_PORT;
	expect_silence(c);
	assert_int_equal(drops(c, DROP_source_denied), 10);
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
	connect_as(c, STRANGER);
	reset_as(c, STRANGER);
	assert_int_equal(drops(c, DROP_source_denied), 10);
	forget_networks(c);
}

/* proves: ATTACK-A8 */
CONVERSATION(an_allowed_network_is_exempt_from_the_limits,
	     "prefix-flows=1 prefix-rate=1 prefix-replies=1 cookies=always,never,auto family=4,6")
{
	settle(c);
	list_networks(c, SOURCE_ALLOWED, SOURCE_UNLISTED);
	for (uint32_t client = 0; client < STRANGER; client++)
		connect_as(c, client);
	connect_as(c, STRANGER);
	shake_hands(c, STRANGER + 1);
	assert_int_equal(drops(c, DROP_prefix_flows), 1);
	for (uint32_t client = 0; client <= STRANGER; client++)
		reset_as(c, client);
	speak_as(c, 0);
	c->peer->path.server.port = RIG_CLOSED_PORT;
	assert_int_equal(answers_to(c, ". 1:1(0) ack 1", 20), 20);
	c->peer->path.server.port = RIG_SERVER_PORT;
	speak_as(c, STRANGER + 1);
	rx(c, "R 1:1(0)");
	assert_int_equal(c->rig.core->tcp.source_limits.flows.total, 0);
	assert_int_equal(c->rig.core->tcp.source_limits.half_open.total, 0);
	forget_networks(c);
}
