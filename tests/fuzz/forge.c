/* SPDX-License-Identifier: BSD-3-Clause */

#include "forge.h"

#include <string.h>

#include "check.h"
#include "icmp_frame.h"
#include "neighbour.h"
#include "net_octets.h"
#include "ramp.h"

#define WAITS	  0x01u
#define SPLIT	  0x02u
#define CUT	  0x04u
#define EXTENDED  0x08u
#define TAG_WRONG 0x10u
#define NOT_RIGHT 0x20u
#define VOUCHED	  0x40u
#define PATCHED	  0x80u

#define ETHER_BYTES	  14
#define IPV4_BYTES	  20
#define IPV6_BYTES	  40
#define FRAGMENT_BYTES	  8
#define NEIGHBOUR_BYTES	  24
#define LINK_OPTION_BYTES 8
#define PIECE_BYTES	  256 /* of a frame in several buffers */
#define EXTENSIONS_MAX	  3

#define TYPE_IPV4 0x0800
#define TYPE_ARP  0x0806
#define TYPE_VLAN 0x8100
#define TYPE_IPV6 0x86dd

#define IP_ICMP	    1
#define IP_TCP	    6
#define IP_UDP	    17
#define IP_FRAGMENT 44
#define IP_ICMPV6   58

struct draft {
	uint8_t octets[FRAME_BYTES_MAX];
	uint32_t bytes;
};

static const uint8_t nothing[16];
static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};

/* -- what is where --------------------------------------------------------- */

struct layers {
	uint32_t l3;	   /* offset of the IP header; 0: none */
	uint32_t ip_bytes; /* as its header says, no more than there are */
	uint32_t l4;	   /* offset of the transport header; 0: not to be found */
	uint32_t l4_bytes;
	uint8_t protocol;
	bool is_ipv6;
};

static void
find_ipv4(const struct draft *draft, struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t header_bytes = (ip[0] & 0x0fu) * 4, left = draft->bytes - layers->l3;

	layers->ip_bytes = RTE_MIN(get16(ip + 2), left);
	if (header_bytes < IPV4_BYTES || header_bytes > layers->ip_bytes ||
	    (get16(ip + 6) & 0x3fff) != 0)
		return;
	layers->protocol = ip[9];
	layers->l4 = layers->l3 + header_bytes;
	layers->l4_bytes = layers->ip_bytes - header_bytes;
}

static bool
is_extension(uint8_t protocol)
{
	return protocol == 0 || protocol == 43 || protocol == IP_FRAGMENT || protocol == 60;
}

static void
find_ipv6(const struct draft *draft, struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t left = draft->bytes - layers->l3, at = IPV6_BYTES, bytes;
	uint8_t next = ip[6];

	layers->ip_bytes = RTE_MIN(get16(ip + 4) + IPV6_BYTES, left);
	while (is_extension(next)) {
		if (at + 8 > layers->ip_bytes || (next == IP_FRAGMENT && get16(ip + at + 2) != 0))
			return;
		bytes = next == IP_FRAGMENT ? FRAGMENT_BYTES : (ip[at + 1] + 1u) * 8;
		if (at + bytes > layers->ip_bytes)
			return;
		next = ip[at];
		at += bytes;
	}
	layers->protocol = next;
	layers->l4 = layers->l3 + at;
	layers->l4_bytes = layers->ip_bytes - at;
}

static struct layers
find_layers(const struct draft *draft)
{
	struct layers layers = {0};
	uint32_t at = 12, left;

	while (at + 6 < draft->bytes && get16(draft->octets + at) == TYPE_VLAN)
		at += 4;
	left = draft->bytes < at + 2 ? 0 : draft->bytes - at - 2;
	if (get16(draft->octets + at) == TYPE_IPV4 && left >= IPV4_BYTES) {
		layers.l3 = at + 2;
		find_ipv4(draft, &layers);
	} else if (get16(draft->octets + at) == TYPE_IPV6 && left >= IPV6_BYTES) {
		layers.l3 = at + 2;
		layers.is_ipv6 = true;
		find_ipv6(draft, &layers);
	}
	return layers;
}

/* -- templates ------------------------------------------------------------- */

static void
put_link(struct draft *draft, const struct wire_path *path, const uint8_t *to, uint32_t type)
{
	memcpy(draft->octets, to, 6);
	memcpy(draft->octets + 6, path->client.mac, 6);
	put16(draft->octets + 12, type);
	draft->bytes = ETHER_BYTES;
}

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

