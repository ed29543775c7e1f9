/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An application that does what a test says and writes down what happens to it.
 *
 * Commands wait until the application's next turn (its poll callback), because
 * weir's calls may be made only from a callback.  The text of both directions
 * is a known series (text_octet()), so every octet delivered is verified.
 */
#ifndef WEIR_TESTS_HARNESS_SCRIPTED_APP_H
#define WEIR_TESTS_HARNESS_SCRIPTED_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "weir/app.h"

#define APP_EVENTS_MAX	 64
#define APP_CONNS_MAX	 128
#define APP_COMMANDS_MAX 8

enum app_event_kind {
	APP_NONE, /* nothing has happened that was not looked at yet */
	APP_OPEN,
	APP_TEXT,
	APP_FIN,
	APP_WRITABLE,
	APP_URGENT,
	APP_CLOSE,
};

struct app_event {
	enum app_event_kind kind;
	uint32_t bytes;		       /* APP_TEXT, APP_URGENT */
	enum weir_close_reason reason; /* APP_CLOSE */
};

/* One connection as the application saw it. */
struct app_conn {
	struct weir_conn *conn; /* NULL when it is over */
	struct weir_endpoint remote;
	struct app_event events[APP_EVENTS_MAX];
	uint32_t event_count;
	uint32_t event_next; /* first one the test has not looked at */
	uint32_t received;
	uint32_t sent;
	struct rte_mbuf *unsent; /* echo: refused for now */
	bool is_paused;
	bool has_fin;
};

enum app_verb {
	APP_DO_SEND,  /* weir_conn_send() of so many octets */
	APP_DO_WRITE, /* weir_conn_send_copy() */
	APP_DO_SHUTDOWN,
	APP_DO_ABORT,
	APP_DO_PAUSE,
	APP_DO_RESUME,
	APP_DO_NODELAY,
	APP_DO_EXPECT,	  /* weir_conn_expect(): a request, or with 0 nothing */
	APP_DO_KEEPALIVE, /* weir_conn_set_keepalive(): on, or with 0 off */
	APP_DO_TIMEOUT,	  /* weir_conn_set_user_timeout(): so many milliseconds */
	APP_DO_CONNECT,	  /* weir_core_connect(), from the port `bytes` (0: any) */
};

struct app_command {
	enum app_verb verb;
	uint32_t bytes;
	struct weir_endpoint remote;
	int expected; /* the call's result */
};

struct scripted_app {
	bool is_echo; /* sends back what it gets, closes after the peer's FIN */
	bool refuses_open;
	bool pauses_on_open;
	bool closes_on_fin;
	uint32_t sends_on_open; /* octets */

	struct app_conn conns[APP_CONNS_MAX];
	uint32_t conn_count;
	struct app_command commands[APP_COMMANDS_MAX];
	uint32_t command_count;
	enum weir_path_error closed_with; /* what was known of the path at the last on_close */
	const char *wrong;		  /* the first broken promise of weir/app.h */
};

/* Octet number `n` of either direction's text, counted from 1 like relative sequence numbers. */
static inline uint8_t
text_octet(uint32_t n)
{
	return (uint8_t)('a' + (n + n / 26 + n / 677) % 26);
}

/* The callbacks; the `app` given last becomes the state of the next core that starts. */
const struct weir_app_ops *scripted_app_ops(struct scripted_app *app);

/* The latest connection from `remote`, or NULL. */
struct app_conn *scripted_app_conn(struct scripted_app *app, const struct weir_endpoint *remote);

/* Do this in the next turn. */
void scripted_app_command(struct scripted_app *app, const struct app_command *command);

/* The oldest event not looked at yet; it counts as looked at.  APP_NONE if there is none. */
struct app_event app_conn_next_event(struct app_conn *conn);

/* "text 10", "close reset", ... */
void app_event_print(const struct app_event *event, char *text, uint32_t bytes);

/* NULL, or what is wrong. */
const char *app_event_parse(struct app_event *event, const char *text);

#endif
