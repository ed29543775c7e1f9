/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What batch_read() takes must be what plain_syn_parse() and plain_parse() take, lane
 * for lane, as far as it is of the batch's shape, and batch_open() must leave behind
 * what they leave.  They judge a copy of each frame, which nobody else has touched.
 */
#include "test.h"

#include <rte_ip.h>

#include "batch.h"
#include "batch_frames.h"
#include "packet.h"
#include "plain_options.h"
#include "prf.h"
#include "seed.h"
#include "static_mbuf.h"

/* That of a test's known frames. */
static enum shape shape;

/*
 * TEST_OF_SHAPES(name) { ... } is a test for each shape.  Every test begins with
 * begin(): without such instructions there is nothing to hold against.
 */
#define TEST_OF_SHAPES(name)             \
	static void name(void);          \
	TEST(name##_over_ipv4)           \
	{                                \
		begin(IPV4_PLAIN);       \
		name();                  \
	}                                \
	TEST(name##_over_ipv6)           \
	{                                \
		begin(IPV6_PLAIN);       \
		name();                  \
	}                                \
	TEST(name##_over_ipv4_in_a_vlan) \
	{                                \
		begin(IPV4_TAGGED);      \
		name();                  \
	}                                \
	TEST(name##_over_ipv6_in_a_vlan) \
	{                                \
		begin(IPV6_TAGGED);      \
		name();                  \
	}                                \
	static void name(void)

/* Two octets that do not belong to it follow. */
static const uint8_t our_mac[8] = {2, 0, 0, 0, 0, 1, 0xa5, 0x5a};

/* A frame as it comes in. */
struct given {
	struct packet packet;
	size_t bytes; /* fewer than the packet has: cut off; more: padding, or what was there */
	size_t room;  /* of the buffer, from the frame's first octet on; 0: plenty */
	uint64_t ol_flags;
	uint16_t port;
	bool is_chained;
	bool is_guarded; /* nothing is mapped behind it; one at a time */
};

/* What is behind a frame in its buffer is not zeros, but what a longer one has left. */
#define BEHIND 64

static struct given
given_of(const struct packet *packet)
{
	struct given given = {.packet = *packet, .bytes = packet->bytes};

	for (size_t i = given.bytes; i < given.bytes + BEHIND; i++)
		given.packet.octets[i] = (uint8_t)(0xa5 + 7 * i);
	return given;
}

static struct given
known(size_t i)
{
	struct packet packet = batch_known(shape, i);

	return given_of(&packet);
}

static struct given
other(size_t i)
{
	struct packet packet = batch_other(shape, i);

	return given_of(&packet);
}

/* Up to 16 of them, in the order of the lanes. */
struct lanes_given {
	uint32_t count;
	uint32_t wanted; /* bit by lane; 0: all */
	uint32_t taken;	 /* of all so far */
	struct given lane[WIDE_LANES];
};

static struct lanes_given gathered;

/* Slots: frames, their copies, and buffers for both that are chained to them. */
#define COPIES WIDE_LANES
#define TAILS  (2 * WIDE_LANES)

static struct rte_mbuf *
put(unsigned int slot, const struct given *given, bool is_guarded)
{
	struct rte_mbuf *m;

	if (is_guarded) {
		m = static_mbuf_guarded(slot, given->packet.octets, given->bytes);
	} else {
		m = static_mbuf(slot, given->packet.octets, given->packet.bytes + BEHIND);
		m->data_len = (uint16_t)given->bytes;
		m->pkt_len = (uint32_t)given->bytes;
		if (given->room != 0)
			m->buf_len = (uint16_t)(m->data_off + given->room);
	}
	m->port = given->port;
	m->ol_flags = given->ol_flags;
	if (given->is_chained)
		static_mbuf_chain(m, static_mbuf(TAILS + slot, NULL, 6));
	return m;
}

/* The form of a segment without text that is plain; FORM_OTHER of one that has none. */
static enum plain_form
form_of(const struct plain *plain)
{
	const uint8_t *tcp = plain_l4(plain), *options = tcp + sizeof(struct wire_tcp);

	if ((tcp[12] & 0x0f) != 0 || plain->l4_bytes != plain->head_bytes)
		return PLAIN_FORM_OTHER;
	if (plain->flags == TH_SYN)
		return plain_form_of(options,
				     plain->head_bytes - (uint32_t)sizeof(struct wire_tcp));
	if (plain->flags != TH_ACK)
		return PLAIN_FORM_OTHER;
	if (plain->head_bytes == 20)
		return PLAIN_FORM_ACK;
	return plain->head_bytes == 32 && octets_load32(options) == PLAIN_TS_WORD
		       ? PLAIN_FORM_ACK_TIMES
		       : PLAIN_FORM_OTHER;
}

/* A port's word on sums is believed as it is for SYNs known by sight; IPv6 has one sum. */
static bool
segment_parse(struct rte_mbuf *m, bool is_ipv6, struct plain *plain)
{
	uint64_t bad = PLAIN_SYN_CKSUM_BAD, good = PLAIN_SYN_CKSUM_GOOD;

	if (is_ipv6) {
		bad = RTE_MBUF_F_RX_L4_CKSUM_BAD;
		good = RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	}
	if ((m->ol_flags & bad) != 0)
		return false;
	if ((m->ol_flags & good) != good)
		m->ol_flags &= ~good;
	return plain_parse(m, plain) && form_of(plain) != PLAIN_FORM_OTHER;
}

static bool
is_room_enough(const struct given *given)
{
	if (given->is_guarded)
		return given->bytes >= BATCH_BYTES;
	return given->room == 0 || given->room >= BATCH_BYTES;
}

/* By what is where ethertypes are; SHAPES where nothing is read, or none is there. */
static enum shape
shape_of(const struct given *given)
{
	const uint8_t *octets = given->packet.octets;
	bool is_tagged = octets[12] == 0x81 && octets[13] == 0x00;
	uint16_t ethertype = octets_load16(octets + (is_tagged ? 16 : 12));

	if (is_room_enough(given) && ethertype == RTE_BE16(ETHERTYPE_IPV4))
		return is_tagged ? IPV4_TAGGED : IPV4_PLAIN;
	if (is_room_enough(given) && ethertype == RTE_BE16(ETHERTYPE_IPV6))
		return is_tagged ? IPV6_TAGGED : IPV6_PLAIN;
	return SHAPES;
}

static uint32_t
of_shape(const struct lanes_given *given, uint32_t wanted, enum shape its)
{
	uint32_t lanes = 0;

	for (uint32_t i = 0; i < given->count; i++)
		lanes |= (uint32_t)(shape_of(&given->lane[i]) == its) << i;
	return lanes & wanted;
}

/* That of most of them but for those of shape `but`, the first of these. */
static enum shape
most_of(const struct lanes_given *given, uint32_t wanted, enum shape but)
{
	enum shape most = but == IPV4_PLAIN ? IPV6_PLAIN : IPV4_PLAIN;

	for (int s = 0; s < SHAPES; s++) {
		uint32_t lanes = of_shape(given, wanted, (enum shape)s);

		if (s != (int)but &&
		    __builtin_popcount(lanes) > __builtin_popcount(of_shape(given, wanted, most)))
			most = (enum shape)s;
	}
	return most;
}

static void
expect_shape(const struct batch *batch, const struct lanes_given *given, uint32_t wanted,
	     uint32_t others)
{
	enum shape of_most = most_of(given, wanted, SHAPES);
	enum shape next = most_of(given, wanted, of_most);

	assert_int_equal(batch->shape.is_ipv6, of_most == IPV6_PLAIN || of_most == IPV6_TAGGED);
	assert_int_equal(batch->shape.is_tagged, of_most == IPV4_TAGGED || of_most == IPV6_TAGGED);
	assert_int_equal(others, of_shape(given, wanted, next));
}

/* What the plain way makes of the untouched copy; it is trimmed then. */
static bool
is_known(struct rte_mbuf *copy, const struct batch *batch, const struct given *given, uint16_t port,
	 struct plain *plain)
{
	memset(plain, 0, sizeof(*plain));
	if (memcmp(rte_pktmbuf_mtod(copy, const uint8_t *), our_mac, 6) != 0)
		return false;
	if (given->port != port || !is_room_enough(given))
		return false;
	if (!plain_syn_parse(copy, plain) && !segment_parse(copy, batch->shape.is_ipv6, plain))
		return false;
	return plain->is_ipv6 == batch->shape.is_ipv6 &&
	       (plain->vlan_id != VLAN_NONE) == batch->shape.is_tagged;
}

static void
expect_ends(const struct batch *batch, uint32_t lane, const struct plain *plain)
{
	struct ip_addr source = plain_source(plain), destination = plain_destination(plain), addr;

	for (uint32_t w = plain->is_ipv6 ? 0 : 3; w < 4; w++) {
		assert_int_equal(batch->source[w][lane], source.word[w]);
		assert_int_equal(batch->destination[w][lane], destination.word[w]);
	}
	addr = batch_source(batch, lane);
	assert_true(ip_addr_equal(&addr, &source));
	addr = batch_destination(batch, lane);
	assert_true(ip_addr_equal(&addr, &destination));
	assert_int_equal(batch_vlan(batch, lane), plain->vlan_id);
}

/* The words of a lane against the headers of its copy. */
static void
expect_words(const struct batch *batch, uint32_t lane, const struct plain *plain)
{
	const uint8_t *tcp = plain_l4(plain);
	bool is_ack = plain->flags == TH_ACK;
	struct tcp_options options;

	assert_true(tcp_options_parse(&options, tcp + 20, plain->head_bytes - 20u, !is_ack));
	assert_int_equal(batch->form[lane], form_of(plain));
	assert_int_equal(batch->acks >> lane & 1, is_ack);
	expect_ends(batch, lane, plain);
	assert_int_equal(batch->ports[lane], plain_ports(plain));
	assert_int_equal(rte_be_to_cpu_32(batch->seq[lane]), plain_seq(plain));
	assert_int_equal(rte_be_to_cpu_32(batch->ack[lane]), plain_ack(plain));
	if (options.has_timestamps)
		assert_int_equal(rte_be_to_cpu_32(batch->times[lane]),
				 is_ack ? options.tsecr : options.tsval);
	if (is_ack)
		return;
	assert_int_equal(batch->mss[lane], options.has_mss ? options.mss : 0);
	if (options.has_wscale)
		assert_int_equal(RTE_MIN(batch->shift[lane], TCP_WSCALE_MAX), options.wscale);
}

static void
expect_opened(const struct batch *batch, uint32_t lane, const struct rte_mbuf *copy,
	      const struct plain *plain)
{
	const struct rte_mbuf *m = batch->m[lane];
	struct plain opened, expected = *plain;

	memset(&opened, 0, sizeof(opened));
	batch_open(batch, lane, &opened);
	assert_ptr_equal(opened.m, m);
	expected.m = opened.m;
	assert_memory_equal(&opened, &expected, sizeof(opened));
	assert_int_equal(m->data_len, copy->data_len);
	assert_int_equal(m->pkt_len, copy->pkt_len);
	assert_true(static_mbuf_is_sound(m));
}

static void
expect_lane(const struct batch *batch, uint32_t lanes, uint32_t lane, struct rte_mbuf *copy,
	    struct lanes_given *given)
{
	const struct given *frame = &given->lane[lane];
	struct rte_mbuf before = *copy;
	struct plain plain;
	bool is_taken = is_known(copy, batch, frame, given->lane[0].port, &plain) &&
			(given->wanted >> lane & 1) != 0;

	assert_ptr_not_equal(batch->m[lane], copy);
	assert_int_equal(batch->m[lane]->data_len, before.data_len);
	assert_int_equal(batch->m[lane]->pkt_len, before.pkt_len);
	assert_true(batch->m[lane]->ol_flags == before.ol_flags);
	assert_memory_equal(rte_pktmbuf_mtod(batch->m[lane], const uint8_t *),
			    rte_pktmbuf_mtod(copy, const uint8_t *), frame->bytes);
	assert_int_equal(lanes >> lane & 1, is_taken);
	if (!is_taken)
		return;
	given->taken++;
	expect_words(batch, lane, &plain);
	expect_opened(batch, lane, copy, &plain);
}

/* Each of `lanes` beside each. */
static void
expect_places(const struct batch *batch, uint32_t lanes)
{
	for (uint32_t a = lanes; a != 0; a &= a - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(a), same = 0;
		struct ip_addr place = batch_destination(batch, lane);

		for (uint32_t b = lanes; b != 0; b &= b - 1) {
			uint32_t other = (uint32_t)__builtin_ctz(b);
			struct ip_addr other_place = batch_destination(batch, other);

			if (ip_addr_equal(&place, &other_place) &&
			    batch_vlan(batch, lane) == batch_vlan(batch, other))
				same |= 1u << other;
		}
		assert_int_equal(batch_to_same_place(batch, lane) & lanes, same);
	}
}

/* All that have been gathered go into one batch. */
static void
expect_alike(void)
{
	struct rte_mbuf *frames[WIDE_LANES], *copies[WIDE_LANES];
	struct batch batch;
	uint32_t lanes, others = 0xeeeeeeee;

	if (gathered.count == 0)
		return;
	if (gathered.wanted == 0)
		gathered.wanted = (1u << gathered.count) - 1;
	for (uint32_t i = 0; i < gathered.count; i++) {
		const struct given *given = &gathered.lane[i];

		frames[i] = put(i, given, given->is_guarded);
		copies[i] = put(COPIES + i, given, false);
	}
	memset(&batch, 0xee, sizeof(batch));
	lanes = batch_read(&batch, frames, gathered.count, gathered.wanted, our_mac, &others);
	assert_int_equal(lanes >> gathered.count, 0);
	expect_shape(&batch, &gathered, gathered.wanted, others);
	for (uint32_t i = 0; i < gathered.count; i++) {
		assert_ptr_equal(batch.m[i], frames[i]);
		expect_lane(&batch, lanes, i, copies[i], &gathered);
	}
	expect_places(&batch, lanes);
	gathered.count = 0;
	gathered.wanted = 0;
}

static void
gather(const struct given *given)
{
	gathered.lane[gathered.count++] = *given;
	if (gathered.count == WIDE_LANES)
		expect_alike();
}

static void
begin(enum shape of)
{
	if (!prf_aes_wide_is_available()) {
		print_message("# no wide registers on this machine: not tested\n");
		skip();
	}
	shape = of;
	gathered.count = 0;
	gathered.wanted = 0;
	gathered.taken = 0;
}

/* Both checksums as they must be; all else stays, be it right or wrong. */
static void
mend(struct packet *packet)
{
	bool is_ipv6 = shape == IPV6_PLAIN || shape == IPV6_TAGGED;
	size_t l3_off = shape == IPV4_PLAIN || shape == IPV6_PLAIN ? 14 : 18;
	size_t l4_off = l3_off + (is_ipv6 ? 40 : 20), addresses_bytes = is_ipv6 ? 32 : 8;
	uint8_t *ip = packet->octets + l3_off, *tcp = packet->octets + l4_off;
	uint32_t l4_bytes, sum;
	uint16_t folded;

	if (packet->bytes < l4_off + sizeof(struct wire_tcp))
		return;
	l4_bytes = rte_be_to_cpu_16(octets_load16(ip + (is_ipv6 ? 4 : 2))) - (is_ipv6 ? 0u : 20u);
	if (!is_ipv6) {
		memset(ip + 10, 0, 2);
		folded = (uint16_t)~rte_raw_cksum(ip, 20);
		memcpy(ip + 10, &folded, 2);
	}
	if (l4_bytes < 20 || l4_bytes > packet->bytes - l4_off)
		l4_bytes = (uint32_t)(packet->bytes - l4_off);
	memset(tcp + 16, 0, 2);
	sum = __rte_raw_cksum(tcp, l4_bytes, 0);
	sum = __rte_raw_cksum(tcp - addresses_bytes, addresses_bytes, sum) +
	      rte_cpu_to_be_16((uint16_t)l4_bytes) + RTE_BE16(IPPROTO_TCP);
	folded = (uint16_t)~__rte_raw_cksum_reduce(sum);
	memcpy(tcp + 16, &folded, 2);
}

TEST_OF_SHAPES(every_form_is_taken_and_nothing_else)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given given = known(i);

		gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, BATCH_KNOWN);
	for (size_t i = 0; i < BATCH_OTHERS; i++) {
		struct given given = other(i);

		gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, BATCH_KNOWN);
}

/* Known ones and others in turn, so that both stand in every lane. */
TEST_OF_SHAPES(forms_mix_in_batches_of_any_size)
{
	for (uint32_t count = 1; count <= WIDE_LANES; count++) {
		for (size_t start = 0; start < 2 * BATCH_OTHERS; start++) {
			for (size_t i = start; i < start + count; i++) {
				struct given given = i % 3 == 2 ? other(i % BATCH_OTHERS)
								: known(i % BATCH_KNOWN);

				gather(&given);
			}
			expect_alike();
		}
	}
	assert_true(gathered.taken > 1000);
}

/* Each octet, with the checksums left wrong and with them put right. */
TEST_OF_SHAPES(a_changed_octet_is_judged_alike)
{
	static const uint8_t changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80, 0xff};

	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given whole = known(i);

		for (size_t at = 0; at < whole.packet.bytes; at++) {
			for (size_t k = 0; k < RTE_DIM(changes); k++) {
				struct given changed = whole;

				changed.packet.octets[at] ^= changes[k];
				gather(&changed);
				mend(&changed.packet);
				gather(&changed);
				gather(&whole);
			}
		}
	}
	expect_alike();
}

