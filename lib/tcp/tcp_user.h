/* SPDX-License-Identifier: BSD-3-Clause */

/* The user's calls (RFC 9293, 3.9.1 and 3.10): SEND, RECEIVE, CLOSE, ABORT. */
#ifndef WEIR_TCP_TCP_USER_H
#define WEIR_TCP_TCP_USER_H

#include "tcp_engine.h"

/* 0, -EAGAIN, -ENOBUFS, -EPIPE or -ENOTCONN, as weir_conn_send(). */
int tcp_user_send(struct tcp_engine *engine, uint32_t idx, struct rte_mbuf *chain);
int tcp_user_send_copy(struct tcp_engine *engine, uint32_t idx, const void *text, uint32_t bytes);
uint32_t tcp_user_send_room(struct tcp_engine *engine, uint32_t idx);

/* The in-order text, or NULL; the caller owns it.  Opens the window again. */
struct rte_mbuf *tcp_user_receive(struct tcp_engine *engine, uint32_t idx);

void tcp_user_pause(struct tcp_engine *engine, uint32_t idx);
void tcp_user_resume(struct tcp_engine *engine, uint32_t idx);

/* What the peer owes: weir_conn_expect(). */
void tcp_user_expect(struct tcp_engine *engine, uint32_t idx, bool request);

/* Keep-alive: weir_conn_set_keepalive(). */
void tcp_user_keepalive(struct tcp_engine *engine, uint32_t idx, bool on);

/* R2 in milliseconds, 0 for the configuration's: weir_conn_set_user_timeout(). */
int tcp_user_timeout(struct tcp_engine *engine, uint32_t idx, uint32_t ms);

void tcp_user_close(struct tcp_engine *engine, uint32_t idx);

/*
 * RST and gone: the flow is CLOSED and out of the table.  Its record is freed
 * here unless it is in the deferred list, whose drain frees it.
 */
void tcp_user_abort(struct tcp_engine *engine, uint32_t idx);

/* Give the record of a CLOSED flow back.  It must not be listed. */
void tcp_flow_free(struct tcp_engine *engine, uint32_t idx);

#endif