/* An IP header with `bytes` of zeros behind it, which are where the result points. */
static uint8_t *
put_ip(struct draft *draft, const struct wire_path *path, uint8_t protocol, uint32_t bytes)
{
	uint8_t *ip = draft->octets + ETHER_BYTES;
	uint32_t header_bytes = path->is_ipv6 ? IPV6_BYTES : IPV4_BYTES;

	put_link(draft, path, path->server.mac, path->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4);
	memset(ip, 0, header_bytes + bytes);
	draft->bytes += header_bytes + bytes;
	if (path->is_ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, bytes);
		ip[6] = protocol;
		ip[7] = 255;
		memcpy(ip + 8, path->client.addr.octet, 16);
		memcpy(ip + 24, path->server.addr.octet, 16);
		return ip + header_bytes;
	}
	ip[0] = 0x45;
	put16(ip + 2, header_bytes + bytes);
	ip[8] = 255;
	ip[9] = protocol;
	memcpy(ip + 12, path->client.addr.octet + 12, 4);
	memcpy(ip + 16, path->server.addr.octet + 12, 4);
	return ip + header_bytes;
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
	put_link(draft, path, everybody, TYPE_ARP);
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
	put_link(draft, path, path->server.mac, TYPE_ARP);
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

static void
put_template(struct draft *draft, const struct forge *forge, struct client *client, uint8_t choice)
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

/* -- changes --------------------------------------------------------------- */

static void
insert_zeros(struct draft *draft, uint32_t at, uint32_t bytes)
{
	check(at <= draft->bytes && draft->bytes + bytes <= sizeof(draft->octets));
	memmove(draft->octets + at + bytes, draft->octets + at, draft->bytes - at);
	memset(draft->octets + at, 0, bytes);
	draft->bytes += bytes;
}

/* Words of no operation behind the header. */
static void
add_options(struct draft *draft, uint32_t l3, uint32_t words)
{
	uint8_t *ip = draft->octets + l3;
	uint32_t header_bytes = (ip[0] & 0x0fu) * 4;

	if (header_bytes / 4 + words > 15 || l3 + header_bytes > draft->bytes)
		return;
	insert_zeros(draft, l3 + header_bytes, words * 4);
	memset(ip + header_bytes, 1, words * 4);
	ip[0] = (uint8_t)(ip[0] + words);
	put16(ip + 2, get16(ip + 2) + words * 4);
}

/* One more extension header, as the first. */
static void
add_extension(struct draft *draft, uint32_t l3, uint8_t kind, uint32_t units)
{
	uint8_t *ip = draft->octets + l3, *header = ip + IPV6_BYTES;

	if (kind == IP_FRAGMENT)
		units = 1;
	insert_zeros(draft, l3 + IPV6_BYTES, units * 8);
	header[0] = ip[6];
	ip[6] = kind;
	put16(ip + 4, get16(ip + 4) + units * 8);
	if (kind == IP_FRAGMENT)
		return;
	header[1] = (uint8_t)(units - 1);
	if (kind == 43)
		return;
	header[2] = 1; /* PadN */
	header[3] = (uint8_t)(units * 8 - 4);
}

static void
extend(struct draft *draft, const struct forge *forge)
{
	static const uint8_t kinds[4] = {0, 60, 43, IP_FRAGMENT};
	struct layers layers = find_layers(draft);
	uint8_t what = take8(forge->input);

	for (uint32_t i = 0; layers.l3 != 0 && i < EXTENSIONS_MAX; i++) {
		if (layers.is_ipv6)
			add_extension(draft, layers.l3, kinds[what & 3], (what >> 2 & 3u) + 1);
		else
			add_options(draft, layers.l3, (what & 3u) + 1);
		if ((what & 0x80) == 0)
			return;
		what = take8(forge->input);
	}
}

static void
patch(struct draft *draft, const struct forge *forge)
{
	uint32_t count = take8(forge->input) % 8 + 1u;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = take8(forge->input);
		uint8_t value = take8(forge->input);

		if (at < draft->bytes)
			draft->octets[at] = value;
	}
}

static uint32_t
pseudo_sum(const struct draft *draft, const struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t sum = layers->protocol + layers->l4_bytes;

	return layers->is_ipv6 ? sum16(sum, ip + 8, 32) : sum16(sum, ip + 12, 8);
}

/* Where the checksum is, behind l4; 0 where none is looked at. */
static uint32_t
checksum_at(const struct layers *layers)
{
	if (layers->l4 == 0)
		return 0;
	if (layers->protocol == IP_TCP && layers->l4_bytes >= 18)
		return 16;
	if (layers->protocol != IP_ICMP && layers->protocol != IP_ICMPV6)
		return 0;
	return layers->l4_bytes >= 4 ? 2 : 0;
}

