/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An application that opens connections on order.  Who connects to it and says
 * "ADDRESS PORT\n" is told, a line each, what comes of it:
 *
 *	error ERRNO		weir_core_connect() refused
 *	open CORE PORT		on that core, from that local port
 *	text WORDS		the first that came back on the "hello\n" it was sent
 *	close REASON		enum weir_close_reason
 *
 * and then the order's connection is closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "weir/app.h"

#define LINE_BYTES 128

struct dial {
	struct weir_conn *order;
	struct weir_conn *call;
	size_t length;
	char line[LINE_BYTES];
	bool is_ordered;
	bool has_text;
};

__attribute__((format(printf, 3, 4))) static void
say(struct weir_core *core, struct dial *dial, const char *format, ...)
{
	char text[2 * LINE_BYTES];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (dial->order != NULL && length > 0)
		weir_conn_send_copy(core, dial->order, text, (uint32_t)length);
}

static bool
read_order(const char *line, struct weir_endpoint *remote)
{
	char address[LINE_BYTES];
	unsigned int port;

	if (sscanf(line, "%127s %u", address, &port) != 2 || port > UINT16_MAX)
		return false;
	*remote = (struct weir_endpoint){.port = (uint16_t)port};
	if (inet_pton(AF_INET6, address, remote->address) == 1)
		return true;
	remote->is_ipv4 = true;
	remote->address[10] = remote->address[11] = 0xff;
	return inet_pton(AF_INET, address, remote->address + 12) == 1;
}

static void
take_order(struct weir_core *core, struct dial *dial)
{
	struct weir_connect wish = {.user = dial};
	int error = -EBADMSG;

	dial->is_ordered = true;
	if (read_order(dial->line, &wish.remote))
		error = weir_core_connect(core, &wish, &dial->call);
	if (error == 0)
		return;
	say(core, dial, "error %d\n", -error);
	weir_conn_shutdown(core, dial->order);
}

static int
dialer_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct weir_endpoint local;
	struct dial *dial;

	(void)state;
	if (!weir_conn_is_outgoing(conn)) {
		dial = calloc(1, sizeof(*dial));
		if (dial == NULL)
			return -1;
		dial->order = conn;
		weir_conn_set_user(conn, dial);
		return 0;
	}
	dial = weir_conn_user(conn);
	weir_conn_local(core, conn, &local);
	say(core, dial, "open %u %u\n", weir_core_index(core), local.port);
	return weir_conn_send_copy(core, conn, "hello\n", 6);
}

/* Octets of a chain to the end of dial->line; the chain is freed. */
static void
collect(struct dial *dial, struct rte_mbuf *chain)
{
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		size_t room = LINE_BYTES - 1 - dial->length;
		size_t here = RTE_MIN((size_t)m->data_len, room);

		memcpy(dial->line + dial->length, rte_pktmbuf_mtod(m, const char *), here);
		dial->length += here;
	}
	dial->line[dial->length] = '\0';
	rte_pktmbuf_free(chain);
}

static void
dialer_on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	struct dial *dial = weir_conn_user(conn);

	(void)state;
	if (conn == dial->order ? dial->is_ordered : dial->has_text) {
		rte_pktmbuf_free(chain);
		return;
	}
	collect(dial, chain);
	if (strchr(dial->line, '\n') == NULL)
		return;
	if (conn == dial->order) {
		dial->length = 0;
		take_order(core, dial);
		return;
	}
	dial->has_text = true;
	say(core, dial, "text %s", dial->line);
	weir_conn_shutdown(core, conn);
}

static void
dialer_on_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
		void *state)
{
	struct dial *dial = weir_conn_user(conn);

	(void)state;
	if (conn == dial->call) {
		dial->call = NULL;
		say(core, dial, "close %d\n", (int)reason);
		if (dial->order != NULL) {
			weir_conn_shutdown(core, dial->order);
			return;
		}
	} else {
		dial->order = NULL;
		if (dial->call != NULL)
			weir_conn_abort(core, dial->call);
	}
	free(dial);
}

/* Whoever orders may close his side at once and still be told. */
static void
dialer_on_peer_fin(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct dial *dial = weir_conn_user(conn);

	(void)state;
	if (conn == dial->call || dial->call == NULL)
		weir_conn_shutdown(core, conn);
}

extern const struct weir_app_ops weir_app;

WEIR_API const struct weir_app_ops weir_app = {
	.version = WEIR_APP_VERSION,
	.name = "dialer",
	.on_open = dialer_on_open,
	.on_data = dialer_on_data,
	.on_peer_fin = dialer_on_peer_fin,
	.on_close = dialer_on_close,
};
