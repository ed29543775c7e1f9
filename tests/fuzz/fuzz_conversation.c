/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Whole conversations: the input drives four clients, the application and the
 * clock of one core.  First an octet of settings, then steps of an octet each,
 * with their arguments behind them:
 *
 * (0x80 to the application: open a connection to the client.)
 *
 *	bits 0-2	0 segment  1 next text  2 handshake  3 application  4 time
 *			5 other client  6 segment that waits for the next burst  7 RST
 *
 * Clients know what weir said last, so that numbers in the input are distances
 * from what would be right.  Octet `n` of every stream is the low octet of its
 * sequence number: where text is lost, doubled or mixed, it shows.
 *
 * After each turn the engine's books must balance, every frame be in order, and
 * strangers have got no more than they sent; RSTs are never answered with a RST;
 * at the end every connection can be closed and no buffer is missing.
 */
#include "fuzz_target.h"

#include <stdio.h>

#include "check.h"
#include "neighbour.h"
#include "rig.h"
#include "tcp_seq.h"

#define CLIENTS	       4
#define GATHERED_MAX   16
#define TEXT_BYTES_MAX 1400
#define STEPS_MAX      400

struct input {
	const uint8_t *octets;
	size_t left;
};

struct client {
	struct wire_path path;
	uint32_t isn;
	uint32_t snd_nxt; /* the next number it would use */
	uint32_t rcv_nxt; /* the next number it expects of weir */
	uint32_t tsval;
	bool has_timestamps;
	struct weir_conn *conn; /* the application's latest one with it, or NULL */
};

/* What the application notes of a connection, in its scratch space. */
struct notes {
	bool is_open;
	bool has_text;
	bool has_fin;
	bool is_paused;
	uint8_t last_octet; /* of the text delivered */
	uint8_t sent;	    /* low octet of the number of octets sent */
	uint8_t unused[2];
};

static_assert(sizeof(struct notes) == sizeof(uint64_t), "all the scratch space there is");

/* What one turn brought and took, of strangers: clients without a connection. */
struct turn {
	uint32_t strange_in, strange_out;
	uint32_t strange_bytes_in, strange_bytes_out;
	uint32_t rst_in, rst_out;
};

struct play {
	struct rig rig;
	struct input input;
	struct client clients[CLIENTS];
	struct client *client;
	struct rte_mbuf *gathered[GATHERED_MAX];
	uint32_t gathered_count;
	uint8_t command;	 /* what the application does in its next turn */
	struct rte_mbuf *answer; /* of a client, to where it is; or NULL */
	struct turn turn;
};

static struct play play;

static uint8_t
take8(void)
{
	if (play.input.left == 0)
		return 0;
	play.input.left--;
	return *play.input.octets++;
}

/* A distance: mostly small, sometimes as far as numbers go. */
static uint32_t
take_distance(void)
{
	int8_t near = (int8_t)take8();

	if (near == INT8_MIN)
		return (uint32_t)take8() << 24 | (uint32_t)take8() << 8;
	return (uint32_t)(near * (near % 8 == 0 ? 256 : 1));
}

/* -- the application ------------------------------------------------------ */

static struct client *
client_of(const struct weir_core *core, const struct weir_conn *conn)
{
	struct weir_endpoint remote;
	uint32_t i = 0;

	weir_conn_remote(core, conn, &remote);
	while (i < CLIENTS && play.clients[i].path.client.port != remote.port)
		i++;
	check(i < CLIENTS);
	return &play.clients[i];
}

static struct notes *
notes_of(struct weir_conn *conn)
{
	return (struct notes *)weir_conn_scratch(conn);
}

static int
on_open(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	check(weir_conn_is_outgoing(conn) || *weir_conn_scratch(conn) == 0);
	client_of(core, conn)->conn = play.command % 16 == 15 ? NULL : conn;
	if (play.command % 16 == 15)
		return -1;
	notes_of(conn)->is_open = true;
	return 0;
}

static void
verify_text(struct notes *notes, const struct rte_mbuf *chain)
{
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		const uint8_t *text = rte_pktmbuf_mtod(m, const uint8_t *);

		for (uint32_t i = 0; i < m->data_len; i++) {
			check(!notes->has_text || text[i] == (uint8_t)(notes->last_octet + 1));
			notes->last_octet = text[i];
			notes->has_text = true;
		}
	}
}

static void
on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
	__attribute__((unused)) void *state)
{
	struct notes *notes = notes_of(conn);

	check(notes->is_open && !notes->is_paused && !notes->has_fin && chain->pkt_len > 0);
	verify_text(notes, chain);
	if (play.command % 4 != 3 || weir_conn_send(core, conn, chain) != 0)
		rte_pktmbuf_free(chain);
}