/* The IP header, which without a sum of its own stays right, and TCP's sum. */
static void
spoil(struct given *given, bool ip, bool tcp)
{
	uint8_t *l3 = given->packet.octets + given->packet.l3_off;

	if (ip)
		l3[l3[0] >> 4 == 4 ? 10 : 2] ^= 0x20;
	if (tcp)
		given->packet.octets[given->packet.l4_off + 16] ^= 0x20;
}

/* What a port says of sums that are right, or of which one is wrong. */
TEST_OF_SHAPES(the_port_s_word_counts_alike)
{
	static const uint64_t verdicts[] = {
		0,
		RTE_MBUF_F_RX_IP_CKSUM_GOOD,
		RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD,
		RTE_MBUF_F_RX_IP_CKSUM_NONE | RTE_MBUF_F_RX_L4_CKSUM_NONE,
		RTE_MBUF_F_RX_RSS_HASH | RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_INDIRECT,
		RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED,
		RTE_MBUF_F_RX_QINQ_STRIPPED,
		RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD,
	};
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		for (size_t k = 0; k < RTE_DIM(verdicts); k++) {
			for (unsigned int w = 0; w < 3; w++) {
				struct given given = known(i);

				given.ol_flags = verdicts[k];
				spoil(&given, w == 1, w == 2);
				gather(&given);
			}
		}
	}
	expect_alike();
	assert_true(gathered.taken > 0);
}

