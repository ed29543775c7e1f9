/* SPDX-License-Identifier: BSD-3-Clause */

#include "fuzzed_app.h"

#include <string.h>

#include "check.h"
#include "ramp.h"

struct fuzzed_app fuzzed_app;

/* What the application notes of a connection, in its scratch space. */
struct notes {
	bool is_open;
	bool has_text;
	bool has_fin;
	bool is_paused;
	uint8_t next_octet; /* of the text, if any was delivered */
	uint8_t sent;	    /* low octet of the number of octets sent */
	uint8_t unused[2];
};

static_assert(sizeof(struct notes) == sizeof(uint64_t), "all the scratch space there is");

/* NULL: a stranger, of whom nobody keeps a record. */
static struct client *
client_of(const struct weir_core *core, const struct weir_conn *conn)
{
	struct weir_endpoint remote;

	weir_conn_remote(core, conn, &remote);
	for (uint32_t i = 0; i < fuzzed_app.client_count; i++) {
		struct client *client = &fuzzed_app.clients[i];

		if (client->path.client.port == remote.port &&
		    memcmp(client->path.client.addr.octet, remote.address,
			   sizeof(remote.address)) == 0)
			return client;
	}
	return NULL;
}

static struct notes *
notes_of(struct weir_conn *conn)
{
	return (struct notes *)weir_conn_scratch(conn);
}

static int
on_open(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	bool is_refused = fuzzed_app.command % 16 == 15;
	struct client *client = client_of(core, conn);

	check(weir_conn_is_outgoing(conn) || *weir_conn_scratch(conn) == 0);
	if (client != NULL)
		client->conn = is_refused ? NULL : conn;
	if (is_refused)
		return -1;
	notes_of(conn)->is_open = true;
	return 0;
}

static void
verify_text(struct notes *notes, const struct rte_mbuf *chain)
{
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		const uint8_t *text = rte_pktmbuf_mtod(m, const uint8_t *);

		check(m->data_len <= RAMP_LENGTH_MAX);
		if (m->data_len == 0)
			continue;
		if (!notes->has_text)
			notes->next_octet = text[0];
		check(memcmp(text, ramp_from(notes->next_octet), m->data_len) == 0);
		notes->next_octet = (uint8_t)(notes->next_octet + m->data_len);
		notes->has_text = true;
	}
}

static void
on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
	__attribute__((unused)) void *state)
{
	struct notes *notes = notes_of(conn);

	check(notes->is_open && !notes->is_paused && !notes->has_fin && chain->pkt_len > 0);
	if (fuzzed_app.has_octets)
		verify_text(notes, chain);
	if (fuzzed_app.command % 4 != 3 || weir_conn_send(core, conn, chain) != 0)
		rte_pktmbuf_free(chain);
}

static void
on_writable(__attribute__((unused)) struct weir_core *core, struct weir_conn *conn,
	    __attribute__((unused)) void *state)
{
	check(notes_of(conn)->is_open);
}

static void
on_peer_fin(struct weir_core *core, struct weir_conn *conn, __attribute__((unused)) void *state)
{
	struct notes *notes = notes_of(conn);

	check(notes->is_open && !notes->has_fin);
	notes->has_fin = true;
	if (fuzzed_app.command % 2 == 1)
		weir_conn_shutdown(core, conn);
}

/* The client may have another one already: that is the latest then. */
static void
on_close(struct weir_core *core, struct weir_conn *conn,
	 __attribute__((unused)) enum weir_close_reason reason, __attribute__((unused)) void *state)
{
	struct client *client = client_of(core, conn);

	check(notes_of(conn)->is_open || weir_conn_is_outgoing(conn));
	notes_of(conn)->is_open = false;
	if (client != NULL && client->conn == conn)
		client->conn = NULL;
}

static void
send_text(struct weir_core *core, struct weir_conn *conn, uint32_t bytes)
{
	struct notes *notes = notes_of(conn);

	check(bytes <= RAMP_LENGTH_MAX);
	if (weir_conn_send_copy(core, conn, ramp_from(notes->sent), bytes) == 0)
		notes->sent = (uint8_t)(notes->sent + bytes);
}

/* From the listener's port: an answer of the client's is one to either. */
static void
open_to_client(struct weir_core *core, struct client *client)
{
	struct weir_connect wish = {
		.remote.port = client->path.client.port,
		.remote.is_ipv4 = !client->path.is_ipv6,
		.local.port = client->path.server.port,
	};
	struct weir_conn *conn;

	memcpy(wish.remote.address, client->path.client.addr.octet, sizeof(wish.remote.address));
	if (weir_core_connect(core, &wish, &conn) == 0)
		client->conn = conn;
}

static void
open_to_unknown(struct weir_core *core)
{
	struct weir_connect wish = {
		.remote.port = RIG_SERVER_PORT,
		.remote.is_ipv4 = ip_addr_is_ipv4(&fuzzed_app.unknown),
	};
	struct weir_conn *conn;

	memcpy(wish.remote.address, fuzzed_app.unknown.octet, sizeof(wish.remote.address));
	weir_core_connect(core, &wish, &conn);
}

static void
set_timeouts(struct weir_core *core, struct weir_conn *conn, uint8_t command)
{
	struct weir_conn_info info;

	weir_conn_set_keepalive(core, conn, (command & 0x40) != 0);
	weir_conn_set_user_timeout(core, conn, (uint32_t)(command >> 3 & 7) * 1000);
	weir_conn_get_info(core, conn, &info);
	check(info.state != NULL);
}

static void
command_conn(struct weir_core *core, struct client *client, uint8_t command)
{
	switch (command & 0x07) {
	case 0:
		if (command != 0)
			set_timeouts(core, client->conn, command);
		break;
	case 1:
	case 2:
		send_text(core, client->conn, (uint32_t)(command >> 3) * 170 + 1);
		break;
	case 3:
		weir_conn_shutdown(core, client->conn);
		break;
	case 4:
		if (command & 0x80) {
			weir_conn_abort(core, client->conn);
			client->conn = NULL;
		}
		break;
	case 5:
		notes_of(client->conn)->is_paused = true;
		weir_conn_pause(core, client->conn);
		break;
	case 6:
		notes_of(client->conn)->is_paused = false;
		weir_conn_resume(core, client->conn);
		break;
	case 7:
		weir_conn_set_nodelay(core, client->conn, (command & 0x80) != 0);
		weir_conn_expect(core, client->conn, (command & 0x40) != 0);
		break;
	default:
		break;
	}
}

static void
on_poll(struct weir_core *core, __attribute__((unused)) uint64_t now_ns,
	__attribute__((unused)) void *state)
{
	struct client *client = fuzzed_app.client;
	uint8_t command = fuzzed_app.command;

	fuzzed_app.command = 0;
	if (command == FUZZED_OPEN_TO_CLIENT)
		open_to_client(core, client);
	else if (command == FUZZED_OPEN_TO_UNKNOWN)
		open_to_unknown(core);
	if (client->conn != NULL)
		command_conn(core, client, command);
}

const struct weir_app_ops fuzzed_app_ops = {
	.version = WEIR_APP_VERSION,
	.name = "fuzzed",
	.on_open = on_open,
	.on_data = on_data,
	.on_writable = on_writable,
	.on_peer_fin = on_peer_fin,
	.on_close = on_close,
	.poll = on_poll,
};
