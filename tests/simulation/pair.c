/* SPDX-License-Identifier: BSD-3-Clause */

#include "pair.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "first_wrong.h"

#define SILENCE_NS  (30 * NS_PER_SECOND)
#define TURN_MIN_NS NS_PER_MS
#define TURN_MAX_NS (50 * NS_PER_MS)
#define WEATHER_NS  (2 * NS_PER_SECOND)
#define START_NS    (2 * NS_PER_SECOND)

enum pair_event { PAIR_FRAME, PAIR_TURN, PAIR_WEATHER };

__attribute__((format(printf, 2, 3))) static void
fail(struct pair *pair, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	first_wrong(pair->wrong, sizeof(pair->wrong), format, arguments);
	va_end(arguments);
	pair->is_over = true;
}

static void
schedule(struct pair *pair, uint64_t at_ns, enum pair_event kind, uint32_t side, void *frame)
{
	event_queue_add(&pair->queue,
			&(struct event){.at_ns = at_ns, .kind = kind, .who = side, .what = frame});
}

/* -- the cast -------------------------------------------------------------- */

static struct weir_endpoint
endpoint_of(const struct wire_end *end, bool is_ipv6)
{
	struct weir_endpoint endpoint = {.port = end->port, .is_ipv4 = !is_ipv6};

	memcpy(endpoint.address, end->addr.octet, sizeof(endpoint.address));
	return endpoint;
}

static struct wire_path
turned(const struct wire_path *path, const struct rig_setup *setup)
{
	struct wire_path other = *path;

	other.client = path->server;
	other.server = path->client;
	other.mtu = setup->tcp.ports[0].mtu;
	return other;
}

static void
add_conn(struct pair *pair, uint32_t number)
{
	struct sim_conn *listens = &pair->sides[PAIR_LISTENS].app.conns[number];
	struct sim_conn *connects = &pair->sides[PAIR_CONNECTS].app.conns[number];
	struct pair_conn *conn = &pair->conns[number];
	struct wire_path *path = &conn->path[PAIR_LISTENS];
	bool is_fair = !scenario_has(&pair->scenario, TROUBLE_ABORTS);

	rig_path(&pair->sides[PAIR_LISTENS].rig.setup, chance(&pair->rng, 32768), (uint16_t)number,
		 path);
	conn->path[PAIR_CONNECTS] = turned(path, &pair->sides[PAIR_CONNECTS].rig.setup);
	for (uint32_t i = 0; i < 2; i++)
		conn->recovery[i].late_ns = pair->scenario.quantum_ns + RECOVERY_LATE_NS;
	*connects = (struct sim_conn){
		.connects = true,
		.connect_ns = pair->now_ns + rng_next(&pair->rng) % START_NS,
	};
	*listens = (struct sim_conn){
		.port = path->client.port,
		.may_reopen = scenario_has(&pair->scenario, TROUBLE_FLOWS),
	};
	plan_draw(&connects->plan, &listens->plan, &pair->rng, pair->scenario.total_max, is_fair);
	connects->wish.remote = endpoint_of(&path->server, path->is_ipv6);
	connects->wish.local = endpoint_of(&path->client, path->is_ipv6);
	connects->wish.user = connects;
	listens->client_stream = connects->plan.stream;
	listens->client_total = connects->plan.total;
	connects->client_stream =
		listens->plan.is_echo ? connects->plan.stream : listens->plan.stream;
	connects->client_total = listens->plan.is_echo ? connects->plan.total : listens->plan.total;
}

