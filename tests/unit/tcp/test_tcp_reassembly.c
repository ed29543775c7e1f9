/* SPDX-License-Identifier: BSD-3-Clause */

/* Segments in any order, overlapping, repeated: the stream that comes out is the stream. */
#include "test.h"

#include "rng.h"
#include "seed.h"
#include "tcp_reassembly.h"
#include "tcp_seq.h"
#include "text_mbuf.h"

#define HEADERS 54 /* the smallest there are */
#define LIMIT	16

static struct tcp_seg
segment(uint32_t seq, uint32_t bytes, uint8_t flags)
{
	struct rte_mbuf *m = text_mbuf(seq, bytes, 400, HEADERS);

	return (struct tcp_seg){
		.m = m,
		.seq = seq,
		.text_off = HEADERS,
		.text_bytes = (uint16_t)bytes,
		.len = bytes + ((flags & TH_FIN) != 0),
		.end = seq + bytes + ((flags & TH_FIN) != 0),
		.flags = flags,
	};
}

static enum drop_reason
hold(struct tcp_transfer *transfer, uint32_t seq, uint32_t bytes, uint8_t flags)
{
	struct tcp_seg seg = segment(seq, bytes, flags);
	enum drop_reason reason = tcp_reassembly_hold(transfer, &seg, LIMIT);

	assert_int_equal(reason == DROP_NONE, seg.m == NULL);
	rte_pktmbuf_free(seg.m);
	return reason;
}

/* Take what is ready; it must be the stream from `from` on. */
static void
expect_received(struct tcp_transfer *transfer, uint32_t from, uint32_t bytes)
{
	struct rte_mbuf *chain = text_queue_take(&transfer->receive);
	uint32_t n = 0;

	for (const struct rte_mbuf *m = chain; m != NULL; m = m->next) {
		for (uint32_t i = 0; i < m->data_len; i++, n++)
			assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[i],
					 stream_octet(from + n));
	}
	assert_int_equal(n, bytes);
	rte_pktmbuf_free(chain);
}

