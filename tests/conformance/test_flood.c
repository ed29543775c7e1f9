/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Floods from sources nobody has verified: they cost no memory, nothing is sent
 * that is more than what came, and an honest client is served all the while.
 */
#include "conversation.h"
#include "seed.h"

#define FLOOD 20000

/* What went in and what came out, in packets and octets of IP. */
struct traffic {
	uint64_t packets_in, packets_out;
	uint64_t bytes_in, bytes_out;
};

static struct wire_path
random_client(const struct conversation *c, struct rng *rng)
{
	struct wire_path path = c->peer->path;
	uint64_t host = rng_next(rng);

	/* 10/8, or the low half of a /64: nobody's that the listener knows. */
	if (path.is_ipv6)
		memcpy(&path.client.addr.octet[8], &host, sizeof(host));
	else
		path.client.addr =
			ip_addr_of_ipv4(rte_cpu_to_be_32(0x0a000000 | (uint32_t)(host & 0xffffff)));
	path.client.port = (uint16_t)(1024 + rng_below(rng, 60000));
	return path;
}

static void
count_reply(const struct rte_mbuf *m, const struct wire_path *path, struct traffic *traffic)
{
	struct segment reply;
	const uint8_t *text;

	assert_null(segment_frame_read(rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len, path,
				       &reply, &text));
	assert_int_equal(reply.text_bytes, 0);
	traffic->packets_out++;
	traffic->bytes_out += m->pkt_len - 14;
}

/* One segment from `path`; what comes back must go there. */
static void
flood_one(struct conversation *c, const struct wire_path *path, const char *notation,
	  struct rng *rng, struct traffic *traffic)
{
	static uint8_t octets[FRAME_BYTES_MAX], text[2000];
	struct segment segment;
	struct rte_mbuf *frame;
	uint32_t bytes, sent, options;
	uint8_t room[TCP_OPTIONS_BYTES_MAX];

	assert_null(segment_parse(&segment, notation));
	segment.seq.value = (uint32_t)rng_next(rng);
	if (segment.has_ack)
		segment.ack.value = (uint32_t)rng_next(rng);
	options = (uint32_t)option_list_encode(&segment.options, room);
	bytes = segment_frame_write(octets, path, &segment, text);
	traffic->packets_in++;
	traffic->bytes_in += (path->is_ipv6 ? 60 : 40) + options + segment.text_bytes;
	frame = rig_frame(&c->rig, octets, bytes);
	sent = rig_turn(&c->rig, &frame, 1);
	assert_true(sent <= 1);
	for (uint32_t i = 0; i < sent; i++) {
		count_reply(c->rig.core->tcp.tx[i], path, traffic);
		rte_pktmbuf_free(c->rig.core->tcp.tx[i]);
	}
	c->rig.now_ns += 1000; /* a million a second */
}

/* FLOOD of them; at no point was more sent than received. */
static struct traffic
flood(struct conversation *c, const char *notation)
{
	struct rng rng = seeded_rng();
	struct traffic traffic = {0};

	for (uint32_t i = 0; i < FLOOD; i++) {
		struct wire_path path = random_client(c, &rng);

		flood_one(c, &path, notation, &rng, &traffic);
		assert_true(traffic.packets_out <= traffic.packets_in);
		assert_true(traffic.bytes_out <= traffic.bytes_in);
		assert_null(i % 64 == 0 ? rig_wrong(&c->rig) : NULL);
	}
	c->event_ns = c->rig.now_ns;
	return traffic;
}

static void
expect_service(struct conversation *c, uint32_t client)
{
	speak_as(c, client);
	established(c);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	rx(c, "R 11:11(0)");
	expect_event(c, "close reset");
}

/* proves: ATTACK-A1 ATTACK-A3 RFC4987-3.6 */
/* proves: ATTACK-F1 ATTACK-F5 */
CONVERSATION(a_flood_of_syns_costs_no_memory, "cookies=always family=4,6")
{
	uint32_t buffers = rte_mempool_avail_count(c->rig.pool);
	struct traffic traffic = flood(c, "S 0:0(0) win 1024");

	assert_int_equal(traffic.packets_out, FLOOD); /* each one answered, once */
	assert_int_equal(c->rig.core->tcp.flows.used, 0);
	assert_int_equal(c->rig.core->tcp.time_wait.live, 0);
	assert_int_equal(rte_mempool_avail_count(c->rig.pool), buffers);
	expect_service(c, 0);
	advance(c, 200000);
	expect_silence(c); /* nothing is sent a second time */
}

/* With options, and with text: the answer has no option that the SYN had not. */
/* proves: ATTACK-A3 ATTACK-A7 */
/* proves: ATTACK-F1 */
CONVERSATION(no_syn_is_answered_with_more_than_it_was, "cookies=always family=4,6")
{
	flood(c, "S 0:0(0) win 1024 <mss 1460>");
	flood(c, "S 0:0(0) win 1024 <sackOK,nop,nop>");
	flood(c, "S 0:0(0) win 1024 <nop,wscale 7>");
	flood(c, "S 0:0(0) win 1024 <nop,nop,TS val 1 ecr 0>");
	flood(c, "S 0:0(0) win 1024 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>");
	flood(c, "S 0:1000(1000) win 1024 <mss 1460>");
	expect_service(c, 0);
}