static void
open_sides(struct pair *pair)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct pair_side *side = &pair->sides[i];
		struct scenario drawn;

		/* Each has settings of its own, on one wire and at one time. */
		scenario_draw(&drawn, pair->scenario.seed + 1000000 * i, pair->scenario.troubles);
		drawn.rig.start_ns = pair->scenario.rig.start_ns;
		drawn.rig.vlan_id = pair->scenario.rig.vlan_id;
		drawn.rig.is_client = i == PAIR_CONNECTS;
		rng_init(&side->app.rng, rng_next(&pair->rng));
		link_init(&side->link, i == PAIR_CONNECTS ? &drawn.up : &drawn.down,
			  rng_next(&pair->rng));
		rig_open(&side->rig, &drawn.rig, sim_app_ops(&side->app));
		side->turn_ns = pair->now_ns;
		schedule(pair, pair->now_ns, PAIR_TURN, i, NULL);
	}
	for (uint32_t i = 0; i < pair->scenario.clients; i++)
		add_conn(pair, i);
	for (uint32_t i = 0; i < 2; i++)
		pair->sides[i].app.count = pair->scenario.clients;
}

/* -- the wire --------------------------------------------------------------- */

static void
log_segment(struct pair *pair, uint32_t side, uint32_t number, const struct segment *segment)
{
	char text[SEGMENT_TEXT_BYTES];

	if (pair->log == NULL)
		return;
	segment_print(segment, text);
	fprintf(pair->log, "%12.6f  %u %s %s\n",
		(double)(pair->now_ns - pair->scenario.rig.start_ns) / 1e9, number,
		side == PAIR_LISTENS ? ">" : "<", text);
}

/* Whose connection a frame sent by `from` belongs to, or NULL: a question to a neighbour, say. */
static struct pair_conn *
conn_of(struct pair *pair, uint32_t from, const uint8_t *frame, uint32_t bytes)
{
	for (uint32_t i = 0; i < pair->scenario.clients; i++) {
		if (segment_frame_is_for(frame, bytes, &pair->conns[i].path[from]))
			return &pair->conns[i];
	}
	return NULL;
}

/* A SYN again, with the answer to the first perhaps under way, begins nothing. */
static bool
is_again(const struct segment_laws *laws, const struct segment *segment)
{
	return (segment->flags & (TH_SYN | TH_ACK)) == TH_SYN &&
	       (laws->is_open || laws->is_opening);
}

/* A cookie may be used again where tombstones are few, and begins anew what is over. */
static bool
is_clear(const struct pair *pair, const struct pair_conn *conn, uint32_t from)
{
	const struct sim_app *app = &pair->sides[PAIR_LISTENS].app;

	return from == PAIR_LISTENS ? app->conns[conn - pair->conns].opened <= 1
				    : !conn->is_unclear;
}

static void
judge(struct pair *pair, uint32_t from, const uint8_t *frame, uint32_t bytes)
{
	struct pair_conn *conn = conn_of(pair, from, frame, bytes);
	static struct segment segment;
	const uint8_t *text;
	const char *wrong;

	if (conn == NULL)
		return;
	wrong = segment_frame_read(frame, bytes, &conn->path[from], &segment, &text);
	if (wrong == NULL) {
		log_segment(pair, from, (uint32_t)(conn - pair->conns), &segment);
		/* See world_wire.c: TIME-WAIT keeps no clock. */
		conn->has_waited[from] |=
			rig_state(&pair->sides[from].rig, &conn->path[from]) == TCPS_TIME_WAIT;
		if (conn->has_waited[from])
			conn->laws[from].has_tsval = false;
		recovery_watch_send(&conn->recovery[from], &segment, pair->now_ns);
		if (conn->recovery[from].wrong[0] != '\0')
			wrong = conn->recovery[from].wrong;
		if (wrong == NULL && !is_again(&conn->laws[from], &segment) &&
		    is_clear(pair, conn, from))
			wrong = segment_laws_judge(&conn->laws[from], &segment,
						   conn->path[from].is_ipv6);
		/* What is offered counts when it is said: no window is larger on its arrival. */
		if (from == PAIR_CONNECTS)
			segment_laws_note(&conn->laws[PAIR_LISTENS], &segment);
	}
	if (wrong != NULL)
		fail(pair, "a segment of connection %u, %s the listener: %s",
		     (uint32_t)(conn - pair->conns), from == PAIR_LISTENS ? "of" : "to", wrong);
}

