/* SPDX-License-Identifier: BSD-3-Clause */

/* Frames on their way to the device.  What it has no room for stays here, in order. */
#ifndef WEIR_TESTS_BENCH_GEN_BATCH_H
#define WEIR_TESTS_BENCH_GEN_BATCH_H

#include <stdint.h>

#include <rte_mbuf.h>

#define GEN_BATCH_MAX 2048

struct gen_batch {
	uint32_t count;
	uint64_t octets;    /* of the frames here */
	uint64_t overflows; /* frames that found no place even here */
	struct rte_mbuf *frames[GEN_BATCH_MAX];
};

static inline void
gen_batch_add(struct gen_batch *batch, struct rte_mbuf *m)
{
	if (batch->count < GEN_BATCH_MAX) {
		batch->frames[batch->count++] = m;
		batch->octets += m->pkt_len;
		return;
	}
	batch->overflows++;
	rte_pktmbuf_free(m);
}

#endif
