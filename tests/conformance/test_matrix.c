/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Every class of segment in every state: what the engine answers, and the state it
 * goes to, held against the tables (segment_tables.c).  MATRIX.md shows what was
 * seen of the classes people ask about; WEIR_MATRIX_WRITE=1 writes it anew.
 */
#include "conversation.h"

#include <stdlib.h>

#include "segment_tables.h"
#include "tcp_state.h"

#define TEXT_BYTES 10
#define FAR	   100000u

static struct conversation c;

/* What the segments' numbers are relative to. */
struct numbers {
	uint32_t rcv_nxt, una, nxt;
};

static const enum tcp_state states[] = {
	TCPS_CLOSED,	  TCPS_LISTEN,	   TCPS_SYN_SENT,   TCPS_SYN_RECEIVED,
	TCPS_ESTABLISHED, TCPS_FIN_WAIT_1, TCPS_FIN_WAIT_2, TCPS_CLOSE_WAIT,
	TCPS_CLOSING,	  TCPS_LAST_ACK,   TCPS_TIME_WAIT,
};

/* -- into a state --------------------------------------------------------- */

/* Ten octets are out and not acknowledged. */
static struct numbers
with_text(uint32_t rcv_nxt)
{
	app_send(&c, TEXT_BYTES);
	c.unheard_count = 0;
	return (struct numbers){rcv_nxt, 1, 1 + TEXT_BYTES};
}

static struct numbers
with_fin(void)
{
	app_close(&c);
	expect_tx(&c, "F. 1:1(0) ack 1");
	return (struct numbers){1, 1, 2};
}

static void
take_fin(const char *fin)
{
	rx(&c, fin);
	c.unheard_count = 0;
}

static struct numbers
enter(enum tcp_state state)
{
	struct numbers numbers = {1, 0, 1};

	if (state == TCPS_CLOSED)
		c.peer->path.server.port = RIG_CLOSED_PORT;
	if (state == TCPS_CLOSED || state == TCPS_LISTEN)
		return numbers;
	if (state == TCPS_SYN_SENT) {
		app_connect(&c);
		expect_tx(&c, "S 0:0(0) <...>");
		return numbers;
	}
	if (state == TCPS_SYN_RECEIVED) {
		rx(&c, "S 0:0(0) win 1024 <mss 1440>");
		expect_tx(&c, "S. 0:0(0) ack 1 <...>");
		return numbers;
	}
	established(&c);
	switch (state) {
	case TCPS_ESTABLISHED:
		return with_text(1);
	case TCPS_CLOSE_WAIT:
		take_fin("F. 1:1(0) ack 1 win 1024");
		return with_text(2);
	case TCPS_LAST_ACK:
		take_fin("F. 1:1(0) ack 1 win 1024");
		app_close(&c);
		expect_tx(&c, "F. 1:1(0) ack 2");
		return (struct numbers){2, 1, 2};
	default:
		break;
	}
	numbers = with_fin();
	if (state == TCPS_FIN_WAIT_2) {
		rx(&c, ". 1:1(0) ack 2 win 1024");
		numbers.una = 2;
	} else if (state == TCPS_CLOSING) {
		take_fin("F. 1:1(0) ack 1 win 1024");
		numbers.rcv_nxt = 2;
	} else if (state == TCPS_TIME_WAIT) {
		take_fin("F. 1:1(0) ack 2 win 1024");
		numbers = (struct numbers){2, 2, 2};
	}
	return numbers;
}

/* -- a segment of a class ------------------------------------------------- */