/* Which of several SYN-ACKs counts is seen where they arrive. */
static void
note_arrival(struct pair *pair, const struct world_frame *frame)
{
	struct pair_conn *conn = conn_of(pair, PAIR_LISTENS, frame->octets, frame->bytes);
	static struct segment segment;
	const uint8_t *text;

	if (conn == NULL)
		return;
	if (segment_frame_read(frame->octets, frame->bytes, &conn->path[PAIR_LISTENS], &segment,
			       &text) == NULL)
		segment_laws_note(&conn->laws[PAIR_CONNECTS], &segment);
	else
		conn->is_unclear = true;
}

/* ARP has no checksum of its own: Ethernet's would have given a spoilt one away. */
static bool
is_arp(const struct pair *pair, const uint8_t *frame)
{
	const uint8_t *type = frame + (pair->scenario.rig.vlan_id == VLAN_NONE ? 12 : 16);

	return type[0] == 0x08 && type[1] == 0x06;
}

static void
put_on_link(struct pair *pair, uint32_t from, const struct rte_mbuf *m)
{
	static uint8_t room[FRAME_BYTES_MAX];
	uint32_t bytes = rte_pktmbuf_pkt_len(m);
	const uint8_t *octets = rte_pktmbuf_read(m, 0, bytes, room);
	struct link_fate fate = link_send(&pair->sides[from].link, pair->now_ns, bytes, true);

	judge(pair, from, octets, bytes);
	if (from == PAIR_LISTENS)
		capture_add(pair->capture, pair->now_ns, octets, bytes);
	for (uint32_t i = 0; i < bytes; i++)
		pair->digest = (pair->digest ^ octets[i]) * UINT64_C(0x100000001b3);
	if (fate.loss != LINK_PASSED && pair->log != NULL)
		fprintf(pair->log, "%25s\n", "(lost)");
	for (uint32_t i = 0; i < fate.copies; i++) {
		struct world_frame *frame;

		if (fate.is_spoilt[i] && is_arp(pair, octets))
			continue;
		frame = malloc(sizeof(*frame) + bytes);
		check(frame != NULL);
		*frame = (struct world_frame){.bytes = bytes, .from = from};
		memcpy(frame->octets, octets, bytes);
		if (fate.is_spoilt[i])
			link_spoil(&pair->sides[from].link, frame->octets, bytes);
		schedule(pair, fate.at_ns[i], PAIR_FRAME, 1 - from, frame);
	}
}

static void
arrive(struct pair *pair, uint32_t to, struct world_frame *frame)
{
	struct pair_side *side = &pair->sides[to];
	uint64_t at_ns = pair->now_ns + pair->scenario.quantum_ns;

	pair->activity_ns = pair->now_ns;
	if (to == PAIR_LISTENS)
		capture_add(pair->capture, pair->now_ns, frame->octets, frame->bytes);
	if (side->ring_count == WORLD_RING) {
		free(frame);
		return;
	}
	if (to == PAIR_CONNECTS)
		note_arrival(pair, frame);
	side->ring[side->ring_count++] = frame;
	if (at_ns < side->turn_ns) {
		side->turn_ns = at_ns;
		schedule(pair, at_ns, PAIR_TURN, to, NULL);
	}
}

/* -- turns ------------------------------------------------------------------ */

/* What side `to` learns of what it has sent. */
static void
note_acknowledgment(struct pair *pair, uint32_t to, const struct world_frame *frame)
{
	struct pair_conn *conn = conn_of(pair, 1 - to, frame->octets, frame->bytes);
	static struct segment segment;
	struct recovery_ack ack;
	const uint8_t *text;

	if (conn != NULL &&
	    segment_frame_read(frame->octets, frame->bytes, &conn->path[1 - to], &segment, &text) ==
		    NULL &&
	    recovery_ack_of(&segment, &ack))
		recovery_law_hear(&conn->recovery[to], &ack);
}

