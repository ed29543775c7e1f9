/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Transfers and the queues of text in them.
 *
 * A queue is one mbuf chain.  The trap: cursors point into it by mbuf and
 * offset, so the head is never trimmed, only `head_off` moves; and a cursor at
 * or before the first octet may point at a freed mbuf, so it is sought anew.
 */
#include "tcp_transfer.h"

#include <string.h>

#include "check.h"
#include "flow.h"
#include "tcp_reassembly.h"
#include "tcp_seq.h"

/*
 * Text up to this size is copied behind the text before it, if that has room: a
 * peer that sends single octets must not hold a buffer of 2 KiB with each.
 */
#define COALESCE_BYTES_MAX 512

size_t
tcp_transfer_pool_bytes(uint32_t capacity)
{
	return (size_t)capacity * sizeof(struct tcp_transfer);
}

void
tcp_transfer_pool_init(struct tcp_transfer_pool *pool, void *memory, uint32_t capacity)
{
	pool->transfers = memory;
	pool->capacity = capacity;
	pool->used = 0;
	pool->idle = 0;
	pool->idle_head = TCP_TRANSFER_NONE;
	pool->idle_tail = TCP_TRANSFER_NONE;
	pool->free = capacity > 0 ? 0 : TCP_TRANSFER_NONE;
	for (uint32_t i = 0; i < capacity; i++) {
		pool->transfers[i].flow = FLOW_NONE;
		pool->transfers[i].next = i + 1 < capacity ? i + 1 : TCP_TRANSFER_NONE;
	}
}

static void
idle_list_add(struct tcp_transfer_pool *pool, uint32_t idx)
{
	struct tcp_transfer *transfer = tcp_transfer_get(pool, idx);

	transfer->is_idle = true;
	pool->idle++;
	transfer->next = TCP_TRANSFER_NONE;
	transfer->previous = pool->idle_tail;
	if (pool->idle_tail == TCP_TRANSFER_NONE)
		pool->idle_head = idx;
	else
		tcp_transfer_get(pool, pool->idle_tail)->next = idx;
	pool->idle_tail = idx;
}

static void
idle_list_remove(struct tcp_transfer_pool *pool, uint32_t idx)
{
	struct tcp_transfer *transfer = tcp_transfer_get(pool, idx);

	if (transfer->previous == TCP_TRANSFER_NONE)
		pool->idle_head = transfer->next;
	else
		tcp_transfer_get(pool, transfer->previous)->next = transfer->next;
	if (transfer->next == TCP_TRANSFER_NONE)
		pool->idle_tail = transfer->previous;
	else
		tcp_transfer_get(pool, transfer->next)->previous = transfer->previous;
	transfer->is_idle = false;
	pool->idle--;
}

uint32_t
tcp_transfer_create(struct tcp_transfer_pool *pool, uint32_t flow, uint32_t *robbed)
{
	struct tcp_transfer *transfer;
	uint32_t idx = pool->free;

	*robbed = FLOW_NONE;
	if (idx != TCP_TRANSFER_NONE) {
		pool->free = tcp_transfer_get(pool, idx)->next;
		pool->used++;
	} else {
		idx = pool->idle_head;
		if (idx == TCP_TRANSFER_NONE)
			return TCP_TRANSFER_NONE;
		*robbed = tcp_transfer_get(pool, idx)->flow;
		idle_list_remove(pool, idx);
	}
	transfer = tcp_transfer_get(pool, idx);
	memset(transfer, 0, offsetof(struct tcp_transfer, board.sent));
	transfer->flow = flow;
	return idx;
}

uint32_t
tcp_transfer_victim(const struct tcp_transfer_pool *pool)
{
	if (pool->free != TCP_TRANSFER_NONE || pool->idle_head == TCP_TRANSFER_NONE)
		return FLOW_NONE;
	return tcp_transfer_get(pool, pool->idle_head)->flow;
}

void
tcp_transfer_destroy(struct tcp_transfer_pool *pool, uint32_t idx)
{
	struct tcp_transfer *transfer = tcp_transfer_get(pool, idx);

	check(transfer->flow != FLOW_NONE);
	if (transfer->is_idle)
		idle_list_remove(pool, idx);
	text_queue_clear(&transfer->send);
	text_queue_clear(&transfer->receive);
	tcp_reassembly_clear(transfer);
	transfer->flow = FLOW_NONE;
	transfer->next = pool->free;
	pool->free = idx;
	pool->used--;
}

void
tcp_transfer_settle(struct tcp_transfer_pool *pool, uint32_t idx, const struct tcp_tcb *tcb)
{
	struct tcp_transfer *transfer = tcp_transfer_get(pool, idx);
	bool is_empty = transfer->send.bytes == 0 && transfer->receive.bytes == 0 &&
			transfer->held == NULL && !transfer->persisting &&
			tcb->snd_una == tcb->snd_nxt;

	if (is_empty == transfer->is_idle)
		return;
	if (is_empty)
		idle_list_add(pool, idx);
	else
		idle_list_remove(pool, idx);
}

