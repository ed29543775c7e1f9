/* SPDX-License-Identifier: BSD-3-Clause */

#include "static_mbuf.h"

#include <string.h>

#include "check.h"
#include "guard_page.h"

#define REFERENCES 1000

struct buffer {
	struct rte_mbuf m;
	uint8_t room[RTE_PKTMBUF_HEADROOM + STATIC_MBUF_DATA_BYTES];
};

static struct buffer buffers[STATIC_MBUFS];

static struct rte_mbuf *
set_up(unsigned int slot, uint8_t *room, size_t room_bytes, size_t bytes)
{
	struct rte_mbuf *m = &buffers[slot].m;

	memset(m, 0, sizeof(*m));
	m->buf_addr = room;
	m->buf_len = (uint16_t)room_bytes;
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->data_len = (uint16_t)bytes;
	m->pkt_len = (uint32_t)bytes;
	m->nb_segs = 1;
	rte_mbuf_refcnt_set(m, REFERENCES);
	return m;
}

struct rte_mbuf *
static_mbuf(unsigned int slot, const void *octets, size_t bytes)
{
	uint8_t *room;

	check(slot < STATIC_MBUFS && bytes <= STATIC_MBUF_DATA_BYTES);
	room = buffers[slot].room;
	memset(room, 0, sizeof(buffers[slot].room));
	if (octets != NULL)
		memcpy(room + RTE_PKTMBUF_HEADROOM, octets, bytes);
	return set_up(slot, room, sizeof(buffers[slot].room), bytes);
}

struct rte_mbuf *
static_mbuf_guarded(unsigned int slot, const void *octets, size_t bytes)
{
	uint8_t *copy;

	check(slot < STATIC_MBUFS && bytes <= STATIC_MBUF_GUARDED_MAX);
	copy = guard_page_copy(octets, bytes);
	return set_up(slot, copy - RTE_PKTMBUF_HEADROOM, RTE_PKTMBUF_HEADROOM + bytes, bytes);
}

void
static_mbuf_chain(struct rte_mbuf *head, struct rte_mbuf *tail)
{
	rte_pktmbuf_lastseg(head)->next = tail;
	head->nb_segs = (uint16_t)(head->nb_segs + tail->nb_segs);
	head->pkt_len += tail->pkt_len;
	tail->pkt_len = tail->data_len;
}

struct rte_mbuf *
static_mbuf_split(const void *octets, size_t bytes, size_t first_bytes, size_t piece_bytes)
{
	const uint8_t *at = octets;
	struct rte_mbuf *head;
	size_t piece;

	check(first_bytes <= bytes && piece_bytes > 0);
	head = static_mbuf_guarded(0, at, first_bytes);
	at += first_bytes;
	bytes -= first_bytes;
	for (unsigned int slot = 1; bytes > 0; slot++) {
		piece = RTE_MIN(bytes, piece_bytes);
		static_mbuf_chain(head, static_mbuf(slot, at, piece));
		at += piece;
		bytes -= piece;
	}
	return head;
}

bool
static_mbuf_is_sound(const struct rte_mbuf *m)
{
	uint32_t bytes = 0, segments = 0;

	for (const struct rte_mbuf *piece = m; piece != NULL; piece = piece->next) {
		if (piece->data_off + piece->data_len > piece->buf_len)
			return false;
		bytes += piece->data_len;
		segments++;
	}
	return m->pkt_len == bytes && m->nb_segs == segments;
}

unsigned int
static_mbuf_frees(const struct rte_mbuf *m)
{
	return REFERENCES - rte_mbuf_refcnt_read(m);
}

const uint8_t *
static_mbuf_octets(const struct rte_mbuf *m)
{
	static uint8_t octets[STATIC_MBUFS * STATIC_MBUF_DATA_BYTES];
	size_t bytes = 0;

	for (; m != NULL; m = m->next) {
		memcpy(octets + bytes, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len);
		bytes += m->data_len;
	}
	return octets;
}
