/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Congestion control: how large the window may be, as opposed to loss recovery
 * (tcp_loss.h), which finds out what is missing and sends it again.
 *
 * Slow start, the initial window and the restart after a pause are the same for
 * all (tcp_loss.c).  An algorithm says how the window grows beyond ssthresh and
 * where ssthresh goes when there is congestion.  To add one: a file
 * tcp_cc_NAME.c with a struct tcp_cc, its state in union tcp_cc_state, and its
 * place in enum tcp_cc_kind.  Functions of one core's thread; nothing blocks.
 */
#ifndef WEIR_TCP_TCP_CC_H
#define WEIR_TCP_TCP_CC_H

#include <stdint.h>

#include "tcp_cc_kind.h"
#include "tcp_tcb.h"
#include "tcp_transfer.h"

#define TCP_CWND_MAX (1u << 30)

/* How congestion showed itself. */
enum tcp_congestion {
	CONGESTION_LOSS,    /* found by acknowledgments */
	CONGESTION_ECN,	    /* the network said so, and nothing need be lost (RFC 3168) */
	CONGESTION_TIMEOUT, /* nothing came back */
};

struct tcp_cc {
	/*
	 * `acked` octets (more than 0) were acknowledged in congestion avoidance, that is
	 * with cwnd at or above ssthresh and full use made of it: let cwnd grow.
	 */
	void (*avoid)(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked,
		      uint32_t now_ms);

	/*
	 * At most once a window: there was congestion with `flight` octets out.  Returns
	 * the new ssthresh, at least two segments; the caller sets it, and cwnd.
	 */
	uint32_t (*on_congestion)(const struct tcp_tcb *tcb, struct tcp_transfer *transfer,
				  uint32_t flight, enum tcp_congestion congestion);

	/* The last reduction was a mistake; cwnd and ssthresh are what they were before it. */
	void (*on_undo)(struct tcp_transfer *transfer);

	/* After a long silence cwnd is the initial window again. */
	void (*on_restart)(struct tcp_transfer *transfer);
};

extern const struct tcp_cc tcp_cc_cubic;   /* RFC 9438 */
extern const struct tcp_cc tcp_cc_newreno; /* RFC 5681 */

/* Never NULL. */
const struct tcp_cc *tcp_cc_get(enum tcp_cc_kind kind);

static inline const struct tcp_cc *
tcp_cc_of(const struct tcp_transfer *transfer)
{
	return tcp_cc_get((enum tcp_cc_kind)transfer->cc);
}

/* The largest integer whose cube is at most `cube`. */
uint32_t tcp_cubic_root(uint64_t cube);

/* RFC 5681, 3.1, equation 4: ssthresh is never below two segments. */
static inline uint32_t
tcp_cc_ssthresh_floor(const struct tcp_tcb *tcb, uint32_t bytes)
{
	return bytes > 2u * tcb->mss ? bytes : 2u * tcb->mss;
}

#endif
