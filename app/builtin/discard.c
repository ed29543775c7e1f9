/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * discard (RFC 863): takes everything, answers nothing, closes after the peer.
 *
 *	close_after=N	our FIN after N octets, 0: as soon as the connection is open
 *	abort_after=N	a RST after N octets, 0: instead of opening the connection
 *
 * Both are there to see, and test, closes that begin at our side.
 */
#include <errno.h>

#include <rte_mbuf.h>

#include "app_args.h"
#include "builtin.h"

#define NEVER UINT64_MAX

struct discard {
	uint64_t close_after;
	uint64_t abort_after;
};

static int
parse_args(void *state, const char *args, char *message, size_t message_bytes)
{
	struct discard *self = state;
	const struct app_arg known[] = {
		{"close_after", INT64_MAX, &self->close_after, NULL},
		{"abort_after", INT64_MAX, &self->abort_after, NULL},
		{NULL, 0, NULL, NULL},
	};

	self->close_after = NEVER;
	self->abort_after = NEVER;
	return app_args_parse(args, known, message, message_bytes);
}

int
discard_check_args(const char *args, char *message, size_t message_bytes)
{
	struct discard unused;

	return parse_args(&unused, args, message, message_bytes);
}

static int
discard_init(struct weir_core *core, const char *args, void **state)
{
	(void)core;
	return app_args_create_state(sizeof(struct discard), parse_args, args, state);
}

static int
discard_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	const struct discard *self = state;

	if (self->abort_after == 0)
		return -ECONNREFUSED;
	if (self->close_after == 0)
		weir_conn_shutdown(core, conn);
	weir_conn_expect(core, conn, false); /* silence is as good as anything */
	return 0;
}

static void
discard_on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	const struct discard *self = state;
	uint64_t *taken = weir_conn_scratch(conn);
	uint64_t before = *taken;

	*taken += rte_pktmbuf_pkt_len(chain);
	rte_pktmbuf_free(chain);
	if (*taken >= self->abort_after)
		weir_conn_abort(core, conn);
	else if (before < self->close_after && *taken >= self->close_after)
		weir_conn_shutdown(core, conn);
}

const struct weir_app_ops discard_app = {
	.version = WEIR_APP_VERSION,
	.name = "discard",
	.init = discard_init,
	.fini = app_args_free_state,
	.on_open = discard_on_open,
	.on_data = discard_on_data,
};
