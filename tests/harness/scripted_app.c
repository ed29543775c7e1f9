/* SPDX-License-Identifier: BSD-3-Clause */

#include "scripted_app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_mbuf.h>

#include "check.h"
#include "scan.h"

#define PIECE_BYTES 1024 /* of a chain to be sent: never a multiple of a segment */

static void
broken(struct scripted_app *app, const char *promise)
{
	if (app->wrong == NULL)
		app->wrong = promise;
}

struct app_conn *
scripted_app_conn(struct scripted_app *app, const struct weir_endpoint *remote)
{
	for (uint32_t i = app->conn_count; i-- > 0;) {
		struct weir_endpoint *other = &app->conns[i].remote;

		if (other->port == remote->port && memcmp(other->address, remote->address, 16) == 0)
			return &app->conns[i];
	}
	return NULL;
}

static struct app_conn *
find(struct scripted_app *app, const struct weir_conn *conn)
{
	static struct app_conn nobody;

	for (uint32_t i = app->conn_count; i-- > 0;) {
		if (app->conns[i].conn == conn)
			return &app->conns[i];
	}
	broken(app, "a callback names a connection that was never opened or is over");
	nobody = (struct app_conn){0};
	return &nobody;
}

static void
note(struct scripted_app *app, struct app_conn *conn, struct app_event event)
{
	if (conn->event_count == APP_EVENTS_MAX) {
		broken(app, "more events than a test can look at");
		return;
	}
	conn->events[conn->event_count++] = event;
}

/* A chain of the next `bytes` octets of our series. */
static struct rte_mbuf *
chain_of(struct weir_core *core, uint32_t first, uint32_t bytes)
{
	struct rte_mbuf *head = NULL;

	for (uint32_t done = 0; done < bytes;) {
		uint32_t piece = RTE_MIN(bytes - done, (uint32_t)PIECE_BYTES);
		struct rte_mbuf *m = weir_core_alloc_mbuf(core);
		uint8_t *room;

		check(m != NULL);
		room = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)piece);
		check(room != NULL);
		for (uint32_t i = 0; i < piece; i++)
			room[i] = text_octet(first + done + i);
		if (head == NULL)
			head = m;
		else
			check(rte_pktmbuf_chain(head, m) == 0);
		done += piece;
	}
	return head;
}

static int
send_text(struct weir_core *core, struct app_conn *conn, uint32_t bytes)
{
	struct rte_mbuf *chain = chain_of(core, conn->sent + 1, bytes);
	int result = weir_conn_send(core, conn->conn, chain);

	if (result == 0)
		conn->sent += bytes;
	else
		rte_pktmbuf_free(chain);
	return result;
}

static int
write_text(struct weir_core *core, struct app_conn *conn, uint32_t bytes)
{
	uint8_t text[8192];
	int result;

	check(bytes <= sizeof(text));
	for (uint32_t i = 0; i < bytes; i++)
		text[i] = text_octet(conn->sent + 1 + i);
	result = weir_conn_send_copy(core, conn->conn, text, bytes);
	if (result == 0)
		conn->sent += bytes;
	return result;
}

static int
obey(struct weir_core *core, struct app_conn *conn, const struct app_command *command)
{
	switch (command->verb) {
	case APP_DO_SEND:
		return send_text(core, conn, command->bytes);
	case APP_DO_WRITE:
		return write_text(core, conn, command->bytes);
	case APP_DO_SHUTDOWN:
		weir_conn_shutdown(core, conn->conn);
		return 0;
	case APP_DO_ABORT:
		weir_conn_abort(core, conn->conn);
		conn->conn = NULL;
		return 0;
	case APP_DO_PAUSE:
		conn->is_paused = true;
		weir_conn_pause(core, conn->conn);
		return 0;
	case APP_DO_RESUME:
		conn->is_paused = false;
		weir_conn_resume(core, conn->conn);
		return 0;
	case APP_DO_EXPECT:
		weir_conn_expect(core, conn->conn, command->bytes != 0);
		return 0;
	case APP_DO_KEEPALIVE:
		weir_conn_set_keepalive(core, conn->conn, command->bytes != 0);
		return 0;
	case APP_DO_TIMEOUT:
		return weir_conn_set_user_timeout(core, conn->conn, command->bytes);
	case APP_DO_NODELAY:
		weir_conn_set_nodelay(core, conn->conn, true);
		return 0;
	case APP_DO_CONNECT:
		break; /* there is no connection yet */
	}
	return -EINVAL;
}

