/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An address that is not ours yet (RFC 4862, 5.4), or never: what weir does with
 * what comes to it, and what tells it that another station has it.
 */
#include "conversation.h"
#include "net_octets.h"

#define IPV4 0 /* as the rig numbers its addresses */
#define IPV6 1

static struct dad dad;
static struct dad_address addresses[2];

static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};

static void
begin(struct conversation *c)
{
	struct ip_addr addr = c->peer->path.server.addr;

	dad_init(&dad, addresses, 2);
	dad_add(&dad, IPV4, &addr, 0, false);
	dad_add(&dad, IPV6, &addr, 0, true);
	c->rig.core->dad = &dad; /* it hears, and another core would ask */
}

static uint64_t
dropped(const struct conversation *c, enum drop_reason reason)
{
	return c->rig.core->counters.drop[reason];
}

/* A message of neighbour discovery about the server's address, from the client's station. */
static void
say_nd(struct conversation *c, uint8_t type, const uint8_t source[16], const uint8_t mac[6])
{
	const struct wire_path *path = &c->peer->path;
	uint8_t frame[14 + 40 + 24] = {0x33, 0x33};
	uint8_t *ip = frame + 14, *icmp = ip + 40;
	uint32_t sum;

	memcpy(ip + 8, source, 16);
	if (type == 135) {
		memcpy(ip + 24, (uint8_t[13]){0xff, 2, [11] = 1, 0xff}, 13);
		memcpy(ip + 37, path->server.addr.octet + 13, 3);
	} else {
		memcpy(ip + 24, all_nodes, 16);
	}
	memcpy(frame + 2, ip + 36, 4);
	memcpy(frame + 6, mac, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	ip[0] = 0x60;
	ip[5] = 24;
	ip[6] = 58;
	ip[7] = 255;
	icmp[0] = type;
	icmp[4] = type == 136 ? 0x20 : 0;
	memcpy(icmp + 8, path->server.addr.octet, 16);
	sum = ~sum16(sum16(58 + 24, ip + 8, 32), icmp, 24);
	icmp[2] = (uint8_t)(sum >> 8);
	icmp[3] = (uint8_t)sum;
	conversation_rx_frame(c, rig_frame(&c->rig, frame, sizeof(frame)));
}

/* proves: RFC4862-5.4 */
CONVERSATION(a_tentative_address_answers_nobody, "cookies=always,never family=6")
{
	begin(c);
	rx(c, "S 0:0(0) win 1000 <mss 1440>");
	expect_silence(c);
	say_nd(HERE(c), 135, c->peer->path.client.addr.octet, c->peer->path.client.mac);
	expect_silence(c);
	assert_int_equal(dropped(c, DROP_address_unusable), 1);
	assert_int_equal(dropped(c, DROP_nd_not_for_us), 1);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_TENTATIVE);
	addresses[IPV6].state = DAD_USABLE;
	dad.unusable = 0;
	established(c);
}

/* proves: RFC4862-5.4.4 */
CONVERSATION(an_advertisement_takes_a_tentative_address_away, "cookies=always family=6")
{
	begin(c);
	say_nd(HERE(c), 136, c->peer->path.server.addr.octet, c->peer->path.server.mac);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_TENTATIVE); /* our own, come back */
	say_nd(HERE(c), 136, c->peer->path.server.addr.octet, c->peer->path.client.mac);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_DUPLICATE);
	assert_int_equal(c->rig.core->counters.value[COUNTER_address_conflict], 1);
	rx(c, "S 0:0(0) win 1000 <mss 1440>");
	expect_silence(c);
	assert_int_equal(dropped(c, DROP_address_unusable), 1);
}

/* proves: RFC4862-5.4.3 */
CONVERSATION(a_probe_takes_a_tentative_address_away, "cookies=always family=6")
{
	static const uint8_t nobody[16];

	begin(c);
	say_nd(HERE(c), 135, nobody, c->peer->path.server.mac);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_TENTATIVE);
	say_nd(HERE(c), 135, nobody, c->peer->path.client.mac);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_DUPLICATE);
}

CONVERSATION(an_advertisement_of_a_usable_address_is_counted, "cookies=always family=6")
{
	begin(c);
	addresses[IPV6].state = DAD_USABLE;
	dad.unusable = 0;
	say_nd(HERE(c), 136, c->peer->path.server.addr.octet, c->peer->path.client.mac);
	assert_int_equal(dad_state_of(&dad, IPV6), DAD_USABLE);
	assert_int_equal(addresses[IPV6].conflicts, 1);
	established(c);
}

/* proves: RFC5227-2.4 ATTACK-E8 */
CONVERSATION(arp_that_claims_our_address_is_counted_and_changes_nothing, "cookies=always family=4")
{
	const struct wire_path *path = &c->peer->path;
	uint8_t frame[42] = {[12] = 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};

	begin(c);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, path->client.mac, 6);
	memcpy(frame + 22, path->client.mac, 6);
	memcpy(frame + 28, path->server.addr.octet + 12, 4);
	memcpy(frame + 38, path->server.addr.octet + 12, 4);
	conversation_rx_frame(HERE(c), rig_frame(&c->rig, frame, sizeof(frame)));
	expect_silence(c);
	assert_int_equal(addresses[IPV4].conflicts, 1);
	assert_memory_equal(&addresses[IPV4].rival, path->client.mac, 6);
	memcpy(frame + 6, path->server.mac, 6); /* our own, come back */
	conversation_rx_frame(HERE(c), rig_frame(&c->rig, frame, sizeof(frame)));
	assert_int_equal(addresses[IPV4].conflicts, 1);
	established(c);
}