static void
on_writable(__attribute__((unused)) struct weir_core *core, struct weir_conn *conn,
	    __attribute__((unused)) void *state)
{
	check(notes_of(conn)->is_open);
}

static void
on_peer_fin(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	struct notes *notes = notes_of(conn);

	check(notes->is_open && !notes->has_fin);
	notes->has_fin = true;
	if (play.command % 2 == 1)
		weir_conn_shutdown(core, conn);
}

/* The client may have another one already: that is the latest then. */
static void
on_close(struct weir_core *core, struct weir_conn *conn,
	 __attribute__((unused)) enum weir_close_reason reason, __attribute__((unused)) void *state)
{
	struct client *client = client_of(core, conn);

	check(notes_of(conn)->is_open || weir_conn_is_outgoing(conn));
	notes_of(conn)->is_open = false;
	if (client->conn == conn)
		client->conn = NULL;
}

static void
send_text(struct weir_core *core, struct weir_conn *conn, uint32_t bytes)
{
	struct notes *notes = notes_of(conn);
	uint8_t text[8192];

	check(bytes <= sizeof(text));
	for (uint32_t i = 0; i < bytes; i++)
		text[i] = (uint8_t)(notes->sent + i);
	if (weir_conn_send_copy(core, conn, text, bytes) == 0)
		notes->sent = (uint8_t)(notes->sent + bytes);
}

/* From the listener's port: an answer of the client's is one to either. */
static void
open_connection(struct weir_core *core, struct client *client)
{
	struct weir_connect wish = {
		.remote.port = client->path.client.port,
		.remote.is_ipv4 = !client->path.is_ipv6,
		.local.port = client->path.server.port,
	};
	struct weir_conn *conn;

	memcpy(wish.remote.address, client->path.client.addr.octet, sizeof(wish.remote.address));
	if (weir_core_connect(core, &wish, &conn) == 0)
		client->conn = conn;
}

static void
on_poll(struct weir_core *core, __attribute__((unused)) uint64_t now_ns,
	__attribute__((unused)) void *state)
{
	struct client *client = play.client;
	uint8_t command = play.command;

	play.command = 0;
	if (command == 0x80)
		open_connection(core, client);
	if (client->conn == NULL)
		return;
	switch (command & 0x07) {
	case 1:
	case 2:
		send_text(core, client->conn, (uint32_t)(command >> 3) * 170 + 1);
		break;
	case 3:
		weir_conn_shutdown(core, client->conn);
		break;
	case 4:
		if (command & 0x80) {
			weir_conn_abort(core, client->conn);
			client->conn = NULL;
		}
		break;
	case 5:
		notes_of(client->conn)->is_paused = true;
		weir_conn_pause(core, client->conn);
		break;
	case 6:
		notes_of(client->conn)->is_paused = false;
		weir_conn_resume(core, client->conn);
		break;
	case 7:
		weir_conn_set_nodelay(core, client->conn, (command & 0x80) != 0);
		weir_conn_expect(core, client->conn, (command & 0x40) != 0);
		break;
	default:
		break;
	}
}

static const struct weir_app_ops ops = {
	.version = WEIR_APP_VERSION,
	.name = "fuzzed",
	.on_open = on_open,
	.on_data = on_data,
	.on_writable = on_writable,
	.on_peer_fin = on_peer_fin,
	.on_close = on_close,
	.poll = on_poll,
};

/* -- the wire ------------------------------------------------------------- */

static bool
is_stranger(const struct client *client)
{
	return rig_flow(&play.rig, &client->path) == FLOW_NONE;
}

static void
learn(struct client *client, const struct segment *reply)
{
	uint32_t end = reply->seq.value + reply->text_bytes;

	if (reply->flags & TH_RST)
		return;
	if (reply->flags & TH_SYN) {
		client->rcv_nxt = reply->seq.value + 1;
		if (reply->has_ack)
			client->snd_nxt = reply->ack.value;
	} else if (seq_gt(end, client->rcv_nxt)) {
		client->rcv_nxt = end;
	}
	if (reply->flags & TH_FIN)
		client->rcv_nxt = end + 1;
}

/* Weir asks where a client is: the answer comes at once. */
static bool
is_question(const uint8_t *frame, uint32_t bytes)
{
	static uint8_t answer[FRAME_BYTES_MAX];
	const char *wrong;

	for (uint32_t i = 0; i < CLIENTS; i++) {
		const struct wire_path *path = &play.clients[i].path;

		if (neighbour_read(frame, bytes, path, &wrong) == NEIGHBOUR_NONE)
			continue;
		check(wrong == NULL);
		if (play.answer == NULL)
			play.answer = rig_frame(&play.rig, answer, neighbour_answer(answer, path));
		return true;
	}
	return false;
}