static int
open_connection(struct weir_core *core, struct scripted_app *app, const struct app_command *command)
{
	struct weir_connect wish = {
		.remote = command->remote,
		.local.port = (uint16_t)command->bytes,
		.user = app,
	};
	struct weir_conn *conn;
	int result = weir_core_connect(core, &wish, &conn);

	if (result != 0)
		return result;
	if (app->conn_count == APP_CONNS_MAX) {
		broken(app, "more connections than a test may open");
		return result;
	}
	app->conns[app->conn_count++] = (struct app_conn){.conn = conn, .remote = command->remote};
	return 0;
}

static void
on_poll(struct weir_core *core, __attribute__((unused)) uint64_t now_ns, void *state)
{
	struct scripted_app *app = state;

	for (uint32_t i = 0; i < app->command_count; i++) {
		struct app_command *command = &app->commands[i];
		struct app_conn *conn = scripted_app_conn(app, &command->remote);

		if (command->verb == APP_DO_CONNECT) {
			if (open_connection(core, app, command) != command->expected)
				broken(app, "weir_core_connect() returned another result");
		} else if (conn == NULL || conn->conn == NULL) {
			broken(app, "the application has no such connection to act on");
		} else if (obey(core, conn, command) != command->expected) {
			broken(app, "a call returned another result than expected");
		}
	}
	app->command_count = 0;
}

static struct scripted_app *next_app;

static int
on_init(__attribute__((unused)) struct weir_core *core, __attribute__((unused)) const char *args,
	void **state)
{
	*state = next_app;
	return 0;
}

/* Our record of a connection that is open now: one that we opened has it already. */
static struct app_conn *
record_of(struct weir_core *core, struct scripted_app *app, struct weir_conn *conn)
{
	bool is_outgoing = weir_conn_is_outgoing(conn);
	struct app_conn *new;

	if (weir_conn_user(conn) != (is_outgoing ? app : NULL) || *weir_conn_scratch(conn) != 0)
		broken(app, "user pointer and scratch are not what they are at on_open");
	if (is_outgoing)
		return find(app, conn);
	if (app->conn_count == APP_CONNS_MAX) {
		broken(app, "more connections than a test may open");
		return NULL;
	}
	new = &app->conns[app->conn_count++];
	*new = (struct app_conn){.conn = conn};
	weir_conn_remote(core, conn, &new->remote);
	return new;
}

static int
on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct scripted_app *app = state;
	struct app_conn *new = record_of(core, app, conn);

	if (new == NULL)
		return -1;
	note(app, new, (struct app_event){.kind = APP_OPEN});
	if (app->refuses_open) {
		new->conn = NULL;
		return -1;
	}
	weir_conn_set_user(conn, app);
	if (app->pauses_on_open) {
		new->is_paused = true;
		weir_conn_pause(core, conn);
	}
	if (app->sends_on_open > 0 && send_text(core, new, app->sends_on_open) != 0)
		broken(app, "on_open could not send");
	return 0;
}

/* Compare what came with the series, octet by octet. */
static bool
text_is_right(struct app_conn *conn, const struct rte_mbuf *chain)
{
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		const uint8_t *text = rte_pktmbuf_mtod(m, const uint8_t *);

		for (uint32_t i = 0; i < m->data_len; i++) {
			if (text[i] != text_octet(++conn->received))
				return false;
		}
	}
	return true;
}

static void
echo(struct weir_core *core, struct app_conn *conn, struct rte_mbuf *chain)
{
	uint32_t bytes = rte_pktmbuf_pkt_len(chain);

	if (weir_conn_send(core, conn->conn, chain) == 0) {
		conn->sent += bytes;
		return;
	}
	conn->unsent = chain;
	conn->is_paused = true;
	weir_conn_pause(core, conn->conn);
}

static void
on_data(struct weir_core *core, struct weir_conn *weir_conn, struct rte_mbuf *chain, void *state)
{
	struct scripted_app *app = state;
	struct app_conn *conn = find(app, weir_conn);
	uint32_t bytes = rte_pktmbuf_pkt_len(chain);
	struct app_event *last = &conn->events[conn->event_count - 1];

	if (conn->is_paused || conn->has_fin)
		broken(app, "on_data while paused, or after on_peer_fin");
	if (!text_is_right(conn, chain))
		broken(app, "the text delivered is not the text sent");
	if (conn->event_count > conn->event_next && last->kind == APP_TEXT)
		last->bytes += bytes;
	else
		note(app, conn, (struct app_event){.kind = APP_TEXT, .bytes = bytes});
	if (app->is_echo)
		echo(core, conn, chain);
	else
		rte_pktmbuf_free(chain);
}

static void
on_urgent(__attribute__((unused)) struct weir_core *core, struct weir_conn *weir_conn,
	  uint32_t bytes, void *state)
{
	struct scripted_app *app = state;

	note(app, find(app, weir_conn), (struct app_event){.kind = APP_URGENT, .bytes = bytes});
}

