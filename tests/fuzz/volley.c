/* SPDX-License-Identifier: BSD-3-Clause */

#include "volley.h"

#include <string.h>

#include "check.h"
#include "net_octets.h"

#define WHO_IS_ONE 0x40u
#define WHO_VARIES 0x80u

#define WHERE_LINK    0x07u
#define WHERE_SUMS    0x08u
#define WHERE_LYING   0x10u
#define WHERE_ODD     0x20u
#define WHERE_OCTETS  0x40u
#define WHERE_WHICH   0x80u
#define WHERE_IN_TURN 7

#define FRAME_BYTES_MIN 60
#define PADDING_OCTET	0xa5

/* -- what the input says --------------------------------------------------- */

static void
take_changes(struct volley *volley, struct input *input)
{
	if (volley->where & WHERE_SUMS)
		volley->sums = take8(input);
	if (volley->where & WHERE_LYING) {
		volley->lying = take8(input);
		volley->amount = take8(input);
	}
	if (volley->where & WHERE_ODD) {
		uint8_t first = take8(input);

		volley->oddity_count = (uint8_t)((first >> 6) % VOLLEY_ODDITIES + 1);
		volley->oddities[0] = first & 0x3f;
		for (uint32_t i = 1; i < volley->oddity_count; i++)
			volley->oddities[i] = take8(input) & 0x3f;
	}
	if (volley->where & WHERE_OCTETS) {
		uint8_t first = take8(input);

		volley->octet_count = (first & 0x80) != 0 ? VOLLEY_OCTETS : 1;
		for (uint32_t i = 0; i < volley->octet_count; i++) {
			volley->octets[i][0] = i == 0 ? first & 0x7f : take8(input) & 0x7f;
			volley->octets[i][1] = take8(input);
		}
	}
	if (volley->where & WHERE_WHICH)
		volley->which = take8(input);
}

void
volley_take(struct volley *volley, uint8_t step, struct input *input)
{
	static const uint8_t counts[16] = {1, 16, 2, 3, 4, 5, 6, 8, 10, 12, 15, 17, 24, 32, 48, 64};

	*volley = (struct volley){.kind = (step & 0x0f) % VOLLEY_KINDS, .count = counts[step >> 4]};
	volley->who = take8(input);
	volley->where = take8(input);
	if (volley->kind != VOLLEY_ACK)
		volley->a = take8(input);
	if (volley->kind == VOLLEY_SYN || volley->kind == VOLLEY_SYN_OTHER)
		volley->b = take8(input);
	if (volley->kind == VOLLEY_ACK_NEAR) {
		volley->ack = take_distance(input);
		volley->ecr = take_distance(input);
	}
	take_changes(volley, input);
}

/* -- a segment ------------------------------------------------------------- */

struct options {
	uint32_t bytes;
	uint8_t octets[40];
};

static void
set_options(struct options *options, const void *octets, uint32_t bytes)
{
	options->bytes = bytes;
	memcpy(options->octets, octets, bytes);
}

/* a: bits 0-1 the form, 2 another ISN, 4-7 the scale; b: bits 0-3 the MSS, 4-7 the times. */
static void
syn_options(struct options *options, uint8_t a, uint8_t b)
{
	static const uint16_t sizes[16] = {1460, 0,    1,    7,	   8,	 536,  1299, 1300,
					   1440, 1459, 1461, 8176, 8183, 8184, 9000, 65535};
	static const uint8_t windows[] = {2, 4, 0, 0, 1, 3, 3, 0, 1, 1, 4, 2};
	static const uint8_t linux_list[] = {2, 4, 0, 0, 4, 2, 8, 10, 0, 0,
					     0, 0, 0, 0, 0, 0, 1, 3,  3, 0};
	static const uint8_t bytes[4] = {0, 4, 12, 20};
	uint8_t *octets = options->octets;

	set_options(options, (a & 3) == 3 ? linux_list : windows, bytes[a & 3]);
	put16(octets + 2, sizes[b & 15]);
	if ((a & 3) == 2)
		octets[7] = (uint8_t)(a >> 4);
	if ((a & 3) != 3)
		return;
	octets[19] = (uint8_t)(a >> 4);
	put32(octets + 8, (uint32_t)b * 0x01020304);
	put32(octets + 12, (b & 0x80) != 0 ? 0x7f00ff01 : 0);
}