/* The other end may give up what it held where buffers are short, as we might. */
static void
watch_recovery(struct pair *pair, uint32_t which)
{
	struct pair_side *side = &pair->sides[which];
	const struct counters *others = &pair->sides[1 - which].rig.core->counters;

	recovery_watch_turn(&side->watch, &side->rig);
	for (uint32_t i = 0; i < pair->scenario.clients; i++) {
		struct recovery_law *law = &pair->conns[i].recovery[which];

		law->peer_reneges = others->value[COUNTER_segment_given_up] > 0;
		recovery_watch_conn(&side->watch, &side->rig, &pair->conns[i].path[which], law);
		if (law->wrong[0] != '\0')
			fail(pair, "what side %u sends on connection %u: %s", which, i, law->wrong);
	}
}

static uint32_t
receive(struct pair *pair, uint32_t which, struct rte_mbuf *frames[PIPELINE_BURST_MAX])
{
	struct pair_side *side = &pair->sides[which];
	uint32_t taken = RTE_MIN(side->ring_count, (uint32_t)PIPELINE_BURST_MAX), count = 0;

	for (uint32_t i = 0; i < taken; i++) {
		if (rte_mempool_avail_count(side->rig.pool) > 0) {
			note_acknowledgment(pair, which, side->ring[i]);
			frames[count++] =
				rig_frame(&side->rig, side->ring[i]->octets, side->ring[i]->bytes);
		}
		free(side->ring[i]);
	}
	side->ring_count -= taken;
	memmove(side->ring, side->ring + taken, side->ring_count * sizeof(side->ring[0]));
	return count;
}

static void
turn(struct pair *pair, uint32_t which)
{
	struct pair_side *side = &pair->sides[which];
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];
	uint64_t step_ns = (pair->now_ns - pair->activity_ns) / 8;
	const char *wrong;
	uint32_t sent;

	do {
		side->rig.now_ns = pair->now_ns;
		rig_watch_buffers(&side->rig);
		sent = rig_turn(&side->rig, frames, receive(pair, which, frames));
		watch_recovery(pair, which);
		for (uint32_t i = 0; i < sent; i++)
			put_on_link(pair, which, side->rig.core->tcp.tx[i]);
		rte_pktmbuf_free_bulk(side->rig.core->tcp.tx, sent);
		wrong = rig_wrong(&side->rig);
		if (wrong != NULL)
			fail(pair, "the books of side %u: %s", which, wrong);
		if (side->app.wrong != NULL)
			fail(pair, "the application of side %u: %s", which, side->app.wrong);
	} while (side->ring_count > 0 && !pair->is_over);
	step_ns = RTE_MIN(RTE_MAX(step_ns, TURN_MIN_NS), TURN_MAX_NS);
	side->turn_ns = pair->now_ns + step_ns;
	schedule(pair, side->turn_ns, PAIR_TURN, which, NULL);
}

static bool
is_quiet(const struct pair *pair)
{
	for (uint32_t i = 0; i < pair->scenario.clients; i++) {
		const struct sim_conn *connects = &pair->sides[PAIR_CONNECTS].app.conns[i];

		if (connects->conn != NULL || connects->connect_ns != UINT64_MAX ||
		    (pair->scenario.is_fair && pair->sides[PAIR_LISTENS].app.conns[i].conn != NULL))
			return false;
	}
	return pair->now_ns - pair->activity_ns > SILENCE_NS;
}

/* -- the end ---------------------------------------------------------------- */

static bool
is_complete(const struct sim_conn *conn)
{
	return conn->has_closed && conn->reason == WEIR_CLOSE_NORMAL &&
	       conn->received == conn->client_total;
}

static bool
is_whole(const struct sim_conn *conn)
{
	return !conn->has_closed || conn->reason != WEIR_CLOSE_NORMAL ||
	       conn->received == conn->client_total;
}

