/* SPDX-License-Identifier: BSD-3-Clause */

/* The clients, with the test as their server.  Time is the test's. */
#include "test.h"

#include <stdio.h>

#include "eal_once.h"
#include "frame.h"
#include "gen_client.h"
#include "static_mbuf.h"
#include "units.h"

#define SERVER_ISS 5000
#define HEAD	   "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
#define WHOLE	   HEAD "Hello"

static struct gen_client client;
static struct gen_batch batch;
static struct gen_path path = {.port = 80};
static struct gen_prefix from;
static uint64_t now;
static struct tcp_seg last; /* what the client sent last */
static struct ip_addr last_source;

static void
begin(struct gen_client_setup setup)
{
	bool family;

	eal_once();
	assert_true(gen_address_parse(&path.destination, &family, "192.0.2.1"));
	assert_true(gen_prefix_parse(&from, "198.18.0.0/16"));
	setup.path = &path;
	setup.from = &from;
	setup.flavour = GEN_LINUX;
	setup.page = "/";
	setup.hosts = 4;
	setup.seed = 1;
	setup.frames = 1023;
	assert_int_equal(gen_client_open(&client, &setup), 0);
	client.is_counting = true;
	now = NS_PER_SECOND;
	batch.count = 0;
}

static void
finish(void)
{
	assert_int_equal(batch.count, 0);
	gen_client_close(&client);
}

/* The one segment sent since. */
static void
expect_sent(uint8_t flags, uint32_t text_bytes)
{
	struct frame frame;
	struct rte_mbuf *m;

	assert_int_equal(batch.count, 1);
	m = batch.frames[0];
	batch.count = 0;
	assert_int_equal(frame_parse(m, &frame), DROP_NONE);
	assert_int_equal(tcp_seg_parse(m, &frame, &last), DROP_NONE);
	last_source = frame.source;
	assert_int_equal(last.flags, flags);
	assert_int_equal(last.text_bytes, text_bytes);
	rte_pktmbuf_free(m);
}

static void
poll(uint64_t ms)
{
	for (uint32_t i = 0; i < client.slots; i++)
		gen_client_poll(&client, now + i, &batch); /* a sweep over all slots */
	now += ms * NS_PER_MS;
}

/* From the server to the sender of the last segment. */
static void
say(uint8_t flags, uint32_t seq, uint32_t ack, const char *text)
{
	struct gen_answer answer = {
		.low = gen_address_low(&last_source, false),
		.seq = seq,
		.ack = ack,
		.tsval = 77,
		.port = last.source_port,
		.text_bytes = (uint16_t)strlen(text),
		.flags = flags,
	};

	answer.kind = flags & TH_RST	      ? GEN_ANSWER_RST
		      : flags & TH_SYN	      ? GEN_ANSWER_SYN_ACK
		      : flags & TH_FIN	      ? GEN_ANSWER_FIN
		      : answer.text_bytes > 0 ? GEN_ANSWER_DATA
					      : GEN_ANSWER_ACK;
	gen_client_take(&client, static_mbuf(0, text, strlen(text)), &answer, now, &batch);
}

static const struct gen_client_setup one_at_a_time = {.slots = 1};

/* As far as the request, which is acknowledged with the next segment. */
static uint32_t
ask(void)
{
	poll(0);
	expect_sent(TH_SYN, 0);
	client.is_opening = false;
	say(TH_SYN | TH_ACK, SERVER_ISS, last.seq + 1, "");
	expect_sent(TH_ACK | TH_PSH, client.request_bytes);
	assert_int_equal(last.ack, SERVER_ISS + 1);
	assert_int_equal(last.options.tsecr, 77);
	return last.end;
}

