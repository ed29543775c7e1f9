/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Whole conversations: the input drives four clients, the application and the
 * clock of one core.  First an octet of settings, then steps of an octet each,
 * with their arguments behind them:
 *
 *	bits 0-2	0 segment  1 next text  2 handshake  3 application  4 time
 *			5 other client  6 segment that waits for the next burst  7 RST
 *
 * client.h says what a segment takes of the input, fuzzed_app.h what a command does.
 *
 * After each turn the engine's books must balance, every frame be in order, and
 * strangers have got no more than they sent; RSTs are never answered with a RST;
 * at the end every connection can be closed and no buffer is missing.
 */
#include "fuzz_target.h"

#include "check.h"
#include "fuzzed_app.h"
#include "neighbour.h"

#define CLIENTS	     4
#define GATHERED_MAX 16
#define STEPS_MAX    400

/* What one turn brought and took, of strangers: clients without a connection. */
struct turn {
	uint32_t count; /* of frames received, answers to questions among them */
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
	struct rte_mbuf *answer; /* of a client, to where it is; or NULL */
	struct turn turn;
	struct turn waiting; /* what frames bring that wait for the next burst */
};

static struct play play;

static bool
is_stranger(const struct client *client)
{
	return rig_flow(&play.rig, &client->path) == FLOW_NONE;
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
	static struct segment reply;
	const uint8_t *text, *frame = rte_pktmbuf_read(m, 0, m->pkt_len, room);
	uint32_t i = 0;

	check(frame != NULL && m->port == 0);
	if (is_question(frame, m->pkt_len))
		return;
	while (i < CLIENTS && !segment_frame_is_for(frame, m->pkt_len, &play.clients[i].path))
		i++;
	check(i < CLIENTS);
	check(segment_frame_read(frame, m->pkt_len, &play.clients[i].path, &reply, &text) == NULL);
	client_learn(&play.clients[i], &reply);
	play.turn.rst_out += (reply.flags & TH_RST) != 0;
	if (is_stranger(&play.clients[i])) {
		play.turn.strange_out++;
		play.turn.strange_bytes_out += m->pkt_len;
	}
}

static void
judge_turn(void)
{
	const struct turn *turn = &play.turn;
	uint32_t count = turn->count;
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

	play.turn.count += count;
	for (uint32_t i = 0; i < sent; i++)
		hear(play.rig.core->tcp.tx[i]);
	rte_pktmbuf_free_bulk(play.rig.core->tcp.tx, sent);
	answer = play.answer;
	play.answer = NULL;
	if (answer != NULL) {
		one_turn(&answer, 1);
		return;
	}
	judge_turn();
	play.turn = (struct turn){0};
}

static struct rte_mbuf *
frame_of(struct client *client, const struct segment *segment)
{
	static uint8_t frame[FRAME_BYTES_MAX];
	uint32_t bytes = client_frame(client, segment, frame);

	play.waiting.rst_in += (segment->flags & TH_RST) != 0;
	if (is_stranger(client)) {
		play.waiting.strange_in++;
		play.waiting.strange_bytes_in += bytes;
	}
	return rig_frame(&play.rig, frame, bytes);
}

static void
deliver(const struct segment *segment)
{
	play.gathered[play.gathered_count++] = frame_of(play.client, segment);
	play.turn = play.waiting;
	play.waiting = (struct turn){0};
	one_turn(play.gathered, play.gathered_count);
	play.gathered_count = 0;
}

static void
handshake(uint8_t step)
{
	static struct segment segment;

	client_syn(play.client, step, &segment);
	deliver(&segment);
	if (client_completes(play.client, &segment))
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
reset(uint8_t step)
{
	static struct segment segment;

	segment_clear(&segment, TH_RST);
	segment.seq.value = play.client->snd_nxt;
	segment.seq.value += step & 0x80 ? take_distance(&play.input) : 0;
	deliver(&segment);
}

static void
choose_client(uint8_t step)
{
	play.client = &play.clients[(step >> 3) % CLIENTS];
	play.client->isn += step & 0x80 ? 100000 : 0;
	fuzzed_app.client = play.client;
}

static void
any_segment(bool waits)
{
	static struct segment segment;
	uint8_t flags = take8(&play.input);

	client_take_segment(play.client, &play.input, flags, &segment);
	if (!waits || play.gathered_count == GATHERED_MAX - 1)
		deliver(&segment);
	else
		play.gathered[play.gathered_count++] = frame_of(play.client, &segment);
}

static void
one_step(uint8_t step)
{
	static struct segment segment;

	switch (step & 0x07) {
	case 0:
	case 6:
		any_segment((step & 0x07) == 6);
		break;
	case 1:
		client_next_text(play.client, step, &segment);
		deliver(&segment);
		break;
	case 2:
		handshake(step);
		break;
	case 3:
		fuzzed_app.command = take8(&play.input);
		one_turn(NULL, 0);
		break;
	case 4:
		pass_time(step);
		break;
	case 5:
		choose_client(step);
		break;
	case 7:
		reset(step);
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
	setup.tcp.congestion_control = (settings & 0x03) == 3 ? TCP_CC_CUBIC : TCP_CC_NEWRENO;
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
	for (uint16_t i = 0; i < CLIENTS; i++)
		client_init(&play.clients[i], &setup, (settings & 0x04) != 0, i);
	play.client = &play.clients[0];
	play.gathered_count = 0;
	play.turn = play.waiting = (struct turn){0};
	fuzzed_app = (struct fuzzed_app){
		.clients = play.clients,
		.client_count = CLIENTS,
		.client = play.client,
		.has_octets = true,
	};
	rig_open(&play.rig, &setup, &fuzzed_app_ops);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	const char *wrong;

	play.input = (struct input){octets, bytes};
	begin(take8(&play.input));
	for (uint32_t step = 0; step < STEPS_MAX && play.input.left > 0; step++)
		one_step(take8(&play.input));
	rte_pktmbuf_free_bulk(play.gathered, play.gathered_count);
	wrong = rig_close(&play.rig);
	check(wrong == NULL);
	return 0;
}
