/* SPDX-License-Identifier: BSD-3-Clause */

#include "conversation.h"

#include <stdarg.h>
#include <stdlib.h>

#include "check.h"
#include "neighbour.h"
#include "tcp_seq.h"
#include "tcp_state.h"

#define STEP_NS NS_PER_MS /* time passes in such steps */

/* Timestamps further apart than this can not be compared (RFC 7323, 5.5). */
#define TIMESTAMP_LIFE_NS (24 * UINT64_C(86400) * NS_PER_SECOND)

/* A failed test leaves by a long jump: whoever comes next tidies up after it. */
static struct conversation *abandoned;

static void
log_line(struct conversation *c, const char *what, const char *text)
{
	double seconds = (double)(c->rig.now_ns - c->opened_ns) / (double)NS_PER_SECOND;

	fprintf(c->dialogue, "  %10.4f  %u %s %s\n", seconds, (unsigned int)(c->peer - c->peers),
		what, text);
}

/* Every line a comment of TAP; cmocka's own printing knows no more than 1024 octets. */
static void
print_comment(char *text)
{
	for (char *line; (line = strsep(&text, "\n")) != NULL;)
		printf("# %s\n", line);
	fflush(stdout);
}

void
conversation_fail(struct conversation *c, const char *format, ...)
{
	char why[SEGMENT_TEXT_BYTES * 3];
	va_list arguments;

	fflush(c->dialogue);
	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	printf("# %s:%d (%s)\n", c->file, c->line, c->label);
	print_comment(why);
	printf("# The dialogue so far (seconds, client, what):\n");
	print_comment(c->dialogue_text);
	_fail(c->file, c->line);
	abort();
}

static void
tidy(struct conversation *c)
{
	fclose(c->dialogue);
	free(c->dialogue_text);
	if (c == abandoned)
		abandoned = NULL;
}

static void
peers_init(struct conversation *c)
{
	for (uint32_t i = 0; i < PEERS_MAX; i++) {
		struct peer *peer = &c->peers[i];

		*peer = (struct peer){.wnd = UINT16_MAX};
		peer->text_base = c->setup.client_isn + i * 1000;
		peer->isn = c->setup.is_absolute ? 0 : peer->text_base;
		rig_path(&c->setup.rig, c->setup.is_ipv6, (uint16_t)i, &peer->path);
	}
	c->peer = &c->peers[0];
}

void
conversation_open(struct conversation *c, const struct conversation_setup *setup, const char *label)
{
	if (abandoned != NULL) {
		rig_abandon(&abandoned->rig);
		tidy(abandoned);
	}
	*c = (struct conversation){.setup = *setup, .label = label, .file = "?"};
	c->dialogue = open_memstream(&c->dialogue_text, &c->dialogue_bytes);
	check(c->dialogue != NULL);
	abandoned = c;
	peers_init(c);
	if (setup->has_server_isn)
		c->setup.rig.start_ns =
			rig_start_for_iss(&setup->rig, &c->peer->path, setup->server_isn);
	c->app = setup->app;
	c->opened_ns = c->event_ns = c->setup.rig.start_ns;
	rig_open(&c->rig, &c->setup.rig, scripted_app_ops(&c->app));
}

void
conversation_close(struct conversation *c)
{
	const char *wrong;

	conversation_expect_silence(c);
	wrong = rig_close(&c->rig);
	if (wrong != NULL)
		conversation_fail(c, "At the end: %s.", wrong);
	if (c->app.wrong != NULL)
		conversation_fail(c, "At the end, the application: %s.", c->app.wrong);
	tidy(c);
}

void
conversation_run(void (*body)(struct conversation *), const char *settings)
{
	static struct conversation c; /* outlives the long jump of a failure */
	static char label[SETUP_TEXT_BYTES];
	static struct conversation_setup setup;
	uint32_t count = conversation_setup_count(settings);

	for (uint32_t i = 0; i < count; i++) {
		const char *wrong;

		check(conversation_setup_choose(settings, i, label));
		conversation_setup_init(&setup);
		wrong = conversation_setup_apply(&setup, label);
		if (wrong != NULL)
			fail_msg("\"%s\": %s", label, wrong);
		conversation_open(&c, &setup, label);
		body(&c);
		conversation_close(&c);
	}
}

/* -- what weir says ----------------------------------------------------- */

static struct option_text *
timestamps_of(struct segment *segment)
{
	return option_list_find(&segment->options, TCPOPT_TIMESTAMPS);
}

