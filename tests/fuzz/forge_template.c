/* SPDX-License-Identifier: BSD-3-Clause */

#include "forge_template.h"

#include <string.h>

#include "icmp_frame.h"
#include "neighbour.h"
#include "net_octets.h"

#define NEIGHBOUR_BYTES	  24
#define LINK_OPTION_BYTES 8

static const uint8_t nothing[16];
static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};

static void
put_arp(struct draft *draft, uint8_t operation, const struct wire_end *sender,
	const struct ip_addr *target)
{
	static const uint8_t fixed[] = {0, 1, 8, 0, 6, 4, 0};
	uint8_t *arp = draft->octets + ETHER_BYTES;

	memset(arp, 0, 28);
	memcpy(arp, fixed, sizeof(fixed));
	arp[7] = operation;
	memcpy(arp + 8, sender->mac, 6);
	memcpy(arp + 14, sender->addr.octet + 12, 4);
	memcpy(arp + 24, target->octet + 12, 4);
	draft->bytes = ETHER_BYTES + 28;
}

/* A packet of `bytes` zeros, from next door, which are where the result points. */
static uint8_t *
put_ip(struct draft *draft, const struct wire_path *path, uint8_t protocol, uint32_t bytes)
{
	draft_link(draft, path, path->server.mac, path->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4);
	return draft_ip(draft, path, protocol, 255, bytes);
}

/* A message about our address, to the group that `to` is. */
static void
put_neighbour(struct draft *draft, const struct wire_path *path, uint8_t type,
	      const uint8_t source[16], const uint8_t to[16], bool has_option)
{
	uint8_t *message = put_ip(draft, path, IP_ICMPV6,
				  NEIGHBOUR_BYTES + (has_option ? LINK_OPTION_BYTES : 0));
	uint8_t *ip = message - IPV6_BYTES;

	memcpy(ip + 8, source, 16);
	memcpy(ip + 24, to, 16);
	draft->octets[0] = draft->octets[1] = 0x33;
	memcpy(draft->octets + 2, to + 12, 4);
	message[0] = type;
	message[4] = type == 136 ? 0x20 : 0;
	memcpy(message + 8, path->server.addr.octet, 16);
	if (!has_option)
		return;
	message[24] = type == 136 ? 2 : 1;
	message[25] = 1;
	memcpy(message + 26, path->client.mac, 6);
}

/* Who has our address?  With `probes` from nobody, to learn whether it may be taken. */
static void
put_question(struct draft *draft, const struct wire_path *path, bool probes)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	uint8_t group[16] = {0xff, 2, [11] = 1, 0xff};
	struct wire_end sender = path->client;

	memcpy(group + 13, path->server.addr.octet + 13, 3);
	if (path->is_ipv6) {
		put_neighbour(draft, path, 135, probes ? nothing : path->client.addr.octet, group,
			      !probes);
		return;
	}
	if (probes)
		memset(&sender.addr, 0, sizeof(sender.addr));
	draft_link(draft, path, everybody, TYPE_ARP);
	put_arp(draft, 1, &sender, &path->server.addr);
}

/* "It is mine": from the client's station. */
static void
put_claim(struct draft *draft, const struct wire_path *path)
{
	struct wire_end sender = path->client;

	if (path->is_ipv6) {
		put_neighbour(draft, path, 136, path->server.addr.octet, all_nodes, true);
		return;
	}
	sender.addr = path->server.addr;
	draft_link(draft, path, path->server.mac, TYPE_ARP);
	put_arp(draft, 2, &sender, &path->server.addr);
}

static void
put_answer(struct draft *draft, const struct forge *forge, const struct wire_path *path)
{
	struct wire_path there = *path;

	if ((take8(forge->input) & 1) != 0 && ip_addr_is_ipv4(forge->asked) != path->is_ipv6)
		there.client.addr = *forge->asked;
	draft->bytes = neighbour_answer(draft->octets, &there);
}

static void
put_echo(struct draft *draft, const struct forge *forge, const struct wire_path *path)
{
	uint32_t bytes = 8 + (uint32_t)take8(forge->input) * 6;
	uint8_t *message = put_ip(draft, path, path->is_ipv6 ? IP_ICMPV6 : IP_ICMP, bytes);

	message[0] = path->is_ipv6 ? 128 : 8;
	put16(message + 4, path->client.port);
}

static void
put_error(struct draft *draft, const struct forge *forge, const struct client *client)
{
	static const uint8_t kinds[2][8][2] = {
		{{3, 0}, {3, 1}, {3, 2}, {3, 3}, {3, 4}, {3, 13}, {11, 0}, {12, 0}},
		{{1, 0}, {1, 1}, {1, 3}, {1, 4}, {2, 0}, {3, 0}, {4, 0}, {4, 1}},
	};
	const uint8_t *kind = kinds[client->path.is_ipv6][take8(forge->input) % 8];
	struct icmp_frame icmp = {.type = kind[0], .code = kind[1], .ip_bytes = 1500};

	icmp.seq = client->rcv_nxt + take_distance(forge->input);
	icmp.word = (uint32_t)take8(forge->input) * 8;
	draft->bytes = icmp_frame_write(draft->octets, &client->path, &icmp);
}

static void
put_segment(struct draft *draft, const struct forge *forge, struct client *client)
{
	static struct segment segment;
	uint8_t flags = take8(forge->input);

	client_take_segment(client, forge->input, flags, &segment);
	draft->bytes = client_frame(client, &segment, draft->octets);
}

void
forge_put_template(struct draft *draft, const struct forge *forge, struct client *client,
		   uint8_t choice)
{
	const struct wire_path *path = &client->path;

	switch (choice % 8) {
	case 0:
		put_segment(draft, forge, client);
		break;
	case 1:
	case 4:
		put_question(draft, path, choice % 8 == 4);
		break;
	case 2:
		put_answer(draft, forge, path);
		break;
	case 3:
		put_claim(draft, path);
		break;
	case 5:
		put_echo(draft, forge, path);
		break;
	case 6:
		put_error(draft, forge, client);
		break;
	case 7:
		put_ip(draft, path, IP_UDP, take8(forge->input));
		break;
	}
}
