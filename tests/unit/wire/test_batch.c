/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What batch_read() takes must be what plain_syn_parse() and plain_parse() take, lane
 * for lane, and batch_open() must leave behind what they leave.  They judge a copy of
 * each frame, which nobody else has touched.
 */
#include "test.h"

#include <rte_ip.h>

#include "batch.h"
#include "packet.h"
#include "prf.h"
#include "seed.h"
#include "static_mbuf.h"

#define LINUX_OPTIONS	"020405b4 0402080a 01020304 00000000 01030307"
#define WINDOWS_OPTIONS "020405b4 01030308 01010402"
#define TIMES		"0101080a 01020304 05060708"
#define IPV4_TCP(flags) ETHER("0800") IPV4("06") TCP(flags)

/* All forms, and what values of theirs a form leaves open. */
static const char *const known_frames[] = {
	IPV4_TCP("5002"),
	IPV4_TCP("a002") LINUX_OPTIONS,
	IPV4_TCP("8002") WINDOWS_OPTIONS,
	IPV4_TCP("6002") "020405b4",
	IPV4_TCP("5010"),
	IPV4_TCP("8010") TIMES,
	ETHER("0800") "45ff0000 ffff0000 ff06 0000 c0000202 c0000201 " TCP("5010"),
	ETHER("0800") "45020000 00018000 0006 0000 deadbeef ffffffff " TCP("5002"),
	IPV4_TCP("a002") "02040000 0402080a ffffffff 12345678 010303ff",
	IPV4_TCP("8002") "0204ffff 0103030f 01010402",
	IPV4_TCP("6002") "02040001",
	IPV4_TCP("8010") "0101080a 00000000 fffefdfc",
};

static const char *const other_frames[] = {
	ETHER("0806") "0001 0800 0604 0001 " PEER_MAC "c0000202 000000000000 c0000201",
	ETHER("0800") IPV4("11") "9c400050 00080000 00000000 00000000 00000000",
	ETHER("0800") "46000000 00004000 4006 0000 c0000202 c0000201 01010101 " TCP("5002"),
	ETHER("0800") "45000000 00002000 4006 0000 c0000202 c0000201 " TCP("5002"),
	ETHER("0800") "45000000 00000001 4006 0000 c0000202 c0000201 " TCP("5010"),
	ETHER("0800") "45000000 00004000 4006 0000 7f000001 c0000201 " TCP("5002"),
	ETHER("0800") "45000000 00004000 4006 0000 e0000001 c0000201 " TCP("5010"),
	ETHER("0800") "45000000 00004000 4006 0000 00000001 c0000201 " TCP("5002"),
	ETHER("8100 0007") "0800 " IPV4("06") TCP("a002") LINUX_OPTIONS,
	ETHER("86dd") IPV6("06") TCP("a002") LINUX_OPTIONS,
	ETHER("86dd") IPV6("06") TCP("8010") TIMES,
	ETHER("0800") IPV4("06") "00000050 01020304 05060708 50021000 00000000",
	ETHER("0800") IPV4("06") "9c400000 01020304 05060708 50101000 00000000",
	IPV4_TCP("5002") "6162",
	IPV4_TCP("5010") "616263",
	IPV4_TCP("8010") TIMES "6162636465",
	IPV4_TCP("50c2"),
	IPV4_TCP("5012"),
	IPV4_TCP("5011"),
	IPV4_TCP("5018"),
	IPV4_TCP("5014"),
	IPV4_TCP("5004"),
	IPV4_TCP("5110"),
	IPV4_TCP("5402"),
	IPV4_TCP("5000"),
	IPV4_TCP("4002"),
	IPV4_TCP("6010"),
	IPV4_TCP("6010") "01010101",
	IPV4_TCP("6002") "01010402",
	IPV4_TCP("8002") TIMES,
	IPV4_TCP("8010") WINDOWS_OPTIONS,
	IPV4_TCP("a010") LINUX_OPTIONS,
	IPV4_TCP("a002") "020405b4 01030306 0101080a 01020304 00000000",
	IPV4_TCP("f002") "01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 "
			 "01010101 01010101",
};

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
given_hex(const char *hex)
{
	struct given given = {.packet = packet_sealed(hex)};

	given.bytes = given.packet.bytes;
	for (size_t i = given.bytes; i < given.bytes + BEHIND; i++)
		given.packet.octets[i] = (uint8_t)(0xa5 + 7 * i);
	return given;
}

