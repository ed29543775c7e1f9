/* SPDX-License-Identifier: BSD-3-Clause */

/* Slots, opening, sending, and what happens when no answer comes. */
#include "gen_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gen_client_steps.h"
#include "tcp_seg.h"
#include "units.h"
#include "wire_headers.h"

#define HOSTS_MAX     65536
#define SWEEP_SLOTS   8	 /* looked at in one poll */
#define OPEN_MAX      32 /* opened in one poll */
#define ALLOWANCE_MAX 256.0
#define SYN_WAIT_NS   (1 * NS_PER_SECOND) /* RFC 6298, 2.1; doubled each time */
#define SYN_TRIES     4
#define OTHER_WAIT_NS (200 * NS_PER_MS) /* Linux's least; doubled each time */
#define OTHER_TRIES   7
#define ECHO_TEXT     "sixty-four octets of text that come back just as they were sent."

static uint32_t
power_of_two_below(uint64_t number)
{
	return number == 0 ? 1 : UINT32_C(1) << (63 - __builtin_clzll(number));
}

/* Neither a network's first address nor its last, where there is a choice. */
static void
choose_hosts(struct gen_client *client, const struct gen_client_setup *setup)
{
	uint64_t usable = gen_prefix_mask(setup->from);
	uint32_t hosts;

	client->first_host = usable >= 3 ? 1 : 0;
	usable = usable >= 3 ? usable - 1 : usable + 1;
	hosts = power_of_two_below(RTE_MIN(usable, RTE_MIN(setup->hosts, (uint64_t)HOSTS_MAX)));
	client->tuples = hosts << GEN_PORT_BITS;
}

static int
open_templates(struct gen_client *client, const struct gen_client_setup *setup, const char *text)
{
	static const struct {
		const char *name;
		uint8_t flags;
	} frames[GEN_FRAME_N] = {
		[GEN_FRAME_SYN] = {"client_syn", TH_SYN},
		[GEN_FRAME_ACK] = {"client_ack", TH_ACK},
		[GEN_FRAME_REQUEST] = {"client_request", TH_ACK | TH_PSH},
		[GEN_FRAME_FIN] = {"client_fin", TH_ACK | TH_FIN},
		[GEN_FRAME_RST] = {"client_rst", TH_RST},
	};
	int error = 0;

	for (int i = 0; i < GEN_FRAME_N && error == 0; i++) {
		struct gen_template_setup template = {
			.path = setup->path,
			.from = setup->from,
			.protocol = PROTOCOL_TCP,
			.flags = frames[i].flags,
			.flavour = setup->flavour,
			.text = i == GEN_FRAME_REQUEST ? text : NULL,
		};

		gen_template_init(&client->templates[i], &template);
		error = gen_template_open(&client->templates[i], frames[i].name, setup->frames);
	}
	return error;
}

static void
compose_request(const struct gen_client_setup *setup, char *text, size_t bytes)
{
	if (setup->exchange == GEN_EXCHANGE_HTTP)
		snprintf(text, bytes, "GET %s HTTP/1.1\r\nHost: weir\r\n%s\r\n", setup->page,
			 setup->server_closes ? "Connection: close\r\n" : "");
	else
		snprintf(text, bytes, "%s", ECHO_TEXT);
}

int
gen_client_open(struct gen_client *client, const struct gen_client_setup *setup)
{
	char text[128];

	check(setup->slots > 0 && (setup->slots & (setup->slots - 1)) == 0);
	check(setup->flows <= setup->slots);
	memset(client, 0, sizeof(*client));
	choose_hosts(client, setup);
	client->slots = RTE_MIN(setup->slots, client->tuples);
	client->connections = calloc(client->slots, sizeof(*client->connections));
	client->idle = calloc(client->slots, sizeof(*client->idle));
	if (client->connections == NULL || client->idle == NULL)
		return -ENOMEM;
	rng_init(&client->rng, setup->seed);
	client->exchange = setup->exchange;
	client->server_closes = setup->server_closes;
	client->per_ns = setup->rate / (double)NS_PER_SECOND;
	client->flow_pause_ns = setup->flow_pause_ns;
	client->is_opening = true;
	for (uint32_t i = client->slots; i-- > 0;) {
		client->connections[i].tuple = i;
		client->connections[i].is_flow = i < setup->flows;
		client->idle[client->idle_count++] = i;
	}
	compose_request(setup, text, sizeof(text));
	client->request_bytes = (uint32_t)strlen(text);
	if (setup->exchange == GEN_EXCHANGE_ECHO)
		client->answer_bytes = client->request_bytes;
	return open_templates(client, setup, text);
}