/* Alone in its batch too, so that what another lane needs does not help. */
TEST_OF_SHAPES(a_port_s_word_is_taken_where_no_lane_needs_sums)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given given = known(i);

		spoil(&given, true, true);
		expect_alike();
		gather(&given);
		expect_alike();
		given.ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
		gather(&given);
		expect_alike();
	}
	assert_int_equal(gathered.taken, BATCH_KNOWN);
}

/* The rest of a frame that is cut off may well be in the buffer; it is none of it. */
TEST_OF_SHAPES(every_truncation_is_refused)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given given = known(i);

		for (given.bytes = 0; given.bytes < given.packet.bytes; given.bytes++)
			gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, 0);
}

TEST_OF_SHAPES(padding_is_trimmed)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given given = known(i);

		for (size_t padding = 0; padding < 32; padding++) {
			given.bytes = given.packet.bytes + padding;
			gather(&given);
		}
	}
	expect_alike();
	assert_int_equal(gathered.taken, 32 * BATCH_KNOWN);
}

/* A whole frame, one cut off, and one with padding, where a row too far is a crash. */
TEST_OF_SHAPES(a_buffer_without_room_is_not_read_too_far)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given roomy = known(i), given = roomy;

		given.is_guarded = true;
		for (given.bytes = 14; given.bytes <= BATCH_BYTES + 8; given.bytes++) {
			for (uint32_t lane = 0; lane < 3; lane++) {
				for (uint32_t k = 0; k < 3; k++)
					gather(k == lane ? &given : &roomy);
				expect_alike();
			}
		}
	}
	assert_true(gathered.taken > 0);
}