/* The queue of `auto` fills and cookies take over; nobody honest notices. */
/* proves: ATTACK-A1 */
CONVERSATION(under_a_flood_auto_serves_honest_clients, "cookies=auto family=4,6")
{
	struct rng rng = seeded_rng();
	struct traffic traffic = {0};

	for (uint32_t i = 0; i < 5000; i++) {
		struct wire_path path = random_client(c, &rng);

		flood_one(c, &path, "S 0:0(0) win 1024 <mss 1460>", &rng, &traffic);
		assert_true(c->rig.core->tcp.flows.used <= c->rig.setup.tcp.syn_queue_max);
	}
	c->event_ns = c->rig.now_ns;
	expect_service(c, 0);
	/* What is in the queue is sent again some times and then gone. */
	conversation_leap(c, 100000000);
	c->unheard_count = 0;
}

/* proves: ATTACK-A5 ATTACK-B6 */
/* proves: ATTACK-F1 ATTACK-F2 */
CONVERSATION(a_flood_of_acks_opens_nothing, "cookies=always family=4,6")
{
	struct traffic traffic = flood(c, "P. 0:100(100) ack 1 win 1024");

	assert_int_equal(c->rig.core->tcp.flows.used, 0);
	/* 20 ms of flood, and one second's budget of RSTs is 500 to 1500. */
	assert_in_range(traffic.packets_out, 1, 1500);
	expect_service(c, 0);
}

/* proves: ATTACK-A4 ATTACK-A16 */
/* proves: ATTACK-F1 ATTACK-F3 */
CONVERSATION(replies_to_strangers_are_limited, "cookies=always,never family=4,6")
{
	struct traffic traffic = flood(c, "F. 0:0(0) ack 1 win 1024");

	assert_in_range(traffic.packets_out, 1, 1500);
	c->peer->path.server.port = RIG_CLOSED_PORT;
	traffic = flood(c, "S 0:0(0) win 1024");
	assert_in_range(traffic.packets_out, 0, 1500);
	c->peer->path.server.port = RIG_SERVER_PORT;
	traffic = flood(c, "R. 0:0(0) ack 1");
	assert_int_equal(traffic.packets_out, 0);
	conversation_leap(c, 2000000000);
	expect_service(c, 0);
}

/* Random segments on a living connection: few answers, nothing delivered, and it lives. */
/* proves: ATTACK-A2 ATTACK-A6 ATTACK-B1 ATTACK-B2 ATTACK-B3 */
/* proves: ATTACK-F4 */
CONVERSATION(a_flood_on_a_living_connection_changes_nothing, "cookies=always,never family=4,6")
{
	static const char *const notations[] = {
		". 0:0(0) ack 1 win 1024",
		"R 0:0(0)",
		"S 0:0(0) win 1024 <mss 1460>",
		"- 0:0(0)",
	};
	struct rng rng = seeded_rng();
	struct traffic traffic = {0};

	established(c);
	for (uint32_t i = 0; i < FLOOD; i++)
		flood_one(c, &c->peer->path, notations[i % 4], &rng, &traffic);
	c->event_ns = c->rig.now_ns;
	/* 20 ms: not more than one challenge. */
	assert_in_range(traffic.packets_out, 0, 1);
	expect_event(c, "none");
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	expect_state(c, TCPS_ESTABLISHED);
	conversation_await_tx(c, 0, 50000000, ". 1:1(0) ack 11");
}

/* More handshakes than there are records: refused politely, and the old ones keep service. */
/* proves: ATTACK-A8 */
CONVERSATION(a_full_table_refuses_and_serves_on, "cookies=always family=4,6 flows=64")
{
	established(c);
	for (uint16_t i = 0; i < 63; i++) {
		speak_as(c, 1);
		c->peer->path.client.port = (uint16_t)(50000 + i);
		c->peer->laws = (struct segment_laws){0};
		rx(c, "S 0:0(0) win 1024 <mss 1440>");
		expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
		rx(c, ". 1:1(0) ack 1");
	}
	assert_int_equal(c->rig.core->tcp.flows.used, 64);
	speak_as(c, 2);
	rx(c, "S 0:0(0) win 1024 <mss 1440>");
	expect_tx(c, "S. 0:0(0) ack 1 <mss ours>");
	rx(c, ". 1:1(0) ack 1");
	expect_silence(c);
	expect_state(c, TCPS_LISTEN);

	speak_as(c, 0);
	rx(c, "P. 1:11(10) ack 1");
	expect_event(c, "text 10");
	conversation_await_tx(c, 0, 50000000, ". 1:1(0) ack 11");
}

/* TIME-WAIT of more connections than there is room for: the oldest goes, service goes on. */
/* proves: ATTACK-A12 */
CONVERSATION(time_wait_gives_up_the_oldest, "cookies=always,never family=4,6 time-wait-max=8")
{
	for (uint16_t i = 0; i < 20; i++) {
		c->peer->path.client.port = (uint16_t)(50000 + i);
		c->peer->laws = (struct segment_laws){0};
		c->peer->iss = c->peer->seq_base = 0;
		established(c);
		app_close(c);
		expect_tx(c, "F. 1:1(0) ack 1");
		rx(c, "F. 1:1(0) ack 2");
		expect_tx(c, ". 2:2(0) ack 2");
		assert_true(c->rig.core->tcp.time_wait.live <= 8);
		expect_state(c, TCPS_TIME_WAIT);
	}
}
