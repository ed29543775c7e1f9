/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Buffers whose memory is not the pool's, as some NICs have them, and ends where the
 * next page must not be touched: who reads or writes beyond them is killed.  They may
 * be kept, so there are many (guard_page.h has one).
 */
#ifndef WEIR_TESTS_FUZZ_WALLED_H
#define WEIR_TESTS_FUZZ_WALLED_H

#include <stdint.h>

#include <rte_mbuf.h>

#define WALLED_BYTES_MAX (4096 - RTE_PKTMBUF_HEADROOM)

/* How many are free. */
uint32_t walled_free_count(void);

/*
 * A buffer of `pool`, its memory walled: a copy of `octets`, `tail` octets of room behind
 * them (WALLED_BYTES_MAX at most together), then the wall.  One must be free.
 */
struct rte_mbuf *walled_mbuf(struct rte_mempool *pool, const uint8_t *octets, uint32_t bytes,
			     uint32_t tail);

#endif
