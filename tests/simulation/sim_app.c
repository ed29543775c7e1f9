/* SPDX-License-Identifier: BSD-3-Clause */

#include "sim_app.h"

#include <errno.h>

#include <rte_mbuf.h>

#include "check.h"
#include "link.h"
#include "stream.h"
#include "units.h"

#define RETRY_NS  (10 * NS_PER_MS)
#define COPY_MAX  8192
#define PIECE_MAX 1800

static struct sim_app *starting;

static void
broken(struct sim_app *app, const char *promise)
{
	if (app->wrong == NULL)
		app->wrong = promise;
}

static int
init(__attribute__((unused)) struct weir_core *core, __attribute__((unused)) const char *args,
     void **state)
{
	*state = starting;
	return 0;
}

static struct sim_conn *
conn_of(struct weir_core *core, struct weir_conn *conn, struct sim_app *app)
{
	struct weir_endpoint remote;

	if (weir_conn_is_outgoing(conn))
		return weir_conn_user(conn);
	weir_conn_remote(core, conn, &remote);
	for (uint32_t i = 0; i < app->count; i++) {
		if (app->conns[i].port == remote.port)
			return &app->conns[i];
	}
	return NULL;
}

static int
on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct sim_app *app = state;
	struct sim_conn *c = conn_of(core, conn, app);

	if (c == NULL)
		return -1; /* somebody who forged nothing but his address */
	if (*weir_conn_scratch(conn) != 0 ||
	    (weir_conn_user(conn) != NULL) != weir_conn_is_outgoing(conn))
		broken(app, "a new connection's storage is not zero");
	if (!c->is_hostile && !c->may_reopen && c->opened > 0)
		broken(app, "a connection was opened twice");
	if (c->conn != NULL && !c->connects && !c->is_hostile)
		broken(app, "a connection was opened while there is one");
	if (c->unsent != NULL)
		rte_pktmbuf_free(c->unsent);
	c->opened++;
	if (c->plan.refuses) {
		c->has_refused = true;
		return -1;
	}
	c->conn = conn;
	c->is_open = true;
	c->received = c->sent = 0;
	c->unsent = NULL;
	c->is_paused = c->has_fin = c->has_shut = c->has_closed = false;
	c->write_ns = 0;
	weir_conn_set_user(conn, c);
	weir_conn_set_nodelay(core, conn, c->plan.is_nodelay);
	return 0;
}

static void
judge_text(struct sim_app *app, struct sim_conn *c, const struct rte_mbuf *chain)
{
	uint64_t at = c->received;

	if (c->is_paused)
		broken(app, "text while paused");
	if (c->has_fin)
		broken(app, "text after the peer's FIN");
	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		if (!c->is_hostile && !stream_is(c->client_stream, at,
						 rte_pktmbuf_mtod(m, const uint8_t *), m->data_len))
			broken(app, "text that the client did not send there");
		at += m->data_len;
	}
	if (at - c->received != chain->pkt_len || chain->pkt_len == 0)
		broken(app, "a chain's length is not the sum of its parts, or nothing");
	c->received = at;
}

static void
pause_reading(struct weir_core *core, struct sim_conn *c, uint64_t ns)
{
	c->is_paused = true;
	c->read_ns = weir_core_now_ns(core) + ns;
	weir_conn_pause(core, c->conn);
}

/* Send it back, or keep it and read no more. */
static void
send_back(struct weir_core *core, struct sim_conn *c, struct rte_mbuf *chain)
{
	uint32_t bytes = chain->pkt_len;

	switch (weir_conn_send(core, c->conn, chain)) {
	case 0:
		c->sent += bytes;
		break;
	case -EAGAIN:
	case -ENOBUFS:
		c->unsent = chain;
		pause_reading(core, c, RETRY_NS);
		break;
	default:
		rte_pktmbuf_free(chain);
	}
}

static void
on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	struct sim_app *app = state;
	struct sim_conn *c = weir_conn_user(conn);

	judge_text(app, c, chain);
	if (c->plan.is_echo)
		send_back(core, c, chain);
	else
		rte_pktmbuf_free(chain);
	if (c->plan.is_slow_reader && !c->is_paused)
		pause_reading(core, c, rng_next(&app->rng) % c->plan.read_ns);
}

static void
on_writable(__attribute__((unused)) struct weir_core *core, struct weir_conn *conn,
	    __attribute__((unused)) void *state)
{
	struct sim_conn *c = weir_conn_user(conn);

	c->write_ns = 0;
	if (c->unsent != NULL)
		c->read_ns = 0;
}

static void
on_peer_fin(__attribute__((unused)) struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct sim_app *app = state;
	struct sim_conn *c = weir_conn_user(conn);

	if (c->has_fin)
		broken(app, "two FINs of one peer");
	if (!c->is_hostile && c->received != c->client_total)
		broken(app, "the peer's FIN before its text");
	c->has_fin = true;
}

static void
forget(struct sim_conn *c)
{
	rte_pktmbuf_free(c->unsent);
	c->unsent = NULL;
	c->conn = NULL;
	c->is_open = false;
}

static void
on_close(__attribute__((unused)) struct weir_core *core, struct weir_conn *conn,
	 enum weir_close_reason reason, void *state)
{
	struct sim_app *app = state;
	struct sim_conn *c = weir_conn_user(conn);

