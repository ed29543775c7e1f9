/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "frame_rank.h"
#include "packet.h"
#include "static_mbuf.h"

static enum frame_rank
rank_of(const char *hex)
{
	struct packet packet = packet_of(hex);

	return frame_rank(static_mbuf_guarded(0, packet.octets, packet.bytes));
}

TEST(segments_with_an_ack_are_served_first)
{
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5010")), RANK_SEGMENT);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5018")), RANK_SEGMENT);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5011")), RANK_SEGMENT);
	assert_int_equal(rank_of(ETHER("86dd") IPV6("06") TCP("5010")), RANK_SEGMENT);
	assert_int_equal(rank_of(ETHER("8100") "0064 0800 " IPV4("06") TCP("5010")), RANK_SEGMENT);
}

TEST(a_syn_alone_is_a_syn)
{
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5002")), RANK_SYN);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("50c2")), RANK_SYN); /* ECN */
	assert_int_equal(rank_of(ETHER("86dd") IPV6("06") TCP("5002")), RANK_SYN);
	assert_int_equal(rank_of(ETHER("8100") "0064 86dd " IPV6("06") TCP("5002")), RANK_SYN);
}

/* Connections that weir opens live by these; nobody's flood of them is above one of SYNs. */
TEST(a_syn_ack_ranks_as_a_syn)
{
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5012")), RANK_SYN);
	assert_int_equal(rank_of(ETHER("86dd") IPV6("06") TCP("5052")), RANK_SYN); /* ECN */
}

TEST(other_flags_are_strays)
{
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5004")), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5014")), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5016")), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5000")), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") IPV4("06") TCP("5029")), RANK_STRAY);
}

TEST(neighbours_find_us_in_any_flood)
{
	assert_int_equal(rank_of(ETHER("0806") "00010800 06040001 020000000002 c0000202 "
					       "000000000000 c0000201"),
			 RANK_SEGMENT);
	assert_int_equal(rank_of(ETHER("86dd") "60000000 00183aff " IPV6_PEER IPV6_US
					       "87000000 00000000 " IPV6_US),
			 RANK_SEGMENT);
}

TEST(neighbour_discovery_from_afar_is_a_stray)
{
	assert_int_equal(rank_of(ETHER("86dd") "60000000 00183afe " IPV6_PEER IPV6_US
					       "87000000 00000000 " IPV6_US),
			 RANK_STRAY);
	/* A hop limit of 255 does not make an echo request a neighbour's. */
	assert_int_equal(
		rank_of(ETHER("86dd") "60000000 00083aff " IPV6_PEER IPV6_US "80000000 00000000 "),
		RANK_STRAY);
}

TEST(nothing_that_an_ack_is_dressed_up_in_ranks_above_a_syn)
{
	/* IPv4 options, a fragment, destination options. */
	assert_int_equal(rank_of(ETHER("0800") "46000000 00004000 40060000 c0000202 c0000201 "
					       "01010101 " TCP("5010")),
			 RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") "45000000 00002000 40060000 c0000202 "
					       "c0000201 " TCP("5010")),
			 RANK_STRAY);
	assert_int_equal(rank_of(ETHER("86dd") IPV6("3c") "0600 0104 00000000 " TCP("5010")),
			 RANK_STRAY);
}

TEST(what_is_not_tcp_is_a_stray)
{
	assert_int_equal(rank_of(ETHER("0800") IPV4("11") "9c400050 00080000 "), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("0800") IPV4("01") "08000000 00010001 "), RANK_STRAY);
	assert_int_equal(rank_of(ETHER("88cc") "0207 0402 0000 0000"), RANK_STRAY);
}

/* The buffer ends at an unmapped page. */
TEST(no_octet_behind_the_end_is_looked_at)
{
	static const char *const frames[] = {
		ETHER("8100") "0064 0800 " IPV4("06") TCP("5010"),
		ETHER("86dd") IPV6("06") TCP("5010"),
		ETHER("86dd") "60000000 00183aff " IPV6_PEER IPV6_US "87000000 00000000 ",
	};

	for (unsigned int i = 0; i < RTE_DIM(frames); i++) {
		struct packet packet = packet_of(frames[i]);

		for (size_t bytes = 0; bytes < packet.bytes; bytes++)
			assert_int_equal(frame_rank(static_mbuf_guarded(0, packet.octets, bytes)),
					 RANK_STRAY);
	}
}