static uint32_t
l4_sum(const struct draft *draft, const struct layers *layers)
{
	uint32_t sum = layers->protocol == IP_ICMP ? 0 : pseudo_sum(draft, layers);

	return sum16(sum, draft->octets + layers->l4, layers->l4_bytes);
}

/* Sum what there is anew.  True where all sums there are, are right now. */
static bool
put_right(struct draft *draft)
{
	struct layers layers = find_layers(draft);
	uint8_t *ip = draft->octets + layers.l3, *l4 = draft->octets + layers.l4;
	uint32_t at = checksum_at(&layers);

	if (layers.l3 != 0 && !layers.is_ipv6) {
		put16(ip + 10, 0);
		put16(ip + 10,
		      ~sum16(0, ip, RTE_MIN((ip[0] & 0x0fu) * 4, draft->bytes - layers.l3)));
	}
	if (at == 0)
		return false;
	put16(l4 + at, 0);
	put16(l4 + at, ~l4_sum(draft, &layers));
	return true;
}

/* -- from octets to buffers ------------------------------------------------ */

static struct rte_mbuf *
in_pieces(struct rig *rig, const struct draft *draft, uint32_t first_bytes)
{
	struct rte_mbuf *head = rig_frame(rig, draft->octets, first_bytes);
	uint32_t at = first_bytes;

	while (at < draft->bytes) {
		uint32_t bytes = RTE_MIN(draft->bytes - at, (uint32_t)PIECE_BYTES);

		check(rte_pktmbuf_chain(head, rig_frame(rig, draft->octets + at, bytes)) == 0);
		at += bytes;
	}
	return head;
}

static void
add_frame(struct forge *forge, const struct draft *draft, uint8_t change, struct forged *forged)
{
	uint32_t first_bytes = draft->bytes;

	if (forged->count == FORGED_MAX || draft->bytes == 0 || draft->bytes > FORGED_BYTES_MAX)
		return;
	/* A device that cannot send chains does not receive them either. */
	if ((change & SPLIT) != 0 && forge->rig->setup.tcp.ports[0].multi_segment)
		first_bytes = RTE_MIN(take8(forge->input) + 1u, draft->bytes);
	forged->frames[forged->count++] = in_pieces(forge->rig, draft, first_bytes);
}

/* Octets [from, to) of what the IP packet carries. */
static void
cut_piece(const struct draft *whole, const struct layers *layers, uint32_t from, uint32_t to,
	  uint32_t id, struct draft *piece)
{
	uint32_t header_bytes = layers->is_ipv6 ? IPV6_BYTES : IPV4_BYTES;
	uint32_t payload_bytes = layers->ip_bytes - header_bytes;
	uint32_t at = layers->l3 + header_bytes, more = to < payload_bytes;
	uint8_t *ip = piece->octets + layers->l3;

	memcpy(piece->octets, whole->octets, at);
	if (layers->is_ipv6) {
		memset(piece->octets + at, 0, FRAGMENT_BYTES);
		piece->octets[at] = ip[6];
		put16(piece->octets + at + 2, from | more);
		put32(piece->octets + at + 4, id);
		ip[6] = IP_FRAGMENT;
		put16(ip + 4, to - from + FRAGMENT_BYTES);
		at += FRAGMENT_BYTES;
	} else {
		put16(ip + 2, IPV4_BYTES + to - from);
		put16(ip + 4, id);
		put16(ip + 6, more << 13 | from / 8);
		put16(ip + 10, 0);
		put16(ip + 10, ~sum16(0, ip, IPV4_BYTES));
	}
	memcpy(piece->octets + at, whole->octets + layers->l3 + header_bytes + from, to - from);
	piece->bytes = at + to - from;
}

/* How: bits 0-4 length of a piece, 5 backwards, 6 without the second, 7 the first twice. */
static void
cut(struct forge *forge, const struct draft *whole, uint8_t change, struct forged *forged)
{
	static struct draft piece;
	struct layers layers = find_layers(whole);
	uint8_t how = take8(forge->input);
	uint32_t bytes = ((how & 0x1fu) + 1) * 8, count, payload_bytes;

	if (layers.l4 == 0 || layers.l4 != layers.l3 + (layers.is_ipv6 ? IPV6_BYTES : IPV4_BYTES)) {
		add_frame(forge, whole, change, forged);
		return;
	}
	payload_bytes = layers.l4_bytes;
	count = RTE_MIN((payload_bytes + bytes - 1) / bytes, (uint32_t)FORGED_MAX - 1);
	forge->id++;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = how & 0x20 ? count - 1 - i : i;

		if (n == 1 && (how & 0x40) != 0)
			continue;
		cut_piece(whole, &layers, n * bytes, RTE_MIN((n + 1) * bytes, payload_bytes),
			  forge->id, &piece);
		add_frame(forge, &piece, change, forged);
		if (n == 0 && (how & 0x80) != 0)
			add_frame(forge, &piece, change, forged);
	}
}