TEST_OF_SHAPES(a_buffer_has_room_to_the_octet_or_has_not)
{
	for (size_t i = 0; i < BATCH_KNOWN; i++) {
		struct given given = known(i);

		for (given.room = given.bytes; given.room < BATCH_BYTES + 4; given.room++)
			gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, 4 * BATCH_KNOWN);
}

TEST_OF_SHAPES(chains_other_ports_and_groups_are_refused_alike)
{
	for (uint32_t lane = 0; lane < WIDE_LANES; lane++) {
		for (unsigned int fault = 0; fault < 4; fault++) {
			for (uint32_t i = 0; i < WIDE_LANES; i++) {
				struct given given = known(i % BATCH_KNOWN);

				given.is_chained = i == lane && fault == 0;
				given.port = i == lane && fault == 1 ? 1 : 0;
				given.packet.octets[6] ^= i == lane && fault == 2;
				given.packet.octets[5] ^= i == lane && fault == 3;
				gather(&given);
			}
		}
	}
	/* A batch is of its first frame's port: there all others are refused for it. */
	assert_int_equal(gathered.taken, 16 * 4 * 15 - 14);
}

/* ---- at random ---- */

static void
change_something(struct rng *rng, struct packet *packet)
{
	static const uint8_t links[] = {0, 6, 12, 13, 14, 15, 16, 17};
	static const uint8_t ips[] = {0, 2, 3, 4, 5, 6, 7, 8, 9, 12, 24};
	static const uint8_t tcps[] = {0, 1, 2, 3, 12, 13, 20, 21, 24, 25, 28, 36, 39};
	size_t at = packet->l4_off + tcps[rng_below(rng, RTE_DIM(tcps))];

	if (rng_below(rng, 4) == 0)
		at = links[rng_below(rng, RTE_DIM(links))];
	else if (rng_below(rng, 2) == 0)
		at = packet->l3_off + ips[rng_below(rng, RTE_DIM(ips))];
	else if (rng_below(rng, 2) == 0)
		at = rng_below(rng, (uint32_t)packet->bytes);
	if (rng_below(rng, 2) == 0)
		packet->octets[at] = (uint8_t)rng_next(rng);
	else
		packet->octets[at] ^= (uint8_t)(1u << rng_below(rng, 8));
}

