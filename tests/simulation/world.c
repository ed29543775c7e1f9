/* SPDX-License-Identifier: BSD-3-Clause */

/* Time: one event after the other until all is over. */
#include "world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "first_wrong.h"

#define SILENCE_NS (30 * NS_PER_SECOND)
#define WEATHER_NS (2 * NS_PER_SECOND)
#define OUTAGE_NS  (3 * NS_PER_SECOND)

void
world_fail(struct world *world, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	first_wrong(world->wrong, sizeof(world->wrong), format, arguments);
	va_end(arguments);
	world->is_over = true;
}

void
world_schedule(struct world *world, uint64_t at_ns, enum world_event kind, uint32_t who, void *what)
{
	struct event event = {
		.at_ns = at_ns < world->now_ns ? world->now_ns : at_ns,
		.kind = kind,
		.who = who,
		.what = what,
	};

	event_queue_add(&world->queue, &event);
}

/* Now and then the links become others; an outage is the worst they can be. */
static void
change_weather(struct world *world)
{
	struct scenario *scenario = &world->scenario;
	bool was_down = world->up.setup.is_down;

	if (scenario_has(scenario, TROUBLE_WEATHER))
		scenario_draw_links(scenario, &world->rng);
	world->up.setup = scenario->up;
	world->down.setup = scenario->down;
	if (scenario_has(scenario, TROUBLE_OUTAGE) && !was_down && chance(&world->rng, 16384)) {
		world->up.setup.is_down = world->down.setup.is_down = true;
		world_schedule(world, world->now_ns + rng_next(&world->rng) % OUTAGE_NS,
			       WORLD_WEATHER, 0, NULL);
		return;
	}
	world_schedule(world, world->now_ns + rng_next(&world->rng) % WEATHER_NS, WORLD_WEATHER, 0,
		       NULL);
}

static void
give_buffers_back(struct world *world)
{
	rte_pktmbuf_free_bulk(world->hoard, world->hoarded);
	world->hoarded = 0;
}

/* Somebody else takes nearly all buffers, and gives them back a little later. */
static void
change_buffers(struct world *world)
{
	uint64_t ns = rng_next(&world->rng) % NS_PER_SECOND;

	if (world->hoarded > 0) {
		give_buffers_back(world);
		ns *= 4;
	} else {
		uint32_t left = (uint32_t)plan_size(&world->rng, 600);

		while (rte_mempool_avail_count(world->rig.pool) > left)
			world->hoard[world->hoarded++] = rte_pktmbuf_alloc(world->rig.pool);
	}
	world_schedule(world, world->now_ns + ns, WORLD_BUFFERS, 0, NULL);
}

static void
arrive_at_weir(struct world *world, struct world_frame *frame)
{
	if (world->ring_count == WORLD_RING) {
		free(frame);
		return;
	}
	world->ring[world->ring_count++] = frame;
	if (world->now_ns + world->scenario.quantum_ns < world->turn_ns) {
		world->turn_ns = world->now_ns + world->scenario.quantum_ns;
		world_schedule(world, world->turn_ns, WORLD_TURN, 0, NULL);
	}
}

static void
wake_later(struct world *world, struct world_peer *peer)
{
	uint64_t next = simple_peer_next(&peer->simple);

	if (next >= peer->wake_ns)
		return;
	peer->wake_ns = next;
	world_schedule(world, next, WORLD_PEER, peer->number, NULL);
}

static void
speak_badly(struct world *world, struct world_peer *peer)
{
	static uint8_t text[PEER_TEXT_MAX];
	static struct segment segment;

	if (hostile_peer_speak(&peer->hostile, &world->peers[peer->victim].simple, &segment, text))
		world_say(peer, &segment, text);
	if (peer->hostile.steps > 0)
		world_schedule(world,
			       world->now_ns + rng_next(&world->rng) % (30 * NS_PER_MS) + NS_PER_US,
			       WORLD_PEER, peer->number, NULL);
}

static void
wake(struct world *world, struct world_peer *peer)
{
	if (peer->is_hostile) {
		speak_badly(world, peer);
		return;
	}
	if (peer->simple.state == PEER_CLOSED && !simple_peer_is_over(&peer->simple)) {
		simple_peer_open(&peer->simple, world->now_ns);
		peer->wake_ns = PEER_NEVER;
	}
	if (peer->wake_ns <= world->now_ns)
		peer->wake_ns = PEER_NEVER;
	simple_peer_wake(&peer->simple, world->now_ns);
	wake_later(world, peer);
}

