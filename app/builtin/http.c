/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * http: one answer to every GET and HEAD, over connections that stay open.
 *
 *	body=TEXT	the body, up to the end of the line
 *	bytes=N		instead a body of N octets of a pattern, sent as the client takes it
 *
 * A connection needs no memory of ours but its eight octets of scratch.  While
 * an answer waits for room, reading is paused, and what had been read behind
 * that request waits as a chain at the user pointer.
 *
 * A client owes a whole request from the beginning, and after each answer: one that
 * deals it out octet by octet is ended by [tcp] request_timeout.
 *
 * The traps: weir_conn_resume() may deliver text before it returns, so it comes
 * last; and after our FIN the client's text must still be taken, or its own FIN
 * would never be seen.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include "app_args.h"
#include "builtin.h"
#include "http_answer.h"
#include "http_request.h"

#define BODY "Hello from weir.\n"

struct http {
	struct http_answers answers;
};

enum http_flag {
	PEER_FIN = 1 << 0, /* the client will send no more */
	OUR_FIN = 1 << 1,  /* neither shall we; what still comes is discarded */
	TO_HEAD = 1 << 2,  /* the answer has no body */
};

/* Scratch.  A request is read or an answer sent, never both. */
struct http_conn {
	uint8_t answer; /* enum http_answer_kind */
	uint8_t flags;
	union {
		struct http_request request;
		struct {
			uint32_t sent; /* octets of the answer */
		} __attribute__((packed, aligned(2)));
	};
};

static_assert(sizeof(struct http_conn) == sizeof(uint64_t), "fits a connection's scratch");

struct http_args {
	const char *body;
	uint64_t bytes;
};

static int
parse_args(struct http_args *http_args, const char *args, char *message, size_t message_bytes)
{
	const struct app_arg known[] = {
		{"bytes", HTTP_BODY_BYTES_MAX, &http_args->bytes, NULL},
		{"body", 0, NULL, &http_args->body},
		{NULL, 0, NULL, NULL},
	};

	http_args->body = NULL;
	http_args->bytes = UINT64_MAX;
	if (app_args_parse(args, known, message, message_bytes) != 0)
		return -EINVAL;
	if (http_args->body != NULL && http_args->bytes != UINT64_MAX) {
		snprintf(message, message_bytes, "both body and bytes; allowed: one of them");
		return -EINVAL;
	}
	if (http_args->bytes == UINT64_MAX) {
		http_args->bytes = 0;
		if (http_args->body == NULL)
			http_args->body = BODY;
	}
	return 0;
}

int
http_check_args(const char *args, char *message, size_t message_bytes)
{
	struct http_args unused;

	return parse_args(&unused, args, message, message_bytes);
}

static int
http_init(struct weir_core *core, const char *args, void **state)
{
	struct http_args http_args;
	struct http *http;
	char message[1];

	(void)core;
	if (parse_args(&http_args, args, message, sizeof(message)) != 0)
		return -EINVAL;
	http = malloc(sizeof(*http));
	if (http == NULL)
		return -ENOMEM;
	if (http_answers_init(&http->answers, http_args.body, (uint32_t)http_args.bytes) != 0) {
		free(http);
		return -ENOMEM;
	}
	*state = http;
	return 0;
}

static void
http_fini(struct weir_core *core, void *state)
{
	struct http *http = state;

	(void)core;
	http_answers_fini(&http->answers);
	free(http);
}

static struct http_conn *
http_conn_of(struct weir_conn *conn)
{
	return (struct http_conn *)weir_conn_scratch(conn);
}

static void
close_our_side(struct weir_core *core, struct weir_conn *conn, struct http_conn *c)
{
	c->flags |= OUR_FIN;
	weir_conn_shutdown(core, conn);
}

/* Send what there is room for.  True when all of the answer is sent. */
static bool
send_answer(struct weir_core *core, struct weir_conn *conn, const struct http *http,
	    struct http_conn *c)
{
	const struct http_answer *answer = &http->answers.answer[c->answer];
	uint32_t total = http_answer_bytes(answer, (c->flags & TO_HEAD) != 0);

	while (c->sent < total) {
		uint32_t bytes = weir_conn_send_room(core, conn);
		const char *piece;

		if (bytes == 0)
			return false;
		bytes = RTE_MIN(bytes, total - c->sent);
		piece = http_answer_piece(answer, c->sent, &bytes);
		if (weir_conn_send_copy(core, conn, piece, bytes) != 0)
			return false;
		c->sent += bytes;
	}
	return true;
}