static void
on_writable(struct weir_core *core, struct weir_conn *weir_conn, void *state)
{
	struct scripted_app *app = state;
	struct app_conn *conn = find(app, weir_conn);
	struct rte_mbuf *unsent = conn->unsent;

	note(app, conn, (struct app_event){.kind = APP_WRITABLE});
	if (unsent == NULL)
		return;
	conn->unsent = NULL;
	conn->is_paused = false;
	echo(core, conn, unsent);
	if (conn->unsent == NULL)
		weir_conn_resume(core, weir_conn);
}

static void
on_peer_fin(struct weir_core *core, struct weir_conn *weir_conn, void *state)
{
	struct scripted_app *app = state;
	struct app_conn *conn = find(app, weir_conn);

	if (conn->has_fin)
		broken(app, "on_peer_fin twice");
	conn->has_fin = true;
	note(app, conn, (struct app_event){.kind = APP_FIN});
	if (app->is_echo || app->closes_on_fin)
		weir_conn_shutdown(core, weir_conn);
}

static void
on_close(struct weir_core *core, struct weir_conn *weir_conn, enum weir_close_reason reason,
	 void *state)
{
	struct scripted_app *app = state;
	struct app_conn *conn = find(app, weir_conn);
	struct weir_conn_info info;

	weir_conn_get_info(core, weir_conn, &info);
	app->closed_with = info.path_error;
	rte_pktmbuf_free(conn->unsent);
	conn->unsent = NULL;
	conn->conn = NULL;
	note(app, conn, (struct app_event){.kind = APP_CLOSE, .reason = reason});
}

const struct weir_app_ops *
scripted_app_ops(struct scripted_app *app)
{
	static const struct weir_app_ops ops = {
		.version = WEIR_APP_VERSION,
		.name = "scripted",
		.init = on_init,
		.on_open = on_open,
		.on_data = on_data,
		.on_urgent = on_urgent,
		.on_writable = on_writable,
		.on_peer_fin = on_peer_fin,
		.on_close = on_close,
		.poll = on_poll,
	};

	next_app = app;
	return &ops;
}

void
scripted_app_command(struct scripted_app *app, const struct app_command *command)
{
	check(app->command_count < APP_COMMANDS_MAX);
	app->commands[app->command_count++] = *command;
}

struct app_event
app_conn_next_event(struct app_conn *conn)
{
	if (conn->event_next == conn->event_count)
		return (struct app_event){.kind = APP_NONE};
	return conn->events[conn->event_next++];
}

static const char *const event_names[] = {
	[APP_NONE] = "none",	 [APP_OPEN] = "open",	      [APP_TEXT] = "text",
	[APP_FIN] = "fin",	 [APP_WRITABLE] = "writable", [APP_CLOSE] = "close",
	[APP_URGENT] = "urgent",
};

static const char *const reason_names[] = {
	[WEIR_CLOSE_NORMAL] = "normal",	    [WEIR_CLOSE_RESET] = "reset",
	[WEIR_CLOSE_TIMEOUT] = "timeout",   [WEIR_CLOSE_IDLE] = "idle",
	[WEIR_CLOSE_SHUTDOWN] = "shutdown", [WEIR_CLOSE_OVERDUE] = "overdue",
	[WEIR_CLOSE_STALLED] = "stalled",   [WEIR_CLOSE_REFUSED] = "refused",
	[WEIR_CLOSE_ABORTED] = "aborted",   [WEIR_CLOSE_UNREACHABLE] = "unreachable",
};

static bool
has_number(enum app_event_kind kind)
{
	return kind == APP_TEXT || kind == APP_URGENT;
}

void
app_event_print(const struct app_event *event, char *text, uint32_t bytes)
{
	if (has_number(event->kind))
		snprintf(text, bytes, "%s %u", event_names[event->kind], event->bytes);
	else if (event->kind == APP_CLOSE)
		snprintf(text, bytes, "close %s", reason_names[event->reason]);
	else
		snprintf(text, bytes, "%s", event_names[event->kind]);
}

const char *
app_event_parse(struct app_event *event, const char *text)
{
	*event = (struct app_event){0};
	for (int kind = APP_NONE; kind <= APP_CLOSE; kind++) {
		if (!scan_literal(&text, event_names[kind]))
			continue;
		event->kind = (enum app_event_kind)kind;
		if (has_number(event->kind) && !scan_uint32(&text, &event->bytes))
			return "text and urgent need a number";
		for (int i = 0; kind == APP_CLOSE && i <= WEIR_CLOSE_ABORTED; i++) {
			event->reason = (enum weir_close_reason)i;
			if (scan_literal(&text, reason_names[i]))
				break;
		}
		return scan_end(&text) ? NULL : "not understood after the event";
	}
	return "events are open, text N, urgent N, fin, writable, close REASON, none";
}
