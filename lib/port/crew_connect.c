/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Who receives from which queue, who sends by which, and the rings in between.
 *
 *	RSS		worker i receives from queue i
 *	software	one worker receives from all queues and hands on by ring;
 *			device n's is worker n modulo their number
 *	sending		worker i has send queue i; where there are fewer queues
 *			than workers, the others hand frames to worker
 *			i modulo their number
 *
 * Every ring has one producer and one consumer.
 */
#include "crew.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_malloc.h>

#include "check.h"
#include "neigh_news.h"
#include "strays.h"
#include "syn_queue.h"

#define STEER_RING_FRAMES 2048
#define TX_RING_FRAMES	  1024

static struct rte_ring *
create_ring(const char *name, uint32_t frames, int socket_id, const struct refusal *refusal)
{
	struct rte_ring *ring =
		rte_ring_create(name, frames, socket_id, RING_F_SP_ENQ | RING_F_SC_DEQ);

	if (ring == NULL)
		refuse(refusal, -rte_errno, "[weir] memory: no room for ring %s: %s", name,
		       rte_strerror(rte_errno));
	return ring;
}

static int
add_source(struct worker *worker, const struct rx_source *source, const struct refusal *refusal)
{
	if (worker->source_count == WORKER_SOURCES_MAX)
		return refuse(refusal, -ENOSPC, "Core %u has more than %d receive queues",
			      worker->index, WORKER_SOURCES_MAX);
	worker->sources[worker->source_count++] = *source;
	return 0;
}

/* Rings from `worker` to every other; they serve all devices for which it receives. */
static int
create_handovers(struct weir *weir, struct worker *worker, const struct refusal *refusal)
{
	char name[RTE_RING_NAMESIZE];
	int error = 0;

	if (worker->handovers != NULL)
		return 0;
	worker->handovers = rte_zmalloc_socket("weir_handovers",
					       weir->worker_count * sizeof(*worker->handovers),
					       RTE_CACHE_LINE_SIZE, worker->socket_id);
	if (worker->handovers == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for handing packets over");
	for (uint32_t w = 0; error == 0 && w < weir->worker_count; w++) {
		struct handover *handover = &worker->handovers[w];

		if (w == worker->index)
			continue;
		snprintf(name, sizeof(name), "weir_steer_%u_%u", worker->index, w);
		handover->ring =
			create_ring(name, STEER_RING_FRAMES, weir->workers[w]->socket_id, refusal);
		if (handover->ring == NULL)
			return -rte_errno;
		error = add_source(weir->workers[w], &(struct rx_source){.ring = handover->ring},
				   refusal);
	}
	return error;
}

static int
connect_rx(struct weir *weir, uint32_t device_idx, const struct refusal *refusal)
{
	const struct device *device = &weir->devices[device_idx];
	bool is_software = device->plan.steering == STEERING_SOFTWARE;
	struct worker *receiver = weir->workers[device_idx % weir->worker_count];
	int error = 0;

	if (is_software)
		error = create_handovers(weir, receiver, refusal);
	for (uint16_t queue = 0; error == 0 && queue < device->plan.rx_queues; queue++) {
		struct rx_source source = {
			.port_id = device->port_id,
			.queue = queue,
			.is_steered = is_software,
			.shed_descriptors = device->wish.config->shed ? device->rx_descriptors : 0,
		};
		bool is_rss = device->plan.steering == STEERING_RSS;

		if (device->plan.has_syn_queue && queue == SYN_QUEUE) {
			source.shed_descriptors = 0; /* full of SYNs, it may lose them */
			receiver->syn_sources[receiver->syn_source_count++] = source;
			continue;
		}
		error = add_source(is_rss ? weir->workers[queue] : receiver, &source, refusal);
	}
	return error;
}

static int
relay_by(struct worker *owner, struct worker *worker, const struct device *device,
	 const struct refusal *refusal)
{
	struct tx_lane *lane = worker->lanes[device->port_id];
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "weir_tx_%u_%u", device->port_id, worker->index);
	ring = create_ring(name, TX_RING_FRAMES, owner->socket_id, refusal);
	if (ring == NULL)
		return -rte_errno;
	tx_lane_init_ring(lane, &worker->core->counters, device->port_id, ring);
	check(owner->relay_count < WORKER_RELAYS_MAX);
	owner->relays[owner->relay_count++] = (struct tx_relay){
		.ring = ring,
		.lane = owner->lanes[device->port_id],
	};
	return 0;
}

static int
connect_tx(struct weir *weir, const struct device *device, const struct refusal *refusal)
{
	uint64_t checksums = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
	bool is_prepared = (device->plan.tx_offloads & checksums) != 0;
	int error = 0;

	for (uint32_t w = 0; error == 0 && w < weir->worker_count; w++) {
		struct worker *worker = weir->workers[w];
		struct tx_lane *lane = rte_zmalloc_socket("weir_lane", sizeof(*lane),
							  RTE_CACHE_LINE_SIZE, worker->socket_id);

		if (lane == NULL)
			return refuse(refusal, -ENOMEM, "[weir] memory: no room to send");
		worker->lanes[device->port_id] = lane;
		if (w < device->plan.tx_queues)
			tx_lane_init_queue(lane, &worker->core->counters, device->port_id,
					   (uint16_t)w, is_prepared);
		else
			error = relay_by(weir->workers[w % device->plan.tx_queues], worker, device,
					 refusal);
	}
	return error;
}

int
crew_connect(struct weir *weir, const struct refusal *refusal)
{
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < weir->device_count; i++) {
		error = connect_rx(weir, i, refusal);
		if (error == 0)
			error = connect_tx(weir, &weir->devices[i], refusal);
	}
	if (error == 0)
		error = strays_create(weir, refusal);
	return error == 0 ? neigh_news_create(weir, refusal) : error;
}
