/* SPDX-License-Identifier: BSD-3-Clause */

/* Frames there and back: written, put on a link, judged where weir sends them. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "check.h"
#include "wrapping.h"

static void
log_segment(struct world *world, const struct world_peer *peer, const char *sign,
	    const struct segment *absolute)
{
	static struct segment segment;
	char text[SEGMENT_TEXT_BYTES];

	if (world->log == NULL)
		return;
	segment = *absolute;
	segment_print(&segment, text);
	fprintf(world->log, "%12.6f  %u %s %s\n",
		(double)(world->now_ns - world->scenario.rig.start_ns) / 1e9, peer->number, sign,
		text);
}

static struct world_frame *
frame_of(const struct world_peer *peer, const uint8_t *octets, uint32_t bytes,
	 const struct segment *segment)
{
	struct world_frame *frame = malloc(sizeof(*frame) + bytes);

	check(frame != NULL);
	frame->bytes = bytes;
	frame->from = peer->number;
	frame->is_spoilt = false;
	frame->is_rst = (segment->flags & TH_RST) != 0;
	frame->has_ack = recovery_ack_of(segment, &frame->ack);
	memcpy(frame->octets, octets, bytes);
	return frame;
}

static void
put_on_link(struct world *world, struct link *link, const struct world_peer *peer,
	    const uint8_t *octets, uint32_t bytes, const struct segment *segment, bool is_new)
{
	struct link_fate fate = link_send(link, world->now_ns, bytes, is_new);
	enum world_event kind = link == &world->up ? WORLD_TO_WEIR : WORLD_TO_PEER;

	if (fate.loss != LINK_PASSED && world->log != NULL)
		fprintf(world->log, "%25s\n", "(lost)");
	for (uint32_t i = 0; i < fate.copies; i++) {
		struct world_frame *frame = frame_of(peer, octets, bytes, segment);

		frame->is_spoilt = fate.is_spoilt[i];
		if (frame->is_spoilt)
			link_spoil(link, frame->octets, bytes);
		world_schedule(world, fate.at_ns[i], kind, peer->number, frame);
	}
}

/* A flooder has another address and port each time. */
static void
move(struct world *world, struct world_peer *peer)
{
	peer->path.client.addr.octet[15] = (uint8_t)(100 + rng_below(&world->rng, 100));
	peer->path.client.port = (uint16_t)(1 + rng_below(&world->rng, 65535));
	peer->path.server.port = chance(&world->rng, 8192) ? RIG_CLOSED_PORT : RIG_SERVER_PORT;
}

void
world_say(void *to, const struct segment *segment, const uint8_t *text)
{
	static uint8_t octets[FRAME_BYTES_MAX];
	struct world_peer *peer = to, *speaker = peer;
	struct world *world = peer->world;
	uint32_t bytes;

	log_segment(world, peer, "<", segment);
	if (peer->is_hostile && peer->hostile.kind == HOSTILE_FLOODER)
		move(world, peer);
	else if (peer->is_hostile && peer->hostile.kind == HOSTILE_SPOOFER)
		speaker = &world->peers[peer->victim];
	else if (!peer->is_hostile)
		segment_laws_note(&peer->laws, segment);
	bytes = segment_frame_write(octets, &speaker->path, segment, text);
	put_on_link(world, &world->up, speaker, octets, bytes, segment, true);
}

/* Whoever asked may be answered at that address. */
static void
follow_flooder(const struct world *world, struct world_peer *peer, const uint8_t *frame)
{
	uint32_t l3 = world->scenario.rig.vlan_id == VLAN_NONE ? 14 : 18;
	uint32_t l4 = l3 + (peer->path.is_ipv6 ? 40 : 20);

	memcpy(peer->path.client.addr.octet + (peer->path.is_ipv6 ? 0 : 12),
	       frame + l3 + (peer->path.is_ipv6 ? 24 : 16), peer->path.is_ipv6 ? 16 : 4);
	peer->path.server.port = (uint16_t)(frame[l4] << 8 | frame[l4 + 1]);
	peer->path.client.port = (uint16_t)(frame[l4 + 2] << 8 | frame[l4 + 3]);
}

static struct world_peer *
addressee(struct world *world, const uint8_t *frame, uint32_t bytes)
{
	for (uint32_t i = 0; i < world->peer_count; i++) {
		struct world_peer *peer = &world->peers[i];

		if (peer->is_hostile && peer->hostile.kind == HOSTILE_SPOOFER)
			continue;
		if (segment_frame_is_for(frame, bytes, &peer->path))
			return peer;
	}
	for (uint32_t i = 0; i < world->peer_count; i++) {
		struct world_peer *peer = &world->peers[i];

		if (!peer->is_hostile || peer->hostile.kind != HOSTILE_FLOODER)
			continue;
		follow_flooder(world, peer, frame);
		if (segment_frame_is_for(frame, bytes, &peer->path) &&
		    peer->path.client.addr.octet[15] >= 100)
			return peer;
	}
	return NULL;
}

