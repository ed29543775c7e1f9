/* SPDX-License-Identifier: BSD-3-Clause */

#include "hostile_peer.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "link.h"
#include "wrapping.h"

#define TEXT_BYTES_MAX 1400

void
hostile_peer_init(struct hostile_peer *peer, enum hostile_kind kind, uint32_t steps, uint64_t seed)
{
	*peer = (struct hostile_peer){.kind = kind, .steps = steps};
	rng_init(&peer->rng, seed);
	peer->isn = peer->snd_nxt = (uint32_t)rng_next(&peer->rng);
}

static uint32_t
number(struct hostile_peer *peer)
{
	return (uint32_t)rng_next(&peer->rng);
}

/* Mostly none or a little, sometimes as far as numbers go. */
static uint32_t
distance(struct hostile_peer *peer)
{
	switch (rng_below(&peer->rng, 8)) {
	case 0:
		return number(peer);
	case 1:
		return rng_below(&peer->rng, 200000) - 100000;
	case 2:
		return rng_below(&peer->rng, 7) - 3;
	case 3:
		return rng_below(&peer->rng, 4000) - 2000;
	default:
		return 0;
	}
}

static void
add_options(struct hostile_peer *peer, struct segment *segment)
{
	static const char *const others[] = {
		"<mss 536>",
		"<mss 1>",
		"<mss 0>",
		"<sackOK>",
		"<nop,wscale 14>",
		"<hex 0200>",
		"<nop,wscale 255>",
		"<hex c803aa,mss 1440>",
		"<sack 1:2 5:9>",
		"<hex 08>",
		"<nop,nop,sack 9:5>",
		"<hex 000102030405>",
	};
	char text[64];
	const char *cursor = others[rng_below(&peer->rng, RTE_DIM(others))];

	if (peer->has_timestamps && !chance(&peer->rng, 4000)) {
		peer->tsval += chance(&peer->rng, 4000) ? number(peer) : 1;
		snprintf(text, sizeof(text), "<nop,nop,TS val %u ecr %u>", peer->tsval,
			 chance(&peer->rng, 4000) ? number(peer) : 0);
		if (segment->flags & TH_SYN)
			snprintf(text, sizeof(text),
				 "<mss 1440,sackOK,TS val %u ecr 0,nop,wscale 2>", peer->tsval);
		cursor = text;
	} else if (!chance(&peer->rng, 8000)) {
		return;
	}
	check(option_list_parse(&segment->options, &cursor) == NULL);
}

static void
add_oddities(struct hostile_peer *peer, struct segment *segment)
{
	segment->has_bad_checksum = chance(&peer->rng, 500);
	segment->has_reserved_bits = chance(&peer->rng, 500);
	if (chance(&peer->rng, 500))
		segment->doff = (uint8_t)(1 + rng_below(&peer->rng, 15));
	if (segment->flags & TH_URG)
		segment->urgent.value = number(peer) & 0xffff;
}

static void
fill(struct hostile_peer *peer, struct segment *segment, uint8_t *text)
{
	segment->has_ack = (segment->flags & TH_ACK) != 0;
	if (!segment->has_ack)
		segment->ack.value = 0;
	segment->has_wnd = true;
	segment->wnd.value =
		chance(&peer->rng, 16384) ? rng_below(&peer->rng, 3) : number(peer) & 0xffff;
	if (chance(&peer->rng, 30000))
		segment->text_bytes = rng_below(&peer->rng, TEXT_BYTES_MAX);
	memset(text, 'x', segment->text_bytes);
	add_options(peer, segment);
	add_oddities(peer, segment);
}

static uint8_t
flags_of_any_kind(struct hostile_peer *peer)
{
	static const uint8_t often[] = {
		TH_ACK,		 TH_ACK, TH_ACK,	  TH_ACK | TH_PSH,
		TH_ACK | TH_FIN, TH_RST, TH_RST | TH_ACK, TH_SYN,
	};

	if (chance(&peer->rng, 8000))
		return (uint8_t)number(peer);
	return often[rng_below(&peer->rng, sizeof(often))];
}

