/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The way of one worker's frames out of one device.
 *
 * Policy for what the device (or the ring to the worker that owns its queue)
 * does not take: it waits here, in order, in a backlog of TX_BACKLOG frames, and
 * the worker's pipeline is given less room for text meanwhile.  When the backlog
 * is full the newest frames are given up and counted in tx_refused.  A device
 * that took nothing at all for TX_STUCK_NS has its backlog given up as well; it
 * is offered each new burst, and nothing waits for it until it takes one.  So a
 * port without a link neither holds buffers nor slows the other ports.
 */
#ifndef WEIR_PORT_TX_LANE_H
#define WEIR_PORT_TX_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "counters.h"
#include "tcp_engine.h"
#include "units.h"

#define TX_BACKLOG  TCP_TX_MAX /* power of two: all that one turn can produce */
#define TX_STUCK_NS (1 * NS_PER_SECOND)

struct tx_lane;

/* Takes the first so many of `frames` and says how many; those are no longer the caller's. */
typedef uint32_t (*tx_offer_fn)(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count);

struct tx_lane {
	tx_offer_fn offer;
	void *arg; /* of offer(): a ring, or nothing */
	struct counters *counters;
	uint16_t port_id;
	uint16_t queue;
	bool is_wire;	  /* what is taken is on its way, and counted as sent */
	bool is_prepared; /* the driver wants to see frames before it sends them */
	bool is_stuck;
	uint64_t taken_ns; /* when something was last taken, or nothing had to be */
	uint32_t head;	   /* of the backlog, free-running */
	uint32_t waiting;
	struct rte_mbuf *backlog[TX_BACKLOG];
};

/* To a queue of a device; `is_prepared` where it has checksum offloads. */
void tx_lane_init_queue(struct tx_lane *lane, struct counters *counters, uint16_t port_id,
			uint16_t queue, bool is_prepared);

/* To another worker, by an rte_ring of which this lane is the only producer. */
void tx_lane_init_ring(struct tx_lane *lane, struct counters *counters, uint16_t port_id,
		       struct rte_ring *ring);

/* Send `count` frames, which are no longer the caller's. */
void tx_lane_send(struct tx_lane *lane, uint64_t now_ns, struct rte_mbuf **frames, uint32_t count);

/* Try again with what waits.  Once a turn. */
void tx_lane_poll(struct tx_lane *lane, uint64_t now_ns);

/* Frames that may still be added without giving one up; all of TX_BACKLOG for a stuck lane. */
static inline uint32_t
tx_lane_room(const struct tx_lane *lane)
{
	return TX_BACKLOG - lane->waiting;
}

/* Give up what waits. */
void tx_lane_drain(struct tx_lane *lane);

#endif
