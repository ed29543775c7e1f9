/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What a connection needs only while octets are under way: its queues, its
 * congestion window, its retransmission state.  A core has fewer of them than
 * flows.  One that has run empty stays with its flow, so that the congestion
 * window survives a pause, until another flow needs it.
 */
#ifndef WEIR_TCP_TCP_TRANSFER_H
#define WEIR_TCP_TCP_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "tcp_cc_kind.h"
#include "tcp_rack_state.h"
#include "tcp_scoreboard.h"
#include "tcp_tcb.h"

/* A queue of text: one mbuf chain, whose first `head_off` octets are gone already. */
struct text_queue {
	struct rte_mbuf *head;
	struct rte_mbuf *tail;
	uint32_t bytes;
	uint32_t head_off;
};

/* A place in the send queue: octet `seq` is at `off` in `m`. */
struct text_cursor {
	struct rte_mbuf *m; /* NULL: not known, start from the head */
	uint32_t seq;
	uint32_t off;
};

struct tcp_transfer {
	struct text_queue send;	   /* from SND.UNA on: sent and not sent */
	struct text_queue receive; /* in order, not yet taken by the application */
	struct rte_mbuf *held;	   /* out of order, by sequence number: tcp_reassembly.h */
	struct text_cursor unsent; /* at SND.NXT */
	struct text_cursor again;  /* at rtx_nxt */
	uint32_t cwnd;		   /* octets */
	uint32_t ssthresh;
	uint32_t recover; /* SND.NXT when recovery began (RFC 6582) */
	uint32_t rtx_nxt; /* in recovery: next octet to send again ... */
	uint32_t rtx_end; /* ... and where that stops */
	uint32_t rtt_seq; /* the octet being timed, without timestamps (RFC 6298, 3) */
	uint32_t rtt_start_us;
	uint32_t since;	  /* tick: what is unanswered went out, or the window shut */
	uint32_t asked;	  /* tick of the first window probe that is unanswered */
	uint32_t last_tx; /* tick of the last text sent (RFC 5681, 4.1) */
	uint32_t flow;	  /* whose it is, FLOW_NONE when free */
	uint32_t next;	  /* in the list of idle or free ones */
	uint32_t previous;
	uint32_t owed_since; /* tick: since then the peer should move, see tcp_pressure.c ... */
	uint32_t moved;	     /* ... and has, by so many octets */
	uint32_t grown;	    /* the receive buffer is so much larger than configured: tcp_window.c */
	uint32_t read_mark; /* when the application has read up to here ... */
	uint32_t read_since_us; /* ... it took a buffer's worth since then */
	uint32_t read_us_min;	/* the shortest time that took; 0: none yet */
	uint32_t held_latest;	/* in the segment held last: SACK reports it first (RFC 2018, 4) */
	uint32_t twice_left;	/* has_twice: came a second time and is to be reported ... */
	uint32_t twice_right;	/* ... by the next ACK (RFC 2883) */
	union tcp_cc_state cc_state;
	uint16_t held_count;  /* segments in `held` */
	uint8_t dupacks_owed; /* segments beyond a hole in this burst: the peer counts our ACKs */
	uint8_t dupacks;      /* received */
	uint8_t backoff;      /* RTO is doubled this often, until the next round trip is known */
	uint8_t recovery;     /* enum tcp_recovery */
	uint8_t cc;	      /* enum tcp_cc_kind */
	bool cwr_owed;	 /* the window was reduced: the next new text says CWR (RFC 3168, 6.1.2) */
	bool unanswered; /* a timeout's retransmission is out, and nothing new acknowledged since */
	bool cwnd_full;	 /* what was out last made use of the congestion window */
	bool rtt_timing; /* rtt_seq is valid */
	bool is_unmeasured; /* a tail loss probe left, and since then no round trip was measured */
	bool persisting;    /* nothing is out and the peer's window does not let text go */
	bool is_reading;    /* read_mark and read_since_us are valid */
	bool has_twice;	    /* twice_left and twice_right are valid */
	bool is_owed;	    /* owed_since and moved are valid */
	bool is_idle;	    /* in the idle list */
	bool must_send;	    /* with SACK: one segment may leave whatever cwnd says */

