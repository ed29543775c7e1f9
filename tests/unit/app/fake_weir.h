/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * weir as an application sees it, without any TCP: one connection whose send
 * buffer the test opens and closes.  It fails a test that breaks a promise of
 * weir/app.h.
 */
#ifndef WEIR_TESTS_UNIT_APP_FAKE_WEIR_H
#define WEIR_TESTS_UNIT_APP_FAKE_WEIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weir/app.h"

#define FAKE_SENT_BYTES (1 << 20)

struct weir_conn {
	void *user;
	uint64_t scratch;
	uint32_t room; /* octets the send buffer takes */
	bool is_short; /* of buffers: sending is refused */
	bool is_paused;
	bool has_shut_down;
	bool is_aborted;
	bool is_nodelay;
	bool owes_request; /* weir_conn_expect() */
	bool owes_text;	   /* until the first octet, or until it is called */
	bool is_waiting;   /* is owed an on_writable */
	uint64_t sent_bytes;
	char sent[FAKE_SENT_BYTES + 1]; /* the first of them, and a NUL */
};

extern struct weir_conn fake_conn;

/* Start `ops` with these arguments, and open a connection with that room to send. */
int fake_open(const struct weir_app_ops *ops, const char *args, uint32_t room);

/* Deliver text as one buffer, or as a chain of two cut at `cut`. */
void fake_deliver(const char *text);
void fake_deliver_cut(const char *text, size_t cut);
void fake_deliver_fin(void);

/* The peer has acknowledged so much; on_writable if it is owed. */
void fake_make_room(uint32_t bytes);

/* The end: on_close, fini; fails if a buffer was freed twice or not at all. */
void fake_close(void);

/* What was sent is exactly this. */
void expect_sent(const char *text);

#endif
