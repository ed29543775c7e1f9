/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Out-of-order text, one list per connection in sequence order, without overlap.
 *
 * A held segment's own headers are of no use any more, so the octets in front
 * of its text keep the list's link.  The list is short by limit: a peer that
 * sends every second octet gets as many entries as the limit says and no more.
 */
#include "tcp_reassembly.h"

#include <string.h>

#include "check.h"
#include "tcp_seq.h"

/* Stands in the last octets before the text; Ethernet, IP and TCP headers made the room. */
struct held {
	struct rte_mbuf *next;
	uint32_t seq;
	uint32_t end; /* of the text; a FIN is not counted */
	bool has_fin;
};

#define HELD_ALIGN (sizeof(void *))

static_assert(sizeof(struct held) + HELD_ALIGN - 1 <= 14 + 20 + 20,
	      "fits in the smallest headers, aligned");

static struct held *
held_of(const struct rte_mbuf *m)
{
	uintptr_t text = (uintptr_t)rte_pktmbuf_mtod(m, void *);

	return (struct held *)((text - sizeof(struct held)) & ~(HELD_ALIGN - 1));
}

/* Cut seg's text to [seq, seq + bytes).  What is cut off must be text. */
static void
trim_segment(struct tcp_seg *seg, uint32_t front, uint32_t bytes)
{
	seg->seq += front;
	seg->text_off = (uint16_t)(seg->text_off + front);
	if (front + bytes < seg->text_bytes)
		seg->flags &= (uint8_t)~TH_FIN;
	seg->text_bytes = (uint16_t)bytes;
}

/* Make the packet its text alone and link it in. */
static void
insert(struct tcp_transfer *transfer, struct rte_mbuf **link, struct tcp_seg *seg)
{
	struct rte_mbuf *m = seg->m;
	struct held *held;

	text_chain_keep(m, seg->text_off, seg->text_bytes);
	held = held_of(m);
	held->seq = seg->seq;
	held->end = seg->seq + seg->text_bytes;
	held->has_fin = (seg->flags & TH_FIN) != 0;
	held->next = *link;
	*link = m;
	transfer->held_count++;
	transfer->held_latest = seg->seq;
	seg->m = NULL;
}

/*
 * Past all that is held from `seq` on without a gap: *reach is where that ends, `seq` if
 * it is not held.  Returns the link in front of which *reach belongs.
 */
static struct rte_mbuf **
find_place(struct tcp_transfer *transfer, uint32_t seq, uint32_t *reach)
{
	struct rte_mbuf **link = &transfer->held;

	*reach = seq;
	while (*link != NULL && seq_leq(held_of(*link)->seq, *reach)) {
		struct held *held = held_of(*link);

		*reach = seq_max(*reach, held->end);
		link = &held->next;
	}
	return link;
}

void
tcp_reassembly_note_twice(struct tcp_transfer *transfer, uint32_t left, uint32_t right)
{
	transfer->has_twice = true;
	transfer->twice_left = left;
	transfer->twice_right = right;
}

/* All of it is held.  The block with it comes next to the report (RFC 2883, 4). */
static enum drop_reason
refuse_twice(struct tcp_transfer *transfer, const struct tcp_seg *seg)
{
	if (seg->text_bytes > 0) {
		tcp_reassembly_note_twice(transfer, seg->seq, seg->seq + seg->text_bytes);
		transfer->held_latest = seg->seq;
	}
	return DROP_text_duplicate;
}

enum drop_reason
tcp_reassembly_hold(struct tcp_transfer *transfer, struct tcp_seg *seg, uint32_t segments_max)
{
	uint32_t reach, front, bytes = seg->text_bytes;
	struct rte_mbuf **link;

	if (transfer->held_count >= segments_max || transfer->held_count == UINT16_MAX)
		return DROP_reassembly_full;

	link = find_place(transfer, seg->seq, &reach);
	front = reach - seg->seq;
	if (front >= bytes && !(front == bytes && (seg->flags & TH_FIN)))
		return refuse_twice(transfer, seg);
	bytes -= front;
	/*
	 * What reaches into the next one is cut off there; what lies beyond the
	 * next one is given up too, and the peer sends it again.
	 */
	if (*link != NULL && seq_gt(reach + bytes, held_of(*link)->seq))
		bytes = held_of(*link)->seq - reach;

	if (front > 0)
		tcp_reassembly_note_twice(transfer, seg->seq, seg->seq + front);
	trim_segment(seg, front, bytes);
	insert(transfer, link, seg);
	return DROP_NONE;
}

void
tcp_reassembly_pull(struct tcp_transfer *transfer, uint32_t *rcv_nxt, bool *fin_is_next)
{
	while (transfer->held != NULL) {
		struct rte_mbuf *m = transfer->held;
		struct held held = *held_of(m);

		if (seq_gt(held.seq, *rcv_nxt))
			return;
		transfer->held = held.next;
		transfer->held_count--;
		if (held.has_fin && seq_geq(held.end, *rcv_nxt))
			*fin_is_next = true;
		if (seq_leq(held.end, *rcv_nxt)) {
			rte_pktmbuf_free(m);
		} else {
			text_chain_keep(m, *rcv_nxt - held.seq, held.end - *rcv_nxt);
			*rcv_nxt = held.end;
			text_queue_append(&transfer->receive, m);
		}
		if (*fin_is_next) {
			tcp_reassembly_clear(transfer); /* nothing comes after a FIN */
			return;
		}
	}
}

/* The run of touching segments that begins at `m`; *next: the first one after it. */
static struct tcp_sack_block
run_from(const struct rte_mbuf *m, const struct rte_mbuf **next)
{
	struct tcp_sack_block run = {held_of(m)->seq, held_of(m)->end};

	for (m = held_of(m)->next; m != NULL && held_of(m)->seq == run.right; m = held_of(m)->next)
		run.right = held_of(m)->end;
	*next = m;
	return run;
}

/* Those of what is held; place 0 is for the one with the latest. */
static uint8_t
held_blocks(const struct tcp_transfer *transfer, struct tcp_sack_block *blocks, uint8_t blocks_max)
{
	const struct rte_mbuf *next;
	uint8_t count = 1;

	blocks[0].left = blocks[0].right = 0;
	for (const struct rte_mbuf *m = transfer->held; m != NULL; m = next) {
		struct tcp_sack_block run = run_from(m, &next);

		if (run.left == run.right)
			continue; /* a FIN alone */
		if (seq_leq(run.left, transfer->held_latest) &&
		    seq_lt(transfer->held_latest, run.right))
			blocks[0] = run;
		else if (count < blocks_max)
			blocks[count++] = run;
	}
	if (blocks[0].left != blocks[0].right)
		return count;
	memmove(&blocks[0], &blocks[1], (size_t)(count - 1) * sizeof(blocks[0]));
	return (uint8_t)(count - 1);
}

uint8_t
tcp_reassembly_blocks(const struct tcp_transfer *transfer, struct tcp_sack_block *blocks,
		      uint8_t blocks_max)
{
	if (!transfer->has_twice)
		return held_blocks(transfer, blocks, blocks_max);
	blocks[0] = (struct tcp_sack_block){transfer->twice_left, transfer->twice_right};
	return (uint8_t)(1 + held_blocks(transfer, blocks + 1, (uint8_t)(blocks_max - 1)));
}

void
tcp_reassembly_clear(struct tcp_transfer *transfer)
{
	while (transfer->held != NULL) {
		struct rte_mbuf *m = transfer->held;

		transfer->held = held_of(m)->next;
		rte_pktmbuf_free(m);
	}
	transfer->held_count = 0;
}