static void
other_options(struct options *options, uint8_t choice)
{
	static const struct {
		uint8_t bytes;
		uint8_t octets[24];
	} lists[16] = {
		{4, {1, 1, 4, 2}},
		{4, {1, 3, 3, 7}},
		{8, {2, 4, 5, 180, 4, 2, 0, 0}},
		{8, {2, 4, 5, 180, 1, 3, 3, 2}},
		{8, {1, 1, 4, 2, 1, 3, 3, 2}},
		{12, {1, 1, 8, 10, 1, 2, 3, 4}},
		{12, {4, 2, 8, 10, 1, 2, 3, 4}},
		{16, {2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4}},
		{16, {2, 4, 5, 180, 1, 1, 8, 10, 1, 2, 3, 4}},
		{16, {1, 1, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7}},
		{24, {2, 4, 5, 180, 1, 3, 3, 6, 1, 1, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 4, 2}},
		{12, {2, 4, 5, 180, 1, 3, 3, 255, 1, 1, 4, 3}},
		{20, {2, 4, 5, 180, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 2, 7}},
		{20, {2, 4, 5, 180, 4, 2, 8, 9, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7}},
		{4, {2, 0, 5, 180}},
		{4, {2, 3, 5, 180}},
	};

	set_options(options, lists[choice % 16].octets, lists[choice % 16].bytes);
}

static void
times(struct options *options, const struct peer *peer, uint32_t distance)
{
	static const uint8_t list[12] = {1, 1, 8, 10, 1, 2, 3, 5};

	set_options(options, list, sizeof(list));
	put32(options->octets + 8, peer->heard_ms + distance);
}

/* What a segment has, but for its options. */
struct said {
	uint32_t seq;
	uint32_t ack;
	uint8_t flags;
	uint32_t text_bytes;
};

static uint8_t *
put_ip(struct draft *draft, const struct wire_path *path, uint8_t protocol, uint32_t bytes)
{
	uint32_t type = path->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4, l3;
	bool is_tagged = path->vlan_id != VLAN_NONE;
	uint8_t *payload;

	draft_link(draft, path, path->server.mac, is_tagged ? TYPE_VLAN : type);
	if (is_tagged) {
		put16(draft->octets + 14, path->vlan_id);
		put16(draft->octets + 16, type);
		draft->bytes += 4;
	}
	l3 = draft->bytes;
	payload = draft_ip(draft, path, protocol, 57, bytes);
	if (!path->is_ipv6)
		put16(draft->octets + l3 + 6, 0x4000);
	return payload;
}

static void
put_segment(struct draft *draft, const struct wire_path *path, const struct said *said,
	    const struct options *options)
{
	uint32_t header_bytes = 20 + options->bytes;
	uint8_t *tcp = put_ip(draft, path, IP_TCP, header_bytes + said->text_bytes);

	put16(tcp, path->client.port);
	put16(tcp + 2, path->server.port);
	put32(tcp + 4, said->seq);
	put32(tcp + 8, said->ack);
	tcp[12] = (uint8_t)(header_bytes << 2);
	tcp[13] = said->flags;
	put16(tcp + 14, 0x1000 + path->client.port);
	memcpy(tcp + 20, options->octets, options->bytes);
	memset(tcp + header_bytes, 'x', said->text_bytes);
}

static void
put_syn(const struct volley *volley, uint8_t a, uint8_t b, struct peer *peer,
	const struct wire_path *path, struct draft *draft)
{
	struct said said = {.flags = TH_SYN};
	struct options options;

	if (a & 4)
		peer->isn += 100000;
	said.seq = peer->isn;
	if (volley->kind == VOLLEY_SYN) {
		syn_options(&options, a, b);
	} else {
		other_options(&options, a >> 4);
		said.flags |= a & 1 ? TH_ECE | TH_CWR : 0;
		said.text_bytes = b % 8;
	}
	put_segment(draft, path, &said, &options);
}