void
text_chain_keep(struct rte_mbuf *m, uint32_t offset, uint32_t bytes)
{
	struct rte_mbuf *head = m;
	uint32_t left = bytes;
	uint16_t segments = 0;

	check(offset + bytes <= m->pkt_len);
	for (;;) {
		uint32_t skip = RTE_MIN(offset, (uint32_t)m->data_len);

		m->data_off = (uint16_t)(m->data_off + skip);
		m->data_len = (uint16_t)RTE_MIN(left, m->data_len - skip);
		offset -= skip;
		left -= m->data_len;
		segments++;
		if (left == 0)
			break;
		m = m->next;
	}
	for (struct rte_mbuf *rest = m->next, *next; rest != NULL; rest = next) {
		next = rest->next;
		rte_pktmbuf_free_seg(rest);
	}
	m->next = NULL;
	head->nb_segs = segments;
	head->pkt_len = bytes;
}

/* Copy a small single piece behind the tail's text.  False if it does not fit there. */
static bool
coalesce(struct text_queue *queue, struct rte_mbuf *piece)
{
	struct rte_mbuf *tail = queue->tail;
	uint16_t bytes = rte_pktmbuf_data_len(piece);
	char *at;

	if (bytes > COALESCE_BYTES_MAX || piece->nb_segs != 1)
		return false;
	if (!RTE_MBUF_DIRECT(tail) || rte_mbuf_refcnt_read(tail) != 1 ||
	    rte_pktmbuf_tailroom(tail) < bytes)
		return false;
	/* Text begins low in a received buffer, so what follows it is room of our own. */
	at = rte_pktmbuf_mtod_offset(tail, char *, tail->data_len);
	memcpy(at, rte_pktmbuf_mtod(piece, const char *), bytes);
	tail->data_len = (uint16_t)(tail->data_len + bytes);
	rte_pktmbuf_free(piece);
	return true;
}

void
text_queue_append(struct text_queue *queue, struct rte_mbuf *chain)
{
	uint32_t bytes = chain->pkt_len;

	if (bytes == 0) {
		rte_pktmbuf_free(chain);
		return;
	}
	queue->bytes += bytes;
	if (queue->head == NULL) {
		queue->head = chain;
		queue->head_off = 0;
	} else if (coalesce(queue, chain)) {
		return;
	} else {
		queue->tail->next = chain;
	}
	queue->tail = rte_pktmbuf_lastseg(chain);
}

/* Make the chain a proper packet again: its head says how long the whole is. */
static void
seal_chain(struct rte_mbuf *head, uint32_t bytes)
{
	uint16_t segments = 0;

	for (struct rte_mbuf *m = head; m != NULL; m = m->next)
		segments++;
	head->nb_segs = segments;
	head->pkt_len = bytes;
}

struct rte_mbuf *
text_queue_take(struct text_queue *queue)
{
	struct rte_mbuf *head = queue->head;

	if (head == NULL)
		return NULL;
	check(queue->head_off == 0);
	seal_chain(head, queue->bytes);
	memset(queue, 0, sizeof(*queue));
	return head;
}

void
text_queue_drop(struct text_queue *queue, uint32_t bytes)
{
	check(bytes <= queue->bytes);
	queue->bytes -= bytes;
	while (bytes > 0) {
		struct rte_mbuf *m = queue->head;
		uint32_t here = m->data_len - queue->head_off;

		if (bytes < here) {
			queue->head_off += bytes;
			return;
		}
		bytes -= here;
		queue->head = m->next;
		queue->head_off = 0;
		rte_pktmbuf_free_seg(m);
	}
	if (queue->bytes == 0)
		text_queue_clear(queue);
}

void
text_queue_clear(struct text_queue *queue)
{
	/* Segment by segment: an appended chain's head no longer says how long it is. */
	for (struct rte_mbuf *m = queue->head, *next; m != NULL; m = next) {
		next = m->next;
		rte_pktmbuf_free_seg(m);
	}
	memset(queue, 0, sizeof(*queue));
}

void
text_cursor_seek(struct text_cursor *cursor, const struct text_queue *queue, uint32_t first,
		 uint32_t seq)
{
	if (cursor->m != NULL && seq_gt(cursor->seq, first) && seq_leq(cursor->seq, seq)) {
		text_cursor_advance(cursor, seq - cursor->seq);
		return;
	}
	cursor->m = queue->head;
	cursor->off = queue->head_off;
	cursor->seq = first;
	text_cursor_advance(cursor, seq - first);
}

void
text_cursor_advance(struct text_cursor *cursor, uint32_t bytes)
{
	cursor->seq += bytes;
	while (bytes > 0) {
		uint32_t here = cursor->m->data_len - cursor->off;

		if (bytes <= here) {
			/* May stand at the end of the last mbuf: more can be appended there. */
			cursor->off += bytes;
			return;
		}
		bytes -= here;
		cursor->m = cursor->m->next;
		cursor->off = 0;
		check(cursor->m != NULL);
	}
}
