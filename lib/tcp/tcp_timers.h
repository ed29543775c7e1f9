/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A connection has one timer, and what it means follows from the connection:
 *
 *	SYN-SENT		send the SYN again, in the end give up
 *	SYN-RECEIVED		the same with the SYN-ACK
 *	octets are out		retransmission timeout (RFC 6298), in the end R2; with
 *				SACK before that the time for reordering, or a tail loss
 *				probe (RFC 8985): transfer->loss_timer says which
 *	text waits, none out	probe the peer's window (RFC 9293, 3.8.6.1)
 *	FIN-WAIT-2		give up waiting for the peer's FIN
 *	the peer owes text	send again what buffers were short for; the request timeout
 *	otherwise		the same; keep-alive and the idle timeout: tcp_idle.h
 *
 * Others report what happened; which deadline that makes is decided here.
 */
#ifndef WEIR_TCP_TCP_TIMERS_H
#define WEIR_TCP_TCP_TIMERS_H

#include "tcp_engine.h"

/* The situation above changed, or was confirmed by the peer: choose the deadline anew. */
void tcp_timer_restart(struct tcp_engine *engine, uint32_t idx);

/*
 * With SACK: something new is known of what is out, though nothing was acknowledged.
 * The retransmission timeout stays where it is.
 */
void tcp_timer_loss(struct tcp_engine *engine, uint32_t idx);

/*
 * More than a segment is out now, of new text: the ACK will not be delayed, so a probe
 * must not wait for that any more (RFC 8985, 7.2).
 */
void tcp_timer_second(struct tcp_engine *engine, uint32_t idx);

/* The peer owes this from now on, and has the request timeout for it. */
void tcp_timer_await(struct tcp_engine *engine, uint32_t idx, enum tcp_awaits awaits);

/* What an idle connection waits for has been changed by the user. */
void tcp_timer_reconsider_idle(struct tcp_engine *engine, uint32_t idx);

/* Ticks since the peer has owed a first octet or a request; 0 where it owes none. */
uint32_t tcp_timer_request_age(struct tcp_engine *engine, uint32_t idx);

/* Look at this connection again in the next tick, whatever its timer says. */
void tcp_timer_soon(struct tcp_engine *engine, uint32_t idx);

/* In-order text was taken and need not be acknowledged at once. */
void tcp_timer_delay_ack(struct tcp_engine *engine, uint32_t idx);

#endif