/* a: bit 0 timestamps where there are none, or none. */
static void
put_ack(const struct volley *volley, uint8_t a, const struct peer *peer,
	const struct wire_path *path, struct draft *draft)
{
	struct said said = {
		.seq = peer->snd_nxt, .ack = peer->rcv_nxt + volley->ack, .flags = TH_ACK};
	struct options options = {0};

	if (peer->has_timestamps != ((a & 1) != 0))
		times(&options, peer, volley->ecr);
	if (volley->kind == VOLLEY_ACK_NEAR)
		said.seq += (uint32_t)(int8_t)(a & 0xfe) / 2;
	if (volley->kind == VOLLEY_TEXT)
		said.text_bytes = (a >> 1) * 3u + 1;
	if (volley->kind == VOLLEY_FIN)
		said.flags |= TH_FIN;
	if (volley->kind == VOLLEY_FLAGS)
		said.flags = a;
	put_segment(draft, path, &said, &options);
}

static void
put_other(uint8_t a, const struct wire_path *path, struct draft *draft)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *octets;

	switch (a % 4) {
	case 0:
		draft_link(draft, path, everybody, TYPE_ARP);
		octets = draft->octets + ETHER_BYTES;
		memset(octets, 0, 28);
		memcpy(octets, arp, sizeof(arp));
		memcpy(octets + 8, path->client.mac, 6);
		memcpy(octets + 14, path->client.addr.octet + 12, 4);
		memcpy(octets + 24, path->server.addr.octet + 12, 4);
		draft->bytes += 28;
		break;
	case 1:
		octets = put_ip(draft, path, path->is_ipv6 ? IP_ICMPV6 : IP_ICMP, 8u + (a >> 2));
		octets[0] = path->is_ipv6 ? 128 : 8;
		break;
	default:
		put_ip(draft, path, a % 4 == 2 ? IP_UDP : IP_TCP, a >> 2);
		break;
	}
}

/* -- what is odd about it -------------------------------------------------- */

struct oddity {
	uint8_t at;   /* in its header */
	uint8_t keep; /* of the octet that is there */
	uint8_t add;
};

#define LINK_ODDITIES 8
#define IP_ODDITIES   24
#define TCP_ODDITIES  32

static_assert(LINK_ODDITIES + IP_ODDITIES + TCP_ODDITIES == 64, "six bits name one");

/* One octet each, before the sums are put right: first of the link, then of IP, then of TCP. */
static const struct oddity link_oddities[LINK_ODDITIES] = {
	/* To a group, or somebody else; from a group. */
	{0, 0xff, 1},
	{5, 0xff, 1},
	{6, 0xff, 1},
	/* Another VLAN, none, a far one, its upper octet, a priority. */
	{15, 0xff, 1},
	{15, 0x00, 0},
	{15, 0x00, 0xff},
	{14, 0xff, 0xef},
	{14, 0xff, 0xe0},
};

static const struct oddity ipv4_oddities[IP_ODDITIES] = {
	/* With options, or another version; TOS. */
	{0, 0x00, 0x46},
	{0, 0x0f, 0x50},
	{1, 0x00, 0xff},
	/* Longer, shorter, shorter by a word. */
	{3, 0xff, 1},
	{3, 0xff, 0xff},
	{3, 0xff, 0xfc},
	/* Without DF, with the reserved bit, a first fragment, another one. */
	{6, 0x00, 0x00},
	{6, 0x00, 0x80},
	{6, 0x00, 0x20},
	{7, 0x00, 0x01},
	/* TTL, UDP. */
	{8, 0x00, 0},
	{9, 0x00, 17},
	/* From nobody, a denied source, loopback, the last network, a group, all. */
	{12, 0x00, 0},
	{12, 0x00, 10},
	{12, 0x00, 127},
	{12, 0x00, 223},
	{12, 0x00, 224},
	{12, 0x00, 255},
	/* From our own address, the broadcast, a neighbour. */
	{15, 0x00, 80},
	{15, 0x00, 255},
	{15, 0x00, 9},
	/* To another address, or one of another link. */
	{19, 0x00, 81},
	{16, 0x00, 203},
	{16, 0x00, 198},
};

