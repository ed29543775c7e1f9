/* SPDX-License-Identifier: BSD-3-Clause */

/* Queues of text against a plain model: octet n of the stream is stream_octet(n). */
#include "test.h"

#include <stdlib.h>

#include "rng.h"
#include "seed.h"
#include "tcp_transfer.h"
#include "text_mbuf.h"

#define STEPS 20000

/* The octets at the cursor are the stream's from `seq` on. */
static void
expect_stream(const struct text_cursor *cursor, uint32_t seq, uint32_t bytes)
{
	const struct rte_mbuf *m = cursor->m;
	uint32_t off = cursor->off;

	for (uint32_t i = 0; i < bytes; i++) {
		while (off == m->data_len) {
			m = m->next;
			off = 0;
			assert_non_null(m);
		}
		assert_int_equal(*rte_pktmbuf_mtod_offset(m, const uint8_t *, off),
				 stream_octet(seq + i));
		off++;
	}
}

TEST(a_queue_keeps_its_octets_through_appends_drops_and_seeks)
{
	struct text_queue queue = {0};
	struct text_cursor cursor = {0};
	uint32_t first = UINT32_MAX - 5000, end = first; /* crosses zero */
	struct rng rng = seeded_rng();

	for (int step = 0; step < STEPS; step++) {
		uint32_t bytes = rng_below(&rng, 3) ? rng_below(&rng, 40) : rng_below(&rng, 1500);

		if (rng_below(&rng, 2) && queue.bytes < 20000) {
			text_queue_append(&queue,
					  text_mbuf(end, bytes, 1 + rng_below(&rng, 600), 0));
			end += bytes;
		} else {
			bytes = RTE_MIN(bytes, queue.bytes);
			text_queue_drop(&queue, bytes);
			first += bytes;
		}
		assert_int_equal(queue.bytes, end - first);
		if (queue.bytes > 0) {
			uint32_t seq = first + rng_below(&rng, queue.bytes + 1);
			uint32_t left = end - seq;

			text_cursor_seek(&cursor, &queue, first, seq);
			assert_int_equal(cursor.seq, seq);
			expect_stream(&cursor, seq, RTE_MIN(left, 64u));
			text_cursor_advance(&cursor, RTE_MIN(left, 64u));
			expect_stream(&cursor, cursor.seq, RTE_MIN(end - cursor.seq, 16u));
		}
	}
	text_queue_clear(&queue);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(what_is_taken_is_a_packet_of_the_right_length)
{
	struct text_queue queue = {0};
	struct rte_mbuf *chain;

	text_queue_append(&queue, text_mbuf(0, 1000, 300, 0));
	text_queue_append(&queue, text_mbuf(1000, 700, 700, 0));
	text_queue_append(&queue, text_mbuf(1700, 10, 10, 0));
	chain = text_queue_take(&queue);
	assert_int_equal(chain->pkt_len, 1710);
	assert_int_equal(rte_mbuf_check(chain, 1, NULL), 0);
	assert_null(text_queue_take(&queue));
	rte_pktmbuf_free(chain);
	assert_int_equal(text_mbuf_in_use(), 0);
}

TEST(single_octets_share_buffers)
{
	struct text_queue queue = {0};

	for (uint32_t i = 0; i < 1000; i++)
		text_queue_append(&queue, text_mbuf(i, 1, 1, 0));
	assert_int_equal(queue.bytes, 1000);
	assert_int_equal(text_mbuf_in_use(), 1);
	expect_stream(&(struct text_cursor){queue.head, 0, 0}, 0, 1000);
	text_queue_clear(&queue);
}

TEST(a_packet_is_cut_to_any_of_its_parts)
{
	for (uint32_t offset = 0; offset < 200; offset += 7) {
		for (uint32_t bytes = 0; offset + bytes <= 200; bytes += 9) {
			struct rte_mbuf *m = text_mbuf(0, 200, 33, 0);

			text_chain_keep(m, offset, bytes);
			assert_int_equal(m->pkt_len, bytes);
			assert_int_equal(rte_mbuf_check(m, 1, NULL), 0);
			expect_stream(&(struct text_cursor){m, 0, 0}, offset, bytes);
			rte_pktmbuf_free(m);
		}
	}
	assert_int_equal(text_mbuf_in_use(), 0);
}

#define TRANSFERS 4

static struct tcp_transfer_pool
pool_of(void *memory)
{
	struct tcp_transfer_pool pool;

	tcp_transfer_pool_init(&pool, memory, TRANSFERS);
	return pool;
}

TEST(an_idle_transfer_is_lent_on_least_recently_used_first)
{
	void *memory = malloc(tcp_transfer_pool_bytes(TRANSFERS));
	struct tcp_transfer_pool pool = pool_of(memory);
	struct tcp_tcb quiet = {0};
	uint32_t idx[TRANSFERS], robbed;

	for (uint32_t i = 0; i < TRANSFERS; i++)
		idx[i] = tcp_transfer_create(&pool, 100 + i, &robbed);
	assert_int_equal(tcp_transfer_create(&pool, 200, &robbed), TCP_TRANSFER_NONE);

	tcp_transfer_settle(&pool, idx[2], &quiet);
	tcp_transfer_settle(&pool, idx[1], &quiet);
	assert_int_equal(tcp_transfer_create(&pool, 200, &robbed), idx[2]);
	assert_int_equal(robbed, 102);
	assert_int_equal(tcp_transfer_create(&pool, 201, &robbed), idx[1]);
	assert_int_equal(robbed, 101);
	assert_int_equal(tcp_transfer_create(&pool, 202, &robbed), TCP_TRANSFER_NONE);
	free(memory);
}

/* A FIN that waits for the window: the time for which it has must not be forgotten. */
TEST(a_transfer_that_persists_is_never_idle)
{
	void *memory = malloc(tcp_transfer_pool_bytes(TRANSFERS));
	struct tcp_transfer_pool pool = pool_of(memory);
	struct tcp_tcb quiet = {0};
	uint32_t robbed, idx = tcp_transfer_create(&pool, 7, &robbed);

	tcp_transfer_get(&pool, idx)->persisting = true;
	tcp_transfer_settle(&pool, idx, &quiet);
	assert_false(tcp_transfer_get(&pool, idx)->is_idle);
	tcp_transfer_get(&pool, idx)->persisting = false;
	tcp_transfer_settle(&pool, idx, &quiet);
	assert_int_equal(pool.idle, 1);
	tcp_transfer_destroy(&pool, idx);
	assert_int_equal(pool.idle, 0);
	free(memory);
}

TEST(a_transfer_with_octets_out_is_never_idle)
{
	void *memory = malloc(tcp_transfer_pool_bytes(TRANSFERS));
	struct tcp_transfer_pool pool = pool_of(memory);
	struct tcp_tcb fin_is_out = {.snd_una = 1, .snd_nxt = 2};
	uint32_t robbed, idx = tcp_transfer_create(&pool, 7, &robbed);

	tcp_transfer_settle(&pool, idx, &fin_is_out);
	assert_false(tcp_transfer_get(&pool, idx)->is_idle);
	fin_is_out.snd_una = 2;
	tcp_transfer_settle(&pool, idx, &fin_is_out);
	assert_true(tcp_transfer_get(&pool, idx)->is_idle);
	tcp_transfer_destroy(&pool, idx);
	assert_int_equal(pool.used, 0);
	free(memory);
}
