/* SPDX-License-Identifier: BSD-3-Clause */

/* Chains of text for tests: octet number n of a stream has the value stream_octet(n). */
#ifndef WEIR_TESTS_UNIT_TCP_TEXT_MBUF_H
#define WEIR_TESTS_UNIT_TCP_TEXT_MBUF_H

#include <stdint.h>

#include <rte_mbuf.h>

/* Number of buffers in the pool; text_mbuf_in_use() tells how many are out. */
#define TEXT_MBUFS 4096

/* No period that a mistake by a power of two could hide in. */
static inline uint8_t
stream_octet(uint32_t n)
{
	return (uint8_t)((n * 2654435761u) >> 24);
}

/* `bytes` octets of the stream from `first` on, in pieces of at most `piece`, behind `headers`. */
struct rte_mbuf *text_mbuf(uint32_t first, uint32_t bytes, uint32_t piece, uint32_t headers);

uint32_t text_mbuf_in_use(void);

#endif
