/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A connection on which nothing happens: nothing of ours is out or waits, and the
 * peer owes nothing.  Two deadlines may run for it, both from the last segment that
 * came: the idle timeout, and keep-alive (RFC 9293, 3.8.4).
 */
#ifndef WEIR_TCP_TCP_IDLE_H
#define WEIR_TCP_TCP_IDLE_H

#include "tcp_engine.h"

/* The state above begins: ticks until tcp_idle_expire() should be called; 0: never. */
uint32_t tcp_idle_ticks(const struct tcp_engine *engine, const struct tcp_tcb *tcb);

/*
 * Probe the peer or end the connection, if it is time.  Returns the ticks until
 * the next call; 0: none, or the connection is CLOSED.
 */
uint32_t tcp_idle_expire(struct tcp_engine *engine, uint32_t idx);

#endif
