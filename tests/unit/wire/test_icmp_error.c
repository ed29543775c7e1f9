/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "icmp.h"
#include "icmp_error.h"
#include "packet.h"
#include "static_mbuf.h"

/* A segment of ours to the peer, port 80 to 40000, SEQ 0x01020304, as far as it is quoted. */
#define PORTS	    "00509c40 01020304 "
#define QUOTED_IPV4 "450005c8 00004000 39060000 c0000201 c0000202 "
#define QUOTED_IPV6 "60012345 05a0063a " IPV6_US IPV6_PEER

#define ERROR_IPV4(type_code, word) \
	ETHER("0800") IPV4("01") type_code " 0000 " word " " QUOTED_IPV4 PORTS
#define ERROR_IPV6(type_code, word) \
	ETHER("86dd") IPV6("3a") type_code " 0000 " word " " QUOTED_IPV6 PORTS

static enum drop_reason
parse(const struct packet *packet, struct icmp_error *error)
{
	struct frame frame;
	struct rte_mbuf *m = packet_parsed(packet, &frame);

	return icmp_error_parse(m, &frame, error);
}

static struct icmp_error
expect_error(const char *hex)
{
	struct packet packet = packet_sealed(hex);
	struct icmp_error error;
	enum icmp_kind kind;
	struct frame frame;
	struct rte_mbuf *m = packet_parsed(&packet, &frame);

	assert_true(icmp_is_error(m, &frame));
	assert_int_equal(icmp_parse(m, &frame, &kind), DROP_NONE);
	assert_int_equal(icmp_error_parse(m, &frame, &error), DROP_NONE);
	return error;
}

static void
expect_ours(const struct icmp_error *error, bool is_ipv6)
{
	static const uint8_t ours[] = {0xc0, 0, 2, 1};

	assert_int_equal(error->is_ipv6, is_ipv6);
	assert_int_equal(ip_addr_is_ipv4(&error->source), !is_ipv6);
	if (!is_ipv6)
		assert_memory_equal(error->source.octet + 12, ours, 4);
	assert_int_equal(error->source.octet[15], 1);
	assert_int_equal(error->destination.octet[15], 2);
	assert_int_equal(error->source_port, 80);
	assert_int_equal(error->destination_port, 40000);
	assert_int_equal(error->seq, 0x01020304);
}

TEST(the_segment_quoted_is_read)
{
	struct icmp_error error = expect_error(ERROR_IPV4("0304", "0000 0514"));

	expect_ours(&error, false);
	assert_int_equal(error.kind, ICMP_ERROR_TOO_BIG);
	assert_int_equal(error.mtu, 1300);
	assert_int_equal(error.ip_bytes, 1480);
	error = expect_error(ERROR_IPV6("0200", "00000514"));
	expect_ours(&error, true);
	assert_int_equal(error.kind, ICMP_ERROR_TOO_BIG);
	assert_int_equal(error.mtu, 1300);
	assert_int_equal(error.ip_bytes, 1480);
}

TEST(the_mtu_has_16_bits_in_icmp_and_32_in_icmpv6)
{
	assert_int_equal(expect_error(ERROR_IPV4("0304", "ffff 0000")).mtu, 0);
	assert_int_equal(expect_error(ERROR_IPV4("0304", "1234 ffff")).mtu, 65535);
	assert_int_equal(expect_error(ERROR_IPV6("0207", "ffffffff")).mtu, UINT32_MAX);
	assert_int_equal(expect_error(ERROR_IPV4("0301", "0000 0514")).mtu, 0);
}

TEST(kinds_are_told_by_type_and_code)
{
	assert_int_equal(expect_error(ERROR_IPV4("0300", "00000000")).kind, ICMP_ERROR_NETWORK);
	assert_int_equal(expect_error(ERROR_IPV4("0301", "00000000")).kind, ICMP_ERROR_HOST);
	assert_int_equal(expect_error(ERROR_IPV4("0302", "00000000")).kind, ICMP_ERROR_PROTOCOL);
	assert_int_equal(expect_error(ERROR_IPV4("0303", "00000000")).kind, ICMP_ERROR_PORT);
	assert_int_equal(expect_error(ERROR_IPV4("030d", "00000000")).kind, ICMP_ERROR_PROHIBITED);
	assert_int_equal(expect_error(ERROR_IPV4("0b00", "00000000")).kind, ICMP_ERROR_EXPIRED);
	assert_int_equal(expect_error(ERROR_IPV4("0c00", "00000000")).kind, ICMP_ERROR_PARAMETER);
	assert_int_equal(expect_error(ERROR_IPV6("0100", "00000000")).kind, ICMP_ERROR_NETWORK);
	assert_int_equal(expect_error(ERROR_IPV6("0101", "00000000")).kind, ICMP_ERROR_PROHIBITED);
	assert_int_equal(expect_error(ERROR_IPV6("0103", "00000000")).kind, ICMP_ERROR_HOST);
	assert_int_equal(expect_error(ERROR_IPV6("0104", "00000000")).kind, ICMP_ERROR_PORT);
	assert_int_equal(expect_error(ERROR_IPV6("0300", "00000000")).kind, ICMP_ERROR_EXPIRED);
	assert_int_equal(expect_error(ERROR_IPV6("0402", "00000000")).kind, ICMP_ERROR_PARAMETER);
}