static void
judge_end(struct pair *pair)
{
	const struct pair_side *listens = &pair->sides[PAIR_LISTENS];
	const struct counters *counters = &listens->rig.core->counters;
	/* See world_cast.c: a cookie's client may be turned away. */
	bool is_fair = pair->scenario.is_fair && counters->value[COUNTER_cookie_forged] == 0 &&
		       counters->value[COUNTER_cookie_expired] == 0;

	for (uint32_t i = 0; i < pair->scenario.clients; i++) {
		const struct sim_conn *here = &listens->app.conns[i];
		const struct sim_conn *there = &pair->sides[PAIR_CONNECTS].app.conns[i];

		if (!is_whole(here) || !is_whole(there))
			fail(pair, "the end of connection %u is normal and its text is not whole",
			     i);
		/* The questions to neighbours may all be lost. */
		if (there->reason == WEIR_CLOSE_UNREACHABLE)
			continue;
		if (is_fair && (!is_complete(here) || !is_complete(there)))
			fail(pair,
			     "in fair weather connection %u fails: the listener's end %s (%d) with "
			     "%lu of %lu octets, the other %s (%d) with %lu of %lu",
			     i, here->has_closed ? "closed" : "is open", here->reason,
			     here->received, here->client_total,
			     there->has_closed ? "closed" : "is open", there->reason,
			     there->received, there->client_total);
	}
}

static void
end(struct pair *pair)
{
	struct event event;

	while (event_queue_take(&pair->queue, &event))
		free(event.what);
	event_queue_free(&pair->queue);
	for (uint32_t i = 0; i < 2; i++) {
		struct pair_side *side = &pair->sides[i];
		const char *wrong;

		for (uint32_t j = 0; j < side->ring_count; j++)
			free(side->ring[j]);
		if (pair->wrong[0] != '\0') {
			rig_abandon(&side->rig);
			continue;
		}
		wrong = rig_close(&side->rig);
		if (wrong != NULL)
			fail(pair, "at the end of side %u: %s", i, wrong);
	}
}

static void
change_weather(struct pair *pair)
{
	scenario_draw_links(&pair->scenario, &pair->rng);
	pair->sides[PAIR_CONNECTS].link.setup = pair->scenario.up;
	pair->sides[PAIR_LISTENS].link.setup = pair->scenario.down;
	schedule(pair, pair->now_ns + rng_next(&pair->rng) % WEATHER_NS, PAIR_WEATHER, 0, NULL);
}

static void
happen(struct pair *pair, const struct event *event)
{
	switch ((enum pair_event)event->kind) {
	case PAIR_FRAME:
		arrive(pair, event->who, event->what);
		break;
	case PAIR_TURN:
		if (event->at_ns == pair->sides[event->who].turn_ns)
			turn(pair, event->who);
		pair->is_over |= is_quiet(pair);
		break;
	case PAIR_WEATHER:
		change_weather(pair);
		break;
	}
}

bool
pair_run(struct pair *pair, const struct scenario *scenario, FILE *capture, FILE *log)
{
	struct event event;

	*pair = (struct pair){
		.scenario = *scenario,
		.now_ns = scenario->rig.start_ns,
		.activity_ns = scenario->rig.start_ns,
		.capture = capture,
		.log = log,
	};
	rng_init(&pair->rng, ~scenario->seed);
	open_sides(pair);
	if (scenario_has(scenario, TROUBLE_WEATHER))
		schedule(pair, pair->now_ns, PAIR_WEATHER, 0, NULL);
	while (!pair->is_over && event_queue_take(&pair->queue, &event)) {
		pair->now_ns = event.at_ns;
		pair->events++;
		if (pair->now_ns - scenario->rig.start_ns > scenario->limit_ns) {
			free(event.what);
			break;
		}
		happen(pair, &event);
	}
	judge_end(pair);
	for (uint32_t i = 0; i < scenario->clients; i++) {
		recovery_tally_add(&pair->timeouts, &pair->conns[i].recovery[0].tally);
		recovery_tally_add(&pair->timeouts, &pair->conns[i].recovery[1].tally);
	}
	end(pair);
	return pair->wrong[0] == '\0';
}