/* Up to 16 of them, in the order of the lanes. */
struct lanes_given {
	uint32_t count;
	uint32_t taken; /* of all so far */
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

/*
 * An ACK of a form: without text, all its other flags and the reserved bits 0, its
 * options none or timestamps.  A port's word on sums is believed as it is for SYNs.
 */
static bool
ack_parse(struct rte_mbuf *m, struct plain *plain)
{
	const uint8_t *tcp;

	if ((m->ol_flags & PLAIN_SYN_CKSUM_BAD) != 0)
		return false;
	if ((m->ol_flags & PLAIN_SYN_CKSUM_GOOD) != PLAIN_SYN_CKSUM_GOOD)
		m->ol_flags &= ~PLAIN_SYN_CKSUM_GOOD;
	if (!plain_parse(m, plain) || plain->is_ipv6 || plain->vlan_id != VLAN_NONE)
		return false;
	tcp = plain_l4(plain);
	if (plain->flags != TH_ACK || (tcp[12] & 0x0f) != 0 || plain->l4_bytes != plain->head_bytes)
		return false;
	return plain->head_bytes == 20 ||
	       (plain->head_bytes == 32 && octets_load32(tcp + 20) == PLAIN_TS_WORD);
}

static bool
is_room_enough(const struct given *given)
{
	if (given->is_guarded)
		return given->bytes >= BATCH_BYTES;
	return given->room == 0 || given->room >= BATCH_BYTES;
}

/* What the plain way makes of the untouched copy; it is trimmed then. */
static bool
is_known(struct rte_mbuf *copy, const struct given *given, uint16_t port, struct plain *plain)
{
	memset(plain, 0, sizeof(*plain));
	if (memcmp(rte_pktmbuf_mtod(copy, const uint8_t *), our_mac, 6) != 0)
		return false;
	if (given->port != port || !is_room_enough(given))
		return false;
	return plain_syn_parse(copy, plain) || ack_parse(copy, plain);
}

/* The words of a lane against the headers of its copy. */
static void
expect_words(const struct batch *batch, uint32_t lane, const struct plain *plain)
{
	const uint8_t *tcp = plain_l4(plain);
	bool is_ack = plain->flags == TH_ACK;
	uint32_t form = plain->form;
	struct tcp_options options;

	assert_true(tcp_options_parse(&options, tcp + 20, plain->head_bytes - 20u, !is_ack));
	if (is_ack)
		form = options.has_timestamps ? PLAIN_FORM_ACK_TIMES : PLAIN_FORM_ACK;
	assert_int_equal(batch->form[lane], form);
	assert_int_equal(batch->acks >> lane & 1, is_ack);
	assert_int_equal(batch->source[lane], plain_source(plain).word[3]);
	assert_int_equal(batch->destination[lane], plain_destination(plain).word[3]);
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
	bool is_taken = is_known(copy, frame, given->lane[0].port, &plain);

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

/* All that have been gathered go into one batch. */
static void
expect_alike(void)
{
	struct rte_mbuf *frames[WIDE_LANES], *copies[WIDE_LANES];
	struct batch batch;
	uint32_t lanes;

	if (gathered.count == 0)
		return;
	for (uint32_t i = 0; i < gathered.count; i++) {
		const struct given *given = &gathered.lane[i];

		frames[i] = put(i, given, given->is_guarded);
		copies[i] = put(COPIES + i, given, false);
	}
	memset(&batch, 0xee, sizeof(batch));
	lanes = batch_read(&batch, frames, gathered.count, our_mac);
	assert_int_equal(lanes >> gathered.count, 0);
	for (uint32_t i = 0; i < gathered.count; i++) {
		assert_ptr_equal(batch.m[i], frames[i]);
		expect_lane(&batch, lanes, i, copies[i], &gathered);
	}
	gathered.count = 0;
}

static void
gather(const struct given *given)
{
	gathered.lane[gathered.count++] = *given;
	if (gathered.count == WIDE_LANES)
		expect_alike();
}

/* Every test begins with this: without such instructions there is nothing to hold against. */
static void
begin(void)
{
	if (!prf_aes_wide_is_available()) {
		print_message("# no wide registers on this machine: not tested\n");
		skip();
	}
	gathered.count = 0;
	gathered.taken = 0;
}

/* Both checksums as they must be; all else stays, be it right or wrong. */
static void
mend(struct packet *packet)
{
	uint8_t *ip = packet->octets + 14, *tcp = packet->octets + 34;
	uint32_t l4_bytes = rte_be_to_cpu_16(octets_load16(ip + 2)) - 20u, sum;
	uint16_t folded;

	memset(ip + 10, 0, 2);
	folded = (uint16_t)~rte_raw_cksum(ip, 20);
	memcpy(ip + 10, &folded, 2);
	if (l4_bytes < 20 || l4_bytes > packet->bytes - 34)
		l4_bytes = (uint32_t)packet->bytes - 34;
	memset(tcp + 16, 0, 2);
	sum = __rte_raw_cksum(tcp, l4_bytes, 0);
	sum = __rte_raw_cksum(ip + 12, 8, sum) + rte_cpu_to_be_16((uint16_t)l4_bytes) +
	      RTE_BE16(IPPROTO_TCP);
	folded = (uint16_t)~__rte_raw_cksum_reduce(sum);
	memcpy(tcp + 16, &folded, 2);
}

TEST(every_form_is_taken_and_nothing_else)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given given = given_hex(known_frames[i]);

		gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, RTE_DIM(known_frames));
	for (size_t i = 0; i < RTE_DIM(other_frames); i++) {
		struct given given = given_hex(other_frames[i]);

		gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, RTE_DIM(known_frames));
}

