/* SPDX-License-Identifier: BSD-3-Clause */

/* Segments from where nobody can be and to where nobody may answer: silence, always. */
#include "conversation.h"

static struct ip_addr
ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip_addr_of_ipv4(
		rte_cpu_to_be_32((uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8 | d));
}

static void
expect_no_answer(struct conversation *c)
{
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	rx(c, ". 1:1(0) ack 1 win 1024");
	rx(c, "F 1:1(0) win 1024");
	rx(c, "R 1:1(0)");
	expect_silence(c);
	expect_state(c, TCPS_LISTEN);
}

/* proves: MUST-57 */
CONVERSATION(a_syn_to_many_is_never_answered, "cookies=always,never family=4")
{
	const struct ip_addr groups[] = {
		ipv4(192, 0, 2, 255), /* of our subnet */
		ipv4(192, 0, 2, 0),   ipv4(255, 255, 255, 255),
		ipv4(224, 0, 0, 1),   ipv4(239, 1, 2, 3),
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		c->peer->path.server.addr = groups[i];
		expect_no_answer(c);
	}
}

/* proves: MUST-57 */
/* proves: ATTACK-C10 */
CONVERSATION(a_syn_to_many_is_never_answered_ipv6, "cookies=always,never family=6")
{
	static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
	static const uint8_t solicited[16] = {0xff, 2, [11] = 1, [12] = 0xff, [15] = 80};

	c->peer->path.server.addr = ip_addr_of_ipv6(all_nodes);
	expect_no_answer(c);
	c->peer->path.server.addr = ip_addr_of_ipv6(solicited);
	expect_no_answer(c);
}

/* A unicast packet in a broadcast or multicast frame. */
/* proves: MUST-57 */
/* proves: ATTACK-C10 ATTACK-F3 */
CONVERSATION(a_syn_in_a_group_frame_is_never_answered, "cookies=always,never family=4,6")
{
	memset(c->peer->path.server.mac, 0xff, 6);
	expect_no_answer(c);
	c->peer->path.server.mac[0] = 0x33;
	expect_no_answer(c);
	memset(c->peer->path.server.mac, 0x02, 6); /* another station's */
	expect_no_answer(c);
}

/* proves: MUST-63 */
/* proves: ATTACK-C9 */
CONVERSATION(nobody_can_be_at_these_sources, "cookies=always,never family=4")
{
	const struct ip_addr sources[] = {
		ipv4(0, 0, 0, 0),     ipv4(0, 1, 2, 3),
		ipv4(127, 0, 0, 1),   ipv4(127, 255, 255, 255),
		ipv4(224, 0, 0, 1),   ipv4(239, 255, 255, 255),
		ipv4(240, 0, 0, 1),   ipv4(255, 255, 255, 255),
		ipv4(192, 0, 2, 255), /* broadcast of our subnet */
		ipv4(192, 0, 2, 80),  /* ourselves: land */
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		c->peer->path.client.addr = sources[i];
		expect_no_answer(c);
	}
}

/* proves: MUST-63 */
/* proves: ATTACK-C9 */
CONVERSATION(nobody_can_be_at_these_sources_ipv6, "cookies=always,never family=6")
{
	static const uint8_t sources[][16] = {
		{0},
		{[15] = 1},
		{0xff, 2, [15] = 1},
		{0xff, 0x0e, [15] = 9},
		{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1},
		{0x20, 1, 0x0d, 0xb8, [15] = 80}, /* ourselves */
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		c->peer->path.client.addr = ip_addr_of_ipv6(sources[i]);
		expect_no_answer(c);
	}
}

/* A segment with our own address and port as its source must not make us talk to ourselves. */
/* proves: MUST-63 ATTACK-C8 */
CONVERSATION(land_is_never_answered, "cookies=always,never family=4,6")
{
	c->peer->path.client.addr = c->peer->path.server.addr;
	c->peer->path.client.port = c->peer->path.server.port;
	memcpy(c->peer->path.client.mac, c->peer->path.server.mac, 6);
	expect_no_answer(c);
}

/* proves: RFC9293-3.1-port-zero */
CONVERSATION(port_zero_is_no_port, "cookies=always,never family=4,6")
{
	c->peer->path.client.port = 0;
	expect_no_answer(c);
	c->peer->path.client.port = 40000;
	c->peer->path.server.port = 0;
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_silence(c);
}

/* Replies follow a peer whose frames begin to come from another router. */
/* proves: RFC9293-3.9.2 */
CONVERSATION(the_return_path_follows_the_peer, "cookies=always,never family=4,6")
{
	established(c);
	c->peer->path.client.mac[5] = 0xc2;
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	app_send(c, 5);
	expect_tx(c, "P. 1:6(5) ack 11");
}

/* ... but not for a segment that is not the peer's. */
/* proves: ATTACK-B5 */
CONVERSATION(a_spoofed_segment_does_not_turn_the_return_path, "cookies=always,never family=4,6")
{
	uint8_t mac[6];

	established(c);
	memcpy(mac, c->peer->path.client.mac, 6);
	c->peer->path.client.mac[5] = 0xee;
	gather(c, "P. 1:11(10) ack 70000 filled X");
	memcpy(c->peer->path.client.mac, mac, 6);
	rx(c, ". 1:1(0) ack 1");
	expect_tx(c, ". 1:1(0) ack 1"); /* the challenge, to the true one */
	app_send(c, 5);
	expect_tx(c, "P. 1:6(5) ack 1");
}