/* A handshake in its time, then anything. */
static void
play(struct hostile_peer *peer, struct segment *segment)
{
	if (peer->snd_nxt == peer->isn || chance(&peer->rng, 1000)) {
		peer->isn += 100000;
		peer->snd_nxt = peer->isn;
		peer->has_timestamps = chance(&peer->rng, 32768);
		segment->flags = TH_SYN;
		segment->seq.value = peer->isn;
		return;
	}
	segment->flags = flags_of_any_kind(peer);
	segment->seq.value = peer->snd_nxt + distance(peer);
	segment->ack.value = peer->rcv_nxt + distance(peer);
}

/* True if it fits: nobody would open a window for nothing. */
static void
advance(struct hostile_peer *peer, const struct segment *segment)
{
	if (segment->seq.value == peer->snd_nxt && segment->has_ack && !segment->has_bad_checksum &&
	    segment->doff == 0)
		peer->snd_nxt += segment->text_bytes + ((segment->flags & TH_FIN) != 0);
}

/*
 * What a connection must survive.  RSTs are beyond all that was sent, so that
 * none can stand at RCV.NXT by chance; text acknowledges what weir cannot have
 * sent.
 */
static bool
spoof(struct hostile_peer *peer, const struct simple_peer *victim, struct segment *segment)
{
	uint32_t beyond = victim->max + 1 + rng_below(&peer->rng, 60000);

	/* An embryonic or closing connection may fall to a guess (RFC 9293, 3.10.7.4). */
	if (victim->state != PEER_OPEN || victim->una_at == 0 || victim->has_fin)
		return false;
	switch (rng_below(&peer->rng, 4)) {
	case 0:
		segment->flags = TH_RST;
		segment->seq.value = chance(&peer->rng, 32768) ? beyond : beyond + (1u << 30);
		break;
	case 1:
		segment->flags = TH_SYN;
		segment->seq.value = number(peer);
		break;
	case 2:
		segment->flags = TH_ACK | TH_PSH;
		segment->seq.value = victim->nxt + rng_below(&peer->rng, 1000);
		segment->ack.value = victim->rcv_nxt + (1u << 30) + rng_below(&peer->rng, 1u << 30);
		break;
	default:
		segment->flags = TH_SYN | TH_ACK;
		segment->seq.value = number(peer);
		segment->ack.value = number(peer);
	}
	return true;
}

static bool
speak(struct hostile_peer *peer, const struct simple_peer *victim, struct segment *segment,
      uint8_t *text)
{
	switch (peer->kind) {
	case HOSTILE_PLAYER:
		play(peer, segment);
		break;
	case HOSTILE_FLOODER:
		segment->flags = chance(&peer->rng, 32768) ? TH_SYN : flags_of_any_kind(peer);
		segment->seq.value = number(peer);
		segment->ack.value = number(peer);
		break;
	case HOSTILE_SPOOFER:
		if (!spoof(peer, victim, segment))
			return false;
		break;
	}
	fill(peer, segment, text);
	if (peer->kind == HOSTILE_PLAYER)
		advance(peer, segment);
	return true;
}

bool
hostile_peer_speak(struct hostile_peer *peer, const struct simple_peer *victim,
		   struct segment *segment, uint8_t text[PEER_TEXT_MAX])
{
	if (peer->steps == 0)
		return false;
	peer->steps--;
	segment_clear(segment, 0);
	return speak(peer, victim, segment, text);
}

void
hostile_peer_hear(struct hostile_peer *peer, const struct segment *segment)
{
	uint32_t end = segment->seq.value + segment->text_bytes +
		       ((segment->flags & (TH_SYN | TH_FIN)) != 0);

	if (segment->flags & TH_RST)
		return;
	if (segment->flags & TH_SYN) {
		peer->rcv_nxt = end;
		peer->snd_nxt = segment->ack.value;
	} else if (is_before(peer->rcv_nxt, end)) {
		peer->rcv_nxt = end;
	}
}
