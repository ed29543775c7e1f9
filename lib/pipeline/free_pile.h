/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Buffers of one turn that are done with go back to their pool together.  Where nobody
 * else holds them and no other hangs on them, that takes no look at their second
 * lines, where `next` is.
 */
#ifndef WEIR_PIPELINE_FREE_PILE_H
#define WEIR_PIPELINE_FREE_PILE_H

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "check.h"

#define FREE_PILE_MAX 64

struct free_pile {
	struct rte_mempool *pool; /* of all of them */
	uint32_t count;
	void *m[FREE_PILE_MAX];
};

static inline void
free_pile_init(struct free_pile *pile)
{
	pile->pool = NULL;
	pile->count = 0;
}

/* The pile is empty then, and must be when it goes out of use. */
static inline void
free_pile_free(struct free_pile *pile)
{
	if (pile->count > 0)
		rte_mempool_put_bulk(pile->pool, pile->m, pile->count);
	pile->count = 0;
}

/* `m` is the only buffer of its packet. */
static inline void
free_pile_put(struct free_pile *pile, struct rte_mbuf *m)
{
	check(m->nb_segs == 1);
	if (unlikely(rte_mbuf_refcnt_read(m) != 1 || !RTE_MBUF_DIRECT(m))) {
		rte_pktmbuf_free(m);
		return;
	}
	if (unlikely(m->pool != pile->pool || pile->count == FREE_PILE_MAX)) {
		free_pile_free(pile);
		pile->pool = m->pool;
	}
	pile->m[pile->count++] = m;
}

#endif
