/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_segment_text.h"

#include <string.h>

#include <rte_common.h>

#include "check.h"

/* Below this a copy is cheaper than a second buffer and what it costs to free it. */
#define COPY_BYTES_MAX 256

/* More pieces than this are copied together: devices limit the length of a chain. */
#define PIECES_MAX 6

/* How many mbufs the octets at the cursor lie in. */
static uint32_t
pieces_of(const struct text_cursor *cursor, uint32_t bytes)
{
	const struct rte_mbuf *m = cursor->m;
	uint32_t off = cursor->off, pieces = 0;

	while (bytes > 0) {
		uint32_t here = RTE_MIN(bytes, m->data_len - off);

		if (here > 0)
			pieces++;
		bytes -= here;
		off = 0;
		m = m->next;
	}
	return pieces;
}

static void
copy_pieces(struct rte_mbuf *packet, const struct text_cursor *cursor, uint32_t bytes)
{
	const struct rte_mbuf *m = cursor->m;
	uint32_t off = cursor->off;

	while (bytes > 0) {
		uint32_t here = RTE_MIN(bytes, m->data_len - off);

		memcpy(rte_pktmbuf_append(packet, (uint16_t)here),
		       rte_pktmbuf_mtod_offset(m, const char *, off), here);
		bytes -= here;
		off = 0;
		m = m->next;
	}
}

/* False when an mbuf is lacking; what was attached so far stays with the packet. */
static bool
attach_pieces(struct tcp_engine *engine, struct rte_mbuf *packet, const struct text_cursor *cursor,
	      uint32_t bytes)
{
	struct rte_mbuf *m = cursor->m, *tail = packet;
	uint32_t off = cursor->off;

	while (bytes > 0) {
		uint32_t here = RTE_MIN(bytes, m->data_len - off);

		if (here > 0) {
			struct rte_mbuf *piece = tcp_engine_alloc(engine);

			if (piece == NULL)
				return false;
			rte_pktmbuf_attach(piece, m);
			piece->data_off = (uint16_t)(piece->data_off + off);
			piece->data_len = (uint16_t)here;
			piece->pkt_len = here;
			tail->next = piece;
			tail = piece;
			packet->nb_segs++;
			packet->pkt_len += here;
		}
		bytes -= here;
		off = 0;
		m = m->next;
	}
	return true;
}

struct rte_mbuf *
tcp_segment_text(struct tcp_engine *engine, uint8_t port, struct text_cursor *cursor,
		 uint32_t bytes)
{
	struct rte_mbuf *packet = tcp_engine_alloc(engine);
	bool by_copy;

	if (packet == NULL || bytes == 0)
		return packet;
	by_copy = !engine->config->ports[port].multi_segment || bytes <= COPY_BYTES_MAX ||
		  pieces_of(cursor, bytes) > PIECES_MAX;
	if (by_copy) {
		check(bytes <= rte_pktmbuf_tailroom(packet));
		copy_pieces(packet, cursor, bytes);
	} else if (!attach_pieces(engine, packet, cursor, bytes)) {
		rte_pktmbuf_free(packet);
		return NULL;
	}
	text_cursor_advance(cursor, bytes);
	return packet;
}