static struct given
random_given(struct rng *rng)
{
	static const uint64_t flags[] = {RTE_MBUF_F_RX_IP_CKSUM_GOOD, RTE_MBUF_F_RX_L4_CKSUM_GOOD,
					 RTE_MBUF_F_RX_IP_CKSUM_BAD, RTE_MBUF_F_RX_VLAN_STRIPPED,
					 RTE_MBUF_F_RX_RSS_HASH};
	struct given given = rng_below(rng, 4) == 0 ? other(rng_below(rng, BATCH_OTHERS))
						    : known(rng_below(rng, BATCH_KNOWN));
	struct packet *packet = &given.packet;
	bool is_ipv6 = packet->octets[packet->l3_off] >> 4 == 6;

	/* Addresses, ports and numbers are anybody's. */
	for (size_t at = packet->l3_off + (is_ipv6 ? 9 : 13); at < packet->l4_off + 12; at++)
		packet->octets[at] = (uint8_t)rng_next(rng);
	if (rng_below(rng, 4) == 0)
		change_something(rng, packet);
	if (rng_below(rng, 8) != 0)
		mend(packet);
	for (size_t i = 0; i < RTE_DIM(flags); i++)
		given.ol_flags |= rng_below(rng, 8) == 0 ? flags[i] : 0;
	if (rng_below(rng, 8) == 0)
		given.bytes += rng_below(rng, 20);
	if (rng_below(rng, 16) == 0)
		given.bytes = rng_below(rng, (uint32_t)packet->bytes);
	given.port = rng_below(rng, 32) == 0;
	given.is_chained = rng_below(rng, 32) == 0;
	if (rng_below(rng, 32) == 0)
		given.room = given.bytes + rng_below(rng, 48);
	return given;
}

