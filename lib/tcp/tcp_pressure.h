/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who has to go when a core runs short of what connections hold: tcp_pressure.c
 * says by what right.  A bounded number of records is looked at per tick.
 */
#ifndef WEIR_TCP_TCP_PRESSURE_H
#define WEIR_TCP_TCP_PRESSURE_H

#include "tcp_engine.h"

/* End stalled connections, and under pressure what holds most for least. */
void tcp_pressure_poll(struct tcp_engine *engine);

/*
 * After anything that changed the queues of flow `idx`, which has a transfer: it
 * is settled (tcp_transfer_settle()), and the time in which the peer should move
 * begins or ends.
 */
void tcp_pressure_settle(struct tcp_engine *engine, uint32_t idx);

/* The peer has taken, or filled in, so many octets of what it should. */
void tcp_pressure_moved(struct tcp_transfer *transfer, uint32_t bytes);

#endif
