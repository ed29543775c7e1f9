/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments in fragments, where the configuration has them put together: those of
 * honest tunnels, in any order, and those of attackers.
 */
#include "conversation.h"

#include <rte_lcore.h>

#include "net_octets.h"

#define DATAGRAMS 4

static struct reassembly fragments;

static void
begin(struct conversation *c)
{
	fragments = (struct reassembly){0};
	fragments.table = rte_ip_frag_table_create(1, DATAGRAMS, DATAGRAMS, REASSEMBLY_NS,
						   (int)rte_socket_id());
	assert_non_null(fragments.table);
	c->rig.core->fragments = &fragments;
}

static void
end(struct conversation *c)
{
	rte_ip_frag_table_destroy(fragments.table);
	c->rig.core->fragments = NULL;
}

struct whole {
	uint8_t frame[FRAME_BYTES_MAX];
	uint32_t l3_off;
	uint32_t header_bytes; /* of IP */
	uint32_t payload_bytes;
	bool is_ipv6;
};

/* A segment of the client's, to be cut up. */
static struct whole
whole_of(struct conversation *c, const char *notation)
{
	static uint8_t text[FRAME_BYTES_MAX];
	static struct segment segment;
	struct peer *peer = c->peer;
	struct whole whole = {.l3_off = 14, .is_ipv6 = peer->path.is_ipv6};
	uint32_t bytes;

	assert_null(segment_parse(&segment, notation));
	for (uint32_t i = 0; i < segment.text_bytes; i++)
		text[i] = text_octet(segment.seq.value + i);
	segment.seq.value += peer->isn;
	segment.ack.value += peer->seq_base;
	if (!segment.has_wnd)
		segment.wnd.value = peer->wnd;
	bytes = segment_frame_write(whole.frame, &peer->path, &segment, text);
	segment_laws_note(&peer->laws, &segment);
	whole.header_bytes = whole.is_ipv6 ? 40 : 20;
	whole.payload_bytes = bytes - 14 - whole.header_bytes;
	return whole;
}

/* Octets [from, to) of its payload as a fragment of datagram `id`. */
static struct rte_mbuf *
cut(struct conversation *c, const struct whole *whole, uint32_t from, uint32_t to, uint32_t id)
{
	uint8_t frame[FRAME_BYTES_MAX];
	uint32_t more = to < whole->payload_bytes, at = 14 + whole->header_bytes;
	uint8_t *ip = frame + 14;

	memcpy(frame, whole->frame, at);
	if (whole->is_ipv6) {
		memset(frame + at, 0, 8);
		frame[at] = ip[6];
		put16(frame + at + 2, from | more);
		put16(frame + at + 6, id);
		ip[6] = 44;
		put16(ip + 4, to - from + 8);
		at += 8;
	} else {
		put16(ip + 2, 20 + to - from);
		put16(ip + 4, id);
		put16(ip + 6, more << 13 | from / 8);
		put16(ip + 10, 0);
		put16(ip + 10, ~sum16(0, ip, 20));
	}
	memcpy(frame + at, whole->frame + 14 + whole->header_bytes + from, to - from);
	return rig_frame(&c->rig, frame, at + to - from);
}

static void
hear(struct conversation *c, const struct whole *whole, uint32_t from, uint32_t to, uint32_t id)
{
	conversation_rx_frame(c, cut(c, whole, from, to, id));
}

static uint64_t
dropped(const struct conversation *c, enum drop_reason reason)
{
	return c->rig.core->counters.drop[reason];
}

static uint64_t
count_of(const struct conversation *c, enum counter counter)
{
	return c->rig.core->counters.value[counter];
}

/* proves: ATTACK-C5 */
CONVERSATION(a_segment_in_fragments_is_taken, "cookies=always,never family=4,6 delayed-ack=0")
{
	struct whole whole;

	begin(c);
	established(c);
	whole = whole_of(c, ". 1:1001(1000) ack 1");
	hear(HERE(c), &whole, 0, 400, 1);
	hear(HERE(c), &whole, 400, 800, 1);
	expect_silence(c);
	hear(HERE(c), &whole, 800, whole.payload_bytes, 1);
	expect_tx(c, ". 1:1(0) ack 1001");
	expect_event(c, "text 1000");
	whole = whole_of(c, "P. 1001:2001(1000) ack 1");
	hear(HERE(c), &whole, 800, whole.payload_bytes, 2);
	hear(HERE(c), &whole, 0, 400, 2);
	hear(HERE(c), &whole, 400, 800, 2);
	expect_tx(c, ". 1:1(0) ack 2001");
	expect_event(c, "text 1000");
	assert_int_equal(count_of(c, COUNTER_datagram_reassembled), 2);
	end(c);
}

