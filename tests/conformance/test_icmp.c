/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ICMP errors that quote a segment of ours.  Weir takes none at its word: a
 * connection is neither aborted nor slowed by one, true or forged (RFC 5927).
 */
#include "conversation.h"

#define QUOTED_BYTES 8 /* of the TCP header */

static uint32_t
sum16(uint32_t sum, const uint8_t *octets, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void
put16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

/* Ports and the sequence number of what we sent: all that an ICMP error must quote. */
static void
quote_tcp(uint8_t *tcp, const struct conversation *c, uint32_t seq)
{
	put16(tcp, c->peer->path.server.port);
	put16(tcp + 2, c->peer->path.client.port);
	put16(tcp + 4, (c->peer->iss + seq) >> 16);
	put16(tcp + 6, c->peer->iss + seq);
}

/* An ICMP message of the client's about our octet `seq`. */
static struct rte_mbuf *
icmp_error(struct conversation *c, uint8_t type, uint8_t code, uint32_t word, uint32_t seq)
{
	const struct wire_path *path = &c->peer->path;
	uint8_t frame[14 + 20 + 8 + 20 + QUOTED_BYTES] = {0};
	uint8_t *ip = frame + 14, *icmp = ip + 20, *quoted = icmp + 8;

	memcpy(frame, path->server.mac, 6);
	memcpy(frame + 6, path->client.mac, 6);
	put16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, sizeof(frame) - 14);
	ip[8] = 60;
	ip[9] = 1;
	memcpy(ip + 12, path->client.addr.octet + 12, 4);
	memcpy(ip + 16, path->server.addr.octet + 12, 4);
	put16(ip + 10, ~sum16(0, ip, 20));
	icmp[0] = type;
	icmp[1] = code;
	put16(icmp + 6, word);
	quoted[0] = 0x45;
	quoted[9] = 6;
	memcpy(quoted + 12, path->server.addr.octet + 12, 4);
	memcpy(quoted + 16, path->client.addr.octet + 12, 4);
	quote_tcp(quoted + 20, c, seq);
	put16(icmp + 2, ~sum16(0, icmp, sizeof(frame) - 34));
	return rig_frame(&c->rig, frame, sizeof(frame));
}

static struct rte_mbuf *
icmpv6_error(struct conversation *c, uint8_t type, uint8_t code, uint32_t word, uint32_t seq)
{
	const struct wire_path *path = &c->peer->path;
	uint8_t frame[14 + 40 + 8 + 40 + QUOTED_BYTES] = {0};
	uint8_t *ip = frame + 14, *icmp = ip + 40, *quoted = icmp + 8;
	const uint32_t icmp_bytes = sizeof(frame) - 54;

	memcpy(frame, path->server.mac, 6);
	memcpy(frame + 6, path->client.mac, 6);
	put16(frame + 12, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, icmp_bytes);
	ip[6] = 58;
	ip[7] = 60;
	memcpy(ip + 8, path->client.addr.octet, 16);
	memcpy(ip + 24, path->server.addr.octet, 16);
	icmp[0] = type;
	icmp[1] = code;
	put16(icmp + 6, word);
	quoted[0] = 0x60;
	quoted[6] = 6;
	memcpy(quoted + 8, path->server.addr.octet, 16);
	memcpy(quoted + 24, path->client.addr.octet, 16);
	quote_tcp(quoted + 40, c, seq);
	put16(icmp + 2, ~sum16(sum16(58 + icmp_bytes, ip + 8, 32), icmp, icmp_bytes));
	return rig_frame(&c->rig, frame, sizeof(frame));
}

static void
expect_no_effect(struct conversation *c, struct rte_mbuf *error)
{
	uint64_t balance = counters_dropped(&c->rig.core->counters);

	assert_int_equal(rig_turn(&c->rig, &error, 1), 0);
	assert_int_equal(counters_dropped(&c->rig.core->counters), balance + 1);
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

/* Neither lost nor made smaller nor slower. */
static void
expect_transfer_goes_on(struct conversation *c)
{
	rx(c, ". 1:1(0) ack 2881");
	app_send(c, 1440);
	expect_tx(c, "P. 2881:4321(1440) ack 1");
	expect_event(c, "none");
}

/* proves: MUST-55 MUST-56 ATTACK-D1 */
/* proves: ATTACK-D2 ATTACK-D6 ATTACK-F3 */
CONVERSATION(an_icmp_error_aborts_and_slows_nothing, "cookies=always,never family=4")
{
	static const struct {
		uint8_t type, code_last;
	} errors[] = {{3, 15}, {4, 0}, {5, 3}, {11, 1}, {12, 2}};

	begin_transfer(c);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		for (uint8_t code = 0; code <= errors[i].code_last; code++) {
			/* One that is under way, one that never was; a tiny MTU. */
			expect_no_effect(c, icmp_error(c, errors[i].type, code, 68, 1));
			expect_no_effect(c, icmp_error(c, errors[i].type, code, 0, 99999));
		}
	}
	expect_transfer_goes_on(c);
}

/* proves: MUST-56 ATTACK-D1 */
/* proves: ATTACK-F3 */
CONVERSATION(an_icmpv6_error_aborts_and_slows_nothing, "cookies=always,never family=6")
{
	begin_transfer(c);
	for (uint8_t type = 1; type <= 4; type++) {
		for (uint8_t code = 0; code <= 7; code++) {
			expect_no_effect(c, icmpv6_error(c, type, code, 1280, 1));
			expect_no_effect(c, icmpv6_error(c, type, code, 0, 99999));
		}
	}
	expect_transfer_goes_on(c);
}
