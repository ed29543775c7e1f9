/* SPDX-License-Identifier: BSD-3-Clause */

#include "script.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "tcp_state.h"

#define EARLY_NS (1 * NS_PER_MS)
#define LATE_NS	 (4 * NS_PER_MS)

/* -- loading ------------------------------------------------------------ */

static char *
read_file(const char *path)
{
	char *text = NULL;
	size_t room = 0;
	FILE *file = fopen(path, "r");
	ssize_t bytes;

	if (file == NULL)
		return NULL;
	bytes = getdelim(&text, &room, '\0', file);
	fclose(file);
	if (bytes < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static const char *
parse_time(struct script_line *line, const char **cursor)
{
	line->time = TIME_SINCE_EVENT;
	scan_blanks(cursor);
	if (scan_literal(cursor, "&")) {
		line->time = TIME_SAME_BURST;
		return NULL;
	}
	if (!scan_literal(cursor, "+"))
		line->time = TIME_SINCE_START;
	if (!scan_seconds(cursor, &line->from_ns))
		return "a line begins with a time: SECONDS, +SECONDS, +FROM~TO or &";
	line->to_ns = line->from_ns;
	if (**cursor == '~') {
		(*cursor)++;
		line->time = TIME_SPAN;
		if (!scan_seconds(cursor, &line->to_ns) || line->to_ns < line->from_ns)
			return "a span of time is +FROM~TO";
	}
	return NULL;
}

static const char *
parse_verb(struct script_line *line, const char **cursor)
{
	static const char *const verbs[] = {
		[SCRIPT_ESTABLISHED] = "established",
		[SCRIPT_RX] = "<",
		[SCRIPT_TX] = ">",
		[SCRIPT_SILENCE] = "silence",
		[SCRIPT_STATE] = "state",
		[SCRIPT_EVENT] = "event",
		[SCRIPT_APP] = "app:",
		[SCRIPT_AS] = "as",
		[SCRIPT_PORT] = "port",
		[SCRIPT_LEAP] = "leap",
	};

	for (int verb = SCRIPT_ESTABLISHED; verb <= SCRIPT_LEAP; verb++) {
		if (!scan_literal(cursor, verbs[verb]))
			continue;
		line->verb = (enum script_verb)verb;
		scan_blanks(cursor);
		line->rest = *cursor;
		return NULL;
	}
	return "after the time comes one of established < > silence state event app: as port leap";
}

static const char *
parse_event_line(struct script *script, int number, const char *text)
{
	struct script_line *line = &script->lines[script->line_count];
	const char *wrong;

	if (script->line_count == SCRIPT_LINES_MAX)
		return "the script is too long";
	*line = (struct script_line){.number = number};
	wrong = parse_time(line, &text);
	if (wrong == NULL)
		wrong = parse_verb(line, &text);
	if (wrong != NULL)
		return wrong;
	if (line->time == TIME_SPAN && line->verb != SCRIPT_TX)
		return "only a segment expected may come within a span of time";
	if (line->time == TIME_SAME_BURST &&
	    (line->verb != SCRIPT_RX || script->line_count == 0 || line[-1].verb != SCRIPT_RX))
		return "\"&\" joins a \"<\" to the \"<\" before it";
	script->line_count++;
	return NULL;
}

static const char *
add_settings(struct script *script, const char *text)
{
	static struct conversation_setup setup;
	char chosen[SETUP_TEXT_BYTES];
	const char *wrong;

	if (strlen(script->settings) + strlen(text) + 2 > SETUP_TEXT_BYTES)
		return "too many settings";
	strcat(script->settings, " ");
	strcat(script->settings, text);
	for (uint32_t i = 0; i < conversation_setup_count(text); i++) {
		conversation_setup_init(&setup);
		if (!conversation_setup_choose(text, i, chosen))
			return "settings are written key=value";
		wrong = conversation_setup_apply(&setup, chosen);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static const char *
parse_line(struct script *script, int number, const char *text, bool *has_proof)
{
	if (scan_end(&text))
		return NULL;
	if (scan_literal(&text, "//")) {
		if (scan_literal(&text, "proves:"))
			*has_proof = true;
		return scan_literal(&text, "run:") ? add_settings(script, text) : NULL;
	}
	if (scan_literal(&text, "config:")) {
		if (script->line_count > 0)
			return "settings come before the first event";
		return add_settings(script, text);
	}
	return parse_event_line(script, number, text);
}

const char *
script_load(struct script *script, const char *path, int *line)
{
	bool has_proof = false;
	char *rest;

	*script = (struct script){.path = path, .text = read_file(path)};
	*line = 1;
	if (script->text == NULL)
		return "the file cannot be read";
	rest = script->text;
	if (strncmp(rest, "// ", 3) != 0)
		return "the first line says in English what is proved";
	for (char *text; (text = strsep(&rest, "\n")) != NULL; (*line)++) {
		const char *wrong = parse_line(script, *line, text, &has_proof);

		if (wrong != NULL)
			return wrong;
	}
	if (!has_proof)
		return "a line \"// proves: ID ...\" is missing";
	return script->line_count > 0 ? NULL : "nothing happens in it";
}

void
script_unload(struct script *script)
{
	free(script->text);
	*script = (struct script){0};
}

/* -- performing --------------------------------------------------------- */

static void
perform_state(struct conversation *c, const char *name)
{
	for (int state = TCPS_CLOSED; state < TCPS_N; state++) {
		if (strcmp(tcp_state_name((enum tcp_state)state), name) == 0) {
			conversation_expect_state(c, (enum tcp_state)state);
			return;
		}
	}
	conversation_fail(c, "There is no state \"%s\".", name);
}

static int
parse_refusal(const char **cursor, bool *is_right)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
		{"EAGAIN", EAGAIN},	      {"EPIPE", EPIPE},	  {"ENOBUFS", ENOBUFS},
		{"ENOTCONN", ENOTCONN},	      {"EINVAL", EINVAL}, {"EADDRINUSE", EADDRINUSE},
		{"ENETUNREACH", ENETUNREACH},
	};

	*is_right = true;
	if (scan_end(cursor))
		return 0;
	*is_right = scan_literal(cursor, "refused");
	for (size_t i = 0; i < RTE_DIM(errors); i++) {
		if (scan_literal(cursor, errors[i].name))
			return -errors[i].number;
	}
	*is_right = false;
	return 0;
}

static bool
has_number(int verb)
{
	return verb <= APP_DO_WRITE || (verb >= APP_DO_EXPECT && verb < APP_DO_CONNECT);
}

static void
perform_app(struct conversation *c, const char *rest)
{
	static const char *const verbs[] = {
		[APP_DO_SEND] = "send",		  [APP_DO_WRITE] = "write",
		[APP_DO_SHUTDOWN] = "close",	  [APP_DO_ABORT] = "abort",
		[APP_DO_PAUSE] = "pause",	  [APP_DO_RESUME] = "resume",
		[APP_DO_NODELAY] = "nodelay",	  [APP_DO_EXPECT] = "expect",
		[APP_DO_KEEPALIVE] = "keepalive", [APP_DO_TIMEOUT] = "timeout",
		[APP_DO_CONNECT] = "connect",
	};
	uint32_t bytes = 0;
	int verb = APP_DO_SEND, result;
	bool is_right;

	while (verb <= APP_DO_CONNECT && !scan_literal(&rest, verbs[verb]))
		verb++;
	if (verb > APP_DO_CONNECT)
		conversation_fail(c, "app: send N, write N, close, abort, pause, resume, nodelay, "
				     "expect N, keepalive N, timeout MS or connect [PORT].");
	if (has_number(verb) && !scan_uint32(&rest, &bytes))
		conversation_fail(c, "app: %s needs a number.", verbs[verb]);
	if (verb <= APP_DO_WRITE && bytes == 0)
		conversation_fail(c, "app: %s needs a number above 0.", verbs[verb]);
	if ((verb == APP_DO_EXPECT || verb == APP_DO_KEEPALIVE) && bytes > 1)
		conversation_fail(c, "app: %s 1, yes, or %s 0, no.", verbs[verb], verbs[verb]);
	if (verb == APP_DO_CONNECT)
		scan_uint32(&rest, &bytes);
	result = parse_refusal(&rest, &is_right);
	if (!is_right || !scan_end(&rest))
		conversation_fail(c, "After the call comes nothing or refused ERRNO, as EAGAIN.");
	conversation_app(c, (enum app_verb)verb, bytes, result);
}

static void
perform_as(struct conversation *c, const char *rest)
{
	uint32_t number;

	if (!scan_uint32(&rest, &number) || !scan_end(&rest) || number >= PEERS_MAX)
		conversation_fail(c, "There are clients 0 to %d.", PEERS_MAX - 1);
	conversation_speak_as(c, number);
}

static void
perform_port(struct conversation *c, const char *rest)
{
	bool is_closed = scan_literal(&rest, "closed");

	if (!is_closed && !scan_literal(&rest, "listener"))
		conversation_fail(c, "A port is \"listener\" or \"closed\".");
	c->peer->path.server.port = is_closed ? RIG_CLOSED_PORT : RIG_SERVER_PORT;
}

static void
perform_leap(struct conversation *c, const char *rest)
{
	uint64_t ns;

	if (!scan_seconds(&rest, &ns) || !scan_end(&rest))
		conversation_fail(c, "leap needs a number of seconds.");
	conversation_leap(c, ns);
}

/* A "<" and those joined to it.  Returns how many lines that were. */
static uint32_t
perform_burst(struct conversation *c, const struct script_line *line, uint32_t left)
{
	const char *segments[PIPELINE_BURST_MAX];
	uint32_t count = 0;

	do {
		segments[count] = line[count].rest;
		count++;
	} while (count < left && count < PIPELINE_BURST_MAX && line[count].time == TIME_SAME_BURST);
	conversation_rx_burst(c, segments, count);
	return count;
}

/* Times count from the start, or from the last event. */
static uint64_t
base_ns(const struct conversation *c, const struct script_line *line)
{
	return line->time == TIME_SINCE_START ? c->opened_ns : c->event_ns;
}

static void
perform_tx(struct conversation *c, const struct script_line *line)
{
	uint64_t from_ns = line->from_ns, to_ns = line->to_ns;

	if (line->time == TIME_SINCE_START) {
		from_ns += c->opened_ns - c->event_ns;
		to_ns += c->opened_ns - c->event_ns;
	}
	if (line->time != TIME_SPAN && line->from_ns > 0) {
		from_ns -= RTE_MIN(from_ns, EARLY_NS);
		to_ns += LATE_NS;
	}
	conversation_await_tx(c, from_ns, to_ns, line->rest);
}

static uint32_t
perform_line(struct conversation *c, const struct script_line *line, uint32_t left)
{
	if (line->verb == SCRIPT_TX) {
		perform_tx(c, line);
		return 1;
	}
	conversation_advance_to(c, base_ns(c, line) + line->from_ns);
	c->event_ns = c->rig.now_ns;
	switch (line->verb) {
	case SCRIPT_RX:
		return perform_burst(c, line, left);
	case SCRIPT_ESTABLISHED:
		conversation_established(c, *line->rest == '\0' ? NULL : line->rest);
		break;
	case SCRIPT_SILENCE:
		conversation_expect_silence(c);
		break;
	case SCRIPT_STATE:
		perform_state(c, line->rest);
		break;
	case SCRIPT_EVENT:
		conversation_expect_event(c, line->rest);
		break;
	case SCRIPT_APP:
		perform_app(c, line->rest);
		break;
	case SCRIPT_AS:
		perform_as(c, line->rest);
		break;
	case SCRIPT_PORT:
		perform_port(c, line->rest);
		break;
	case SCRIPT_LEAP:
		perform_leap(c, line->rest);
		break;
	case SCRIPT_TX:
		break;
	}
	return 1;
}

void
script_perform(const struct script *script, struct conversation *c)
{
	for (uint32_t i = 0; i < script->line_count;) {
		const struct script_line *line = &script->lines[i];

		conversation_at(c, script->path, line->number);
		i += perform_line(c, line, script->line_count - i);
	}
}