static void
notation_of(const struct segment_class *class, const struct numbers *numbers, char *text,
	    size_t bytes)
{
	static const int32_t seq[SEQ_N] = {
		[SEQ_HOLE] = 100,
		[SEQ_BELOW] = -1,
		[SEQ_OLD] = -1000,
		[SEQ_BEYOND] = (int32_t)FAR,
	};
	const uint32_t acks[ACK_N] = {
		[ACK_UNA] = numbers->una,
		[ACK_NXT] = numbers->nxt,
		[ACK_BEYOND] = numbers->nxt + 1,
		[ACK_OLD] = numbers->una - FAR,
	};
	uint32_t first = numbers->rcv_nxt + (uint32_t)seq[class->seq];
	char flags[8] = "", ack[32] = "";

	if (class->flags & TH_FIN)
		strcat(flags, "F");
	if (class->flags & TH_SYN)
		strcat(flags, "S");
	if (class->flags & TH_RST)
		strcat(flags, "R");
	if (class->flags & TH_ACK) {
		strcat(flags, ".");
		snprintf(ack, sizeof(ack), "ack %u ", acks[class->ack]);
	}
	snprintf(text, bytes, "%s %u:%u(%u) %swin 1024", *flags == '\0' ? "-" : flags, first,
		 first + class->text_bytes, class->text_bytes, ack);
}

static enum reply
reply_of(const struct segment *segment)
{
	switch (segment->flags & (TH_SYN | TH_RST | TH_ACK | TH_FIN)) {
	case TH_ACK:
		return segment->text_bytes == 0 ? REPLY_ACK : REPLY_OTHER;
	case TH_SYN | TH_ACK:
		return REPLY_SYN_ACK;
	case TH_RST:
		return REPLY_RST;
	case TH_RST | TH_ACK:
		return REPLY_RST_ACK;
	default:
		return REPLY_OTHER;
	}
}

/* The one segment of weir's within the time of a delayed ACK. */
static enum reply
hear_reply(void)
{
	enum reply reply = REPLY_NONE;

	advance(&c, 100);
	if (c.unheard_count > 1)
		reply = REPLY_OTHER;
	else if (c.unheard_count == 1)
		reply = reply_of(&c.unheard[c.unheard_head].segment);
	c.unheard_count = 0;
	return reply;
}

static struct outcome
try(enum tcp_state state, const struct segment_class *class, bool has_queue, char *text,
    size_t bytes)
{
	struct conversation_setup setup;
	struct outcome outcome;
	struct numbers numbers;

	conversation_setup_init(&setup);
	setup.rig.tcp.cookies = has_queue ? TCP_COOKIES_NEVER : TCP_COOKIES_ALWAYS;
	conversation_open(&c, &setup, "matrix");
	numbers = enter(state);
	notation_of(class, &numbers, text, bytes);
	conversation_rx(HERE(&c), text);
	outcome.reply = hear_reply();
	outcome.next = rig_state(&c.rig, &c.peer->path);
	conversation_close(&c);
	return outcome;
}

/* -- all classes ---------------------------------------------------------- */

static const char *const reply_names[] = {
	[REPLY_NONE] = "-",  [REPLY_ACK] = "ACK",	  [REPLY_SYN_ACK] = "SYN-ACK",
	[REPLY_RST] = "RST", [REPLY_RST_ACK] = "RST,ACK", [REPLY_OTHER] = "(?)",
};

static uint32_t
judge(enum tcp_state state, const struct segment_class *class, bool has_queue)
{
	struct outcome expected = segment_tables_say(state, class, has_queue);
	char text[64];
	struct outcome seen = try(state, class, has_queue, text, sizeof(text));

	if (seen.reply == expected.reply && seen.next == expected.next)
		return 0;
	printf("# %s, %s: \"%s\": the tables say %s and %s, the engine %s and %s\n",
	       tcp_state_name(state), has_queue ? "queue" : "cookies", text,
	       reply_names[expected.reply], tcp_state_name(expected.next), reply_names[seen.reply],
	       tcp_state_name(seen.next));
	return 1;
}