/* The first SYN-ACK of a connection is what its later numbers are relative to. */
static void
learn_from_syn_ack(struct conversation *c, struct peer *peer, struct segment *segment)
{
	const struct option_text *timestamps = timestamps_of(segment);

	if (peer->laws.is_open && segment->seq.value == peer->iss)
		return;
	peer->iss = segment->seq.value;
	peer->seq_base = c->setup.is_absolute ? 0 : peer->iss;
	peer->text_base = segment->ack.value - 1;
	peer->ts_base = timestamps != NULL ? timestamps->number[0].value : 0;
}

/* So is a SYN of its own. */
static void
learn_from_syn(struct conversation *c, struct peer *peer, struct segment *segment)
{
	const struct option_text *timestamps = timestamps_of(segment);

	if (peer->laws.is_opening && segment->seq.value == peer->iss)
		return;
	peer->iss = segment->seq.value;
	peer->seq_base = c->setup.is_absolute ? 0 : peer->iss;
	peer->ts_base = timestamps != NULL ? timestamps->number[0].value : 0;
}

static void
to_relative(const struct peer *peer, struct segment *segment)
{
	struct option_text *timestamps = timestamps_of(segment);
	struct option_text *sack = option_list_find(&segment->options, TCPOPT_SACK);
	bool is_rst_to_no_ack = (segment->flags & (TH_RST | TH_ACK)) == (TH_RST | TH_ACK);

	/* A RST that answers a segment without ACK has <SEQ=0>, related to nothing. */
	if (!is_rst_to_no_ack)
		segment->seq.value -= peer->seq_base;
	if (segment->has_ack)
		segment->ack.value -= peer->isn;
	if (timestamps != NULL && !(segment->flags & TH_RST))
		timestamps->number[0].value -= peer->ts_base;
	for (uint32_t i = 0; sack != NULL && i < sack->count; i++)
		sack->number[i].value -= peer->isn;
}

static bool
text_is_right(const struct peer *peer, const struct segment *segment, const uint8_t *text)
{
	for (uint32_t i = 0; i < segment->text_bytes; i++) {
		if (text[i] != text_octet(segment->seq.value + i - peer->iss))
			return false;
	}
	return true;
}

static struct peer *
addressee(struct conversation *c, const uint8_t *frame, uint32_t bytes)
{
	for (uint32_t i = 0; i < PEERS_MAX; i++) {
		if (segment_frame_is_for(frame, bytes, &c->peers[i].path))
			return &c->peers[i];
	}
	conversation_fail(c, "A frame was sent to nobody who spoke.");
}

static void
hear(struct conversation *c, struct rte_mbuf *m)
{
	static uint8_t room[FRAME_BYTES_MAX];
	static struct segment segment;
	uint32_t bytes = rte_pktmbuf_pkt_len(m);
	const uint8_t *frame, *octets;
	char text[SEGMENT_TEXT_BYTES];
	struct peer *peer, *speaker = c->peer;
	struct unheard *unheard;
	const char *wrong;

	if (rte_mbuf_check(m, 1, &wrong) != 0 || bytes > FRAME_BYTES_MAX || m->port != 0)
		conversation_fail(c, "A buffer left for sending is not in order.");
	frame = rte_pktmbuf_read(m, 0, bytes, room);
	peer = addressee(c, frame, bytes);
	wrong = segment_frame_read(frame, bytes, &peer->path, &segment, &octets);
	if (wrong != NULL)
		conversation_fail(c, "A frame weir sent: %s.", wrong);
	if ((segment.flags & (TH_SYN | TH_ACK)) == (TH_SYN | TH_ACK))
		learn_from_syn_ack(c, peer, &segment);
	else if (segment.flags & TH_SYN)
		learn_from_syn(c, peer, &segment);
	wrong = segment_laws_judge(&peer->laws, &segment, peer->path.is_ipv6);
	if (wrong == NULL && !text_is_right(peer, &segment, octets))
		wrong = "its text is not what the application sent";
	to_relative(peer, &segment);
	segment_print(&segment, text);
	c->peer = peer;
	log_line(c, ">", text);
	c->peer = speaker;
	if (wrong != NULL)
		conversation_fail(c, "The last segment: %s.", wrong);
	if (c->unheard_count == UNHEARD_MAX)
		conversation_fail(c, "More segments are unheard than a test can listen to.");
	unheard = &c->unheard[(c->unheard_head + c->unheard_count++) % UNHEARD_MAX];
	unheard->segment = segment;
	unheard->at_ns = c->rig.now_ns;
}