/* Known ones and others in turn, so that both stand in every lane. */
TEST(forms_mix_in_batches_of_any_size)
{
	begin();
	for (uint32_t count = 1; count <= WIDE_LANES; count++) {
		for (size_t start = 0; start < 2 * RTE_DIM(other_frames); start++) {
			for (size_t i = start; i < start + count; i++) {
				struct given given = given_hex(
					i % 3 == 2 ? other_frames[i % RTE_DIM(other_frames)]
						   : known_frames[i % RTE_DIM(known_frames)]);

				gather(&given);
			}
			expect_alike();
		}
	}
	assert_true(gathered.taken > 1000);
}

/* Each octet, with the checksums left wrong and with them put right. */
TEST(a_changed_octet_is_judged_alike)
{
	static const uint8_t changes[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x40, 0x80, 0xff};

	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given whole = given_hex(known_frames[i]);

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

/* What a port says of sums that are right, or of which one is wrong. */
TEST(the_port_s_word_counts_alike)
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
	static const size_t wrong_at[] = {0, 24, 50}; /* nothing that counts, and either sum */

	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		for (size_t k = 0; k < RTE_DIM(verdicts); k++) {
			for (size_t w = 0; w < RTE_DIM(wrong_at); w++) {
				struct given given = given_hex(known_frames[i]);

				given.ol_flags = verdicts[k];
				if (w > 0)
					given.packet.octets[wrong_at[w]] ^= 0x20;
				gather(&given);
			}
		}
	}
	expect_alike();
	assert_true(gathered.taken > 0);
}

/* Alone in its batch too, so that what another lane needs does not help. */
TEST(a_port_s_word_is_taken_where_no_lane_needs_sums)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given given = given_hex(known_frames[i]);

		given.packet.octets[24] ^= 1;
		given.packet.octets[50] ^= 1;
		expect_alike();
		gather(&given);
		expect_alike();
		given.ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
		gather(&given);
		expect_alike();
	}
	assert_int_equal(gathered.taken, RTE_DIM(known_frames));
}

/* The rest of a frame that is cut off may well be in the buffer; it is none of it. */
TEST(every_truncation_is_refused)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given given = given_hex(known_frames[i]);

		for (given.bytes = 0; given.bytes < given.packet.bytes; given.bytes++)
			gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, 0);
}