/* Call `judge` for every class; returns how many there are. */
static uint32_t
judge_all(enum tcp_state state, bool has_queue, uint32_t *wrong)
{
	static const uint8_t bits[] = {TH_FIN, TH_SYN, TH_RST, TH_ACK};
	uint32_t count = 0;

	for (uint32_t i = 0; i < 16u * SEQ_N * ACK_N * 2; i++) {
		struct segment_class class = {
			.seq = (enum class_seq)(i / 16 % SEQ_N),
			.ack = (enum class_ack)(i / 16 / SEQ_N % ACK_N),
			.text_bytes = i / 16 / SEQ_N / ACK_N * TEXT_BYTES,
		};

		for (uint32_t bit = 0; bit < 4; bit++)
			class.flags |= i >> bit & 1 ? bits[bit] : 0;
		if (!(class.flags & TH_ACK) && class.ack != ACK_UNA)
			continue;
		*wrong += judge(state, &class, has_queue);
		count++;
	}
	return count;
}

/* proves: RFC9293-3.10.7.1 RFC9293-3.10.7.2 RFC9293-3.10.7.4-sequence RFC9293-3.10.7.4-rst */
/* proves: RFC9293-3.10.7.3 RFC9293-3.10.7.3-ack RFC9293-3.10.7.3-rst RFC9293-3.10.7.3-syn-ack */
/* proves: RFC9293-3.10.7.3-syn RFC9293-3.10.7.3-other */
/* proves: RFC9293-3.10.7.4-syn RFC9293-3.10.7.4-ack-off RFC9293-3.10.7.4-ack RFC5961-3.2 */
/* proves: RFC9293-3.10.7.4-ack-syn-received RFC9293-3.10.7.4-fin RFC9293-3.10.7.4-time-wait */
TEST(every_class_of_segment_in_every_state_is_answered_as_the_tables_say)
{
	uint32_t wrong = 0, count = 0;

	for (size_t i = 0; i < RTE_DIM(states); i++) {
		count += judge_all(states[i], true, &wrong);
		if (states[i] != TCPS_SYN_RECEIVED)
			count += judge_all(states[i], false, &wrong);
	}
	printf("# %u segments in %zu states\n", count, RTE_DIM(states));
	assert_int_equal(wrong, 0);
}

/* -- MATRIX.md ------------------------------------------------------------ */

static const struct {
	const char *name;
	struct segment_class class;
} rows[] = {
	{"no flags", {0, SEQ_AT, ACK_UNA, 0}},
	{"no flags, outside the window", {0, SEQ_BEYOND, ACK_UNA, 0}},
	{"SYN at RCV.NXT", {TH_SYN, SEQ_AT, ACK_UNA, 0}},
	{"SYN below RCV.NXT (again)", {TH_SYN, SEQ_BELOW, ACK_UNA, 0}},
	{"SYN outside the window", {TH_SYN, SEQ_BEYOND, ACK_UNA, 0}},
	{"SYN,ACK", {TH_SYN | TH_ACK, SEQ_AT, ACK_NXT, 0}},
	{"SYN,FIN", {TH_SYN | TH_FIN, SEQ_AT, ACK_UNA, 0}},
	{"FIN without ACK", {TH_FIN, SEQ_AT, ACK_UNA, 0}},
	{"ACK of nothing new", {TH_ACK, SEQ_AT, ACK_UNA, 0}},
	{"ACK of all", {TH_ACK, SEQ_AT, ACK_NXT, 0}},
	{"ACK of what was not sent", {TH_ACK, SEQ_AT, ACK_BEYOND, 0}},
	{"ACK far below SND.UNA", {TH_ACK, SEQ_AT, ACK_OLD, 0}},
	{"ACK outside the window", {TH_ACK, SEQ_BEYOND, ACK_NXT, 0}},
	{"ACK below RCV.NXT (keep-alive)", {TH_ACK, SEQ_BELOW, ACK_NXT, 0}},
	{"text", {TH_ACK, SEQ_AT, ACK_UNA, TEXT_BYTES}},
	{"text, ACK of all", {TH_ACK, SEQ_AT, ACK_NXT, TEXT_BYTES}},
	{"text beyond a hole", {TH_ACK, SEQ_HOLE, ACK_UNA, TEXT_BYTES}},
	{"old text", {TH_ACK, SEQ_OLD, ACK_UNA, TEXT_BYTES}},
	{"text, ACK of what was not sent", {TH_ACK, SEQ_AT, ACK_BEYOND, TEXT_BYTES}},
	{"FIN", {TH_FIN | TH_ACK, SEQ_AT, ACK_UNA, 0}},
	{"FIN, ACK of all", {TH_FIN | TH_ACK, SEQ_AT, ACK_NXT, 0}},
	{"FIN beyond a hole", {TH_FIN | TH_ACK, SEQ_HOLE, ACK_UNA, 0}},
	{"FIN again (below RCV.NXT)", {TH_FIN | TH_ACK, SEQ_BELOW, ACK_UNA, 0}},
	{"FIN again, ACK of all", {TH_FIN | TH_ACK, SEQ_BELOW, ACK_NXT, 0}},
	{"RST at RCV.NXT", {TH_RST, SEQ_AT, ACK_UNA, 0}},
	{"RST in the window", {TH_RST, SEQ_HOLE, ACK_UNA, 0}},
	{"RST outside the window", {TH_RST, SEQ_BEYOND, ACK_UNA, 0}},
	{"SYN,RST", {TH_SYN | TH_RST, SEQ_AT, ACK_UNA, 0}},
};