/* Does weir ask where a client is?  Then *answer is that one's answer, or NULL. */
static bool
ask_client(struct conversation *c, struct rte_mbuf *m, struct rte_mbuf **answer)
{
	static uint8_t room[FRAME_BYTES_MAX], octets[FRAME_BYTES_MAX];
	uint32_t bytes = rte_pktmbuf_pkt_len(m);
	const uint8_t *frame = rte_pktmbuf_read(m, 0, bytes, room);
	enum neighbour_question question;
	const char *wrong;

	*answer = NULL;
	question = neighbour_read(frame, bytes, &c->peer->path, &wrong);
	if (question == NEIGHBOUR_NONE)
		return false;
	log_line(c, ">", question == NEIGHBOUR_ONE ? "(are you there?)" : "(where are you?)");
	if (wrong != NULL)
		conversation_fail(c, "A frame weir sent: %s.", wrong);
	c->questions += question == NEIGHBOUR_GROUP;
	c->probes += question == NEIGHBOUR_ONE;
	if (!c->setup.are_silent)
		*answer = rig_frame(&c->rig, octets, neighbour_answer(octets, &c->peer->path));
	return true;
}

static void
turn(struct conversation *c, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t sent = rig_turn(&c->rig, frames, count);
	struct rte_mbuf *answers[PIPELINE_BURST_MAX];
	uint32_t answer_count = 0;
	const char *wrong;

	for (uint32_t i = 0; i < sent; i++) {
		check(answer_count < PIPELINE_BURST_MAX);
		if (!ask_client(c, c->rig.core->tcp.tx[i], &answers[answer_count]))
			hear(c, c->rig.core->tcp.tx[i]);
		else if (answers[answer_count] != NULL)
			answer_count++;
	}
	rte_pktmbuf_free_bulk(c->rig.core->tcp.tx, sent);
	wrong = rig_wrong(&c->rig);
	if (wrong != NULL)
		conversation_fail(c, "The engine's books: %s.", wrong);
	if (c->app.wrong != NULL)
		conversation_fail(c, "The application: %s.", c->app.wrong);
	if (answer_count > 0)
		turn(c, answers, answer_count);
}

/* -- what the client says ----------------------------------------------- */

static void
to_absolute(struct conversation *c, struct segment *segment)
{
	struct peer *peer = c->peer;
	struct option_text *timestamps = timestamps_of(segment);
	struct option_text *sack = option_list_find(&segment->options, TCPOPT_SACK);

	segment->seq.value += peer->isn;
	if (segment->has_ack)
		segment->ack.value += peer->seq_base;
	if (timestamps != NULL && segment->has_ack)
		timestamps->number[1].value += peer->ts_base;
	for (uint32_t i = 0; sack != NULL && i < sack->count; i++)
		sack->number[i].value += peer->seq_base;
	if (!segment->has_wnd)
		segment->wnd.value = peer->wnd;
	else if (!(segment->flags & TH_RST))
		peer->wnd = (uint16_t)segment->wnd.value;
}

static struct rte_mbuf *
say(struct conversation *c, const char *notation)
{
	static uint8_t text[FRAME_BYTES_MAX], frame[FRAME_BYTES_MAX];
	static struct segment segment;
	const char *wrong = segment_parse(&segment, notation);
	uint32_t first, bytes;

	if (wrong != NULL)
		conversation_fail(c, "\"%s\": %s.", notation, wrong);
	if (segment.text_bytes > FRAME_BYTES_MAX - EMIT_HEADERS_BYTES_MAX)
		conversation_fail(c, "\"%s\" fits no frame.", notation);
	to_absolute(c, &segment);
	if ((segment.flags & TH_SYN) && c->peer->laws.is_opening)
		c->peer->text_base = segment.seq.value; /* it answers weir's SYN */
	first = segment.seq.value + ((segment.flags & TH_SYN) != 0) - c->peer->text_base;
	for (uint32_t i = 0; i < segment.text_bytes; i++)
		text[i] =
			segment.filling != '\0' ? (uint8_t)segment.filling : text_octet(first + i);
	segment_laws_note(&c->peer->laws, &segment);
	log_line(c, "<", notation);
	bytes = segment_frame_write(frame, &c->peer->path, &segment, text);
	return rig_frame(&c->rig, frame, bytes);
}