TEST(a_connection_runs_its_course)
{
	uint32_t next;

	begin(one_at_a_time);
	next = ask();
	now += 1000;
	say(TH_ACK, SERVER_ISS + 1, next, WHOLE);
	expect_sent(TH_FIN | TH_ACK, 0);
	assert_int_equal(last.seq, next);
	assert_int_equal(last.ack, SERVER_ISS + 1 + strlen(WHOLE));
	say(TH_FIN | TH_ACK, last.ack, last.end, "");
	expect_sent(TH_ACK, 0);
	assert_int_equal(last.ack, SERVER_ISS + 2 + strlen(WHOLE));
	assert_int_equal(client.stats.completed, 1);
	assert_int_equal(client.stats.answer_octets, strlen(WHOLE));
	assert_int_equal(gen_latency_percentile(&client.stats.exchange, 1), 1000);
	assert_int_equal(client.counted_busy, 0);
	finish();
}

TEST(the_server_may_close_first)
{
	uint32_t next;

	begin((struct gen_client_setup){.slots = 1, .server_closes = true});
	next = ask();
	say(TH_ACK, SERVER_ISS + 1, next, WHOLE);
	expect_sent(TH_ACK, 0);
	say(TH_FIN | TH_ACK, last.ack, next, "");
	expect_sent(TH_FIN | TH_ACK, 0);
	say(TH_ACK, last.ack, last.end, "");
	assert_int_equal(client.stats.completed, 1);
	finish();
}

TEST(text_and_fin_may_come_together)
{
	uint32_t next;

	begin((struct gen_client_setup){.slots = 1, .server_closes = true});
	next = ask();
	say(TH_FIN | TH_ACK, SERVER_ISS + 1, next, WHOLE);
	expect_sent(TH_FIN | TH_ACK, 0);
	say(TH_ACK, last.ack, last.end, "");
	assert_int_equal(client.stats.completed, 1);
	finish();
}

TEST(an_answer_may_come_in_pieces_and_out_of_order)
{
	uint32_t next;

	begin(one_at_a_time);
	next = ask();
	say(TH_ACK, SERVER_ISS + 1, next, HEAD);
	expect_sent(TH_ACK, 0);
	say(TH_ACK, last.ack + 2, next, "llo");
	expect_sent(TH_ACK, 0);
	assert_int_equal(last.ack, SERVER_ISS + 1 + strlen(HEAD));
	say(TH_ACK, last.ack, next, "Hello");
	expect_sent(TH_FIN | TH_ACK, 0);
	assert_int_equal(client.stats.answers, 1);
	say(TH_RST, last.ack, 0, "");
	finish();
}

TEST(connections_without_a_word_are_closed_at_once)
{
	begin((struct gen_client_setup){.slots = 1, .exchange = GEN_EXCHANGE_NOTHING});
	poll(0);
	expect_sent(TH_SYN, 0);
	say(TH_SYN | TH_ACK, SERVER_ISS, last.seq + 1, "");
	expect_sent(TH_FIN | TH_ACK, 0);
	say(TH_FIN | TH_ACK, SERVER_ISS + 1, last.end, "");
	expect_sent(TH_ACK, 0);
	assert_int_equal(client.stats.completed, 1);
	finish();
}

TEST(a_lost_syn_is_sent_again_after_one_second_then_two)
{
	uint32_t iss;

	begin(one_at_a_time);
	poll(999);
	expect_sent(TH_SYN, 0);
	iss = last.seq;
	poll(1);
	poll(1999);
	expect_sent(TH_SYN, 0);
	assert_int_equal(last.seq, iss);
	poll(1);
	poll(0);
	expect_sent(TH_SYN, 0);
	assert_int_equal(client.stats.syns_again, 2);
	finish();
}

TEST(a_silent_server_is_given_up)
{
	begin(one_at_a_time);
	poll(0);
	client.is_opening = false;
	for (int i = 0; i < 100; i++)
		poll(1000);
	assert_int_equal(client.stats.timed_out, 1);
	assert_int_equal(client.stats.syns_again, 3);
	rte_pktmbuf_free_bulk(batch.frames, batch.count);
	batch.count = 0;
	finish();
}

TEST(a_lost_request_is_sent_again)
{
	uint32_t next;

	begin(one_at_a_time);
	next = ask();
	now += 200 * NS_PER_MS;
	poll(0);
	expect_sent(TH_ACK | TH_PSH, client.request_bytes);
	assert_int_equal(last.end, next);
	assert_int_equal(client.stats.others_again, 1);
	finish();
}

