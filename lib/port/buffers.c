/* SPDX-License-Identifier: BSD-3-Clause */

#include "buffers.h"

#include <errno.h>

#include <rte_errno.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "check.h"
#include "emit.h"
#include "tx_lane.h"

#define CACHE_BUFFERS  256  /* per lcore and pool */
#define ROOM_GRAIN     1024 /* some NICs count receive buffers in KiB, rounding down */
#define ROOM_BYTES_MIN 2048 /* what drivers expect for ordinary frames */
#define LOW_PART       8    /* short when no more than an eighth is free */

/* Two VLAN tags: drivers reckon with both before they agree to a frame's length. */
#define FRAME_OVERHEAD (RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * RTE_VLAN_HLEN)

static_assert(RTE_PKTMBUF_HEADROOM >= EMIT_HEADERS_BYTES_MAX,
	      "headers are written in front of received text");

uint16_t
buffers_room(const struct weir_config *config)
{
	uint32_t frame = ROOM_BYTES_MIN;

	for (uint32_t i = 0; i < config->port_count; i++)
		frame = RTE_MAX(frame, (uint32_t)config->ports[i].mtu + FRAME_OVERHEAD);
	return (uint16_t)(RTE_ALIGN_CEIL(frame, ROOM_GRAIN) + RTE_PKTMBUF_HEADROOM);
}

uint32_t
buffers_rx_count(const struct weir_config *config)
{
	return config->limits.buffers * config->core_count;
}

uint32_t
buffers_tx_count(const struct weir_config *config)
{
	uint32_t count = config->limits.buffers / 2 + TX_BACKLOG;

	for (uint32_t i = 0; i < config->port_count; i++)
		count += config->ports[i].tx_descriptors;
	return count;
}

uint64_t
buffers_pool_bytes(uint32_t count, uint16_t room)
{
	struct rte_mempool_objsz size;
	uint32_t buffer = rte_mempool_calc_obj_size(sizeof(struct rte_mbuf) + room, 0, &size);

	/* And a pointer in the ring of free ones, whose size is a power of two. */
	return (uint64_t)count * buffer + (uint64_t)rte_align32pow2(count + 1) * sizeof(void *);
}

int
buffers_pool_create(struct buffer_pool *pool, const char *name, uint32_t count, uint16_t room,
		    int socket_id, const struct refusal *refusal)
{
	pool->mempool = rte_pktmbuf_pool_create(name, count, CACHE_BUFFERS, 0, room, socket_id);
	if (pool->mempool == NULL)
		return refuse(refusal, -rte_errno,
			      "[weir] memory: no room for %u packet buffers of %u octets: %s",
			      count, room, rte_strerror(rte_errno));
	pool->low = count / LOW_PART;
	pool->enough = 2 * pool->low;
	return 0;
}

void
buffers_pool_destroy(struct buffer_pool *pool)
{
	rte_mempool_free(pool->mempool);
	pool->mempool = NULL;
}

/*
 * What lies in other lcores' caches counts as not free: to look there would
 * cost a cache line for every lcore there might be.
 */
static uint32_t
free_count(const struct buffer_pool *pool)
{
	struct rte_mempool *mempool = pool->mempool;
	const struct rte_mempool_cache *cache = rte_mempool_default_cache(mempool, rte_lcore_id());
	uint32_t count = rte_mempool_get_ops(mempool->ops_index)->get_count(mempool);

	return count + (cache == NULL ? 0 : cache->len);
}

bool
buffers_pool_is_short(const struct buffer_pool *pool, bool were_short)
{
	return free_count(pool) <= (were_short ? pool->enough : pool->low);
}

uint32_t
buffers_pool_used(const struct buffer_pool *pool)
{
	return rte_mempool_in_use_count(pool->mempool);
}
