/* SPDX-License-Identifier: BSD-3-Clause */

/* The congestion control algorithms there are, and what each remembers of a transfer. */
#ifndef WEIR_TCP_TCP_CC_KIND_H
#define WEIR_TCP_TCP_CC_KIND_H

#include <stdint.h>

enum tcp_cc_kind {
	TCP_CC_NEWRENO,
	TCP_CC_N,
};

/* All zero to begin with. */
union tcp_cc_state {
	struct {
		uint32_t acked; /* octets since cwnd last grew */
	} newreno;
};

#endif
