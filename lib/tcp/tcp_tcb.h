/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The transmission control block: what TCP must remember of a connection even
 * while nothing happens on it.  Names are RFC 9293's (3.3.1) and RFC 7323's.
 * What is needed only while octets are under way is in struct tcp_transfer.
 *
 * 56 octets, beside the 64 of struct flow and 8 of the flow table: 128 for an
 * idle connection.
 */
#ifndef WEIR_TCP_TCP_TCB_H
#define WEIR_TCP_TCP_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"

/* RFC 9293, 3.3.2.  The order means something: from FIN-WAIT-1 on our user has closed. */
enum tcp_state {
	TCPS_CLOSED,
	TCPS_LISTEN,
	TCPS_SYN_SENT,
	TCPS_SYN_RECEIVED,
	TCPS_ESTABLISHED,
	TCPS_CLOSE_WAIT,
	TCPS_FIN_WAIT_1,
	TCPS_CLOSING,
	TCPS_LAST_ACK,
	TCPS_FIN_WAIT_2,
	TCPS_TIME_WAIT,
	TCPS_N
};

/* What the peer owes us; it has request_ticks for it while nothing of ours is under way. */
enum tcp_awaits {
	TCP_AWAITS_NOTHING,
	TCP_AWAITS_TEXT,    /* a first octet */
	TCP_AWAITS_REQUEST, /* until the application says that it is there */
};

/* tcb->flags */
#define TCB_TIMESTAMPS	  0x0001u /* agreed on the handshake */
#define TCB_SACK	  0x0002u
#define TCB_FIN_QUEUED	  0x0004u /* the user closed; the FIN follows all text */
#define TCB_FIN_SENT	  0x0008u /* ... and is out: SND.NXT counts it */
#define TCB_PAUSED	  0x0010u /* the application does not want text now */
#define TCB_NODELAY	  0x0020u /* Nagle is off */
#define TCB_ACK_DELAYED	  0x0040u /* in-order text is not acknowledged yet */
#define TCB_WANT_WRITABLE 0x0080u /* the application found the send buffer full */
#define TCB_OPENED	  0x0100u /* the application has it: from on_open on, or it opened it */
#define TCB_CHALLENGED	  0x0200u /* a challenge ACK went out in the period below */
#define TCB_PERIOD_SHIFT  10	  /* six bits: that period, modulo 64 */
#define TCB_PERIOD_MASK	  0xfc00u
#define TCB_REASON_SHIFT  11 /* once CLOSED, four bits instead: enum weir_close_reason */
#define TCB_REASON_MASK	  0x7800u
#define TCB_HAD_OPENED	  0x8000u /* ... and one: it came to us and had been ESTABLISHED */

#define TCP_TRANSFER_NONE UINT32_MAX

/* What the fields hold: a minute, and a deviation that makes a minute's RTO. */
#define TCP_SRTT_US_MAX	  0x3ffffffu
#define TCP_RTTVAR_US_MAX 0xffffffu
#define TCP_PROBES_MAX	  15

struct tcp_tcb {
	uint32_t snd_una; /* oldest octet not yet acknowledged */
	uint32_t snd_nxt; /* next octet to send; also the highest sent so far */
	/*
	 * SEG.SEQ of the last window update or of what advanced SND.UNA.  SND.WL2 is not
	 * kept: it is never above SND.UNA, and an update is only taken from SND.UNA =<
	 * SEG.ACK.
	 */
	union {
		uint32_t snd_wl1;
		uint32_t syn_sent_us; /* SYN-SENT only: when the SYN went out last */
	};
	uint32_t rcv_nxt; /* next octet expected */
	uint32_t last_ack_sent;
	uint32_t ts_recent;	       /* the TSval we echo */
	uint32_t ts_offset;	       /* our TSval = milliseconds + this */
	uint32_t srtt_us : 26;	       /* 0: no sample yet; at most TCP_SRTT_US_MAX */
	uint32_t keepalive : 1;	       /* keep-alive is on ... */
	uint32_t keepalive_probes : 4; /* ... and so many probes are out: tcp_idle.c */
	union {
		struct {
			/* Without a sample: the RTO to begin with, 0 for the usual. */
			uint32_t rttvar_us : 24;
			uint32_t user_timeout : 8; /* its own R2: tcp_user_timeout.h */
		};
		struct {
			uint32_t syn_retries : 24; /* before ESTABLISHED no round trip is known */
		};
	};
	uint32_t transfer;    /* index, or TCP_TRANSFER_NONE */
	uint32_t last_rx;     /* tick of the last acceptable segment; before one, of the OPEN */
	uint16_t snd_wnd;     /* as received: unscaled */
	uint16_t max_snd_wnd; /* the largest of those */
	uint16_t rcv_wnd;     /* as last advertised: unscaled */
	uint16_t mss;	      /* octets of text we may put in a segment, options taken off */
	uint16_t flags;	      /* TCB_ */
	uint8_t state : 4;    /* enum tcp_state */
	uint8_t awaits : 2;   /* enum tcp_awaits */
	uint8_t ecn : 1;      /* agreed on the handshake: tcp_ecn.h */
	uint8_t ecn_echo : 1; /* our ACKs have ECE until the peer says CWR */
	uint8_t wscale;	      /* low half: the peer's shift; high half: ours */
};

static_assert(sizeof(struct tcp_tcb) == 56, "with flow and table slot, 128 octets");

static inline unsigned int
tcb_snd_shift(const struct tcp_tcb *tcb)
{
	return tcb->wscale & 0xfu;
}

static inline unsigned int
tcb_rcv_shift(const struct tcp_tcb *tcb)
{
	return tcb->wscale >> 4;
}

/* SND.WND in octets. */
static inline uint32_t
tcb_snd_wnd(const struct tcp_tcb *tcb)
{
	return (uint32_t)tcb->snd_wnd << tcb_snd_shift(tcb);
}

static inline uint32_t
tcb_max_snd_wnd(const struct tcp_tcb *tcb)
{
	return (uint32_t)tcb->max_snd_wnd << tcb_snd_shift(tcb);
}

/* The right edge of the receive window: one past the last octet we said we would take. */
static inline uint32_t
tcb_rcv_edge(const struct tcp_tcb *tcb)
{
	return tcb->last_ack_sent + ((uint32_t)tcb->rcv_wnd << tcb_rcv_shift(tcb));
}

static inline bool
tcb_has(const struct tcp_tcb *tcb, uint16_t flag)
{
	return (tcb->flags & flag) != 0;
}

static inline void
tcb_set(struct tcp_tcb *tcb, uint16_t flag)
{
	tcb->flags = (uint16_t)(tcb->flags | flag);
}

static inline void
tcb_clear(struct tcp_tcb *tcb, uint16_t flag)
{
	tcb->flags = (uint16_t)(tcb->flags & ~flag);
}

/* Our FIN is out and acknowledged. */
static inline bool
tcb_fin_acked(const struct tcp_tcb *tcb)
{
	return tcb_has(tcb, TCB_FIN_SENT) && tcb->snd_una == tcb->snd_nxt;
}

#endif
