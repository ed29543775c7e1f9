/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * chargen (RFC 864): sends lines without end as fast as the client takes them
 * (its pattern is ours, not the RFC's), and discards what it gets.
 *
 *	bytes=N		our FIN after N octets, also when the client's came earlier
 *
 * Scratch counts the octets sent, and says FINISHED after our FIN.
 */
#include "app_args.h"
#include "builtin.h"
#include "pattern.h"

#define WITHOUT_END UINT64_MAX
#define FINISHED    UINT64_MAX

struct chargen {
	uint64_t bytes;
};

static int
parse_args(void *state, const char *args, char *message, size_t message_bytes)
{
	struct chargen *self = state;
	const struct app_arg known[] = {
		{"bytes", INT64_MAX, &self->bytes, NULL},
		{NULL, 0, NULL, NULL},
	};

	self->bytes = WITHOUT_END;
	return app_args_parse(args, known, message, message_bytes);
}

int
chargen_check_args(const char *args, char *message, size_t message_bytes)
{
	struct chargen unused;

	return parse_args(&unused, args, message, message_bytes);
}

static int
chargen_init(struct weir_core *core, const char *args, void **state)
{
	(void)core;
	return app_args_create_state(sizeof(struct chargen), parse_args, args, state);
}

/* As much as there is room for; on_writable goes on. */
static void
send_lines(struct weir_core *core, struct weir_conn *conn, void *state)
{
	const struct chargen *self = state;
	uint64_t *sent = weir_conn_scratch(conn);

	if (*sent == FINISHED)
		return;
	while (*sent < self->bytes) {
		uint64_t left = self->bytes - *sent;
		uint32_t bytes = weir_conn_send_room(core, conn);
		const char *piece;

		if (bytes == 0)
			return;
		if (bytes > left)
			bytes = (uint32_t)left;
		piece = pattern_piece(*sent, &bytes);
		if (weir_conn_send_copy(core, conn, piece, bytes) != 0)
			return;
		*sent += bytes;
	}
	*sent = FINISHED;
	weir_conn_shutdown(core, conn);
}

static int
chargen_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	weir_conn_expect(core, conn, false); /* a client need never say anything */
	send_lines(core, conn, state);
	return 0;
}

static void
chargen_on_peer_fin(struct weir_core *core, struct weir_conn *conn, void *state)
{
	const struct chargen *self = state;

	if (self->bytes != WITHOUT_END)
		return;
	*weir_conn_scratch(conn) = FINISHED;
	weir_conn_shutdown(core, conn);
}

const struct weir_app_ops chargen_app = {
	.version = WEIR_APP_VERSION,
	.name = "chargen",
	.init = chargen_init,
	.fini = app_args_free_state,
	.on_open = chargen_on_open,
	.on_writable = send_lines,
	.on_peer_fin = chargen_on_peer_fin,
};