static const struct oddity ipv6_oddities[IP_ODDITIES] = {
	/* Another version; traffic class, flow label. */
	{0, 0x0f, 0x50},
	{0, 0xff, 0x01},
	{1, 0xff, 0xff},
	{3, 0xff, 0x01},
	/* Longer, shorter, shorter by a word, far longer. */
	{5, 0xff, 1},
	{5, 0xff, 0xff},
	{5, 0xff, 0xfc},
	{4, 0xff, 1},
	/* Options for hops, a fragment, UDP; hop limit. */
	{6, 0x00, 0},
	{6, 0x00, 44},
	{6, 0x00, 17},
	{7, 0x00, 0},
	/* From nobody, a group, a denied network, a neighbour, our own address, far away. */
	{8, 0x00, 0},
	{8, 0x00, 0xff},
	{8, 0x00, 0xfd},
	{23, 0x00, 9},
	{23, 0x00, 80},
	{16, 0xff, 1},
	/* To nobody, a group, another address, other networks. */
	{24, 0x00, 0},
	{24, 0x00, 0xff},
	{39, 0x00, 81},
	{39, 0x00, 1},
	{29, 0x00, 7},
	{31, 0x00, 1},
};

static const struct oddity tcp_oddities[TCP_ODDITIES] = {
	/* From another port, to one where nobody listens. */
	{1, 0xff, 0x80},
	{3, 0xff, 1},
	/* SEG.SEQ, far away and near. */
	{4, 0xff, 0x40},
	{7, 0xff, 1},
	{7, 0xff, 0xff},
	/* SEG.ACK: of a cookie the MAC, the epoch, the MSS, SACK and the scale. */
	{8, 0xff, 0x10},
	{11, 0xff, 0x40},
	{11, 0xff, 0x10},
	{11, 0xff, 0x08},
	{11, 0xff, 0x01},
	/* More options than there are, or fewer; a reserved bit; less than a header. */
	{12, 0xff, 0x10},
	{12, 0xff, 0xf0},
	{12, 0xff, 0x01},
	{12, 0x0f, 0x40},
	/* Flags from FIN to ECE. */
	{13, 0xff, 0x01},
	{13, 0xff, 0x02},
	{13, 0xff, 0x04},
	{13, 0xff, 0x08},
	{13, 0xff, 0x10},
	{13, 0xff, 0x20},
	{13, 0xff, 0x40},
	/* An urgent pointer. */
	{19, 0xff, 0x01},
	/* Options; TSecr of an ACK: the scale, the MSS, the epoch, the clock. */
	{20, 0xff, 0x01},
	{21, 0xff, 0x01},
	{24, 0xff, 0x01},
	{25, 0xff, 0x01},
	{28, 0xff, 0x10},
	{29, 0xff, 0x01},
	{30, 0xff, 0x10},
	{30, 0xff, 0x08},
	{36, 0xff, 0x01},
	{38, 0xff, 0x01},
};

static void
make_odd(struct draft *draft, uint8_t number, const struct wire_path *path)
{
	uint32_t l3 = path->vlan_id != VLAN_NONE ? 18 : 14, at;
	const struct oddity *oddity;

	if (number < LINK_ODDITIES) {
		oddity = &link_oddities[number];
		at = oddity->at;
	} else if (number < LINK_ODDITIES + IP_ODDITIES) {
		number = (uint8_t)(number - LINK_ODDITIES);
		oddity = path->is_ipv6 ? &ipv6_oddities[number] : &ipv4_oddities[number];
		at = l3 + oddity->at;
	} else {
		oddity = &tcp_oddities[number - LINK_ODDITIES - IP_ODDITIES];
		at = l3 + (path->is_ipv6 ? IPV6_BYTES : IPV4_BYTES) + oddity->at;
	}
	if (at < draft->bytes)
		draft->octets[at] = (uint8_t)((draft->octets[at] & oddity->keep) + oddity->add);
}

/* sums: bits 4-5 which of them are wrong. */
static void
spoil_sums(struct draft *draft, uint8_t sums)
{
	struct layers layers = draft_layers(draft);

	if ((sums & 0x10) != 0 && layers.l3 != 0 && !layers.is_ipv6)
		draft->octets[layers.l3 + 11] ^= 0x10;
	if ((sums & 0x20) != 0 && layers.l4 != 0 && layers.l4_bytes >= 18)
		draft->octets[layers.l4 + 16] ^= 0x04;
}

/*
 * Bits 0-1 what the NIC says of the IP header's sum, 2-3 of TCP's, 6 it took the tag out,
 * 7 it is the other one.
 */