static bool
is_quiet(const struct world *world)
{
	uint64_t silence_ns = world->scenario.quantum_ns + SILENCE_NS;

	for (uint32_t i = 0; i < world->peer_count; i++) {
		const struct world_peer *peer = &world->peers[i];

		if (peer->is_hostile ? peer->hostile.steps > 0
				     : !simple_peer_is_over(&peer->simple))
			return false;
		if (world->scenario.is_fair && world->app.conns[i].conn != NULL &&
		    !peer->is_hostile)
			return false;
	}
	return world->now_ns - world->activity_ns > silence_ns;
}

static void
happen(struct world *world, const struct event *event)
{
	struct world_peer *peer = &world->peers[event->who];

	switch ((enum world_event)event->kind) {
	case WORLD_TO_WEIR:
		world->activity_ns = world->now_ns;
		arrive_at_weir(world, event->what);
		break;
	case WORLD_TO_PEER:
		world->activity_ns = world->now_ns;
		world_deliver(world, event->who, event->what);
		if (!peer->is_hostile)
			wake_later(world, peer);
		if (peer->done_ns == 0 && simple_peer_is_over(&peer->simple))
			peer->done_ns = world->now_ns;
		break;
	case WORLD_PEER:
		wake(world, peer);
		break;
	case WORLD_TURN:
		if (event->at_ns == world->turn_ns)
			world_turn(world);
		world->is_over |= is_quiet(world);
		break;
	case WORLD_WEATHER:
		change_weather(world);
		break;
	case WORLD_BUFFERS:
		change_buffers(world);
		break;
	}
	if (!peer->is_hostile && peer->simple.wrong != NULL)
		world_fail(world, "client %u heard %s", peer->number, peer->simple.wrong);
}

static void
begin(struct world *world, const struct scenario *scenario, FILE *capture, FILE *log)
{
	*world = (struct world){
		.scenario = *scenario,
		.now_ns = scenario->rig.start_ns,
		.activity_ns = scenario->rig.start_ns,
		.turn_ns = scenario->rig.start_ns,
		.capture = capture,
		.log = log,
	};
	rng_init(&world->rng, ~scenario->seed);
	rng_init(&world->app.rng, scenario->seed + 1);
	link_init(&world->up, &scenario->up, rng_next(&world->rng));
	link_init(&world->down, &scenario->down, rng_next(&world->rng));
	world->hoard = calloc(RIG_BUFFERS, sizeof(world->hoard[0]));
	check(world->hoard != NULL);
	world_cast(world);
	rig_open(&world->rig, &scenario->rig, sim_app_ops(&world->app));
	world_schedule(world, world->now_ns, WORLD_TURN, 0, NULL);
	if (scenario_has(scenario, TROUBLE_WEATHER) || scenario_has(scenario, TROUBLE_OUTAGE))
		world_schedule(world, world->now_ns, WORLD_WEATHER, 0, NULL);
	if (scenario_has(scenario, TROUBLE_BUFFERS))
		world_schedule(world, world->now_ns + NS_PER_MS, WORLD_BUFFERS, 0, NULL);
}

static void
end(struct world *world)
{
	struct event event;
	const char *wrong = NULL;

	while (event_queue_take(&world->queue, &event))
		free(event.what);
	event_queue_free(&world->queue);
	for (uint32_t i = 0; i < world->ring_count; i++)
		free(world->ring[i]);
	give_buffers_back(world);
	free(world->hoard);
	if (world->wrong[0] != '\0') {
		rig_abandon(&world->rig);
		return;
	}
	wrong = rig_close(&world->rig);
	if (wrong != NULL)
		world_fail(world, "at the end: %s", wrong);
	if (world->app.wrong != NULL)
		world_fail(world, "at the end, the application: %s", world->app.wrong);
}

bool
world_run(struct world *world, const struct scenario *scenario, FILE *capture, FILE *log)
{
	struct event event;

	begin(world, scenario, capture, log);
	while (!world->is_over && event_queue_take(&world->queue, &event)) {
		world->now_ns = event.at_ns;
		world->events++;
		if (world->now_ns - scenario->rig.start_ns > scenario->limit_ns) {
			free(event.what);
			break;
		}
		happen(world, &event);
	}
	world_judge_end(world);
	world->counters = world->rig.core->counters;
	for (uint32_t i = 0; i < world->peer_count; i++)
		recovery_tally_add(&world->timeouts, &world->peers[i].recovery.tally);
	end(world);
	return world->wrong[0] == '\0';
}