/* RFC 6946: it is whole, and waits for no other of the same number. */
/* proves: ATTACK-C7 */
CONVERSATION(an_ipv6_fragment_that_is_whole_is_taken_by_itself,
	     "cookies=always family=6 delayed-ack=0")
{
	struct whole whole, other;

	begin(c);
	established(c);
	other = whole_of(c, ". 101:1101(1000) ack 1");
	whole = whole_of(c, ". 1:101(100) ack 1");
	hear(HERE(c), &other, 400, 800, 1);
	hear(HERE(c), &whole, 0, whole.payload_bytes, 1);
	expect_tx(c, ". 1:1(0) ack 101");
	end(c);
}

/* RFC 5722: never any of it. */
/* proves: ATTACK-C6 */
CONVERSATION(fragments_that_overlap_cost_the_whole_datagram, "cookies=always family=4,6")
{
	struct whole whole;

	begin(c);
	established(c);
	whole = whole_of(c, ". 1:1001(1000) ack 1");
	hear(HERE(c), &whole, 0, 400, 1);
	hear(HERE(c), &whole, 392, 800, 1);
	hear(HERE(c), &whole, 800, whole.payload_bytes, 1);
	expect_silence(c);
	assert_int_equal(dropped(c, DROP_fragment_refused), 1);
	assert_int_equal(count_of(c, COUNTER_fragment_given_up), 2);
	hear(HERE(c), &whole, 0, 400, 2); /* the same first fragment twice */
	hear(HERE(c), &whole, 0, 400, 2);
	assert_int_equal(dropped(c, DROP_fragment_refused), 2);
	assert_int_equal(count_of(c, COUNTER_datagram_reassembled), 0);
	expect_event(c, "none");
	end(c);
}

/* proves: ATTACK-C6 */
CONVERSATION(tiny_and_odd_fragments_are_refused, "cookies=always family=4,6")
{
	struct whole whole;

	begin(c);
	established(c);
	whole = whole_of(c, ". 1:1001(1000) ack 1");
	hear(HERE(c), &whole, 0, 8, 1);	    /* RFC 1858: ports alone */
	hear(HERE(c), &whole, 8, 400, 1);   /* ... and the flags behind them */
	hear(HERE(c), &whole, 400, 803, 1); /* not a multiple of 8 */
	hear(HERE(c), &whole, 400, 400, 1); /* nothing */
	expect_silence(c);
	assert_int_equal(dropped(c, DROP_ip_fragment), 4);
	end(c);
}

/* proves: ATTACK-C5 */
CONVERSATION(a_flood_of_fragments_is_bounded_and_forgotten,
	     "cookies=always family=4,6 delayed-ack=0")
{
	struct whole whole;

	begin(c);
	established(c);
	whole = whole_of(c, ". 1:1001(1000) ack 1");
	for (uint32_t id = 1; id <= 100; id++)
		hear(HERE(c), &whole, 0, 400, id);
	assert_true(dropped(c, DROP_fragment_refused) >= 100 - DATAGRAMS);
	assert_true(rte_mempool_avail_count(c->rig.pool) >= c->rig.buffers - DATAGRAMS);
	advance(c, 30200);
	assert_int_equal(rte_mempool_avail_count(c->rig.pool), c->rig.buffers);
	hear(HERE(c), &whole, 0, 400, 101);
	hear(HERE(c), &whole, 400, whole.payload_bytes, 101);
	expect_tx(c, ". 1:1(0) ack 1001");
	end(c);
}

CONVERSATION(fragments_of_strangers_are_not_kept, "cookies=always family=4,6")
{
	struct whole whole;
	struct rte_mbuf *m;

	begin(c);
	established(c);
	whole = whole_of(c, ". 1:1001(1000) ack 1");
	whole.frame[14 + (whole.is_ipv6 ? 39 : 19)] ^= 0x0f;
	hear(HERE(c), &whole, 0, 400, 1);
	assert_int_equal(dropped(c, DROP_ip_destination_foreign), 1);
	whole.frame[14 + (whole.is_ipv6 ? 39 : 19)] ^= 0x0f;
	m = cut(c, &whole, 0, 400, 1);
	rte_pktmbuf_mtod(m, uint8_t *)[0] ^= 0x04;
	conversation_rx_frame(HERE(c), m);
	assert_int_equal(dropped(c, DROP_not_for_our_mac), 1);
	assert_int_equal(rte_mempool_avail_count(c->rig.pool), c->rig.buffers);
	end(c);
}
