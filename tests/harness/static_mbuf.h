/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Packet buffers in static memory, for tests that have neither EAL nor a pool.
 * A buffer is set up by hand and counts so many references that freeing it only
 * takes one away: static_mbuf_frees() tells how often that happened.
 */
#ifndef WEIR_TESTS_HARNESS_STATIC_MBUF_H
#define WEIR_TESTS_HARNESS_STATIC_MBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define STATIC_MBUFS	       72   /* a burst of 64, and some */
#define STATIC_MBUF_DATA_BYTES 9216 /* tailroom included; a jumbo frame */

/*
 * Buffer `slot` (0 to STATIC_MBUFS - 1) anew, holding a copy of `octets` with the usual
 * headroom before it.  With `octets` NULL the data is zeros.
 */
struct rte_mbuf *static_mbuf(unsigned int slot, const void *octets, size_t bytes);

/*
 * The same, but the data ends at an unmapped page, so without tailroom.  There
 * is one such page: at most one buffer at a time, and at most
 * STATIC_MBUF_GUARDED_MAX octets.
 */
#define STATIC_MBUF_GUARDED_MAX (4096 - RTE_PKTMBUF_HEADROOM)
struct rte_mbuf *static_mbuf_guarded(unsigned int slot, const void *octets, size_t bytes);

/* Append `tail` (a chain itself, perhaps) to `head`. */
void static_mbuf_chain(struct rte_mbuf *head, struct rte_mbuf *tail);

/*
 * A chain from slot 0 on with a copy of `octets`, its first segment of
 * `first_bytes` at the unmapped page, the others of `piece_bytes` at most.
 */
struct rte_mbuf *static_mbuf_split(const void *octets, size_t bytes, size_t first_bytes,
				   size_t piece_bytes);

/* True if the lengths and the number of segments agree with the chain. */
bool static_mbuf_is_sound(const struct rte_mbuf *m);

unsigned int static_mbuf_frees(const struct rte_mbuf *m);

/* All octets of a chain, in static memory until the next call. */
const uint8_t *static_mbuf_octets(const struct rte_mbuf *m);

#endif
