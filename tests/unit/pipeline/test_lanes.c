/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYNs and handshake ACKs that are plain are served together (tcp_cookie_lane.h),
 * others one by one.  Whoever sent them must not be able to tell.  A frame is made
 * not plain by some padding in a second buffer, which changes nothing else.
 */

#include "test.h"

#include "bench_handshake.h"
#include "static_mbuf.h"
#include "units.h"

#define BURST 16

/* The frame in slots 0 and 1; not plain if it has two buffers. */
static struct rte_mbuf *
frame_of(const struct packet *packet, bool is_plain)
{
	struct rte_mbuf *m = static_mbuf(0, packet->octets, packet->bytes);

	m->port = 0;
	if (!is_plain)
		static_mbuf_chain(m, static_mbuf(1, NULL, 6));
	return m;
}

/* The only answer to a frame, in `octets`; returns its length. */
static uint32_t
answer(struct weir_core *core, const struct packet *packet, bool is_plain, uint8_t *octets,
       uint64_t *flags)
{
	struct rte_mbuf *m = frame_of(packet, is_plain);
	uint32_t count = pipeline_poll(core, 2 * NS_PER_SECOND, &m, 1, 1);

	assert_int_equal(count, 1);
	m = core->tcp.tx[0];
	assert_true(static_mbuf_is_sound(m));
	assert_int_equal(m->port, 0);
	*flags = m->ol_flags;
	if (m->ol_flags != 0)
		assert_int_equal(m->l2_len + m->l3_len + m->l4_len, m->pkt_len);
	memcpy(octets, static_mbuf_octets(m), m->pkt_len);
	return m->pkt_len;
}

static void
expect_same_answer(const struct packet *syn, const struct emit_offload *offload)
{
	uint8_t quick[128], slow[128];
	uint64_t quick_flags, slow_flags;
	uint32_t quick_bytes = answer(core_with(offload), syn, true, quick, &quick_flags);
	uint32_t slow_bytes = answer(core_with(offload), syn, false, slow, &slow_flags);

	assert_int_equal(quick_bytes, slow_bytes);
	assert_memory_equal(quick, slow, slow_bytes);
	assert_true(quick_flags == slow_flags);
	if (!offload->tcp_checksum && !offload->ipv4_checksum)
		expect_checksums_right(quick, quick_bytes);
}

TEST_OF_KINDS(a_syn_gets_the_same_answer_in_a_lane)
{
	static const struct emit_offload offloads[] = {
		{false, false}, {true, false}, {false, true}, {true, true}};

	for (unsigned int kind = 0; kind < 5; kind++) {
		for (size_t list = 0; list < OPTION_LISTS; list++) {
			struct packet syn = syn_of(kind, list);

			for (size_t i = 0; i < RTE_DIM(offloads); i++)
				expect_same_answer(&syn, &offloads[i]);
		}
	}
}

