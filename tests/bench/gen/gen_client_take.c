/* SPDX-License-Identifier: BSD-3-Clause */

/* An answer arrives. */
#include <stdlib.h>
#include <string.h>

#include "gen_client.h"
#include "gen_client_steps.h"
#include "tcp_seg.h"

#define STATUS_BYTES 12 /* "HTTP/1.1 200" */

/* Everything about one arrival. */
struct arrival {
	struct gen_client *client;
	struct gen_connection *connection;
	const struct gen_answer *answer;
	const uint8_t *text;
	uint64_t now_ns;
	struct gen_batch *out;
};

bool
gen_client_owns(const struct gen_client *client, const struct gen_answer *answer)
{
	const struct gen_template *t = &client->templates[0];

	return answer->is_ipv6 == t->is_ipv6 && (answer->low & ~t->host_mask) == t->base_low;
}

static void
send(struct arrival *arrival, enum gen_client_frame frame)
{
	gen_client_send(arrival->client, arrival->connection, frame, arrival->connection->snd_nxt,
			arrival->now_ns, arrival->out);
}

/*
 * To what belongs to no connection: a FIN is the last one of a connection whose
 * last ACK was lost, and gets it again; what asks for more gets a RST.
 */
static void
answer_stray(struct arrival *arrival, uint64_t tuple)
{
	const struct gen_answer *answer = arrival->answer;
	struct gen_connection nobody = {
		.tuple = (uint32_t)tuple,
		.rcv_nxt = answer->seq + answer->text_bytes + 1,
		.snd_nxt = answer->ack,
		.ts_recent = answer->tsval,
	};

	arrival->connection = &nobody;
	arrival->client->stats.strays++;
	if (answer->kind == GEN_ANSWER_FIN)
		send(arrival, GEN_FRAME_ACK);
	else if (answer->kind == GEN_ANSWER_SYN_ACK || answer->kind == GEN_ANSWER_DATA)
		send(arrival, GEN_FRAME_RST);
}

static void
end(struct arrival *arrival, enum gen_end how)
{
	gen_client_end(arrival->client, arrival->connection, how, arrival->now_ns);
}

static void
take_syn_ack(struct arrival *arrival)
{
	struct gen_connection *connection = arrival->connection;
	const struct gen_answer *answer = arrival->answer;

	if (connection->state != GEN_SYN_SENT) {
		send(arrival, GEN_FRAME_ACK); /* ours was lost */
		return;
	}
	if (answer->ack != connection->snd_nxt) {
		arrival->client->stats.strays++;
		return;
	}
	if (connection->is_counted)
		gen_latency_add(&arrival->client->stats.connect,
				arrival->now_ns - connection->opened_ns);
	connection->rcv_nxt = answer->seq + 1;
	connection->ts_recent = answer->tsval;
	connection->snd_una = answer->ack;
	gen_client_ask(arrival->client, connection, arrival->now_ns, arrival->out);
}

/* RFC 9293, 3.10.7.3 and 3.10.7.4: exactly what is expected next, or it is somebody else's. */
static void
take_rst(struct arrival *arrival)
{
	const struct gen_connection *connection = arrival->connection;
	const struct gen_answer *answer = arrival->answer;
	bool is_ours = connection->state == GEN_SYN_SENT
			       ? (answer->flags & TH_ACK) && answer->ack == connection->snd_nxt
			       : answer->seq == connection->rcv_nxt;

	if (is_ours)
		end(arrival, GEN_END_RESET);
	else
		arrival->client->stats.strays++;
}

/* The length of a whole answer by its first segment, which must hold its head; 0 if it does not. */
static uint32_t
length_of_answer(const uint8_t *text, uint32_t bytes)
{
	static const char field[] = "Content-Length:";
	const uint8_t *head_end = memmem(text, bytes, "\r\n\r\n", 4);
	const uint8_t *at;
	uint32_t head_bytes;

	if (head_end == NULL)
		return 0;
	head_bytes = (uint32_t)(head_end - text) + 4;
	at = memmem(text, head_bytes, field, sizeof(field) - 1);
	if (at == NULL)
		return 0;
	return head_bytes + (uint32_t)strtoul((const char *)at + sizeof(field) - 1, NULL, 10);
}

/* False if this is no answer to our request. */
static bool
begin_answer(struct arrival *arrival)
{
	struct gen_client *client = arrival->client;
	const struct gen_answer *answer = arrival->answer;

	if (client->exchange == GEN_EXCHANGE_HTTP &&
	    (answer->text_bytes < STATUS_BYTES ||
	     memcmp(arrival->text, "HTTP/1.1 200", STATUS_BYTES) != 0))
		return false;
	if (client->answer_bytes == 0)
		client->answer_bytes = length_of_answer(arrival->text, answer->text_bytes);
	arrival->connection->to_come = client->answer_bytes;
	arrival->connection->has_begun = true;
	return client->answer_bytes != 0;
}