TEST(all_other_types_are_no_errors)
{
	static const char *const frames[] = {ERROR_IPV4("0304", "00000514"),
					     ERROR_IPV6("0200", "00000514")};

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		struct packet packet = packet_sealed(frames[i]);

		for (unsigned int type = 0; type < 256; type++) {
			bool is_error = i == 0 ? type == 3 || type == 11 || type == 12
					       : type >= 1 && type <= 4;
			struct icmp_error error;
			struct frame frame;
			struct rte_mbuf *m;

			packet.octets[packet.l4_off] = (uint8_t)type;
			packet_seal(&packet);
			m = packet_parsed(&packet, &frame);
			assert_int_equal(icmp_is_error(m, &frame), is_error);
			assert_int_equal(icmp_error_parse(m, &frame, &error),
					 is_error ? DROP_NONE : DROP_icmp_unwanted);
		}
	}
}

TEST(a_code_without_meaning_is_unwanted)
{
	struct packet packet = packet_sealed(ERROR_IPV4("0310", "00000000"));
	struct icmp_error error;

	assert_int_equal(parse(&packet, &error), DROP_icmp_unwanted);
	packet = packet_sealed(ERROR_IPV6("0107", "00000000"));
	assert_int_equal(parse(&packet, &error), DROP_icmp_unwanted);
}

/* Each length there is, ending at an unmapped page. */
TEST(a_quote_cut_short_is_refused)
{
	static const char *const frames[] = {ERROR_IPV4("0304", "00000514"),
					     ERROR_IPV6("0200", "00000514")};

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		struct packet packet = packet_sealed(frames[i]);
		size_t whole = packet.bytes;
		struct icmp_error error;

		for (packet.bytes = packet.l4_off; packet.bytes < whole; packet.bytes++) {
			packet_seal(&packet);
			assert_int_equal(parse(&packet, &error), packet.bytes < packet.l4_off + 8u
									 ? DROP_icmp_unwanted
									 : DROP_icmp_quote_bad);
		}
		packet_seal(&packet);
		assert_int_equal(parse(&packet, &error), DROP_NONE);
	}
}

TEST(the_quote_must_lie_in_the_first_segment)
{
	struct packet packet = packet_sealed(ERROR_IPV4("0304", "00000514"));
	struct icmp_error error;
	struct frame frame;
	struct rte_mbuf *m;

	for (size_t first = packet.l4_off; first < packet.bytes; first++) {
		m = static_mbuf_split(packet.octets, packet.bytes, first, 3);
		assert_int_equal(frame_parse(m, &frame), DROP_NONE);
		assert_int_not_equal(icmp_error_parse(m, &frame, &error), DROP_NONE);
	}
}

TEST(what_weir_never_sends_is_not_quoted)
{
	static const char *const frames[] = {
		/* IP version, options, UDP, a later fragment, a first one */
		ETHER("0800") IPV4("01") "0301 0000 00000000 "
					 "650005c8 00004000 39060000 c0000201 c0000202 " PORTS,
		ETHER("0800")
			IPV4("01") "0301 0000 00000000 "
				   "460005c8 00004000 39060000 c0000201 c0000202 00000000 " PORTS,
		ETHER("0800") IPV4("01") "0301 0000 00000000 "
					 "450005c8 00004000 39110000 c0000201 c0000202 " PORTS,
		ETHER("0800") IPV4("01") "0301 0000 00000000 "
					 "450005c8 00000001 39060000 c0000201 c0000202 " PORTS,
		ETHER("0800") IPV4("01") "0301 0000 00000000 "
					 "450005c8 00002000 39060000 c0000201 c0000202 " PORTS,
		/* IP version, UDP, a fragment header */
		ETHER("86dd") IPV6("3a") "0100 0000 00000000 "
					 "40012345 05a0063a " IPV6_US IPV6_PEER PORTS,
		ETHER("86dd") IPV6("3a") "0100 0000 00000000 "
					 "60012345 05a0113a " IPV6_US IPV6_PEER PORTS,
		ETHER("86dd") IPV6("3a") "0100 0000 00000000 "
					 "60012345 05a02c3a " IPV6_US IPV6_PEER
					 "06000000 00000000 " PORTS,
	};
	struct icmp_error error;

	for (size_t i = 0; i < RTE_DIM(frames); i++) {
		struct packet packet = packet_sealed(frames[i]);

		assert_int_equal(parse(&packet, &error), DROP_icmp_quote_bad);
	}
}
