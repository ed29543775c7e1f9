/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * echo (RFC 862): sends back what it gets, in the buffers it got it in.
 *
 * One refused chain at most waits at the connection's user pointer, and reading
 * is paused as long, so a client that does not read is made to wait by its own
 * window.  Scratch remembers that its FIN has come meanwhile.
 *
 * The trap: weir_conn_resume() may deliver text before it returns, so it comes
 * last, when nothing is kept here any more.
 */
#include <errno.h>

#include <rte_mbuf.h>

#include "app_args.h"
#include "builtin.h"

#define FIN_HAS_COME 1

int
echo_check_args(const char *args, char *message, size_t message_bytes)
{
	const struct app_arg known[] = {{NULL, 0, NULL, NULL}};

	return app_args_parse(args, known, message, message_bytes);
}

/* True when all of it is sent and there is room for more. */
static bool
send_back(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain)
{
	weir_conn_set_user(conn, NULL);
	switch (weir_conn_send(core, conn, chain)) {
	case 0:
		return weir_conn_send_room(core, conn) > 0;
	case -EPIPE:
		rte_pktmbuf_free(chain);
		return true;
	default:
		weir_conn_set_user(conn, chain);
		return false;
	}
}

static int
echo_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	(void)state;
	weir_conn_set_nodelay(core, conn, true); /* its pieces are the client's choice */
	return 0;
}

static void
echo_on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	(void)state;
	if (!send_back(core, conn, chain))
		weir_conn_pause(core, conn);
}

static void
echo_on_writable(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct rte_mbuf *chain = weir_conn_user(conn);

	(void)state;
	if (chain != NULL) {
		send_back(core, conn, chain);
		if (weir_conn_user(conn) != NULL)
			return;
		if (*weir_conn_scratch(conn) == FIN_HAS_COME) {
			weir_conn_shutdown(core, conn);
			return;
		}
	}
	if (weir_conn_send_room(core, conn) > 0)
		weir_conn_resume(core, conn);
}

static void
echo_on_peer_fin(struct weir_core *core, struct weir_conn *conn, void *state)
{
	(void)state;
	*weir_conn_scratch(conn) = FIN_HAS_COME;
	if (weir_conn_user(conn) == NULL)
		weir_conn_shutdown(core, conn);
}

static void
echo_on_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
	      void *state)
{
	(void)core;
	(void)reason;
	(void)state;
	rte_pktmbuf_free(weir_conn_user(conn));
}

const struct weir_app_ops echo_app = {
	.version = WEIR_APP_VERSION,
	.name = "echo",
	.on_open = echo_on_open,
	.on_data = echo_on_data,
	.on_writable = echo_on_writable,
	.on_peer_fin = echo_on_peer_fin,
	.on_close = echo_on_close,
};