static void
expect_nothing_unheard(struct conversation *c)
{
	char text[SEGMENT_TEXT_BYTES];

	if (c->unheard_count == 0)
		return;
	segment_print(&c->unheard[c->unheard_head].segment, text);
	conversation_fail(c, "Nothing was expected, and weir sent:  %s", text);
}

void
conversation_rx_burst(struct conversation *c, const char *const *segments, uint32_t count)
{
	struct rte_mbuf *frames[PIPELINE_BURST_MAX];

	check(c->gathered_count + count <= PIPELINE_BURST_MAX);
	expect_nothing_unheard(c);
	memcpy(frames, c->gathered, c->gathered_count * sizeof(frames[0]));
	for (uint32_t i = 0; i < count; i++)
		frames[c->gathered_count + i] = say(c, segments[i]);
	count += c->gathered_count;
	c->gathered_count = 0;
	c->event_ns = c->rig.now_ns;
	turn(c, frames, count);
}

void
conversation_rx_frame(struct conversation *c, struct rte_mbuf *frame)
{
	expect_nothing_unheard(c);
	c->event_ns = c->rig.now_ns;
	turn(c, &frame, 1);
}

void
conversation_gather(struct conversation *c, const char *segment)
{
	check(c->gathered_count < PIPELINE_BURST_MAX);
	c->gathered[c->gathered_count++] = say(c, segment);
}

void
conversation_rx(struct conversation *c, const char *segment)
{
	conversation_rx_burst(c, &segment, 1);
}

/* -- what is expected --------------------------------------------------- */

static void
resolve_ours(const struct conversation *c, struct segment *segment)
{
	struct option_text *mss = option_list_find(&segment->options, TCPOPT_MSS);

	if (mss != NULL && mss->is_ours)
		mss->number[0].value = c->peer->path.mtu - (c->peer->path.is_ipv6 ? 60u : 40u);
}

void
conversation_expect_tx(struct conversation *c, const char *notation)
{
	static struct segment expected;
	const char *wrong = segment_parse(&expected, notation);
	struct unheard *unheard = &c->unheard[c->unheard_head];
	char text[SEGMENT_TEXT_BYTES];

	if (wrong != NULL)
		conversation_fail(c, "\"%s\": %s.", notation, wrong);
	if (c->unheard_count == 0)
		conversation_fail(c, "Expected  %s\nand weir sent nothing.", notation);
	resolve_ours(c, &expected);
	segment_print(&unheard->segment, text);
	if (!segment_matches(&expected, &unheard->segment))
		conversation_fail(c, "Expected  %s\nand came  %s", notation, text);
	c->event_ns = unheard->at_ns;
	c->unheard_head = (c->unheard_head + 1) % UNHEARD_MAX;
	c->unheard_count--;
}

void
conversation_await_tx(struct conversation *c, uint64_t from_ns, uint64_t to_ns,
		      const char *notation)
{
	uint64_t after_ns;

	while (c->unheard_count == 0 && c->rig.now_ns < c->event_ns + to_ns)
		conversation_advance_to(c, RTE_MIN(c->rig.now_ns + STEP_NS, c->event_ns + to_ns));
	if (c->unheard_count == 0)
		conversation_fail(c, "Expected  %s\nand weir sent nothing.", notation);
	after_ns = c->unheard[c->unheard_head].at_ns - c->event_ns;
	if (after_ns < from_ns || after_ns > to_ns)
		conversation_fail(c, "Expected between %.4f and %.4f s, came after %.4f s:  %s",
				  (double)from_ns / 1e9, (double)to_ns / 1e9,
				  (double)after_ns / 1e9, notation);
	conversation_expect_tx(c, notation);
}

void
conversation_expect_silence(struct conversation *c)
{
	expect_nothing_unheard(c);
}

void
conversation_expect_state(struct conversation *c, enum tcp_state state)
{
	enum tcp_state actual = rig_state(&c->rig, &c->peer->path);

	if (state == TCPS_LISTEN && c->peer->path.server.port == RIG_SERVER_PORT)
		state = TCPS_CLOSED;
	if (actual != state)
		conversation_fail(c, "Expected state %s and it is %s.", tcp_state_name(state),
				  tcp_state_name(actual));
}

static struct weir_endpoint
endpoint_of(const struct peer *peer)
{
	struct weir_endpoint endpoint = {
		.port = peer->path.client.port,
		.is_ipv4 = !peer->path.is_ipv6,
	};

	memcpy(endpoint.address, peer->path.client.addr.octet, sizeof(endpoint.address));
	return endpoint;
}