static void
set_flags(struct draft *draft, uint8_t sums, struct lying *lying)
{
	static const uint64_t ip[4] = {0, RTE_MBUF_F_RX_IP_CKSUM_GOOD, RTE_MBUF_F_RX_IP_CKSUM_BAD,
				       RTE_MBUF_F_RX_IP_CKSUM_NONE};
	static const uint64_t l4[4] = {0, RTE_MBUF_F_RX_L4_CKSUM_GOOD, RTE_MBUF_F_RX_L4_CKSUM_BAD,
				       RTE_MBUF_F_RX_L4_CKSUM_NONE};

	lying->ol_flags = ip[sums & 3] | l4[sums >> 2 & 3];
	if ((sums & 0x80) != 0) {
		lying->ol_flags |= RTE_MBUF_F_RX_RSS_HASH;
		lying->port ^= 1;
	}
	if ((sums & 0x40) == 0)
		return;
	lying->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	if (draft->bytes < 18 || get16(draft->octets + 12) != TYPE_VLAN)
		return;
	lying->vlan_tci = (uint16_t)get16(draft->octets + 14);
	memmove(draft->octets + 12, draft->octets + 16, draft->bytes - 16);
	draft->bytes -= 4;
}

/* Bits 0-1 where, 2 in two buffers, 3 held; 4 not padded, 5 octets behind it, 6 cut short. */
static void
set_lying(struct draft *draft, uint8_t how, uint8_t amount, struct lying *lying)
{
	lying->where = how & 3;
	lying->is_split = (how & 4) != 0;
	lying->is_held = (how & 8) != 0;
	lying->amount = amount;
	if ((how & 0x20) != 0) {
		memset(draft->octets + draft->bytes, PADDING_OCTET, amount % 64);
		draft->bytes += amount % 64;
	}
	if ((how & 0x40) != 0)
		draft->bytes -= RTE_MIN(amount % 64u, draft->bytes - ETHER_BYTES);
}

static void
pad(struct draft *draft)
{
	for (; draft->bytes < FRAME_BYTES_MIN; draft->bytes++)
		draft->octets[draft->bytes] = PADDING_OCTET;
}

static void
change(const struct volley *volley, const struct wire_path *path, struct draft *draft,
       struct lying *lying)
{
	draft_put_right(draft); /* or what is odd might hide where a sum is */
	for (uint32_t i = 0; i < volley->oddity_count; i++)
		make_odd(draft, volley->oddities[i], path);
	for (uint32_t i = 0; i < volley->octet_count; i++) {
		if (volley->octets[i][0] < draft->bytes)
			draft->octets[volley->octets[i][0]] = volley->octets[i][1];
	}
	draft_put_right(draft);
	spoil_sums(draft, volley->sums);
	if ((volley->lying & 0x10) == 0)
		pad(draft);
	set_flags(draft, volley->sums, lying);
	set_lying(draft, volley->lying, volley->amount, lying);
}

/* Bits 0-3 one in so many, 4-7 beginning with that one. */
static bool
is_changed(const struct volley *volley, uint32_t i)
{
	uint32_t period = (volley->which & 0x0fu) + 1;

	return i % period == (volley->which >> 4) % period;
}

void
volley_frame(const struct volley *volley, uint32_t i, struct peers *peers, struct draft *draft,
	     struct lying *lying)
{
	uint32_t link = volley->where & WHERE_LINK;
	uint32_t number = (volley->who & 0x3fu) + (volley->who & WHO_IS_ONE ? 0 : i);
	uint32_t more = volley->who & WHO_VARIES ? i : 0;
	uint8_t a = (uint8_t)(volley->a + more * 0x11), b = (uint8_t)(volley->b + more);
	struct wire_path path;
	struct peer *peer;

	link = link == WHERE_IN_TURN ? i % LINKS : link % LINKS;
	number %= PEERS;
	path = peers->paths[link];
	path.client.port = (uint16_t)(path.client.port + number);
	peer = &peers->of[link][number];
	if (volley->kind == VOLLEY_SYN || volley->kind == VOLLEY_SYN_OTHER)
		put_syn(volley, a, b, peer, &path, draft);
	else if (volley->kind == VOLLEY_OTHER)
		put_other(a, &path, draft);
	else
		put_ack(volley, a, peer, &path, draft);
	*lying = (struct lying){.port = peers_port(link)};
	if (is_changed(volley, i)) {
		change(volley, &path, draft, lying);
	} else {
		draft_put_right(draft);
		pad(draft);
	}
}
