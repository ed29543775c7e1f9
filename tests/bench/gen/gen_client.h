/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Clients with real connections: SYN, SYN-ACK, ACK with a request, the answer,
 * FIN both ways.  All of TCP that needs: one request under way, text taken in
 * order only, everything unanswered sent again as a real client would.
 *
 * Connections live in slots.  A slot's connections have addresses and ports of
 * its own, taken one after the other, so that an answer's destination tells the
 * slot without a search.  The first slots may be flows: connections that stay and
 * ask again and again.
 */
#ifndef WEIR_TESTS_BENCH_GEN_CLIENT_H
#define WEIR_TESTS_BENCH_GEN_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "gen_answer.h"
#include "gen_batch.h"
#include "gen_latency.h"
#include "gen_template.h"
#include "rng.h"

/* What is said on a connection. */
enum gen_exchange {
	GEN_EXCHANGE_HTTP,    /* a GET, an answer with a Content-Length */
	GEN_EXCHANGE_ECHO,    /* some octets, the same number back */
	GEN_EXCHANGE_NOTHING, /* opened and closed */
};

enum gen_client_state {
	GEN_IDLE,
	GEN_SYN_SENT,
	GEN_WAITING,  /* for an answer, or for the server's FIN after it */
	GEN_PAUSED,   /* a flow between two requests */
	GEN_CLOSING,  /* our FIN is out */
	GEN_LAST_ACK, /* theirs came, ours is not acknowledged */
};

struct gen_connection {
	uint64_t opened_ns;
	uint64_t asked_ns;    /* when the request was sent first */
	uint64_t deadline_ns; /* of what is unanswered */
	uint32_t tuple;	      /* number of its address and port */
	uint32_t snd_una;
	uint32_t snd_nxt;
	uint32_t rcv_nxt;
	uint32_t ts_recent;
	uint32_t to_come; /* octets of the answer, once its length is known */
	uint8_t state;
	uint8_t tries;
	bool is_flow;
	bool is_counted;
	bool has_begun; /* the answer */
	bool has_answer;
};

struct gen_client_stats {
	uint64_t opened;
	uint64_t completed;
	uint64_t timed_out;
	uint64_t reset;
	uint64_t answers_wrong;
	uint64_t answers;
	uint64_t answer_octets;
	uint64_t syns_again;
	uint64_t others_again; /* requests and FINs */
	uint64_t strays;       /* answers to nothing we asked */
	uint64_t frames_lacking;
	uint64_t flow_answers;
	uint64_t flow_octets;
	uint64_t flow_resets;
	uint64_t flow_timeouts;
	uint64_t flow_again;
	struct gen_latency connect;  /* SYN first sent to SYN-ACK */
	struct gen_latency exchange; /* request to the end of its answer */
	struct gen_latency whole;    /* SYN to the end */
	struct gen_latency flow;     /* request to answer, of flows */
};

struct gen_client_setup {
	const struct gen_path *path;
	const struct gen_prefix *from;
	enum gen_flavour flavour;
	enum gen_exchange exchange;
	bool server_closes;
	const char *page;	/* "/", for GEN_EXCHANGE_HTTP */
	uint32_t slots;		/* connections at once, flows among them; a power of two */
	uint32_t flows;		/* fewer than slots, or as many */
	uint32_t hosts;		/* addresses in use, as far as the prefix goes */
	double rate;		/* connections opened in a second; 0: one after the other */
	uint64_t flow_pause_ns; /* between an answer and the next request */
	uint64_t seed;
	uint32_t frames; /* of each kind */
};

enum gen_client_frame {
	GEN_FRAME_SYN,
	GEN_FRAME_ACK,
	GEN_FRAME_REQUEST,
	GEN_FRAME_FIN,
	GEN_FRAME_RST,
	GEN_FRAME_N,
};

struct gen_client {
	struct gen_template templates[GEN_FRAME_N];
	struct gen_connection *connections;
	uint32_t *idle; /* slots, as a stack */
	uint32_t idle_count;
	uint32_t slots;
	uint32_t tuples; /* a power of two */
	uint32_t first_host;
	uint32_t sweep; /* the slot to look at next for a deadline */
	uint32_t request_bytes;
	uint32_t answer_bytes; /* learnt from the first one; 0 before */
	enum gen_exchange exchange;
	bool server_closes;
	bool is_opening;
	bool is_counting; /* what is opened now counts */
	double per_ns;
	double allowance; /* connections that may be opened now */
	uint64_t polled_ns;
	uint64_t flow_pause_ns;
	uint32_t counted_busy;
	struct rng rng;
	struct gen_client_stats stats;
};

/* 0, or a negative errno; after either, close it. */
int gen_client_open(struct gen_client *client, const struct gen_client_setup *setup);
void gen_client_close(struct gen_client *client);

/* Whether the answer's destination is one of our clients. */
bool gen_client_owns(const struct gen_client *client, const struct gen_answer *answer);

/* A TCP answer to one of them; what is to be said to it goes to `out`. */
void gen_client_take(struct gen_client *client, const struct rte_mbuf *m,
		     const struct gen_answer *answer, uint64_t now_ns, struct gen_batch *out);

/* Open what is due, send again what is overdue: bounded work. */
void gen_client_poll(struct gen_client *client, uint64_t now_ns, struct gen_batch *out);

#endif
