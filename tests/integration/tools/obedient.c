/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An application for the integration tests that does what its client says, so
 * that a test can choose who closes first, and when.  Its commands, a line each:
 *
 *	send N		N octets of a pattern: octet i of the answer is i modulo 251
 *	close		a FIN now
 *	close-in MS	a FIN that many milliseconds from now
 *	abort		a RST now
 *	pause MS	take nothing for that many milliseconds
 *
 * `args` is the time in milliseconds between the peer's FIN and ours: without it
 * ours follows at once.
 *
 * The trap: weir_conn_abort() ends the connection with no on_close, so whoever
 * calls it frees the peer's record and looks at neither again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include <weir/app.h>

#define PATTERN_LENGTH 251
#define PIECE_BYTES    4096
#define LINE_BYTES     32
#define NEVER	       UINT64_MAX

struct peer {
	struct peer *next;
	struct peer **link; /* the pointer that points here */
	struct weir_conn *conn;
	uint64_t close_ns;
	uint64_t resume_ns;
	uint64_t owed_bytes; /* asked for with `send` and not sent yet */
	uint64_t sent_bytes;
	uint32_t line_length;
	bool close_when_sent;
	char line[LINE_BYTES];
};

struct obedient {
	struct peer *peers;
	uint64_t late_ns;
};

static uint64_t
ms_from_now(struct weir_core *core, const char *text)
{
	return weir_core_now_ns(core) + strtoull(text, NULL, 10) * 1000000;
}

static int
obedient_init(struct weir_core *core, const char *args, void **state)
{
	struct obedient *self = calloc(1, sizeof(*self));

	(void)core;
	if (self == NULL)
		return -ENOMEM;
	self->late_ns = strtoull(args, NULL, 10) * 1000000;
	*state = self;
	return 0;
}

static void
obedient_fini(struct weir_core *core, void *state)
{
	struct obedient *self = state;

	(void)core;
	while (self->peers != NULL) {
		struct peer *peer = self->peers;

		self->peers = peer->next;
		free(peer);
	}
	free(self);
}

static int
obedient_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct obedient *self = state;
	struct peer *peer = calloc(1, sizeof(*peer));

	(void)core;
	if (peer == NULL)
		return -ENOMEM;
	peer->conn = conn;
	peer->close_ns = NEVER;
	peer->resume_ns = NEVER;
	peer->next = self->peers;
	peer->link = &self->peers;
	if (peer->next != NULL)
		peer->next->link = &peer->next;
	self->peers = peer;
	weir_conn_set_user(conn, peer);
	return 0;
}

static void
forget(struct peer *peer)
{
	*peer->link = peer->next;
	if (peer->next != NULL)
		peer->next->link = peer->link;
	free(peer);
}

static void
send_owed(struct weir_core *core, struct peer *peer)
{
	unsigned char piece[PIECE_BYTES];

	while (peer->owed_bytes > 0) {
		uint32_t bytes = (uint32_t)RTE_MIN(peer->owed_bytes, (uint64_t)PIECE_BYTES);

		for (uint32_t i = 0; i < bytes; i++)
			piece[i] = (unsigned char)((peer->sent_bytes + i) % PATTERN_LENGTH);
		if (weir_conn_send_copy(core, peer->conn, piece, bytes) != 0)
			return;
		peer->owed_bytes -= bytes;
		peer->sent_bytes += bytes;
	}
	if (peer->close_when_sent)
		weir_conn_shutdown(core, peer->conn);
}

static void
close_when_sent(struct weir_core *core, struct peer *peer)
{
	peer->close_when_sent = true;
	send_owed(core, peer);
}

/* False when the connection is gone. */
static bool
obey(struct weir_core *core, struct peer *peer)
{
	const char *line = peer->line;

	if (strncmp(line, "send ", 5) == 0) {
		peer->owed_bytes += strtoull(line + 5, NULL, 10);
		send_owed(core, peer);
	} else if (strcmp(line, "close") == 0) {
		close_when_sent(core, peer);
	} else if (strncmp(line, "close-in ", 9) == 0) {
		peer->close_ns = ms_from_now(core, line + 9);
	} else if (strncmp(line, "pause ", 6) == 0) {
		peer->resume_ns = ms_from_now(core, line + 6);
		weir_conn_pause(core, peer->conn);
	} else if (strcmp(line, "abort") == 0) {
		weir_conn_abort(core, peer->conn);
		forget(peer);
		return false;
	}
	return true;
}

/* False when the connection is gone.  Lines may be cut anywhere by segments. */
static bool
take_text(struct weir_core *core, struct peer *peer, const char *text, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		if (text[i] != '\n') {
			if (peer->line_length < LINE_BYTES - 1)
				peer->line[peer->line_length++] = text[i];
			continue;
		}
		peer->line[peer->line_length] = '\0';
		peer->line_length = 0;
		if (!obey(core, peer))
			return false;
	}
	return true;
}

static void
obedient_on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
		 void *state)
{
	struct peer *peer = weir_conn_user(conn);

	(void)state;
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		if (!take_text(core, peer, rte_pktmbuf_mtod(m, const char *), m->data_len))
			break;
	}
	rte_pktmbuf_free(chain);
}

static void
obedient_on_writable(struct weir_core *core, struct weir_conn *conn, void *state)
{
	(void)state;
	send_owed(core, weir_conn_user(conn));
}

static void
obedient_on_peer_fin(struct weir_core *core, struct weir_conn *conn, void *state)
{
	const struct obedient *self = state;
	struct peer *peer = weir_conn_user(conn);

	if (self->late_ns == 0)
		close_when_sent(core, peer);
	else
		peer->close_ns = weir_core_now_ns(core) + self->late_ns;
}

static void
obedient_on_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
		  void *state)
{
	(void)core;
	(void)reason;
	(void)state;
	forget(weir_conn_user(conn));
}

static void
obedient_poll(struct weir_core *core, uint64_t now_ns, void *state)
{
	struct obedient *self = state;
	struct peer *next;

	for (struct peer *peer = self->peers; peer != NULL; peer = next) {
		next = peer->next;
		if (peer->resume_ns <= now_ns) {
			peer->resume_ns = NEVER;
			weir_conn_resume(core, peer->conn); /* may bring an abort */
		} else if (peer->close_ns <= now_ns) {
			peer->close_ns = NEVER;
			close_when_sent(core, peer);
		}
	}
}

extern const struct weir_app_ops weir_app;

WEIR_API const struct weir_app_ops weir_app = {
	.version = WEIR_APP_VERSION,
	.name = "obedient",
	.init = obedient_init,
	.fini = obedient_fini,
	.on_open = obedient_on_open,
	.on_data = obedient_on_data,
	.on_writable = obedient_on_writable,
	.on_peer_fin = obedient_on_peer_fin,
	.on_close = obedient_on_close,
	.poll = obedient_poll,
};