void
gen_client_close(struct gen_client *client)
{
	for (int i = 0; i < GEN_FRAME_N; i++)
		gen_template_close(&client->templates[i]);
	free(client->idle);
	free(client->connections);
}

void
gen_client_send(struct gen_client *client, const struct gen_connection *connection,
		enum gen_client_frame frame, uint32_t seq, uint64_t now_ns, struct gen_batch *out)
{
	const struct gen_template *t = &client->templates[frame];
	struct gen_segment segment = {
		.host = client->first_host + (connection->tuple >> GEN_PORT_BITS),
		.port = (uint16_t)(connection->tuple | 1u << GEN_PORT_BITS),
		.seq = seq,
		.ack = connection->rcv_nxt,
		.tsval = (uint32_t)(now_ns >> 20),
		.tsecr = connection->ts_recent,
	};
	struct rte_mbuf *m;

	if (!gen_template_take(t, &m, 1)) {
		client->stats.frames_lacking++;
		return;
	}
	gen_template_patch(t, rte_pktmbuf_mtod(m, uint8_t *), &segment);
	gen_batch_add(out, m);
}

static void
wait_for_answer(struct gen_connection *connection, enum gen_client_state state, uint64_t until_ns)
{
	connection->state = (uint8_t)state;
	connection->tries = 0;
	connection->deadline_ns = until_ns;
}

static void
open_one(struct gen_client *client, struct gen_connection *connection, uint64_t now_ns,
	 struct gen_batch *out)
{
	uint32_t iss = (uint32_t)rng_next(&client->rng);

	connection->tuple = (connection->tuple + client->slots) & (client->tuples - 1);
	connection->opened_ns = now_ns;
	connection->snd_una = iss;
	connection->snd_nxt = iss + 1;
	connection->rcv_nxt = 0;
	connection->ts_recent = 0;
	connection->has_answer = false;
	connection->is_counted = client->is_counting && !connection->is_flow;
	if (connection->is_counted) {
		client->stats.opened++;
		client->counted_busy++;
	}
	wait_for_answer(connection, GEN_SYN_SENT, now_ns + SYN_WAIT_NS);
	gen_client_send(client, connection, GEN_FRAME_SYN, iss, now_ns, out);
}

void
gen_client_ask(struct gen_client *client, struct gen_connection *connection, uint64_t now_ns,
	       struct gen_batch *out)
{
	if (client->exchange == GEN_EXCHANGE_NOTHING && !connection->is_flow) {
		gen_client_send_fin(client, connection, GEN_CLOSING, now_ns, out);
		return;
	}
	gen_client_send(client, connection, GEN_FRAME_REQUEST, connection->snd_nxt, now_ns, out);
	connection->snd_nxt += client->request_bytes;
	connection->asked_ns = now_ns;
	connection->has_begun = false;
	connection->has_answer = false;
	wait_for_answer(connection, GEN_WAITING, now_ns + OTHER_WAIT_NS);
}

void
gen_client_send_fin(struct gen_client *client, struct gen_connection *connection,
		    enum gen_client_state state, uint64_t now_ns, struct gen_batch *out)
{
	gen_client_send(client, connection, GEN_FRAME_FIN, connection->snd_nxt, now_ns, out);
	connection->snd_nxt++;
	wait_for_answer(connection, state, now_ns + OTHER_WAIT_NS);
}

