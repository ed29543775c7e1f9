/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A conversation with weir: a client's segments go in, weir's come out and are
 * compared with what is expected, in virtual time.
 *
 *	CONVERSATION(a_fin_is_acknowledged, "cookies=always,never family=4,6")
 *	{
 *		established(c);
 *		rx(c, "F. 1:1(0) ack 1 win 1024");
 *		expect_tx(c, ". 1:1(0) ack 2");
 *		expect_state(c, TCPS_CLOSE_WAIT);
 *	}
 *
 * Sequence numbers are relative to each side's initial one; so are weir's
 * timestamps, to the one in its SYN or SYN-ACK.  Before that, weir's numbers are
 * absolute.  The notation is that of segment_text.h.
 *
 * Everything weir sends must be expected: the next thing said while a segment
 * waits to be heard is a failure.  Beside what a test asks, each frame is
 * verified whole (segment_frame.h), each connection keeps the laws of
 * segment_laws.h, after each turn the engine's books balance (rig.h), and when
 * the conversation ends every connection can be closed and no buffer is lost.
 */
#ifndef WEIR_TESTS_HARNESS_CONVERSATION_H
#define WEIR_TESTS_HARNESS_CONVERSATION_H

#include <stdio.h>

#include "conversation_setup.h"
#include "segment_laws.h"
#include "tcp_user.h"
#include "test.h"

#define PEERS_MAX   8
#define UNHEARD_MAX 256

/* One client: its end of the wire and what it has learnt of the connection. */
struct peer {
	struct wire_path path;
	struct segment_laws laws;
	uint32_t isn;	    /* relative numbers start here; 0 where they are absolute */
	uint32_t iss;	    /* weir's, of its latest SYN or SYN-ACK; 0 before */
	uint32_t text_base; /* the sequence number of the SYN of the connection in being */
	uint32_t seq_base;  /* what weir's numbers are relative to */
	uint32_t ts_base;
	uint16_t wnd; /* last one said */
};

/* A segment weir sent that the test has not looked at yet. */
struct unheard {
	struct segment segment; /* numbers relative */
	uint64_t at_ns;
};

struct conversation {
	struct conversation_setup setup;
	struct rig rig;
	struct scripted_app app;
	struct peer peers[PEERS_MAX];
	struct peer *peer; /* who speaks and is spoken to */
	struct rte_mbuf *gathered[PIPELINE_BURST_MAX];
	uint32_t gathered_count;
	uint32_t questions; /* ARP requests and solicitations weir has sent, to all ... */
	uint32_t probes;    /* ... and to one station */
	struct unheard unheard[UNHEARD_MAX];
	uint32_t unheard_head;
	uint32_t unheard_count;
	uint64_t opened_ns;
	uint64_t event_ns; /* when the last segment expected was sent, or the last thing was said */
	FILE *dialogue;
	char *dialogue_text;
	size_t dialogue_bytes;
	const char *label; /* the combination of settings */
	const char *file;  /* where in the test we are */
	int line;
};

/* `label` outlives the conversation. */
void conversation_open(struct conversation *c, const struct conversation_setup *setup,
		       const char *label);

/* Nothing may be unheard; then everything is closed and the books are audited. */
void conversation_close(struct conversation *c);

/* Say why, print the dialogue so far and leave the test. */
__attribute__((noreturn, format(printf, 2, 3))) void conversation_fail(struct conversation *c,
								       const char *format, ...);

/* Hold `body` once for every combination of `settings`. */
void conversation_run(void (*body)(struct conversation *), const char *settings);