static const char matrix_head[] =
	"# Segment arrives: what weir answers, and where it goes\n"
	"\n"
	"Written by `WEIR_MATRIX_WRITE=1 build/tests/conformance/test_matrix`; do not edit. A cell is what was\n"
	"seen: the reply and, where the state changes, the next one (CLOSED: there is no connection, or LISTEN\n"
	"again). A SYN is kept in the SYN queue here. RST is <SEQ=SEG.ACK>, RST,ACK is <SEQ=0><ACK=SEG.SEQ+SEG.LEN>.\n"
	"The same test holds all 16 combinations of FIN, SYN, RST and ACK, at five places of SEG.SEQ and four of\n"
	"SEG.ACK, with and without text, with SYN queue and with cookies, against RFC 9293's tables\n"
	"(`segment_tables.c`, which also says where weir departs from them).\n"
	"\n";

static void
write_row(FILE *to, size_t row)
{
	char text[64];

	fprintf(to, "| %s |", rows[row].name);
	for (size_t i = 0; i < RTE_DIM(states); i++) {
		struct outcome seen = try(states[i], &rows[row].class, true, text, sizeof(text));
		enum tcp_state before = states[i] == TCPS_LISTEN ? TCPS_CLOSED : states[i];

		fprintf(to, " %s", reply_names[seen.reply]);
		if (seen.next != before)
			fprintf(to, " → %s", tcp_state_name(seen.next));
		fputs(" |", to);
	}
	fputs("\n", to);
}

static void
write_matrix(FILE *to)
{
	fputs(matrix_head, to);
	fputs("| segment |", to);
	for (size_t i = 0; i < RTE_DIM(states); i++)
		fprintf(to, " %s |", tcp_state_name(states[i]));
	fputs("\n| --- |", to);
	for (size_t i = 0; i < RTE_DIM(states); i++)
		fputs(" --- |", to);
	fputs("\n", to);
	for (size_t row = 0; row < RTE_DIM(rows); row++)
		write_row(to, row);
}

static char *
text_of_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");

	if (file == NULL)
		return NULL;
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

TEST(the_table_in_the_documentation_is_what_is_seen)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *to = getenv("WEIR_MATRIX_WRITE") != NULL ? fopen(MATRIX_FILE, "w")
						       : open_memstream(&text, &bytes);
	const char *kept;

	assert_non_null(to);
	write_matrix(to);
	fclose(to);
	if (text == NULL)
		return;
	kept = text_of_file(MATRIX_FILE);
	if (kept == NULL || strcmp(kept, text) != 0)
		fail_msg("MATRIX.md is out of date: WEIR_MATRIX_WRITE=1 test_matrix writes it");
	free(text);
}