TEST_OF_KINDS(so_it_does_where_not_all_is_agreed_to)
{
	static const struct emit_offload none;

	for (unsigned int bits = 0; bits < 16; bits++) {
		agreeable = (struct agreeable){(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
					       (bits & 8) != 0};
		for (size_t list = 0; list < OPTION_LISTS; list++) {
			struct packet syn = syn_of((bits & 8) != 0 ? 2 : 0, list);

			expect_same_answer(&syn, &none);
		}
	}
	agreeable = (struct agreeable){true, true, true, true};
}

/* What SYN-ACKs have in common is made once for a port; bursts mix ports. */
TEST_OF_KINDS(each_port_answers_in_its_own_way)
{
	static const uint8_t second[6] = {2, 0, 0, 0, 0, 0x11};
	static const uint8_t address[4] = {203, 0, 113, 1};
	static const struct emit_offload none;
	struct rte_mbuf *frames[BURST];
	struct packet syns[2];
	struct weir_core *core;

	for (unsigned int port = 0; port < 2; port++)
		syns[port] = syn_of(0, 14);
	memcpy(syns[1].octets, second, sizeof(second));
	memcpy(syns[1].octets + 30, address, sizeof(address));
	memcpy(syns[1].octets + 36, "\x1f\x90", 2);
	packet_seal(&syns[1]);
	for (unsigned int i = 0; i < BURST; i++) {
		frames[i] = static_mbuf(i, syns[i % 2].octets, syns[i % 2].bytes);
		frames[i]->port = (uint16_t)(i % 2);
	}
	core = core_with(&none);
	assert_int_equal(pipeline_poll(core, 2 * NS_PER_SECOND, frames, BURST, 1), BURST);
	for (unsigned int i = 0; i < BURST; i++) {
		const uint8_t *octets = static_mbuf_octets(frames[i]);
		uint32_t mss = (uint32_t)octets[56] << 8 | octets[57];

		assert_int_equal(mss, i % 2 == 0 ? 1460 : 1260);
		assert_true(((frames[i]->ol_flags & RTE_MBUF_F_TX_IP_CKSUM) != 0) == (i % 2 == 1));
		assert_memory_equal(octets + 6, syns[i % 2].octets, 6);
	}
}

/* A lane is served as a whole: sixteen SYNs, of both families, each with its own answer. */
TEST_OF_KINDS(a_burst_of_syns_gets_each_its_own_answer)
{
	static const struct emit_offload none;
	struct rte_mbuf *frames[BURST];
	uint8_t alone[BURST][128];
	uint32_t bytes[BURST];
	struct weir_core *core;
	uint64_t flags;

	for (unsigned int i = 0; i < BURST; i++) {
		struct packet syn = syn_of(i % 3, i);

		syn.octets[syn.l4_off + 1] = (uint8_t)i;
		packet_seal(&syn);
		bytes[i] = answer(core_with(&none), &syn, false, alone[i], &flags);
	}
	for (unsigned int i = 0; i < BURST; i++) {
		struct packet syn = syn_of(i % 3, i);

		syn.octets[syn.l4_off + 1] = (uint8_t)i;
		packet_seal(&syn);
		frames[i] = static_mbuf(i, syn.octets, syn.bytes);
		frames[i]->port = 0;
	}
	core = core_with(&none);
	assert_int_equal(pipeline_poll(core, 2 * NS_PER_SECOND, frames, BURST, 1), BURST);
	for (unsigned int i = 0; i < BURST; i++) {
		assert_int_equal(frames[i]->pkt_len, bytes[i]);
		assert_memory_equal(static_mbuf_octets(frames[i]), alone[i], bytes[i]);
	}
	assert_int_equal(core->counters.value[COUNTER_cookie_sent], BURST);
	assert_int_equal(core->counters.value[COUNTER_rx_served], BURST);
	assert_true(counters_balance(&core->counters));
}

/* What comes of an ACK: how many connections, and the drop reason if none. */
static uint32_t
outcome(const struct packet *ack, bool is_plain, enum drop_reason reason)
{
	static const struct emit_offload none;
	struct weir_core *core = core_with(&none);
	struct rte_mbuf *m = frame_of(ack, is_plain);

	pipeline_poll(core, 3 * NS_PER_SECOND, &m, 1, 1);
	assert_true(counters_balance(&core->counters));
	if (reason != DROP_NONE)
		assert_int_equal(core->counters.drop[reason], 1);
	return (uint32_t)core->counters.value[COUNTER_flow_opened];
}

TEST_OF_KINDS(an_ack_is_judged_alike_in_a_lane)
{
	static const struct emit_offload none;
	static const size_t lists[] = {1, 10, 14, 11};
	uint8_t syn_ack[128];
	uint64_t flags;

	for (unsigned int kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < RTE_DIM(lists); i++) {
			struct packet syn = syn_of(kind, lists[i]);
			struct packet good, bad;

			answer(core_with(&none), &syn, true, syn_ack, &flags);
			good = ack_for(&syn, syn_ack, 0);
			bad = ack_for(&syn, syn_ack, 0x00010000);
			assert_int_equal(outcome(&good, true, DROP_NONE), 1);
			assert_int_equal(outcome(&good, false, DROP_NONE), 1);
			assert_int_equal(outcome(&bad, true, DROP_cookie_forged), 0);
			assert_int_equal(outcome(&bad, false, DROP_cookie_forged), 0);
		}
	}
}

/* With no RST to be had a bad cookie's ACK is done with sooner; the counters must not tell. */
TEST_OF_KINDS(a_bad_ack_is_counted_alike_without_a_reset)
{
	static const struct emit_offload none;
	struct counters counted[2];
	uint8_t syn_ack[128];
	uint64_t flags;

	for (unsigned int kind = 0; kind < 2; kind++) {
		struct packet syn = syn_of(kind, 14);
		struct packet bad;

		answer(core_with(&none), &syn, true, syn_ack, &flags);
		bad = ack_for(&syn, syn_ack, 0x00010000);
		for (unsigned int is_plain = 0; is_plain < 2; is_plain++) {
			struct weir_core *core = core_with(&none);
			struct rte_mbuf *m = frame_of(&bad, is_plain != 0);

			rate_limit_init(&core->tcp.rst_limit, 0);
			assert_int_equal(pipeline_poll(core, 3 * NS_PER_SECOND, &m, 1, 1), 0);
			assert_true(counters_balance(&core->counters));
			counted[is_plain] = core->counters;
		}
		assert_int_equal(counted[1].drop[DROP_cookie_forged], 1);
		assert_int_equal(counted[1].value[COUNTER_cookie_forged], 1);
		assert_int_equal(counted[1].value[COUNTER_rst_limited], 1);
		/* The buffer that makes a frame not plain is padding. */
		counted[0].value[COUNTER_rx_bytes] = counted[1].value[COUNTER_rx_bytes];
		assert_memory_equal(&counted[0], &counted[1], sizeof(counted[0]));
	}
}