#define CONVERSATION(name, settings)                             \
	static void conversation_##name(struct conversation *c); \
	TEST(name)                                               \
	{                                                        \
		conversation_run(conversation_##name, settings); \
	}                                                        \
	static void conversation_##name(struct conversation *c)

/* The client sends one segment, or several in one burst. */
void conversation_rx(struct conversation *c, const char *segment);
void conversation_rx_burst(struct conversation *c, const char *const *segments, uint32_t count);

/* The same for a frame that is no segment of the client's. */
void conversation_rx_frame(struct conversation *c, struct rte_mbuf *frame);

/* Said now, it arrives with the next burst, ahead of that: so several clients share one. */
void conversation_gather(struct conversation *c, const char *segment);

/* The next segment weir sent is this one. */
void conversation_expect_tx(struct conversation *c, const char *segment);

/*
 * Let time pass until weir sends something: this segment, between `from_ns` and
 * `to_ns` after the last event.
 */
void conversation_await_tx(struct conversation *c, uint64_t from_ns, uint64_t to_ns,
			   const char *segment);

/* Weir has sent nothing that was not expected. */
void conversation_expect_silence(struct conversation *c);

/* LISTEN and CLOSED both say that the client has no connection. */
void conversation_expect_state(struct conversation *c, enum tcp_state state);

/* The application's next event: "open", "text 10", "fin", "writable", "close reset", "none". */
void conversation_expect_event(struct conversation *c, const char *event);

/* Let so much time pass, or until that moment. */
void conversation_advance(struct conversation *c, uint64_t ns);
void conversation_advance_to(struct conversation *c, uint64_t at_ns);

/* So much time passes between one turn and the next: for days, and for what a stalled core does. */
void conversation_leap(struct conversation *c, uint64_t ns);

/*
 * The application acts; its call must return `result`.  Connecting to the client it
 * does so from port `bytes`, or with 0 from RIG_OUTGOING_PORT; the client knows
 * where it is asked from then on.
 */
void conversation_app(struct conversation *c, enum app_verb verb, uint32_t bytes, int result);

/* A handshake with `syn_options` ("<mss 1000>"); NULL: what the setup says. */
void conversation_established(struct conversation *c, const char *syn_options);

/* From here on client number `number` (from 0) speaks. */
void conversation_speak_as(struct conversation *c, uint32_t number);

/* Note where in the test we are. */
static inline struct conversation *
conversation_at(struct conversation *c, const char *file, int line)
{
	c->file = file;
	c->line = line;
	return c;
}

#define HERE(c) conversation_at(c, __FILE__, __LINE__)

#define rx(c, segment)		     conversation_rx(HERE(c), segment)
#define gather(c, segment)	     conversation_gather(HERE(c), segment)
#define expect_tx(c, segment)	     conversation_expect_tx(HERE(c), segment)
#define expect_silence(c)	     conversation_expect_silence(HERE(c))
#define expect_state(c, state)	     conversation_expect_state(HERE(c), state)
#define expect_event(c, event)	     conversation_expect_event(HERE(c), event)
#define advance(c, ms)		     conversation_advance(HERE(c), (ms)*UINT64_C(1000000))
#define established(c)		     conversation_established(HERE(c), NULL)
#define established_with(c, options) conversation_established(HERE(c), options)
#define speak_as(c, number)	     conversation_speak_as(HERE(c), number)
#define app_send(c, bytes)	     conversation_app(HERE(c), APP_DO_SEND, bytes, 0)
#define app_write(c, bytes)	     conversation_app(HERE(c), APP_DO_WRITE, bytes, 0)
#define app_close(c)		     conversation_app(HERE(c), APP_DO_SHUTDOWN, 0, 0)
#define app_abort(c)		     conversation_app(HERE(c), APP_DO_ABORT, 0, 0)
#define app_pause(c)		     conversation_app(HERE(c), APP_DO_PAUSE, 0, 0)
#define app_resume(c)		     conversation_app(HERE(c), APP_DO_RESUME, 0, 0)
#define app_connect(c)		     conversation_app(HERE(c), APP_DO_CONNECT, 0, 0)
#define app_nodelay(c)		     conversation_app(HERE(c), APP_DO_NODELAY, 0, 0)

#endif
