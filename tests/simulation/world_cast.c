/* SPDX-License-Identifier: BSD-3-Clause */

/* Who is in a world: honest clients with their plans and habits, and others without. */
#include "world.h"

#include "bulk.h"
#include "check.h"

#define TRIES_FAIR    60
#define TRIES_UNFAIR  6
#define HOSTILE_STEPS 300

static uint32_t
below(struct world *world, uint32_t bound)
{
	return rng_below(&world->rng, bound);
}

static struct world_peer *
add_peer(struct world *world)
{
	struct world_peer *peer = &world->peers[world->peer_count];
	struct sim_conn *conn = &world->app.conns[world->peer_count];

	check(world->peer_count < SIM_CONNS_MAX);
	*peer = (struct world_peer){
		.world = world,
		.number = world->peer_count,
		.wake_ns = PEER_NEVER,
	};
	rig_path(&world->scenario.rig, chance(&world->rng, 32768), (uint16_t)peer->number,
		 &peer->path);
	*conn = (struct sim_conn){.port = peer->path.client.port};
	world->app.count = ++world->peer_count;
	return peer;
}

static void
begin_at(struct world *world, struct world_peer *peer, uint64_t latest_ns)
{
	world_schedule(world, world->now_ns + rng_next(&world->rng) % latest_ns, WORLD_PEER,
		       peer->number, NULL);
}

static void
draw_habits(struct world *world, struct peer_habits *habits, bool is_ipv6)
{
	struct rng *rng = &world->rng;
	uint32_t mss_max = world->scenario.rig.tcp.ports[0].mtu - (is_ipv6 ? 60 : 40);

	*habits = (struct peer_habits){
		.isn = chance(rng, 16384) ? UINT32_MAX - below(world, 5000)
					  : (uint32_t)rng_next(rng),
		.mss = (uint16_t)mss_max,
		.shift = (uint8_t)below(world, 15),
		.has_mss = !chance(rng, 2000),
		.has_wscale = chance(rng, 40000),
		.has_timestamps = chance(rng, 40000),
		.has_sack = chance(rng, 40000),
		.receive_buffer = 1000 + (uint32_t)plan_size(rng, 1u << 20),
		.delayed_ack_ns = chance(rng, 32768) ? 0 : 40 * NS_PER_MS,
		.piece_max = UINT32_MAX,
		.repeats_in_pieces = chance(rng, 8192),
		.third_ack_has_text = chance(rng, 8192),
		.syn_has_text = chance(rng, 4096),
		.ignores_congestion = chance(rng, 8192),
		.says_urgent = chance(rng, 4096),
		.acks_in_parts = chance(rng, 4096),
		.tries_max = world->scenario.is_fair ? TRIES_FAIR : TRIES_UNFAIR,
		.rto_min_ns = 200 * NS_PER_MS,
	};
	if (chance(rng, 16384))
		habits->mss = (uint16_t)(600 + below(world, mss_max - 600));
	if (chance(rng, 4096))
		habits->piece_max = 50 + below(world, 1000);
	if (!habits->has_mss)
		habits->mss = is_ipv6 ? 1220 : 536;
}

/* One that takes, and sends for an echo, as fast as it can. */
static void
bulk_client(const struct bulk_setup *bulk, struct plan *client, struct plan *server,
	    struct peer_habits *habits)
{
	*client = (struct plan){
		.stream = 1,
		.total = bulk->is_echo ? bulk->octets : 0,
		.write_max = 65536,
		.abort_at = PLAN_NEVER,
	};
	*server = *client;
	server->stream = 2;
	server->total = bulk->octets;
	server->is_echo = bulk->is_echo;
	*habits = (struct peer_habits){
		.isn = 1000,
		.mss = 1460,
		.shift = 7,
		.has_mss = true,
		.has_wscale = true,
		.has_timestamps = true,
		.has_sack = true,
		.receive_buffer = bulk->buffer,
		.delayed_ack_ns = 40 * NS_PER_MS,
		.piece_max = UINT32_MAX,
		.ignores_congestion = true,
		.tries_max = TRIES_FAIR,
		.rto_min_ns = 200 * NS_PER_MS,
	};
}

