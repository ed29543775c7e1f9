/* SPDX-License-Identifier: BSD-3-Clause */

#include "fake_weir.h"

#include "test.h"

#include <errno.h>

#include "static_mbuf.h"

struct weir_conn fake_conn;

static const struct weir_app_ops *app;
static void *state;
static struct rte_mbuf *delivered[STATIC_MBUFS];
static unsigned int delivered_count;

int
fake_open(const struct weir_app_ops *ops, const char *args, uint32_t room)
{
	app = ops;
	state = NULL;
	delivered_count = 0;
	memset(&fake_conn, 0, sizeof(fake_conn));
	fake_conn.room = room;
	fake_conn.owes_text = true;
	if (ops->init != NULL)
		assert_int_equal(ops->init(NULL, args, &state), 0);
	return ops->on_open != NULL ? ops->on_open(NULL, &fake_conn, state) : 0;
}

static struct rte_mbuf *
new_buffer(const char *text, size_t bytes)
{
	assert_true(delivered_count < STATIC_MBUFS);
	delivered[delivered_count] = static_mbuf(delivered_count, text, bytes);
	return delivered[delivered_count++];
}

void
fake_deliver(const char *text)
{
	assert_false(fake_conn.is_paused);
	app->on_data(NULL, &fake_conn, new_buffer(text, strlen(text)), state);
}

void
fake_deliver_cut(const char *text, size_t cut)
{
	struct rte_mbuf *chain = new_buffer(text, cut);

	assert_false(fake_conn.is_paused);
	static_mbuf_chain(chain, new_buffer(text + cut, strlen(text) - cut));
	app->on_data(NULL, &fake_conn, chain, state);
}

void
fake_deliver_fin(void)
{
	if (app->on_peer_fin != NULL)
		app->on_peer_fin(NULL, &fake_conn, state);
	else if (!fake_conn.has_shut_down)
		weir_conn_shutdown(NULL, &fake_conn);
}

void
fake_make_room(uint32_t bytes)
{
	fake_conn.room += bytes;
	if (!fake_conn.is_waiting || fake_conn.is_short)
		return;
	fake_conn.is_waiting = false;
	if (app->on_writable != NULL)
		app->on_writable(NULL, &fake_conn, state);
}

void
fake_close(void)
{
	if (app->on_close != NULL && !fake_conn.is_aborted)
		app->on_close(NULL, &fake_conn, WEIR_CLOSE_NORMAL, state);
	if (app->fini != NULL)
		app->fini(NULL, state);
	for (unsigned int i = 0; i < delivered_count; i++)
		assert_int_equal(static_mbuf_frees(delivered[i]), 1);
}

void
expect_sent(const char *text)
{
	assert_string_equal(fake_conn.sent, text);
}

static void
take_text(const void *text, uint32_t bytes)
{
	uint64_t kept =
		fake_conn.sent_bytes < FAKE_SENT_BYTES ? FAKE_SENT_BYTES - fake_conn.sent_bytes : 0;

	memcpy(fake_conn.sent + (FAKE_SENT_BYTES - kept), text, bytes < kept ? bytes : kept);
	fake_conn.sent_bytes += bytes;
	fake_conn.room -= bytes < fake_conn.room ? bytes : fake_conn.room;
}

static int
refusal(uint32_t bytes, bool is_whole_or_nothing)
{
	assert_false(fake_conn.is_aborted);
	if (fake_conn.has_shut_down)
		return -EPIPE;
	if (fake_conn.is_short || fake_conn.room == 0 ||
	    (is_whole_or_nothing && bytes > fake_conn.room)) {
		fake_conn.is_waiting = true;
		return fake_conn.is_short ? -ENOBUFS : -EAGAIN;
	}
	return 0;
}

int
weir_conn_send(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain)
{
	int rc = refusal(rte_pktmbuf_pkt_len(chain), false);

	(void)core;
	assert_ptr_equal(conn, &fake_conn);
	assert_true(static_mbuf_is_sound(chain));
	if (rc != 0)
		return rc;
	for (struct rte_mbuf *m = chain; m != NULL; m = m->next)
		take_text(rte_pktmbuf_mtod(m, void *), m->data_len);
	rte_pktmbuf_free(chain);
	return 0;
}

int
weir_conn_send_copy(struct weir_core *core, struct weir_conn *conn, const void *text,
		    uint32_t bytes)
{
	int rc = refusal(bytes, true);

	(void)core;
	assert_ptr_equal(conn, &fake_conn);
	assert_true(bytes > 0);
	if (rc == 0)
		take_text(text, bytes);
	return rc;
}

uint32_t
weir_conn_send_room(struct weir_core *core, struct weir_conn *conn)
{
	(void)core;
	assert_false(conn->is_aborted);
	if (conn->room == 0)
		conn->is_waiting = true;
	return conn->room;
}

void
weir_conn_shutdown(struct weir_core *core, struct weir_conn *conn)
{
	(void)core;
	assert_false(conn->is_aborted);
	assert_false(conn->has_shut_down); /* once is enough */
	conn->has_shut_down = true;
}

void
weir_conn_abort(struct weir_core *core, struct weir_conn *conn)
{
	(void)core;
	assert_false(conn->is_aborted);
	conn->is_aborted = true;
}

void
weir_conn_pause(struct weir_core *core, struct weir_conn *conn)
{
	(void)core;
	assert_false(conn->is_aborted);
	conn->is_paused = true;
}

void
weir_conn_resume(struct weir_core *core, struct weir_conn *conn)
{
	(void)core;
	assert_false(conn->is_aborted);
	conn->is_paused = false;
}

void
weir_conn_set_nodelay(struct weir_core *core, struct weir_conn *conn, bool nodelay)
{
	(void)core;
	conn->is_nodelay = nodelay;
}

void
weir_conn_expect(struct weir_core *core, struct weir_conn *conn, bool request)
{
	(void)core;
	assert_false(conn->is_aborted);
	conn->owes_text = false;
	conn->owes_request = request;
}

void
weir_conn_set_user(struct weir_conn *conn, void *user)
{
	conn->user = user;
}

void *
weir_conn_user(const struct weir_conn *conn)
{
	return conn->user;
}

uint64_t *
weir_conn_scratch(struct weir_conn *conn)
{
	return &conn->scratch;
}
