/* SPDX-License-Identifier: BSD-3-Clause */

/* What loss detection and recovery with SACK remember of a transfer.  All zero to begin with. */
#ifndef WEIR_TCP_TCP_RACK_STATE_H
#define WEIR_TCP_TCP_RACK_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 8985, 5.3; its RACK.x is x here. */
struct tcp_rack {
	uint32_t sent_us;    /* of all that was delivered, when the one sent last was sent ... */
	uint32_t end;	     /* ... and where it ends */
	uint32_t rtt_us;     /* ... and how long it took */
	uint32_t fack;	     /* the highest octet delivered */
	uint32_t min_rtt_us; /* the least in this and the last span; 0: none yet */
	uint32_t min_rtt_next_us; /* ... in this span */
	uint32_t span_ms;	  /* when this span began */
	uint32_t widened_until;	  /* the window was widened: not again before SND.UNA is here */
	uint8_t widened;	  /* reo_wnd_mult - 1 */
	uint8_t persist;	  /* recoveries until it is forgotten */
	bool is_valid;		  /* sent_us, end and rtt_us are */
	bool has_reordering;	  /* seen on this path */
	bool is_widening;	  /* widened_until is valid */
};

/* Proportional rate reduction (RFC 9937). */
struct tcp_prr {
	uint32_t delivered; /* octets, since recovery began */
	uint32_t out;	    /* octets sent since then */
	uint32_t ratio;	    /* ssthresh / RecoverFS, times 2^16, rounded up */
};

/* What to go back to if nothing was lost (RFC 4015, RFC 3708). */
struct tcp_undo {
	uint32_t cwnd;
	uint32_t ssthresh;
	uint32_t first_ms; /* our time when the first octet was sent again */
	uint32_t from;	   /* SND.UNA when recovery began ... */
	uint32_t to;	   /* ... and the highest octet sent again */
	uint32_t bytes;	   /* sent again, and not reported as having come twice */
	bool is_valid;
	bool has_first; /* first_ms and to are valid */
};

/* The tail loss probe (RFC 8985, 7). */
struct tcp_tail_probe {
	uint32_t end;  /* SND.NXT when the probe left */
	bool is_out;   /* ... and it has not been answered */
	bool is_again; /* it was not new text */
};

enum tcp_loss_timer {
	LOSS_TIMER_RTO,
	LOSS_TIMER_REORDER,
	LOSS_TIMER_PROBE,
};

#endif