static void
hear(const struct rte_mbuf *m)
{
	static uint8_t room[FRAME_BYTES_MAX];
	struct segment reply;
	const uint8_t *text, *frame = rte_pktmbuf_read(m, 0, m->pkt_len, room);
	uint32_t i = 0;

	check(frame != NULL && m->port == 0);
	if (is_question(frame, m->pkt_len))
		return;
	while (i < CLIENTS && !segment_frame_is_for(frame, m->pkt_len, &play.clients[i].path))
		i++;
	check(i < CLIENTS);
	check(segment_frame_read(frame, m->pkt_len, &play.clients[i].path, &reply, &text) == NULL);
	learn(&play.clients[i], &reply);
	play.turn.rst_out += (reply.flags & TH_RST) != 0;
	if (is_stranger(&play.clients[i])) {
		play.turn.strange_out++;
		play.turn.strange_bytes_out += m->pkt_len;
	}
}

static void
judge_turn(uint32_t count)
{
	const struct turn *turn = &play.turn;
	bool has_state = play.rig.setup.tcp.cookies != TCP_COOKIES_ALWAYS;

	check(rig_wrong(&play.rig) == NULL);
	/* A connection may end in this turn and say so: then its client is no stranger. */
	if (count == 0 || has_state || turn->strange_in < count)
		return;
	if (turn->strange_out <= turn->strange_in)
		check(turn->strange_bytes_out <= turn->strange_bytes_in);
	if (turn->rst_in == count)
		check(turn->rst_out == 0);
}

static void
one_turn(struct rte_mbuf **frames, uint32_t count)
{
	uint32_t sent = rig_turn(&play.rig, frames, count);
	struct rte_mbuf *answer;

	for (uint32_t i = 0; i < sent; i++)
		hear(play.rig.core->tcp.tx[i]);
	rte_pktmbuf_free_bulk(play.rig.core->tcp.tx, sent);
	answer = play.answer;
	play.answer = NULL;
	if (answer != NULL) {
		one_turn(&answer, 1);
		return;
	}
	judge_turn(count);
	play.turn = (struct turn){0};
}

static void
add_options(struct client *client, struct segment *segment, uint8_t choice)
{
	static const char *const others[] = {
		"",
		"<mss 536>",
		"<mss 1>",
		"<sackOK>",
		"<nop,wscale 14>",
		"<hex 0200>",
		"<hex c803aa,mss 1440>",
		"<sack 1:2 5:9>",
	};
	char text[64];
	const char *cursor = others[choice % 8];

	if (client->has_timestamps != ((choice & 0x80) != 0)) {
		client->tsval += choice & 0x10 ? (uint32_t)-5 : 1;
		snprintf(text, sizeof(text), "<mss 1440,sackOK,TS val %u ecr %u,nop,wscale 2>",
			 client->tsval, client->tsval);
		if (!(segment->flags & TH_SYN))
			snprintf(text, sizeof(text), "<nop,nop,TS val %u ecr 0>", client->tsval);
		cursor = text;
	}
	if (*cursor != '\0')
		check(option_list_parse(&segment->options, &cursor) == NULL);
}

static struct rte_mbuf *
frame_of(struct client *client, const struct segment *segment)
{
	static uint8_t frame[FRAME_BYTES_MAX], text[TEXT_BYTES_MAX];
	uint32_t first = segment->seq.value + ((segment->flags & TH_SYN) != 0), bytes;

	for (uint32_t i = 0; i < segment->text_bytes; i++)
		text[i] = (uint8_t)(first + i);
	bytes = segment_frame_write(frame, &client->path, segment, text);
	play.turn.rst_in += (segment->flags & TH_RST) != 0;
	if (is_stranger(client)) {
		play.turn.strange_in++;
		play.turn.strange_bytes_in += bytes;
	}
	return rig_frame(&play.rig, frame, bytes);
}

static void
deliver(const struct segment *segment)
{
	play.gathered[play.gathered_count++] = frame_of(play.client, segment);
	one_turn(play.gathered, play.gathered_count);
	play.gathered_count = 0;
}

/* A segment near what would be right. */
static struct segment
take_segment(uint8_t flags)
{
	struct client *client = play.client;
	struct segment segment = {.flags = flags, .has_ack = (flags & TH_ACK) != 0};

	segment.seq.value = client->snd_nxt + take_distance();
	if (flags & TH_SYN)
		segment.seq.value = client->isn + take_distance();
	segment.ack.value = segment.has_ack ? client->rcv_nxt + take_distance() : 0;
	segment.wnd.value = (uint32_t)take8() << (take8() % 9);
	segment.text_bytes = (uint32_t)take8() * (take8() % 6);
	if (segment.text_bytes > TEXT_BYTES_MAX)
		segment.text_bytes = TEXT_BYTES_MAX;
	add_options(client, &segment, take8());
	return segment;
}

/* -- the steps ------------------------------------------------------------ */

