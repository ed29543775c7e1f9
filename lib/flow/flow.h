/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A connection's identity: whose it is, how packets go back to the peer, which
 * application has it.  What TCP knows about it is the tcp_tcb of the same index.
 */
#ifndef WEIR_FLOW_FLOW_H
#define WEIR_FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "flow_key.h"
#include "timer_wheel.h"

#define FLOW_NONE UINT32_MAX

struct flow {
	struct flow_key key;
	uint8_t peer_mac[6]; /* the return path: where its last good segment came from */
	uint16_t vlan_id;    /* or VLAN_NONE */
	struct timer_node timer;
	uint16_t listener;	/* index; or FLOW_OUTGOING and the number of an application */
	uint8_t port : 3;	/* DPDK port the return path leaves by */
	uint8_t path_error : 5; /* enum weir_path_error: what routers said of it last */
	uint8_t deferred;	/* TCP_DEFER_: what is to be done at the end of the burst */
	void *user;		/* the application's */
	uint64_t scratch;	/* the application's */
};

/* We opened this connection, for an application; no listener counts it (MUST-11). */
#define FLOW_OUTGOING 0x8000u

static inline bool
flow_is_outgoing(const struct flow *flow)
{
	return (flow->listener & FLOW_OUTGOING) != 0;
}

static_assert(sizeof(struct flow) == 64, "one cache line per flow");

#endif