/* The client owes nothing until it has the answer. */
static void
begin_answer(struct weir_core *core, struct weir_conn *conn, struct http_conn *c,
	     enum http_verdict verdict)
{
	weir_conn_expect(core, conn, false);
	c->answer = (uint8_t)http_answer_choose(verdict, http_request_keeps_open(&c->request));
	c->flags &= (uint8_t)~TO_HEAD;
	if (verdict == HTTP_COMPLETE && http_request_is_head(&c->request))
		c->flags |= TO_HEAD;
	c->sent = 0;
}

/* All of it is sent: close, or read the next request. */
static void
end_answer(struct weir_core *core, struct weir_conn *conn, struct http_conn *c)
{
	if (c->answer != HTTP_ANSWER_KEEP)
		close_our_side(core, conn, c);
	else
		weir_conn_expect(core, conn, true);
	c->answer = HTTP_ANSWER_NONE;
	c->request = (struct http_request){0};
}

/* Free the first segment of a chain that is used up; what follows it. */
static struct rte_mbuf *
drop_first(struct rte_mbuf *chain)
{
	struct rte_mbuf *next = chain->next;

	if (next != NULL) {
		next->pkt_len = chain->pkt_len - chain->data_len;
		next->nb_segs = (uint16_t)(chain->nb_segs - 1);
	}
	chain->next = NULL;
	chain->nb_segs = 1;
	rte_pktmbuf_free_seg(chain);
	return next;
}

/* Read requests and answer them.  What cannot be read yet waits at the user pointer. */
static void
read_requests(struct weir_core *core, struct weir_conn *conn, const struct http *http,
	      struct rte_mbuf *chain)
{
	struct http_conn *c = http_conn_of(conn);

	while (chain != NULL && (c->flags & OUR_FIN) == 0) {
		enum http_verdict verdict;
		size_t taken;

		taken = http_request_parse(&c->request, rte_pktmbuf_mtod(chain, const char *),
					   rte_pktmbuf_data_len(chain), &verdict);
		if (taken == rte_pktmbuf_data_len(chain))
			chain = drop_first(chain);
		else
			rte_pktmbuf_adj(chain, (uint16_t)taken);
		if (verdict == HTTP_INCOMPLETE)
			continue;
		begin_answer(core, conn, c, verdict);
		if (!send_answer(core, conn, http, c)) {
			weir_conn_set_user(conn, chain);
			weir_conn_pause(core, conn);
			return;
		}
		end_answer(core, conn, c);
	}
	rte_pktmbuf_free(chain);
}

static int
http_on_open(struct weir_core *core, struct weir_conn *conn, void *state)
{
	(void)state;
	weir_conn_set_nodelay(core, conn, true); /* the last segment of an answer is never held */
	weir_conn_expect(core, conn, true);
	return 0;
}

static void
http_on_data(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain, void *state)
{
	read_requests(core, conn, state, chain);
}

static void
http_on_writable(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct http_conn *c = http_conn_of(conn);
	struct rte_mbuf *chain;

	if (c->answer == HTTP_ANSWER_NONE || !send_answer(core, conn, state, c))
		return;
	end_answer(core, conn, c);
	chain = weir_conn_user(conn);
	weir_conn_set_user(conn, NULL);
	read_requests(core, conn, state, chain);
	if (c->answer != HTTP_ANSWER_NONE)
		return;
	if ((c->flags & (PEER_FIN | OUR_FIN)) == PEER_FIN)
		close_our_side(core, conn, c);
	weir_conn_resume(core, conn);
}

static void
http_on_peer_fin(struct weir_core *core, struct weir_conn *conn, void *state)
{
	struct http_conn *c = http_conn_of(conn);

	(void)state;
	c->flags |= PEER_FIN;
	if (c->answer == HTTP_ANSWER_NONE && (c->flags & OUR_FIN) == 0)
		close_our_side(core, conn, c);
}

static void
http_on_close(struct weir_core *core, struct weir_conn *conn, enum weir_close_reason reason,
	      void *state)
{
	(void)core;
	(void)reason;
	(void)state;
	rte_pktmbuf_free(weir_conn_user(conn));
}

const struct weir_app_ops http_app = {
	.version = WEIR_APP_VERSION,
	.name = "http",
	.init = http_init,
	.fini = http_fini,
	.on_open = http_on_open,
	.on_data = http_on_data,
	.on_writable = http_on_writable,
	.on_peer_fin = http_on_peer_fin,
	.on_close = http_on_close,
};
