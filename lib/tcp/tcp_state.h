/* SPDX-License-Identifier: BSD-3-Clause */

/* State changes, and the ways out of a connection. */
#ifndef WEIR_TCP_TCP_STATE_H
#define WEIR_TCP_TCP_STATE_H

#include "tcp_engine.h"
#include "weir/app.h"

const char *tcp_state_name(enum tcp_state state);

/* ESTABLISHED or later: both sides know of each other. */
static inline bool
tcp_state_is_synchronized(const struct tcp_tcb *tcb)
{
	return tcb->state >= TCPS_ESTABLISHED;
}

/* Every change of state goes through here and is checked against RFC 9293, figure 5. */
void tcp_enter(struct tcp_tcb *tcb, enum tcp_state next);

/*
 * The connection is over: no timer, out of the flow table, its application told
 * at the end of the burst.  Unless it ended normally, text not yet delivered is
 * given up.  The record lives on until then.
 */
void tcp_finish(struct tcp_engine *engine, uint32_t idx, enum weir_close_reason reason);

/* We end it, as a policy for which there is `counter`: the peer hears a RST, whatever the state. */
void tcp_evict(struct tcp_engine *engine, uint32_t idx, enum counter counter,
	       enum weir_close_reason reason);

/* FIN-WAIT or CLOSING to TIME-WAIT: acknowledge the FIN, keep the compact form, finish. */
void tcp_enter_time_wait(struct tcp_engine *engine, uint32_t idx);

#endif