static void
next_text(uint8_t step)
{
	struct segment segment = {
		.flags = TH_ACK | TH_PSH | (step & 0x80 ? TH_FIN : 0),
		.text_bytes = (uint32_t)(step >> 3 & 0x0f) * 90,
		.has_ack = true,
		.seq.value = play.client->snd_nxt,
		.ack.value = play.client->rcv_nxt,
		.wnd.value = UINT16_MAX,
	};

	add_options(play.client, &segment, 0);
	play.client->snd_nxt += segment.text_bytes + (step & 0x80 ? 1 : 0);
	deliver(&segment);
}

static void
handshake(uint8_t step)
{
	struct client *client = play.client;
	struct segment segment = {.flags = TH_SYN, .wnd.value = UINT16_MAX};

	client->has_timestamps = (step & 0x08) != 0;
	segment.seq.value = client->isn;
	add_options(client, &segment, step & 0x10 ? 1 : 0);
	deliver(&segment);
	if (client->snd_nxt != client->isn + 1)
		return; /* it was not answered */
	segment = (struct segment){
		.flags = TH_ACK,
		.has_ack = true,
		.seq.value = client->snd_nxt,
		.ack.value = client->rcv_nxt,
		.wnd.value = UINT16_MAX,
	};
	add_options(client, &segment, 0);
	deliver(&segment);
}

/* From a millisecond to hours. */
static void
pass_time(uint8_t step)
{
	play.rig.now_ns += NS_PER_MS << (step >> 3 & 0x1f) % 24;
	one_turn(NULL, 0);
}

static void
one_step(uint8_t step)
{
	struct segment segment;

	switch (step & 0x07) {
	case 0:
	case 6:
		segment = take_segment(take8());
		if ((step & 0x07) == 0 || play.gathered_count == GATHERED_MAX - 1)
			deliver(&segment);
		else
			play.gathered[play.gathered_count++] = frame_of(play.client, &segment);
		break;
	case 1:
		next_text(step);
		break;
	case 2:
		handshake(step);
		break;
	case 3:
		play.command = take8();
		one_turn(NULL, 0);
		break;
	case 4:
		pass_time(step);
		break;
	case 5:
		play.client = &play.clients[(step >> 3) % CLIENTS];
		play.client->isn += step & 0x80 ? 100000 : 0;
		break;
	case 7:
		segment = (struct segment){.flags = TH_RST, .seq.value = play.client->snd_nxt};
		segment.seq.value += step & 0x80 ? take_distance() : 0;
		deliver(&segment);
		break;
	}
}

static void
begin(uint8_t settings)
{
	static const enum tcp_cookies cookies[] = {TCP_COOKIES_ALWAYS, TCP_COOKIES_NEVER,
						   TCP_COOKIES_AUTO, TCP_COOKIES_ALWAYS};
	struct rig_setup setup;

	rig_setup_init(&setup);
	setup.tcp.cookies = cookies[settings & 0x03];
	setup.tcp.ports[0].multi_segment = (settings & 0x08) != 0;
	setup.tcp.receive_buffer = settings & 0x10 ? 4096 : 1048576;
	setup.tcp.send_buffer = settings & 0x20 ? 4096 : 65536;
	setup.tcp.idle_ticks = settings & 0x40 ? ticks_in_ms(10000) : 0;
	setup.tcp.request_ticks = settings & 0x80 ? ticks_in_ms(3000) : 0;
	setup.tcp.stall_short_ticks = setup.tcp.request_ticks;
	setup.tcp.transfers_max = settings & 0x80 ? 2 : 32;
	setup.tcp.syn_queue_max = 3;
	setup.tcp.time_wait_max = 3;
	setup.tcp.flows_max = 16;
	setup.tcp.time_wait_ticks = ticks_in_ms(2000);
	setup.tcp.fin_wait_2_ticks = ticks_in_ms(5000);
	setup.tcp.retransmit_ticks = ticks_in_ms(5000);
	for (uint16_t i = 0; i < CLIENTS; i++) {
		struct client *client = &play.clients[i];

		*client = (struct client){.isn = 0xfffff000u + i};
		rig_path(&setup, (settings & 0x04) != 0, i, &client->path);
		client->snd_nxt = client->isn;
	}
	play.client = &play.clients[0];
	play.gathered_count = 0;
	play.command = 0;
	play.turn = (struct turn){0};
	rig_open(&play.rig, &setup, &ops);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	const char *wrong;

	play.input = (struct input){octets, bytes};
	begin(take8());
	for (uint32_t step = 0; step < STEPS_MAX && play.input.left > 0; step++)
		one_step(take8());
	rte_pktmbuf_free_bulk(play.gathered, play.gathered_count);
	wrong = rig_close(&play.rig);
	check(wrong == NULL);
	return 0;
}