void
conversation_expect_event(struct conversation *c, const char *notation)
{
	struct weir_endpoint remote = endpoint_of(c->peer);
	struct app_conn *conn = scripted_app_conn(&c->app, &remote);
	struct app_event expected, actual = {.kind = APP_NONE};
	const char *wrong = app_event_parse(&expected, notation);
	char text[32];

	if (wrong != NULL)
		conversation_fail(c, "\"%s\": %s.", notation, wrong);
	if (conn != NULL)
		actual = app_conn_next_event(conn);
	app_event_print(&actual, text, sizeof(text));
	log_line(c, "event", text);
	if (actual.kind != expected.kind || actual.bytes != expected.bytes ||
	    actual.reason != expected.reason)
		conversation_fail(c, "Expected event \"%s\" and it is \"%s\".", notation, text);
}

/* -- time and the application ------------------------------------------- */

void
conversation_advance_to(struct conversation *c, uint64_t at_ns)
{
	while (c->rig.now_ns < at_ns) {
		c->rig.now_ns = RTE_MIN(c->rig.now_ns + STEP_NS, at_ns);
		turn(c, NULL, 0);
	}
}

void
conversation_advance(struct conversation *c, uint64_t ns)
{
	conversation_advance_to(c, c->rig.now_ns + ns);
}

void
conversation_leap(struct conversation *c, uint64_t ns)
{
	c->rig.now_ns += ns;
	c->event_ns = c->rig.now_ns;
	for (uint32_t i = 0; ns > TIMESTAMP_LIFE_NS && i < PEERS_MAX; i++)
		c->peers[i].laws.has_tsval = false;
	turn(c, NULL, 0);
}

void
conversation_app(struct conversation *c, enum app_verb verb, uint32_t bytes, int result)
{
	static const char *const names[] = {
		[APP_DO_SEND] = "send",		  [APP_DO_WRITE] = "write",
		[APP_DO_SHUTDOWN] = "close",	  [APP_DO_ABORT] = "abort",
		[APP_DO_PAUSE] = "pause",	  [APP_DO_RESUME] = "resume",
		[APP_DO_NODELAY] = "nodelay",	  [APP_DO_EXPECT] = "expect",
		[APP_DO_KEEPALIVE] = "keepalive", [APP_DO_TIMEOUT] = "timeout",
		[APP_DO_CONNECT] = "connect",
	};
	struct app_command command = {
		.verb = verb,
		.bytes = bytes,
		.remote = endpoint_of(c->peer),
		.expected = result,
	};

	if (verb == APP_DO_CONNECT) {
		command.bytes = bytes == 0 ? RIG_OUTGOING_PORT : bytes;
		c->peer->path.server.port = (uint16_t)command.bytes;
	}
	expect_nothing_unheard(c);
	log_line(c, "app", names[verb]);
	scripted_app_command(&c->app, &command);
	c->event_ns = c->rig.now_ns;
	turn(c, NULL, 0);
}

void
conversation_established(struct conversation *c, const char *syn_options)
{
	struct peer *peer = c->peer;
	uint32_t isn = peer->text_base - peer->isn;
	char text[SEGMENT_TEXT_BYTES], options[64] = "";
	static struct segment syn;

	if (syn_options == NULL && c->setup.mss != 0)
		snprintf(options, sizeof(options), "<mss %u>", c->setup.mss);
	snprintf(text, sizeof(text), "S %u:%u(0) win %u %s", isn, isn, peer->wnd,
		 syn_options == NULL ? options : syn_options);
	conversation_rx(c, text);
	check(segment_parse(&syn, text) == NULL);
	snprintf(text, sizeof(text), "S. %u:%u(0) ack %u %s", peer->iss - peer->seq_base,
		 peer->iss - peer->seq_base, isn + 1, syn_options == NULL ? "<mss ours>" : "<...>");
	conversation_expect_tx(c, text);
	options[0] = '\0';
	if (peer->laws.has_timestamps)
		snprintf(options, sizeof(options), "<nop,nop,TS val %u ecr 0>",
			 timestamps_of(&syn)->number[0].value);
	snprintf(text, sizeof(text), ". %u:%u(0) ack %u %s", isn + 1, isn + 1,
		 peer->iss - peer->seq_base + 1, options);
	conversation_rx(c, text);
	conversation_expect_state(c, TCPS_ESTABLISHED);
	conversation_expect_event(c, "open");
}

void
conversation_speak_as(struct conversation *c, uint32_t number)
{
	check(number < PEERS_MAX);
	c->peer = &c->peers[number];
}