	uint8_t path;	     /* TCP_PATH_: what is known of the path MTU, tcp_pmtu.h */
	uint8_t path_tries;  /* timeouts of a full segment in a row */
	uint16_t mss_full;   /* TCP_PATH_LOWERED, TCP_PATH_TRIAL: tcb->mss before that */
	uint16_t mss_claim;  /* TCP_PATH_CLAIMED: what a router asked for ... */
	uint32_t claim_seq;  /* ... about the segment beginning here */
	uint32_t raise_tick; /* TCP_PATH_LOWERED: until then */

	/* With SACK only: tcp_recovery.h. */
	uint8_t loss_timer;  /* enum tcp_loss_timer: which of the three the timer is now */
	uint32_t rto_tick;   /* when the retransmission timeout is due */
	uint32_t reorder_us; /* time left for what is missing to come; 0: nothing is waited for */
	struct tcp_rack rack;
	struct tcp_prr prr;
	struct tcp_undo undo;
	struct tcp_tail_probe probe;
	struct tcp_scoreboard board; /* last: a fresh transfer's ranges are not cleared */
};

/* tcp_transfer.path */
#define TCP_PATH_UNPROVEN 0x01u /* nothing of full size has been acknowledged yet */
#define TCP_PATH_ERROR	  0x02u /* flow->path_error is to be forgotten with the next ACK */
#define TCP_PATH_CLAIMED  0x04u
#define TCP_PATH_TRIED	  0x08u /* path_tries counts */
#define TCP_PATH_TRIAL	  0x10u /* tcb->mss is a guess: will it get through? */
#define TCP_PATH_GIVEN_UP 0x20u /* no guess has helped */
#define TCP_PATH_LOWERED  0x40u /* tcb->mss is below mss_full until raise_tick */

enum tcp_recovery {
	RECOVERY_NONE,
	RECOVERY_CWR,	  /* the window was reduced, but nothing is lost: RFC 3168 */
	RECOVERY_FAST,	  /* told by ACKs: RFC 6582, or RFC 8985 and RFC 9937 */
	RECOVERY_TIMEOUT, /* the timer: go back to SND.UNA and slow-start */
};

struct tcp_transfer_pool {
	struct tcp_transfer *transfers;
	uint32_t capacity;
	uint32_t used;	    /* with a flow, idle ones included */
	uint32_t idle;	    /* of these, in the idle list */
	uint32_t free;	    /* head of the free list */
	uint32_t idle_head; /* least recently used first */
	uint32_t idle_tail;
};

size_t tcp_transfer_pool_bytes(uint32_t capacity);
void tcp_transfer_pool_init(struct tcp_transfer_pool *pool, void *memory, uint32_t capacity);

static inline struct tcp_transfer *
tcp_transfer_get(const struct tcp_transfer_pool *pool, uint32_t idx)
{
	return &pool->transfers[idx];
}

/*
 * A transfer for a flow that has none, its queues empty.  TCP_TRANSFER_NONE when
 * all are busy.  The least recently used idle one is taken from its flow, whose
 * number is left in *robbed (FLOW_NONE if a free one was there).
 */
uint32_t tcp_transfer_create(struct tcp_transfer_pool *pool, uint32_t flow, uint32_t *robbed);

/* Whose transfer that would take; FLOW_NONE if nobody's. */
uint32_t tcp_transfer_victim(const struct tcp_transfer_pool *pool);

/* Free the queues and give the transfer back. */
void tcp_transfer_destroy(struct tcp_transfer_pool *pool, uint32_t idx);

/* Into the idle list if all queues are empty and nothing is unacknowledged, out of it if not. */
void tcp_transfer_settle(struct tcp_transfer_pool *pool, uint32_t idx, const struct tcp_tcb *tcb);

/* Reduce a packet to its octets [offset, offset + bytes). */
void text_chain_keep(struct rte_mbuf *m, uint32_t offset, uint32_t bytes);

/* Add a chain of text; the queue owns it from here on.  Small pieces are copied together. */
void text_queue_append(struct text_queue *queue, struct rte_mbuf *chain);

/* The whole chain, or NULL; the caller owns it. */
struct rte_mbuf *text_queue_take(struct text_queue *queue);

/* Free the first `bytes` octets, which must be there. */
void text_queue_drop(struct text_queue *queue, uint32_t bytes);
void text_queue_clear(struct text_queue *queue);

/* Let `cursor` stand at `seq`, where the queue's first octet is `first`. */
void text_cursor_seek(struct text_cursor *cursor, const struct text_queue *queue, uint32_t first,
		      uint32_t seq);

/* Move past `bytes` octets. */
void text_cursor_advance(struct text_cursor *cursor, uint32_t bytes);

#endif
