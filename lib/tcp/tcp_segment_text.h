/* SPDX-License-Identifier: BSD-3-Clause */

/* A segment's text, out of the send queue. */
#ifndef WEIR_TCP_TCP_SEGMENT_TEXT_H
#define WEIR_TCP_TCP_SEGMENT_TEXT_H

#include "tcp_engine.h"

/*
 * A packet with headroom for headers and the `bytes` octets at `cursor`, which
 * moves past them.  By reference where the port can send a chain and that is
 * cheaper, else by copy.  The queue keeps its octets until they are
 * acknowledged.  NULL when buffers are lacking; the cursor has not moved then.
 */
struct rte_mbuf *tcp_segment_text(struct tcp_engine *engine, uint8_t port,
				  struct text_cursor *cursor, uint32_t bytes);

#endif