/* The port's tag, or one it does not have. */
static void
put_tag(struct draft *draft, const struct forge *forge, uint8_t change, uint16_t *stripped)
{
	uint16_t vlan_id = forge->rig->setup.vlan_id;
	bool has_tag = (vlan_id != VLAN_NONE) != ((change & TAG_WRONG) != 0);

	*stripped = VLAN_NONE;
	if (!has_tag || draft->bytes < ETHER_BYTES)
		return;
	if (vlan_id == VLAN_NONE)
		vlan_id = take8(forge->input);
	if (change & VOUCHED) {
		*stripped = vlan_id;
		return;
	}
	insert_zeros(draft, 12, 4);
	put16(draft->octets + 12, TYPE_VLAN);
	put16(draft->octets + 14, vlan_id);
}

/* From the draft on, as the octet says. */
static void
finish(struct forge *forge, struct draft *draft, struct forged *forged)
{
	uint8_t change = take8(forge->input);
	uint16_t stripped;
	bool is_right = false;
	uint64_t marks = 0;

	*forged = (struct forged){.waits = (change & WAITS) != 0};
	if (change & PATCHED)
		patch(draft, forge);
	if (change & EXTENDED)
		extend(draft, forge);
	put_tag(draft, forge, change, &stripped);
	if ((change & NOT_RIGHT) == 0)
		is_right = put_right(draft);
	if (change & CUT)
		cut(forge, draft, change, forged);
	else
		add_frame(forge, draft, change, forged);
	if ((change & VOUCHED) != 0 && (change & CUT) == 0 && is_right)
		marks = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (stripped != VLAN_NONE)
		marks |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	for (uint32_t i = 0; i < forged->count; i++) {
		forged->frames[i]->ol_flags |= marks;
		forged->frames[i]->vlan_tci = stripped == VLAN_NONE ? 0 : stripped;
	}
}

void
forge_template(struct forge *forge, struct client *client, struct forged *forged)
{
	static struct draft draft;
	struct client untagged = *client;

	untagged.path.vlan_id = VLAN_NONE; /* that comes last */
	put_template(&draft, forge, &untagged, take8(forge->input));
	client->tsval = untagged.tsval;
	finish(forge, &draft, forged);
}

void
forge_raw(struct forge *forge, const struct client *client, bool is_bare, struct forged *forged)
{
	static const uint16_t types[4] = {TYPE_IPV4, TYPE_IPV6, TYPE_ARP, 0x88cc};
	static struct draft draft;
	uint32_t bytes = take8(forge->input);

	draft.bytes = 0;
	if (!is_bare)
		put_link(&draft, &client->path, client->path.server.mac,
			 types[take8(forge->input) % 4]);
	for (uint32_t i = 0; i < bytes && forge->input->left > 0; i++)
		draft.octets[draft.bytes++] = take8(forge->input);
	finish(forge, &draft, forged);
}

struct forged_sums
forge_sums(const struct rte_mbuf *m)
{
	static struct draft draft;
	struct forged_sums sums = {0};
	struct layers layers;
	const uint8_t *octets = rte_pktmbuf_read(m, 0, m->pkt_len, draft.octets);

	check(octets != NULL && m->pkt_len <= sizeof(draft.octets));
	draft.bytes = m->pkt_len;
	if (octets != draft.octets)
		memcpy(draft.octets, octets, m->pkt_len);
	if (draft.bytes < ETHER_BYTES)
		return sums;
	layers = find_layers(&draft);
	sums.ip_bytes = layers.ip_bytes;
	sums.is_rst = layers.protocol == IP_TCP && layers.l4_bytes > 13 &&
		      (draft.octets[layers.l4 + 13] & TH_RST) != 0;
	sums.is_mute = (draft.octets[0] & 1) != 0 ||
		       (checksum_at(&layers) != 0 && l4_sum(&draft, &layers) != UINT16_MAX);
	return sums;
}
