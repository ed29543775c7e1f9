/* SPDX-License-Identifier: BSD-3-Clause */

#include "text_mbuf.h"

#include "check.h"
#include "eal_once.h"

static struct rte_mempool *
pool_once(void)
{
	static struct rte_mempool *pool;

	eal_once();
	if (pool == NULL)
		pool = rte_pktmbuf_pool_create("text", TEXT_MBUFS, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					       SOCKET_ID_ANY);
	check(pool != NULL);
	return pool;
}

struct rte_mbuf *
text_mbuf(uint32_t first, uint32_t bytes, uint32_t piece, uint32_t headers)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool_once());
	struct rte_mbuf *m = head;

	check(head != NULL);
	check(rte_pktmbuf_append(head, (uint16_t)headers) != NULL);
	while (bytes > 0) {
		uint32_t here = RTE_MIN(bytes, piece);
		uint8_t *at = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)here);

		check(at != NULL);
		for (uint32_t i = 0; i < here; i++)
			at[i] = stream_octet(first + i);
		first += here;
		bytes -= here;
		if (m != head)
			check(rte_pktmbuf_chain(head, m) == 0);
		if (bytes > 0)
			m = rte_pktmbuf_alloc(pool_once());
		check(m != NULL);
	}
	return head;
}

uint32_t
text_mbuf_in_use(void)
{
	return rte_mempool_in_use_count(pool_once());
}
