/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Packet buffers.  What is received and what is made here come from different
 * pools: an application that sits on received text cannot take the buffers for
 * an ACK, nor can a flood of packets to be answered take those to receive with.
 *
 *	rx pool		one per NUMA node with devices, shared by all workers:
 *			[limits] buffers for each, receive descriptors included
 *	tx pool		one per worker: half as many, and what its send
 *			queues and backlogs may hold
 *
 * Every buffer can hold a whole frame behind its headroom.
 */
#ifndef WEIR_PORT_BUFFERS_H
#define WEIR_PORT_BUFFERS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

#include "refusal.h"
#include "weir/config.h"

struct buffer_pool {
	struct rte_mempool *mempool;
	uint32_t low;	 /* at or below this many free, buffers are short... */
	uint32_t enough; /* ...until there are this many again */
};

/* Octets of one buffer's data room, headroom included, for the largest MTU of the ports. */
uint16_t buffers_room(const struct weir_config *config);
uint32_t buffers_rx_count(const struct weir_config *config);
uint32_t buffers_tx_count(const struct weir_config *config);

/* What one such pool takes of EAL's memory, about. */
uint64_t buffers_pool_bytes(uint32_t count, uint16_t room);

/* `name` is unique; `socket_id` may be SOCKET_ID_ANY. */
int buffers_pool_create(struct buffer_pool *pool, const char *name, uint32_t count, uint16_t room,
			int socket_id, const struct refusal *refusal);
void buffers_pool_destroy(struct buffer_pool *pool);

/* Whether buffers are short, given that they `were_short` before. */
bool buffers_pool_is_short(const struct buffer_pool *pool, bool were_short);

/* Held by anybody: descriptors, queues, applications. */
uint32_t buffers_pool_used(const struct buffer_pool *pool);

#endif
