/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <stdio.h>

#include "packet.h"
#include "static_mbuf.h"
#include "steering.h"

#define WORKERS 7
#define STAYS	WORKERS /* no worker's number: the packet was not steered */
#define TUPLES	7000

static const uint8_t secret[16] = "sixteen octets!";

static struct steering
steering_of(enum prf_kind kind)
{
	struct steering steering;

	steering_init(&steering, kind, secret, WORKERS);
	return steering;
}

static uint32_t
owner_of(const struct steering *steering, const struct packet *packet)
{
	struct rte_mbuf *frame = static_mbuf(0, packet->octets, packet->bytes);
	uint16_t owner = UINT16_MAX;

	steering_owners(steering, &frame, 1, STAYS, &owner);
	return owner;
}

/* A SYN between 192.0.2.`from` and 192.0.2.`to`. */
static struct packet
syn_ipv4(unsigned int from, unsigned int from_port, unsigned int to, unsigned int to_port)
{
	char hex[512];

	snprintf(hex, sizeof(hex),
		 ETHER("0800") "45000000 00004000 40060000 c00002%02x c00002%02x "
			       "%04x%04x 01020304 00000000 50021000 00000000 ",
		 from, to, from_port, to_port);
	return packet_sealed(hex);
}

static struct packet
syn_ipv6(unsigned int from, unsigned int from_port, unsigned int to, unsigned int to_port)
{
	char hex[512];

	snprintf(hex, sizeof(hex),
		 ETHER("86dd") "60000000 000006 40 "
			       "20010db8 00000000 00000000 000000%02x "
			       "20010db8 00000000 00000000 000000%02x "
			       "%04x%04x 01020304 00000000 50021000 00000000 ",
		 from, to, from_port, to_port);
	return packet_sealed(hex);
}

TEST(both_directions_have_one_owner)
{
	struct steering steering = steering_of(prf_kind_best());
	struct ip_addr ours = ip_addr_of_ipv4(RTE_BE32(0xc0000202));
	struct ip_addr theirs = ip_addr_of_ipv4(RTE_BE32(0xc0000201));

	for (unsigned int port = 1024; port < 1324; port++) {
		struct packet there = syn_ipv4(2, port, 1, 80), back = syn_ipv4(1, 80, 2, port);
		struct packet there6 = syn_ipv6(2, port, 1, 80), back6 = syn_ipv6(1, 80, 2, port);

		assert_int_equal(owner_of(&steering, &there), owner_of(&steering, &back));
		assert_int_equal(owner_of(&steering, &back),
				 steering_owner(&steering, &ours, (uint16_t)port, &theirs, 80));
		assert_int_equal(owner_of(&steering, &there6), owner_of(&steering, &back6));
	}
}

TEST(an_end_is_an_address_and_a_port_together)
{
	struct steering steering = steering_of(prf_kind_best());
	unsigned int different = 0;

	/* The same addresses and the same ports, but paired the other way round. */
	for (unsigned int port = 1024; port < 1124; port++) {
		struct packet one = syn_ipv4(2, port, 1, 80), other = syn_ipv4(2, 80, 1, port);

		different += owner_of(&steering, &one) != owner_of(&steering, &other);
	}
	assert_true(different > 50);
}

static void
expect_even_spread(enum prf_kind kind)
{
	struct steering steering = steering_of(kind);
	unsigned int owned[WORKERS] = {0};

	for (unsigned int i = 0; i < TUPLES; i++) {
		struct packet packet = syn_ipv4(2 + i % 16, 1024 + i, 1, 80);
		uint32_t owner = owner_of(&steering, &packet);

		assert_true(owner < WORKERS);
		owned[owner]++;
	}
	/* 1000 each; five standard deviations of the binomial are 147. */
	for (unsigned int i = 0; i < WORKERS; i++)
		assert_in_range(owned[i], 853, 1147);
}

TEST(flows_spread_evenly)
{
	expect_even_spread(PRF_SIPHASH);
	expect_even_spread(prf_kind_best());
}

/* proves: ATTACK-E2 */
TEST(the_key_decides_who_owns_what)
{
	struct steering one = steering_of(PRF_SIPHASH), other;
	static const uint8_t another[16] = "another secret!";
	unsigned int same = 0;

	steering_init(&other, PRF_SIPHASH, another, WORKERS);
	for (unsigned int port = 1024; port < 1724; port++) {
		struct packet packet = syn_ipv4(2, port, 1, 80);

		same += owner_of(&one, &packet) == owner_of(&other, &packet);
	}
	/* 100 by chance. */
	assert_in_range(same, 50, 150);
}