TEST(filling_the_hole_delivers_what_was_held)
{
	struct tcp_transfer transfer = {0};
	uint32_t rcv_nxt = 1100;
	bool fin = false;

	assert_int_equal(hold(&transfer, 1200, 100, TH_ACK), DROP_NONE);
	assert_int_equal(hold(&transfer, 1100, 100, TH_ACK), DROP_NONE);
	tcp_reassembly_pull(&transfer, &rcv_nxt, &fin);
	assert_int_equal(rcv_nxt, 1300);
	assert_false(fin);
	expect_received(&transfer, 1100, 200);
	assert_int_equal(transfer.held_count, 0);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(a_hole_holds_everything_behind_it)
{
	struct tcp_transfer transfer = {0};
	uint32_t rcv_nxt = 1000;
	bool fin = false;

	hold(&transfer, 1001, 10, TH_ACK);
	tcp_reassembly_pull(&transfer, &rcv_nxt, &fin);
	assert_int_equal(rcv_nxt, 1000);
	assert_int_equal(transfer.held_count, 1);
	tcp_reassembly_clear(&transfer);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(a_fin_behind_a_hole_waits_and_ends_the_stream)
{
	struct tcp_transfer transfer = {0};
	uint32_t rcv_nxt = 1000;
	bool fin = false;

	hold(&transfer, 1010, 0, TH_ACK | TH_FIN);
	hold(&transfer, 1020, 10, TH_ACK); /* nothing can come after a FIN: a liar's */
	tcp_reassembly_pull(&transfer, &rcv_nxt, &fin);
	assert_false(fin);
	hold(&transfer, 1000, 10, TH_ACK);
	tcp_reassembly_pull(&transfer, &rcv_nxt, &fin);
	assert_true(fin);
	assert_int_equal(rcv_nxt, 1010);
	expect_received(&transfer, 1000, 10);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(no_more_segments_are_held_than_the_limit_says)
{
	struct tcp_transfer transfer = {0};

	for (uint32_t i = 0; i < LIMIT; i++)
		assert_int_equal(hold(&transfer, 1000 + 2 * i, 1, TH_ACK), DROP_NONE);
	assert_int_equal(hold(&transfer, 2000, 1, TH_ACK), DROP_reassembly_full);
	assert_int_equal(hold(&transfer, 1001, 1, TH_ACK), DROP_reassembly_full);
	tcp_reassembly_clear(&transfer);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(text_held_already_is_refused_by_name)
{
	struct tcp_transfer transfer = {0};

	assert_int_equal(hold(&transfer, 1000, 100, TH_ACK), DROP_NONE);
	assert_int_equal(hold(&transfer, 1000, 100, TH_ACK), DROP_text_duplicate);
	assert_int_equal(hold(&transfer, 1020, 30, TH_ACK), DROP_text_duplicate);
	tcp_reassembly_clear(&transfer);
}

/*
 * A segment over several that are held and beyond them: what is new is kept, and only
 * what was there is reported (RFC 2883, 4).  The peer counts all that is as delivered.
 */
TEST(only_what_was_held_is_reported_as_coming_twice)
{
	struct tcp_transfer transfer = {0};
	struct tcp_sack_block blocks[4];

	hold(&transfer, 100, 10, TH_ACK);
	hold(&transfer, 110, 10, TH_ACK);
	hold(&transfer, 150, 10, TH_ACK);
	assert_int_equal(hold(&transfer, 100, 40, TH_ACK), DROP_NONE);
	assert_int_equal(tcp_reassembly_blocks(&transfer, blocks, 4), 3);
	assert_int_equal(blocks[0].left, 100);
	assert_int_equal(blocks[0].right, 120);
	assert_int_equal(blocks[1].left, 100);
	assert_int_equal(blocks[1].right, 140);
	assert_int_equal(hold(&transfer, 105, 30, TH_ACK), DROP_text_duplicate);
	assert_int_equal(tcp_reassembly_blocks(&transfer, blocks, 4), 3);
	assert_int_equal(blocks[0].left, 105);
	assert_int_equal(blocks[0].right, 135);
	tcp_reassembly_clear(&transfer);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(sack_reports_the_latest_run_first)
{
	struct tcp_transfer transfer = {0};
	struct tcp_sack_block blocks[3];

	hold(&transfer, 1000, 100, TH_ACK);
	hold(&transfer, 1300, 100, TH_ACK);
	hold(&transfer, 1600, 100, TH_ACK);
	hold(&transfer, 1400, 50, TH_ACK);
	assert_int_equal(tcp_reassembly_blocks(&transfer, blocks, 3), 3);
	assert_int_equal(blocks[0].left, 1300);
	assert_int_equal(blocks[0].right, 1450);
	assert_int_equal(blocks[1].left, 1000);
	assert_int_equal(blocks[2].left, 1600);
	assert_int_equal(tcp_reassembly_blocks(&transfer, blocks, 1), 1);
	assert_int_equal(blocks[0].left, 1300);
	tcp_reassembly_clear(&transfer);
}

/* Segments of a window at random places and lengths, until the whole stream has come. */
TEST(random_segments_always_give_the_stream)
{
	struct rng rng = seeded_rng();

	for (int round = 0; round < 300; round++) {
		struct tcp_transfer transfer = {0};
		uint32_t start = (uint32_t)rng_next(&rng), rcv_nxt = start;
		uint32_t end = start + 3000;
		bool fin = false;

		while (!fin) {
			uint32_t seq = rcv_nxt + rng_below(&rng, 1000);
			uint32_t bytes = rng_below(&rng, 400);
			uint32_t before = rcv_nxt;
			uint8_t flags = TH_ACK;

			if (seq_gt(seq, end))
				seq = end;
			if (seq_geq(seq + bytes, end)) {
				bytes = end - seq;
				flags |= TH_FIN;
			}
			if (bytes > 0 || (flags & TH_FIN))
				hold(&transfer, seq, bytes, flags);
			tcp_reassembly_pull(&transfer, &rcv_nxt, &fin);
			assert_true(transfer.held_count <= LIMIT);
			expect_received(&transfer, before, rcv_nxt - before);
			/* The limit may be full of later ones: the peer's retransmission helps. */
			if (transfer.held_count == LIMIT)
				tcp_reassembly_clear(&transfer);
		}
		assert_int_equal(rcv_nxt, end);
		tcp_reassembly_clear(&transfer);
	}
	assert_int_equal(text_mbuf_in_use(), 0);
}
