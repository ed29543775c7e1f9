/* SPDX-License-Identifier: BSD-3-Clause */

/* The congestion control algorithms there are, and what each remembers of a transfer. */
#ifndef WEIR_TCP_TCP_CC_KIND_H
#define WEIR_TCP_TCP_CC_KIND_H

#include <stdbool.h>
#include <stdint.h>

enum tcp_cc_kind {
	TCP_CC_CUBIC,
	TCP_CC_NEWRENO,
	TCP_CC_N,
};

/* RFC 9438, 4.1.2; windows in octets. */
struct tcp_cubic {
	uint64_t credit;      /* octets acknowledged times octets still to grow by */
	uint64_t est_credit;  /* the same for w_est, times 1024 */
	uint32_t w_max;	      /* cwnd before the last reduction, or somewhat less */
	uint32_t prior_w_max; /* ... as it was before that */
	uint32_t cwnd_prior;  /* cwnd before the last reduction */
	uint32_t w_est;	      /* Reno's window */
	uint32_t k_ms;	      /* when the cubic reaches w_max */
	uint32_t epoch_ms;    /* when this congestion avoidance began; pauses move it on */
	uint32_t last_ms;     /* when the window last had a chance to grow */
	bool has_epoch;
};

struct tcp_newreno {
	uint32_t acked; /* octets since cwnd last grew */
};

/* All zero to begin with. */
union tcp_cc_state {
	struct tcp_cubic cubic;
	struct tcp_newreno newreno;
};

#endif