TEST(what_is_not_tcp_stays)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet arp = packet_of(
		ETHER("0806") "00010800 06040001 020000000002 c0000202 000000000000 c0000201");
	struct packet icmp = packet_sealed(ETHER("0800") IPV4("01") "0800 0000 0001 0001");
	struct packet odd = packet_of(ETHER("88cc") "0207 0402 0000 0000 0000 0000 0000 0000");

	assert_int_equal(owner_of(&steering, &arp), STAYS);
	assert_int_equal(owner_of(&steering, &icmp), STAYS);
	assert_int_equal(owner_of(&steering, &odd), STAYS);
}

/* Whose quoted segment was sent by us, so the other way round. */
TEST(an_icmp_error_goes_to_the_owner_of_the_flow)
{
	struct steering steering = steering_of(prf_kind_best());
	char hex[512];

	for (unsigned int port = 1024; port < 1124; port++) {
		struct packet syn = syn_ipv4(2, port, 1, 80), syn6 = syn_ipv6(2, port, 1, 80);
		struct packet error;

		snprintf(hex, sizeof(hex),
			 ETHER("0800") "45000000 00004000 40010000 c0000207 c0000201 "
				       "0304 0000 00000514 "
				       "450005dc 00004000 40060000 c0000201 c0000202 "
				       "0050 %04x 01020304 ",
			 port);
		error = packet_sealed(hex);
		assert_int_equal(owner_of(&steering, &error), owner_of(&steering, &syn));
		snprintf(hex, sizeof(hex),
			 ETHER("86dd") "60000000 00003a40 "
				       "20010db8 00000000 00000000 00000007 " IPV6_US
				       "0200 0000 00000514 "
				       "60000000 05a00640 " IPV6_US IPV6_PEER "0050 %04x 01020304 ",
			 port);
		error = packet_sealed(hex);
		assert_int_equal(owner_of(&steering, &error), owner_of(&steering, &syn6));
	}
}

TEST(fragments_stay)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet first = packet_sealed(
		ETHER("0800") "45000000 00002000 40060000 c0000202 c0000201 " TCP("5002"));

	assert_int_equal(owner_of(&steering, &first), STAYS);
}

TEST(a_packet_cut_before_its_ports_stays)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet packet = syn_ipv4(2, 1024, 1, 80);
	struct rte_mbuf *frame = static_mbuf_split(packet.octets, packet.bytes, 14 + 20 + 3, 100);
	uint16_t owner = UINT16_MAX;

	steering_owners(&steering, &frame, 1, STAYS, &owner);
	assert_int_equal(owner, STAYS);
}

TEST(extension_headers_do_not_change_the_owner)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet plain = packet_sealed(ETHER("86dd") IPV6("06") TCP("5010"));
	struct packet behind_options =
		packet_sealed(ETHER("86dd") IPV6("3c") "0600 0104 00000000 " TCP("5010"));

	assert_int_not_equal(owner_of(&steering, &plain), STAYS);
	assert_int_equal(owner_of(&steering, &behind_options), owner_of(&steering, &plain));
}

TEST(a_vlan_tag_does_not_change_the_owner)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet plain = packet_sealed(ETHER("0800") IPV4("06") TCP("5010"));
	struct packet tagged = packet_sealed(ETHER("8100") "0064 0800 " IPV4("06") TCP("5010"));

	assert_int_equal(owner_of(&steering, &tagged), owner_of(&steering, &plain));
}

TEST(each_packet_of_a_mixed_burst_gets_its_own_owner)
{
	struct steering steering = steering_of(prf_kind_best());
	struct packet packets[] = {
		packet_of(ETHER("0806") "00010800 06040001 020000000002 c0000202 000000000000 "
					"c0000201"),
		syn_ipv4(2, 1024, 1, 80),
		packet_sealed(ETHER("0800") IPV4("01") "0800 0000 0001 0001"),
		syn_ipv6(2, 1025, 1, 80),
		syn_ipv4(3, 1026, 1, 80),
	};
	struct rte_mbuf *frames[5];
	uint16_t owner[5];
	uint32_t alone[5];

	for (unsigned int i = 0; i < 5; i++)
		alone[i] = owner_of(&steering, &packets[i]);
	for (unsigned int i = 0; i < 5; i++)
		frames[i] = static_mbuf(i, packets[i].octets, packets[i].bytes);
	steering_owners(&steering, frames, 5, STAYS, owner);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(owner[i], alone[i]);
}