	if (c->conn != conn) {
		if (!c->is_hostile)
			broken(app, "the end of a connection that is none");
		return;
	}
	if (reason == WEIR_CLOSE_NORMAL && (!c->has_fin || !c->has_shut))
		broken(app, "a normal end without both FINs");
	c->has_closed = true;
	c->reason = reason;
	forget(c);
}

static struct rte_mbuf *
chain_of(struct weir_core *core, struct sim_app *app, struct sim_conn *c, uint32_t bytes)
{
	struct rte_mbuf *head = NULL;

	for (uint32_t done = 0; done < bytes;) {
		struct rte_mbuf *m = weir_core_alloc_mbuf(core);
		uint32_t piece =
			PIECE_MAX - (chance(&app->rng, 8192) ? rng_below(&app->rng, 1700) : 0);

		if (m == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		piece = RTE_MIN(piece, bytes - done);
		stream_fill(c->plan.stream, c->sent + done,
			    (uint8_t *)rte_pktmbuf_append(m, (uint16_t)piece), piece);
		if (head == NULL)
			head = m;
		else
			check(rte_pktmbuf_chain(head, m) == 0);
		done += piece;
	}
	return head;
}

/* 0 if weir took it. */
static int
send_piece(struct weir_core *core, struct sim_app *app, struct sim_conn *c, uint32_t bytes)
{
	static uint8_t text[COPY_MAX];
	struct rte_mbuf *chain;
	int error;

	if (c->plan.copies) {
		stream_fill(c->plan.stream, c->sent, text, bytes);
		return weir_conn_send_copy(core, c->conn, text, bytes);
	}
	chain = chain_of(core, app, c, bytes);
	if (chain == NULL)
		return -ENOMEM;
	error = weir_conn_send(core, c->conn, chain);
	if (error != 0)
		rte_pktmbuf_free(chain);
	return error;
}

static void
write_some(struct weir_core *core, struct sim_app *app, struct sim_conn *c, uint64_t now_ns)
{
	while (c->sent < c->plan.total && c->write_ns <= now_ns && !c->plan.is_echo) {
		uint64_t left = c->plan.total - c->sent;
		uint32_t piece = 1 + rng_below(&app->rng, RTE_MIN(c->plan.write_max, COPY_MAX));
		int error;

		if (c->sent >= c->plan.abort_at)
			return;
		piece = (uint32_t)RTE_MIN((uint64_t)piece, left);
		error = send_piece(core, app, c, piece);
		c->write_ns = now_ns +
			      (c->plan.pause_ns > 0 ? rng_next(&app->rng) % c->plan.pause_ns : 0);
		if (error == 0)
			c->sent += piece;
		else
			c->write_ns = error == -ENOMEM ? now_ns + RETRY_NS : UINT64_MAX;
	}
}

static void
read_on(struct weir_core *core, struct sim_conn *c)
{
	struct rte_mbuf *unsent = c->unsent;

	c->unsent = NULL;
	c->is_paused = false;
	if (unsent != NULL)
		send_back(core, c, unsent);
	if (!c->is_paused)
		weir_conn_resume(core, c->conn);
}

static void
connect_now(struct weir_core *core, struct sim_app *app, struct sim_conn *c, uint64_t now_ns)
{
	switch (weir_core_connect(core, &c->wish, &c->conn)) {
	case 0:
		c->connect_ns = UINT64_MAX;
		break;
	case -ENOBUFS:
		c->connect_ns = now_ns + RETRY_NS;
		break;
	default:
		broken(app, "a connection that can be asked for is refused");
	}
}

static void
act(struct weir_core *core, struct sim_app *app, struct sim_conn *c, uint64_t now_ns)
{
	if (c->is_paused && c->read_ns <= now_ns)
		read_on(core, c);
	write_some(core, app, c, now_ns);
	if (c->sent >= c->plan.abort_at) {
		c->has_aborted = true;
		weir_conn_abort(core, c->conn);
		forget(c);
		return;
	}
	if (c->is_open && !c->has_shut && c->unsent == NULL &&
	    (c->plan.is_echo || c->sent == c->plan.total) &&
	    (c->has_fin || !(c->plan.waits_for_fin || c->plan.is_echo))) {
		c->has_shut = true;
		weir_conn_shutdown(core, c->conn);
	}
}

static void
on_poll(struct weir_core *core, uint64_t now_ns, void *state)
{
	struct sim_app *app = state;

	for (uint32_t i = 0; i < app->count && !app->is_quiet; i++) {
		struct sim_conn *c = &app->conns[i];

		if (c->is_open)
			act(core, app, c, now_ns);
		else if (c->connects && c->connect_ns <= now_ns)
			connect_now(core, app, c, now_ns);
	}
}

const struct weir_app_ops *
sim_app_ops(struct sim_app *app)
{
	static const struct weir_app_ops ops = {
		.version = WEIR_APP_VERSION,
		.name = "simulated",
		.init = init,
		.on_open = on_open,
		.on_data = on_data,
		.on_writable = on_writable,
		.on_peer_fin = on_peer_fin,
		.on_close = on_close,
		.poll = on_poll,
	};

	starting = app;
	return &ops;
}