TEST(a_reset_counts_only_where_it_is_expected)
{
	begin(one_at_a_time);
	ask();
	say(TH_RST, SERVER_ISS + 2, 0, "");
	assert_int_equal(client.stats.reset, 0);
	assert_int_equal(client.stats.strays, 1);
	say(TH_RST, SERVER_ISS + 1, 0, "");
	assert_int_equal(client.stats.reset, 1);
	finish();
}

TEST(a_refused_connection_is_a_reset)
{
	begin(one_at_a_time);
	poll(0);
	expect_sent(TH_SYN, 0);
	client.is_opening = false;
	say(TH_RST | TH_ACK, 0, last.seq, "");
	assert_int_equal(client.stats.reset, 0);
	say(TH_RST | TH_ACK, 0, last.seq + 1, "");
	assert_int_equal(client.stats.reset, 1);
	finish();
}

TEST(another_status_than_200_is_wrong)
{
	uint32_t next;

	begin(one_at_a_time);
	next = ask();
	say(TH_ACK, SERVER_ISS + 1, next, "HTTP/1.1 404 Not Found\r\n\r\n");
	expect_sent(TH_RST, 0);
	assert_int_equal(client.stats.answers_wrong, 1);
	finish();
}

TEST(a_fin_sent_again_to_a_closed_connection_is_acknowledged)
{
	begin(one_at_a_time);
	ask();
	last.source_port ^= 0x4000;
	say(TH_FIN | TH_ACK, 900, 800, "ab");
	expect_sent(TH_ACK, 0);
	assert_int_equal(last.seq, 800);
	assert_int_equal(last.ack, 903);
	finish();
}

TEST(a_flow_asks_again_after_its_pause)
{
	uint32_t next;

	begin((struct gen_client_setup){.slots = 2, .flows = 1, .flow_pause_ns = NS_PER_MS});
	client.is_opening = false;
	next = ask();
	say(TH_ACK, SERVER_ISS + 1, next, WHOLE);
	expect_sent(TH_ACK, 0);
	poll(1);
	assert_int_equal(batch.count, 0);
	poll(0);
	expect_sent(TH_ACK | TH_PSH, client.request_bytes);
	assert_int_equal(last.seq, next);
	assert_int_equal(client.stats.flow_answers, 1);
	assert_int_equal(client.stats.opened, 0);
	say(TH_RST, last.ack, 0, "");
	assert_int_equal(client.stats.flow_resets, 1);
	finish();
}

TEST(a_rate_is_kept)
{
	begin((struct gen_client_setup){.slots = 1024, .rate = 1000});
	gen_client_poll(&client, now, &batch);
	assert_int_equal(client.stats.opened, 0);
	for (int ms = 1; ms <= 100; ms++)
		gen_client_poll(&client, now + (uint64_t)ms * NS_PER_MS, &batch);
	assert_in_range(client.stats.opened, 99, 100);
	rte_pktmbuf_free_bulk(batch.frames, batch.count);
	batch.count = 0;
	finish();
}

TEST(no_two_connections_have_one_address_and_port)
{
	static bool is_seen[4][65536];

	begin((struct gen_client_setup){.slots = 64});
	for (int round = 0; round < 200; round++) {
		poll(0);
		for (uint32_t i = 0; i < batch.count; i++) {
			struct frame frame;
			struct tcp_seg seg;
			uint32_t host;

			assert_int_equal(frame_parse(batch.frames[i], &frame), DROP_NONE);
			assert_int_equal(tcp_seg_parse(batch.frames[i], &frame, &seg), DROP_NONE);
			host = (uint32_t)gen_address_low(&frame.source, false) - 0xc6120001;
			assert_in_range(host, 0, 3);
			assert_false(is_seen[host][seg.source_port]);
			is_seen[host][seg.source_port] = true;
			last_source = frame.source;
			last.source_port = seg.source_port;
			say(TH_RST | TH_ACK, 0, seg.seq + 1, "");
		}
		rte_pktmbuf_free_bulk(batch.frames, batch.count);
		batch.count = 0;
	}
	assert_true(client.stats.reset > 10000);
	finish();
}