static void
add_client(struct world *world)
{
	struct world_peer *peer = add_peer(world);
	struct sim_conn *conn = &world->app.conns[peer->number];
	struct peer_habits habits;
	struct plan plan;

	plan_draw(&plan, &conn->plan, &world->rng, world->scenario.total_max,
		  !scenario_has(&world->scenario, TROUBLE_ABORTS));
	draw_habits(world, &habits, peer->path.is_ipv6);
	if (world->scenario.bulk != NULL)
		bulk_client(world->scenario.bulk, &plan, &conn->plan, &habits);
	peer->recovery.late_ns = world->scenario.quantum_ns + RECOVERY_LATE_NS;
	/* Counted for the core: a hostile one's reneging is everybody's. */
	peer->recovery.peer_reneges = scenario_has(&world->scenario, TROUBLE_PLAYER);
	conn->client_stream = plan.stream;
	conn->client_total = plan.total;
	conn->may_reopen = scenario_has(&world->scenario, TROUBLE_FLOWS);
	simple_peer_init(&peer->simple, &habits, &plan,
			 conn->plan.is_echo ? plan.stream : conn->plan.stream,
			 rng_next(&world->rng));
	peer->simple.server_stream += world->scenario.is_sabotaged;
	peer->simple.say = world_say;
	peer->simple.to = peer;
	begin_at(world, peer, world->scenario.bulk != NULL ? 1 : 2 * NS_PER_SECOND);
}

static void
add_hostile(struct world *world, enum hostile_kind kind)
{
	struct world_peer *peer = add_peer(world);
	struct sim_conn *conn = &world->app.conns[peer->number];
	struct plan unused;

	peer->is_hostile = conn->is_hostile = true;
	peer->victim = below(world, world->scenario.clients);
	plan_draw(&unused, &conn->plan, &world->rng, 20000, false);
	hostile_peer_init(&peer->hostile, kind, 10 + below(world, HOSTILE_STEPS),
			  rng_next(&world->rng));
	begin_at(world, peer, NS_PER_SECOND);
}

void
world_cast(struct world *world)
{
	for (uint32_t i = 0; i < world->scenario.clients; i++)
		add_client(world);
	for (uint32_t i = 0; scenario_has(&world->scenario, TROUBLE_PLAYER) && i < 2; i++)
		add_hostile(world, HOSTILE_PLAYER);
	if (scenario_has(&world->scenario, TROUBLE_FLOOD))
		add_hostile(world, HOSTILE_FLOODER);
	if (scenario_has(&world->scenario, TROUBLE_SPOOFER))
		add_hostile(world, HOSTILE_SPOOFER);
}

/* -- the end --------------------------------------------------------------- */

static uint64_t
server_total(const struct sim_conn *conn)
{
	return conn->plan.is_echo ? conn->client_total : conn->plan.total;
}

/* What both sides call complete must be so, whatever the weather. */
static void
judge_complete(struct world *world, const struct world_peer *peer, const struct sim_conn *conn)
{
	if (conn->has_closed && conn->reason == WEIR_CLOSE_NORMAL &&
	    (conn->received != conn->client_total ||
	     (!conn->plan.is_echo && conn->sent != conn->plan.total)))
		world_fail(world, "weir's end with %u is normal and its text is not whole",
			   peer->number);
	if (peer->simple.end == PEER_DONE &&
	    (peer->simple.rcv_at != server_total(conn) + 1 || conn->received != conn->client_total))
		world_fail(world, "client %u's end is normal and its text is not whole",
			   peer->number);
}

/*
 * Only the segment behind the SYN completes a cookie's handshake.  Where it and
 * the first text are lost, overtaken or too late, what follows finds no connection
 * and is answered with a RST (RFC 4987, 3.6).
 */
static bool
is_fair(const struct world *world, const struct world_peer *peer)
{
	return world->scenario.is_fair &&
	       (world->scenario.rig.tcp.cookies == TCP_COOKIES_NEVER || !peer->is_rebuffed);
}

void
world_judge_end(struct world *world)
{
	static const char *const ends[] = {
		[PEER_NOT_YET] = "has not ended", [PEER_DONE] = "is done",
		[PEER_RESET] = "was reset",	  [PEER_ABORTED] = "aborted",
		[PEER_GAVE_UP] = "gave up",
	};

	for (uint32_t i = 0; i < world->scenario.clients; i++) {
		const struct world_peer *peer = &world->peers[i];
		const struct sim_conn *conn = &world->app.conns[i];

		judge_complete(world, peer, conn);
		if (is_fair(world, peer) && (peer->simple.end != PEER_DONE || !conn->has_closed ||
					     conn->reason != WEIR_CLOSE_NORMAL))
			world_fail(world,
				   "in fair weather client %u %s, and weir's end has %s (%d): "
				   "sent %lu of %lu, got %lu of %lu",
				   i, ends[peer->simple.end],
				   conn->has_closed ? "closed" : "not closed", conn->reason,
				   peer->simple.una_at, conn->client_total, peer->simple.rcv_at,
				   server_total(conn));
	}
}
