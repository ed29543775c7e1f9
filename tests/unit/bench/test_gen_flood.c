/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "eal_once.h"
#include "frame.h"
#include "gen_flood.h"

static struct gen_path path = {.port = 80};
static struct gen_prefix from;

static void
open_flood(struct gen_flood *flood, const char *mix, uint64_t seed)
{
	struct gen_flood_setup setup = {
		.path = &path, .from = &from, .flavour = GEN_LINUX, .seed = seed, .frames = 2047};
	bool family;

	eal_once();
	assert_true(gen_address_parse(&path.destination, &family, "192.0.2.1"));
	assert_true(gen_prefix_parse(&from, "10.0.0.0/8"));
	assert_true(gen_flood_mix_parse(&setup.mix, mix));
	assert_int_equal(gen_flood_open(flood, &setup), 0);
}

TEST(a_mix_is_read)
{
	struct gen_flood_mix mix;

	assert_true(gen_flood_mix_parse(&mix, "syn=70,udp=20,ack"));
	assert_int_equal(mix.part[GEN_FLOOD_SYN], 70);
	assert_int_equal(mix.part[GEN_FLOOD_UDP], 20);
	assert_int_equal(mix.part[GEN_FLOOD_ACK], 1);
	assert_int_equal(mix.part[GEN_FLOOD_RST], 0);
	assert_true(gen_flood_mix_parse(&mix, "none"));
	assert_int_equal(mix.part[GEN_FLOOD_SYN], 0);
}

TEST(what_is_no_mix_is_refused)
{
	static const char *const texts[] = {"",	       "sin",	   "syn=",   "syn=0", "syn=x",
					    "syn,syn", "syn,,ack", "syn=1x", "syn="};
	struct gen_flood_mix mix;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(gen_flood_mix_parse(&mix, texts[i]));
}

TEST(every_packet_has_another_sender_and_a_known_number)
{
	struct rte_mbuf *frames[64];
	struct gen_flood flood;
	uint64_t low, before = 0;

	open_flood(&flood, "syn", 1);
	for (int round = 0; round < 100; round++) {
		assert_int_equal(gen_flood_make(&flood, frames, 64), 64);
		for (int i = 0; i < 64; i++) {
			struct frame frame;
			struct tcp_seg seg;

			assert_int_equal(frame_parse(frames[i], &frame), DROP_NONE);
			assert_int_equal(tcp_seg_parse(frames[i], &frame, &seg), DROP_NONE);
			low = gen_address_low(&frame.source, false);
			assert_int_not_equal(low, before);
			assert_int_equal(low >> 24, 10);
			assert_true(seg.source_port >= 1024);
			assert_int_equal(seg.seq, gen_flood_seq(&flood, low, seg.source_port));
			assert_int_equal(seg.flags, TH_SYN);
			before = low;
		}
		rte_pktmbuf_free_bulk(frames, 64);
	}
	assert_int_equal(flood.made[GEN_FLOOD_SYN], 6400);
	gen_flood_close(&flood);
}

TEST(a_mix_has_its_parts)
{
	struct rte_mbuf *frames[64];
	struct gen_flood flood;

	open_flood(&flood, "syn=50,ack=25,udp=25", 1);
	for (int round = 0; round < 16; round++) {
		assert_int_equal(gen_flood_make(&flood, frames, 64), 64);
		rte_pktmbuf_free_bulk(frames, 64);
	}
	assert_int_equal(flood.made[GEN_FLOOD_SYN], 512);
	assert_int_equal(flood.made[GEN_FLOOD_ACK], 256);
	assert_int_equal(flood.made[GEN_FLOOD_UDP], 256);
	gen_flood_close(&flood);
}

TEST(a_flood_repeats_with_its_seed)
{
	static uint8_t first[64][GEN_FRAME_BYTES_MAX];
	struct rte_mbuf *frames[64];
	struct gen_flood flood;

	for (uint64_t seed = 1; seed <= 3; seed++) {
		open_flood(&flood, "syn", seed / 3 + 1); /* 1, 1, 2 */
		assert_int_equal(gen_flood_make(&flood, frames, 64), 64);
		for (int i = 0; i < 64; i++) {
			const void *octets = rte_pktmbuf_mtod(frames[i], void *);

			if (seed == 1)
				memcpy(first[i], octets, frames[i]->data_len);
			else
				assert_int_equal(memcmp(first[i], octets, frames[i]->data_len) == 0,
						 seed == 2);
		}
		rte_pktmbuf_free_bulk(frames, 64);
		gen_flood_close(&flood);
	}
}

TEST(buffers_that_run_out_end_a_burst_not_the_program)
{
	struct rte_mbuf *frames[64 * 40];
	struct gen_flood flood;
	uint32_t count = 0;

	open_flood(&flood, "syn=1,rst=1", 1);
	for (int round = 0; round < 40; round++)
		count += gen_flood_make(&flood, frames + count, 64);
	assert_true(count > 64);
	rte_pktmbuf_free_bulk(frames, count);
	gen_flood_close(&flood);
}