TEST(padding_is_trimmed)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given given = given_hex(known_frames[i]);

		for (size_t padding = 0; padding < 32; padding++) {
			given.bytes = given.packet.bytes + padding;
			gather(&given);
		}
	}
	expect_alike();
	assert_int_equal(gathered.taken, 32 * RTE_DIM(known_frames));
}

/* A whole frame, one cut off, and one with padding, where a row too far is a crash. */
TEST(a_buffer_without_room_is_not_read_too_far)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given roomy = given_hex(known_frames[i]), given = roomy;

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

TEST(a_buffer_has_room_to_the_octet_or_has_not)
{
	begin();
	for (size_t i = 0; i < RTE_DIM(known_frames); i++) {
		struct given given = given_hex(known_frames[i]);

		for (given.room = given.bytes; given.room < BATCH_BYTES + 4; given.room++)
			gather(&given);
	}
	expect_alike();
	assert_int_equal(gathered.taken, 4 * RTE_DIM(known_frames));
}

TEST(chains_other_ports_and_groups_are_refused_alike)
{
	begin();
	for (uint32_t lane = 0; lane < WIDE_LANES; lane++) {
		for (unsigned int fault = 0; fault < 4; fault++) {
			for (uint32_t i = 0; i < WIDE_LANES; i++) {
				struct given given =
					given_hex(known_frames[i % RTE_DIM(known_frames)]);

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
change_something(struct rng *rng, struct given *given)
{
	static const uint8_t telling[] = {0,  6,  12, 13, 14, 16, 17, 20, 21, 23, 26, 34,
					  35, 36, 37, 46, 47, 54, 55, 58, 59, 62, 70, 73};
	uint32_t at = telling[rng_below(rng, RTE_DIM(telling))];

	if (rng_below(rng, 2) == 0)
		at = rng_below(rng, (uint32_t)given->packet.bytes);
	if (rng_below(rng, 2) == 0)
		given->packet.octets[at] = (uint8_t)rng_next(rng);
	else
		given->packet.octets[at] ^= (uint8_t)(1u << rng_below(rng, 8));
}

static struct given
random_given(struct rng *rng)
{
	static const uint64_t flags[] = {RTE_MBUF_F_RX_IP_CKSUM_GOOD, RTE_MBUF_F_RX_L4_CKSUM_GOOD,
					 RTE_MBUF_F_RX_IP_CKSUM_BAD, RTE_MBUF_F_RX_VLAN_STRIPPED,
					 RTE_MBUF_F_RX_RSS_HASH};
	struct given given = given_hex(
		rng_below(rng, 4) == 0 ? other_frames[rng_below(rng, RTE_DIM(other_frames))]
				       : known_frames[rng_below(rng, RTE_DIM(known_frames))]);

	/* Addresses, ports and numbers are anybody's. */
	for (size_t at = 27; at < 46; at++)
		given.packet.octets[at] = (uint8_t)rng_next(rng);
	if (rng_below(rng, 4) == 0)
		change_something(rng, &given);
	if (rng_below(rng, 8) != 0 && given.packet.bytes >= 54)
		mend(&given.packet);
	for (size_t i = 0; i < RTE_DIM(flags); i++)
		given.ol_flags |= rng_below(rng, 8) == 0 ? flags[i] : 0;
	if (rng_below(rng, 8) == 0)
		given.bytes += rng_below(rng, 20);
	if (rng_below(rng, 16) == 0)
		given.bytes = rng_below(rng, (uint32_t)given.packet.bytes);
	given.port = rng_below(rng, 32) == 0;
	given.is_chained = rng_below(rng, 32) == 0;
	if (rng_below(rng, 32) == 0)
		given.room = given.bytes + rng_below(rng, 24);
	return given;
}

TEST(random_batches_are_judged_alike)
{
	struct rng rng = seeded_rng();

	begin();
	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t count = 1 + rng_below(&rng, WIDE_LANES);

		for (uint32_t i = 0; i < count; i++) {
			struct given given = random_given(&rng);

			gather(&given);
		}
		expect_alike();
	}
	assert_true(gathered.taken > 1000);
}
