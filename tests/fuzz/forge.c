/* SPDX-License-Identifier: BSD-3-Clause */

#include "forge.h"

#include <string.h>

#include "check.h"
#include "forge_template.h"
#include "net_octets.h"

#define WAITS	  0x01u
#define SPLIT	  0x02u
#define CUT	  0x04u
#define EXTENDED  0x08u
#define TAG_WRONG 0x10u
#define NOT_RIGHT 0x20u
#define VOUCHED	  0x40u
#define PATCHED	  0x80u

#define PIECE_BYTES    256 /* of a frame in several buffers */
#define EXTENSIONS_MAX 3

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
	struct layers layers = draft_layers(draft);
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
	struct layers layers = draft_layers(whole);
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
		is_right = draft_put_right(draft);
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
	forge_put_template(&draft, forge, &untagged, take8(forge->input));
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
		draft_link(&draft, &client->path, client->path.server.mac,
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
	layers = draft_layers(&draft);
	sums.ip_bytes = layers.ip_bytes;
	sums.is_rst = layers.protocol == IP_TCP && layers.l4_bytes > 13 &&
		      (draft.octets[layers.l4 + 13] & TH_RST) != 0;
	sums.is_mute = (draft.octets[0] & 1) != 0 || draft_is_wrong(&draft);
	return sums;
}
