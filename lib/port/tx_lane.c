/* SPDX-License-Identifier: BSD-3-Clause */

#include "tx_lane.h"

#include <string.h>

#include <rte_ethdev.h>

#include "check.h"

static uint64_t
octets_of(struct rte_mbuf **frames, uint32_t count)
{
	uint64_t octets = 0;

	for (uint32_t i = 0; i < count; i++)
		octets += rte_pktmbuf_pkt_len(frames[i]);
	return octets;
}

static void
give_up(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	rte_pktmbuf_free_bulk(frames, count);
	counter_add(lane->counters, COUNTER_tx_refused, count);
}

static uint32_t
offer_to_queue(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t taken = 0;

	while (taken < count) {
		uint16_t burst = (uint16_t)RTE_MIN(count - taken, (uint32_t)UINT16_MAX);
		uint16_t sent = rte_eth_tx_burst(lane->port_id, lane->queue, frames + taken, burst);

		if (sent == 0)
			break;
		taken += sent;
	}
	return taken;
}

static uint32_t
offer_to_ring(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	return rte_ring_sp_enqueue_burst(lane->arg, (void *const *)frames, count, NULL);
}

static void
init(struct tx_lane *lane, struct counters *counters, uint16_t port_id)
{
	memset(lane, 0, sizeof(*lane));
	lane->counters = counters;
	lane->port_id = port_id;
}

void
tx_lane_init_queue(struct tx_lane *lane, struct counters *counters, uint16_t port_id,
		   uint16_t queue, bool is_prepared)
{
	init(lane, counters, port_id);
	lane->offer = offer_to_queue;
	lane->queue = queue;
	lane->is_wire = true;
	lane->is_prepared = is_prepared;
}

void
tx_lane_init_ring(struct tx_lane *lane, struct counters *counters, uint16_t port_id,
		  struct rte_ring *ring)
{
	init(lane, counters, port_id);
	lane->offer = offer_to_ring;
	lane->arg = ring;
}

/* What is taken is gone: its octets are what is missing from the sum afterwards. */
static uint32_t
offer(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	uint64_t octets;
	uint32_t taken;

	if (!lane->is_wire)
		return lane->offer(lane, frames, count);
	octets = octets_of(frames, count);
	taken = lane->offer(lane, frames, count);
	octets -= octets_of(frames + taken, count - taken);
	counter_add(lane->counters, COUNTER_tx_packets, taken);
	counter_add(lane->counters, COUNTER_tx_bytes, octets);
	return taken;
}

/*
 * The same where the driver is to prepare frames for its offloads.  A frame it
 * calls impossible counts as taken, or it would stop all behind it for ever.
 */
static uint32_t
offer_prepared(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t taken = 0;

	while (taken < count) {
		uint16_t ready = rte_eth_tx_prepare(lane->port_id, lane->queue, frames + taken,
						    (uint16_t)(count - taken));
		uint32_t sent = offer(lane, frames + taken, ready);

		taken += sent;
		if (sent < ready)
			break;
		if (taken < count) {
			give_up(lane, frames + taken, 1);
			taken++;
		}
	}
	return taken;
}

static uint32_t
offer_in_order(struct tx_lane *lane, uint64_t now_ns, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t taken = lane->is_prepared ? offer_prepared(lane, frames, count)
					   : offer(lane, frames, count);

	if (taken > 0) {
		lane->taken_ns = now_ns;
		lane->is_stuck = false;
	}
	return taken;
}

static void
append(struct tx_lane *lane, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t room = lane->is_stuck ? 0 : TX_BACKLOG - lane->waiting;
	uint32_t kept = RTE_MIN(count, room);

	for (uint32_t i = 0; i < kept; i++)
		lane->backlog[(lane->head + lane->waiting + i) & (TX_BACKLOG - 1)] = frames[i];
	lane->waiting += kept;
	if (kept < count)
		give_up(lane, frames + kept, count - kept);
}

void
tx_lane_send(struct tx_lane *lane, uint64_t now_ns, struct rte_mbuf **frames, uint32_t count)
{
	uint32_t taken = 0;

	if (lane->waiting == 0) {
		/* The clock of a stuck lane runs on from when it last took something. */
		if (!lane->is_stuck)
			lane->taken_ns = now_ns;
		taken = offer_in_order(lane, now_ns, frames, count);
	}
	if (taken < count)
		append(lane, frames + taken, count - taken);
}

void
tx_lane_poll(struct tx_lane *lane, uint64_t now_ns)
{
	while (lane->waiting > 0) {
		uint32_t first = lane->head & (TX_BACKLOG - 1);
		uint32_t run = RTE_MIN(lane->waiting, TX_BACKLOG - first);
		uint32_t taken = offer_in_order(lane, now_ns, &lane->backlog[first], run);

		lane->head += taken;
		lane->waiting -= taken;
		if (taken < run)
			break;
	}
	if (lane->waiting > 0 && now_ns - lane->taken_ns >= TX_STUCK_NS) {
		tx_lane_drain(lane);
		lane->is_stuck = true;
	}
}

void
tx_lane_drain(struct tx_lane *lane)
{
	while (lane->waiting > 0) {
		uint32_t first = lane->head & (TX_BACKLOG - 1);
		uint32_t run = RTE_MIN(lane->waiting, TX_BACKLOG - first);

		give_up(lane, &lane->backlog[first], run);
		lane->head += run;
		lane->waiting -= run;
	}
}