TEST_OF_SHAPES(random_batches_are_judged_alike)
{
	struct rng rng = seeded_rng();

	for (uint32_t round = 0; round < 1000; round++) {
		uint32_t count = 1 + rng_below(&rng, WIDE_LANES);

		for (uint32_t i = 0; i < count; i++) {
			struct given given = random_given(&rng);

			gather(&given);
		}
		expect_alike();
	}
	assert_true(gathered.taken > 1000);
}

/* They differ in one octet of the destination, or in the VLAN, or in its priority alone. */
TEST_OF_SHAPES(places_are_told_apart)
{
	size_t address_bytes = known(0).packet.l4_off - known(0).packet.l3_off == 40 ? 16 : 4;

	for (size_t octet = 1; octet <= address_bytes + 2; octet++) {
		for (uint32_t i = 0; i < WIDE_LANES; i++) {
			struct given given = known(i);
			size_t at = given.packet.l4_off - octet;

			if (octet > address_bytes)
				at = 14 + octet - address_bytes - 1;
			if (at >= given.packet.l4_off - address_bytes || given.packet.l3_off == 18)
				given.packet.octets[at] ^= (uint8_t)(i % 3 << (at == 14 ? 5 : 0));
			mend(&given.packet);
			gather(&given);
		}
		expect_alike();
	}
}

/* Of those wanted; what is of another shape is found by another reading. */
TEST(random_mixtures_of_shapes_are_judged_alike)
{
	struct rng rng = seeded_rng();

	begin(IPV4_PLAIN);
	for (uint32_t round = 0; round < 4000; round++) {
		uint32_t count = 1 + rng_below(&rng, WIDE_LANES);

		for (uint32_t i = 0; i < count; i++) {
			struct given given;

			shape = (enum shape)rng_below(&rng, SHAPES);
			given = random_given(&rng);
			gathered.wanted = (uint32_t)rng_next(&rng) & ((1u << count) - 1);
			gather(&given);
		}
		expect_alike();
	}
	assert_true(gathered.taken > 2000);
}
