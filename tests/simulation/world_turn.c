/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Weir's turns.  Where frames wait there are two at one time: in the first, without
 * frames, timers and the application do what they would do anyway; in the second
 * the application begins nothing, so that what is sent answers what came.
 */
#include "world.h"

#include <stdlib.h>

#include "check.h"

#define TURN_MIN_NS NS_PER_MS
#define TURN_MAX_NS (50 * NS_PER_MS)

/* How weir repairs what is lost is judged where the other end is honest. */
static void
watch_recovery(struct world *world)
{
	recovery_watch_turn(&world->watch, &world->rig);
	for (uint32_t i = 0; i < world->peer_count; i++) {
		struct world_peer *peer = &world->peers[i];

		if (peer->is_hostile)
			continue;
		recovery_watch_conn(&world->watch, &world->rig, &peer->path, &peer->recovery);
		if (peer->recovery.wrong[0] != '\0')
			world_fail(world, "what weir sends to %u: %s", i, peer->recovery.wrong);
	}
}

static void
turn(struct world *world, struct rte_mbuf **frames, uint32_t count, bool answers)
{
	uint32_t sent;
	const char *wrong;

	world->rig.now_ns = world->now_ns;
	world->app.is_quiet = answers;
	rig_watch_buffers(&world->rig);
	sent = rig_turn(&world->rig, frames, count);
	watch_recovery(world);
	for (uint32_t i = 0; i < sent; i++)
		world_hear(world, world->rig.core->tcp.tx[i], answers);
	rte_pktmbuf_free_bulk(world->rig.core->tcp.tx, sent);
	wrong = rig_wrong(&world->rig);
	if (wrong != NULL)
		world_fail(world, "the engine's books: %s", wrong);
	if (world->app.wrong != NULL)
		world_fail(world, "the application: %s", world->app.wrong);
}

static uint32_t
ip_bytes(const struct world *world, const struct world_frame *frame)
{
	const uint8_t *ip = frame->octets + (world->scenario.rig.vlan_id == VLAN_NONE ? 14 : 18);

	if (ip[0] >> 4 == 6)
		return 40 + ((uint32_t)ip[4] << 8 | ip[5]);
	return (uint32_t)ip[2] << 8 | ip[3];
}

static void
note_frame(struct world *world, const struct world_frame *frame)
{
	const struct world_peer *peer = &world->peers[frame->from];

	world->turn.frames_in++;
	world->turn.rst_in += frame->is_rst && !frame->is_spoilt;
	if (peer->is_verified)
		return;
	world->turn.packets_in++;
	world->turn.octets_in += ip_bytes(world, frame);
}

/* Frames of the ring as mbufs; the card loses what it has no buffer for. */
static uint32_t
receive(struct world *world, struct rte_mbuf *frames[PIPELINE_BURST_MAX])
{
	uint32_t taken = RTE_MIN(world->ring_count, (uint32_t)PIPELINE_BURST_MAX), count = 0;

	for (uint32_t i = 0; i < taken; i++) {
		struct world_frame *frame = world->ring[i];

		if (rte_mempool_avail_count(world->rig.pool) > 0) {
			note_frame(world, frame);
			/* A spoofer's is refused, so that this turn proves nothing. */
			if (frame->has_ack && !frame->is_spoilt)
				recovery_law_hear(&world->peers[frame->from].recovery, &frame->ack);
			capture_add(world->capture, world->now_ns, frame->octets, frame->bytes);
			frames[count++] = rig_frame(&world->rig, frame->octets, frame->bytes);
		}
		free(frame);
	}
	world->ring_count -= taken;
	for (uint32_t i = 0; i < world->ring_count; i++)
		world->ring[i] = world->ring[taken + i];
	return count;
}

static void
judge_answers(struct world *world)
{
	const struct world_tally *tally = &world->turn;
	/* The SYN queue says its MSS to who said none: it has room for few anyway. */
	bool counts_octets = world->scenario.rig.tcp.cookies == TCP_COOKIES_ALWAYS;

	if (tally->packets_out > tally->packets_in ||
	    (counts_octets && tally->octets_out > tally->octets_in))
		world_fail(world, "strangers sent %lu packets of %lu octets and got %lu of %lu",
			   tally->packets_in, tally->octets_in, tally->packets_out,
			   tally->octets_out);
	if (tally->rst_in == tally->frames_in && tally->rst_out > 0)
		world_fail(world, "a RST is answered with a RST");
}

/* A stranger is one no more when the connection it asked for is open. */
static void
verify_peers(struct world *world)
{
	for (uint32_t i = 0; i < world->peer_count; i++) {
		struct world_peer *peer = &world->peers[i];
		enum tcp_state state;

		if (peer->is_verified)
			continue;
		state = rig_state(&world->rig, &peer->path);
		peer->is_verified = state != TCPS_CLOSED && state != TCPS_SYN_RECEIVED;
	}
}

static void
answer(struct world *world)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	uint32_t count;

	world->turn = (struct world_tally){0};
	count = receive(world, frames);
	turn(world, frames, count, true);
	/* Who was verified in this turn had its answer in it. */
	judge_answers(world);
	verify_peers(world);
}

void
world_turn(struct world *world)
{
	uint64_t step_ns = (world->now_ns - world->activity_ns) / 8;

	turn(world, NULL, 0, false);
	verify_peers(world);
	while (world->ring_count > 0 && !world->is_over)
		answer(world);
	step_ns = RTE_MIN(RTE_MAX(step_ns, TURN_MIN_NS), TURN_MAX_NS);
	world->turn_ns = world->now_ns + step_ns;
	world_schedule(world, world->turn_ns, WORLD_TURN, 0, NULL);
}