static void
digest(struct world *world, const uint8_t *frame, uint32_t bytes)
{
	uint64_t hash = world->digest ^ world->now_ns;

	for (uint32_t i = 0; i < bytes; i++)
		hash = (hash ^ frame[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
	world->digest = hash;
}

static uint32_t
end_of(const struct segment *segment)
{
	return segment->seq.value + segment->text_bytes + ((segment->flags & TH_FIN) != 0);
}

/* A connection is open: whoever has this address and port is there. */
static bool
is_verified(const struct world *world, const struct world_peer *peer)
{
	enum tcp_state state = rig_state(&world->rig, &peer->path);

	return peer->is_verified || (state != TCPS_CLOSED && state != TCPS_SYN_RECEIVED);
}

static void
count(struct world *world, const struct world_peer *peer, const struct segment *segment,
      uint32_t bytes)
{
	struct world_tally *turn = &world->turn;

	turn->rst_out += (segment->flags & TH_RST) != 0;
	if (is_verified(world, peer))
		return;
	turn->packets_out++;
	turn->octets_out += bytes - (world->scenario.rig.vlan_id == VLAN_NONE ? 14 : 18);
}

void
world_hear(struct world *world, const struct rte_mbuf *m, bool answers)
{
	static uint8_t room[FRAME_BYTES_MAX];
	static struct segment segment;
	uint32_t bytes = rte_pktmbuf_pkt_len(m);
	const uint8_t *frame, *text;
	struct world_peer *peer;
	const char *wrong;
	bool is_new;

	if (rte_mbuf_check(m, 1, &wrong) != 0 || bytes > FRAME_BYTES_MAX || m->port != 0) {
		world_fail(world, "a buffer left for sending is not in order");
		return;
	}
	frame = rte_pktmbuf_read(m, 0, bytes, room);
	world->activity_ns = world->now_ns;
	digest(world, frame, bytes);
	capture_add(world->capture, world->now_ns, frame, bytes);
	peer = addressee(world, frame, bytes);
	if (peer == NULL) {
		world_fail(world, "a frame was sent to nobody who spoke");
		return;
	}
	wrong = segment_frame_read(frame, bytes, &peer->path, &segment, &text);
	if (wrong != NULL) {
		world_fail(world, "a frame weir sent to %u: %s", peer->number, wrong);
		return;
	}
	log_segment(world, peer, ">", &segment);
	if (segment.flags & TH_RST && !peer->is_verified)
		peer->is_rebuffed = true;
	if (answers)
		count(world, peer, &segment, bytes);
	is_new = !peer->laws.is_open || is_before(peer->laws.sent_end, end_of(&segment)) ||
		 end_of(&segment) == segment.seq.value;
	/* TIME-WAIT keeps no clock: it says what the peer has said it saw. */
	peer->has_waited |= rig_state(&world->rig, &peer->path) == TCPS_TIME_WAIT;
	if (peer->has_waited)
		peer->laws.has_tsval = false;
	/* Which of many SYNs weir goes on with nobody can tell, or that a cookie is used again. */
	if (!peer->is_hostile && world->app.conns[peer->number].opened <= 1)
		wrong = segment_laws_judge(&peer->laws, &segment, peer->path.is_ipv6);
	if (wrong != NULL)
		world_fail(world, "a segment weir sent to %u: %s", peer->number, wrong);
	if (!peer->is_hostile)
		recovery_watch_send(&peer->recovery, &segment, world->now_ns);
	if (peer->recovery.wrong[0] != '\0')
		world_fail(world, "what weir sends to %u: %s", peer->number, peer->recovery.wrong);
	put_on_link(world, &world->down, peer, frame, bytes, &segment, is_new);
}

void
world_deliver(struct world *world, uint32_t who, struct world_frame *frame)
{
	static struct segment segment;
	struct world_peer *peer = &world->peers[who];
	const uint8_t *text;

	/* A spoilt one its checksum would give away. */
	if (!frame->is_spoilt &&
	    segment_frame_read(frame->octets, frame->bytes, &peer->path, &segment, &text) == NULL) {
		if (peer->is_hostile)
			hostile_peer_hear(&peer->hostile, &segment);
		else
			simple_peer_hear(&peer->simple, world->now_ns, &segment, text);
	}
	free(frame);
}