static void
count_end(struct gen_client_stats *stats, const struct gen_connection *connection, enum gen_end end,
	  uint64_t now_ns)
{
	switch (end) {
	case GEN_END_COMPLETE:
		stats->completed++;
		gen_latency_add(&stats->whole, now_ns - connection->opened_ns);
		break;
	case GEN_END_RESET:
		stats->reset++;
		break;
	case GEN_END_TIMEOUT:
		stats->timed_out++;
		break;
	case GEN_END_WRONG:
		stats->answers_wrong++;
		break;
	}
}

void
gen_client_end(struct gen_client *client, struct gen_connection *connection, enum gen_end end,
	       uint64_t now_ns)
{
	if (connection->is_counted) {
		count_end(&client->stats, connection, end, now_ns);
		client->counted_busy--;
	} else if (connection->is_flow && client->is_counting) {
		client->stats.flow_resets += end != GEN_END_TIMEOUT;
		client->stats.flow_timeouts += end == GEN_END_TIMEOUT;
	}
	connection->state = GEN_IDLE;
	client->idle[client->idle_count++] = (uint32_t)(connection - client->connections);
}

static void
send_again(struct gen_client *client, struct gen_connection *connection, uint64_t now_ns,
	   struct gen_batch *out)
{
	if (connection->state == GEN_SYN_SENT) {
		gen_client_send(client, connection, GEN_FRAME_SYN, connection->snd_una, now_ns,
				out);
		client->stats.syns_again += client->is_counting;
		connection->deadline_ns = now_ns + (SYN_WAIT_NS << connection->tries);
		return;
	}
	connection->deadline_ns = now_ns + (OTHER_WAIT_NS << connection->tries);
	if (connection->snd_una == connection->snd_nxt)
		return; /* it is the server's turn, and its business to try again */
	if (connection->state == GEN_WAITING)
		gen_client_send(client, connection, GEN_FRAME_REQUEST,
				connection->snd_nxt - client->request_bytes, now_ns, out);
	else
		gen_client_send(client, connection, GEN_FRAME_FIN, connection->snd_nxt - 1, now_ns,
				out);
	if (connection->is_flow)
		client->stats.flow_again += client->is_counting;
	else
		client->stats.others_again += client->is_counting;
}

static void
expire(struct gen_client *client, struct gen_connection *connection, uint64_t now_ns,
       struct gen_batch *out)
{
	uint8_t tries_max = connection->state == GEN_SYN_SENT ? SYN_TRIES : OTHER_TRIES;

	if (connection->state == GEN_PAUSED) {
		gen_client_ask(client, connection, now_ns, out);
		return;
	}
	if (++connection->tries >= tries_max)
		gen_client_end(client, connection, GEN_END_TIMEOUT, now_ns);
	else
		send_again(client, connection, now_ns, out);
}

static uint32_t
openings_due(struct gen_client *client, uint64_t now_ns)
{
	uint64_t passed_ns = client->polled_ns == 0 ? 0 : now_ns - client->polled_ns;

	client->polled_ns = now_ns;
	if (!client->is_opening)
		return 0;
	if (client->per_ns == 0)
		return OPEN_MAX;
	client->allowance += client->per_ns * (double)passed_ns;
	client->allowance = RTE_MIN(client->allowance, ALLOWANCE_MAX);
	return RTE_MIN((uint32_t)client->allowance, (uint32_t)OPEN_MAX);
}

void
gen_client_poll(struct gen_client *client, uint64_t now_ns, struct gen_batch *out)
{
	uint32_t due = openings_due(client, now_ns);

	while (client->idle_count > 0) {
		uint32_t slot = client->idle[client->idle_count - 1];
		struct gen_connection *connection = &client->connections[slot];

		/* A flow is opened whenever it is not open. */
		if (!connection->is_flow) {
			if (due == 0)
				break;
			due--;
			client->allowance -= 1;
		}
		client->idle_count--;
		open_one(client, connection, now_ns, out);
	}
	for (uint32_t i = 0; i < RTE_MIN((uint32_t)SWEEP_SLOTS, client->slots); i++) {
		struct gen_connection *connection = &client->connections[client->sweep];

		client->sweep = (client->sweep + 1) & (client->slots - 1);
		if (connection->state != GEN_IDLE && now_ns >= connection->deadline_ns)
			expire(client, connection, now_ns, out);
	}
}