static void
count_answer(struct arrival *arrival)
{
	struct gen_client_stats *stats = &arrival->client->stats;
	struct gen_connection *connection = arrival->connection;
	uint64_t took_ns = arrival->now_ns - connection->asked_ns;

	if (connection->is_flow && arrival->client->is_counting) {
		stats->flow_answers++;
		stats->flow_octets += arrival->client->answer_bytes;
		gen_latency_add(&stats->flow, took_ns);
	} else if (connection->is_counted) {
		stats->answers++;
		stats->answer_octets += arrival->client->answer_bytes;
		gen_latency_add(&stats->exchange, took_ns);
	}
}

/* The answer is complete: what comes next is our choice, and it acknowledges all. */
static void
go_on(struct arrival *arrival, bool has_fin)
{
	struct gen_client *client = arrival->client;
	struct gen_connection *connection = arrival->connection;

	if (has_fin) {
		gen_client_send_fin(client, connection, GEN_LAST_ACK, arrival->now_ns,
				    arrival->out);
	} else if (connection->is_flow && client->flow_pause_ns > 0) {
		send(arrival, GEN_FRAME_ACK);
		connection->state = GEN_PAUSED;
		connection->deadline_ns = arrival->now_ns + client->flow_pause_ns;
	} else if (connection->is_flow) {
		gen_client_ask(client, connection, arrival->now_ns, arrival->out);
	} else if (client->server_closes) {
		send(arrival, GEN_FRAME_ACK);
	} else {
		gen_client_send_fin(client, connection, GEN_CLOSING, arrival->now_ns, arrival->out);
	}
}

/* Text or FIN at RCV.NXT while we wait for it. */
static void
take_answer(struct arrival *arrival)
{
	struct gen_connection *connection = arrival->connection;
	const struct gen_answer *answer = arrival->answer;
	bool has_fin = (answer->flags & TH_FIN) != 0;

	connection->rcv_nxt += answer->text_bytes + has_fin;
	if (answer->text_bytes > 0) {
		if (connection->has_answer || (!connection->has_begun && !begin_answer(arrival)) ||
		    connection->to_come < answer->text_bytes) {
			send(arrival, GEN_FRAME_RST);
			end(arrival, GEN_END_WRONG);
			return;
		}
		connection->to_come -= answer->text_bytes;
		if (connection->to_come == 0) {
			connection->has_answer = true;
			count_answer(arrival);
			go_on(arrival, has_fin);
			return;
		}
	}
	if (!has_fin) {
		send(arrival, GEN_FRAME_ACK);
	} else if (connection->has_answer) {
		go_on(arrival, true);
	} else {
		send(arrival, GEN_FRAME_RST);
		end(arrival, GEN_END_WRONG);
	}
}

/* After our FIN.  Text is acknowledged and forgotten. */
static void
take_closing(struct arrival *arrival)
{
	struct gen_connection *connection = arrival->connection;
	const struct gen_answer *answer = arrival->answer;

	if (answer->flags & TH_FIN) {
		connection->rcv_nxt += answer->text_bytes + 1u;
		connection->state = GEN_LAST_ACK;
		send(arrival, GEN_FRAME_ACK);
	} else if (answer->text_bytes > 0) {
		connection->rcv_nxt += answer->text_bytes;
		send(arrival, GEN_FRAME_ACK);
	}
	if (connection->state == GEN_LAST_ACK && connection->snd_una == connection->snd_nxt)
		end(arrival, GEN_END_COMPLETE);
}

static void
take_segment(struct arrival *arrival)
{
	struct gen_connection *connection = arrival->connection;
	const struct gen_answer *answer = arrival->answer;
	bool has_something = answer->text_bytes > 0 || (answer->flags & TH_FIN) != 0;

	if (has_something && answer->seq != connection->rcv_nxt) {
		send(arrival, GEN_FRAME_ACK); /* old, or after a hole */
		return;
	}
	if (answer->ack == connection->snd_nxt && connection->snd_una != connection->snd_nxt) {
		connection->snd_una = answer->ack;
		connection->tries = 0;
	}
	if (answer->tsval != 0)
		connection->ts_recent = answer->tsval;
	if (connection->state == GEN_WAITING || connection->state == GEN_PAUSED) {
		if (has_something)
			take_answer(arrival);
	} else {
		take_closing(arrival);
	}
}

void
gen_client_take(struct gen_client *client, const struct rte_mbuf *m,
		const struct gen_answer *answer, uint64_t now_ns, struct gen_batch *out)
{
	uint64_t host = answer->low - client->templates[0].base_low - client->first_host;
	uint64_t tuple = host << GEN_PORT_BITS | (answer->port & ((1u << GEN_PORT_BITS) - 1));
	struct arrival arrival = {
		.client = client,
		.connection = &client->connections[tuple & (client->slots - 1)],
		.answer = answer,
		.text = rte_pktmbuf_mtod_offset(m, const uint8_t *, answer->text_off),
		.now_ns = now_ns,
		.out = out,
	};

	if (answer->port >> GEN_PORT_BITS == 0 || tuple != arrival.connection->tuple ||
	    arrival.connection->state == GEN_IDLE)
		answer_stray(&arrival, tuple);
	else if (answer->kind == GEN_ANSWER_RST)
		take_rst(&arrival);
	else if (answer->kind == GEN_ANSWER_SYN_ACK)
		take_syn_ack(&arrival);
	else if (arrival.connection->state == GEN_SYN_SENT)
		answer_stray(&arrival, tuple);
	else
		take_segment(&arrival);
}
