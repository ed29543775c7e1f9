/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Packets written as hexadecimal text.  Lengths and checksums are written 0000
 * and filled in by packet_seal(), with DPDK's arithmetic, not ours.
 */
#ifndef WEIR_TESTS_UNIT_WIRE_PACKET_H
#define WEIR_TESTS_UNIT_WIRE_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

/* Our side and the peer's, so that a reply exchanges them. */
#define OUR_MAC	    "020000000001 "
#define PEER_MAC    "020000000002 "
#define ETHER(type) OUR_MAC PEER_MAC type " "

/* 192.0.2.2 to 192.0.2.1 */
#define IPV4(protocol) "45000000 00004000 40" protocol "0000 c0000202 c0000201 "

/* 2001:db8::2 to 2001:db8::1 */
#define IPV6_PEER	  "20010db8 00000000 00000000 00000002 "
#define IPV6_US		  "20010db8 00000000 00000000 00000001 "
#define IPV6(next_header) "60000000 0000" next_header "40 " IPV6_PEER IPV6_US

/* Port 40000 to 80, SEQ 0x01020304, ACK 0x05060708, WND 0x1000; `doff_flags` as "5010". */
#define TCP(doff_flags) "9c400050 01020304 05060708 " doff_flags "1000 00000000 "

struct packet {
	size_t bytes;
	size_t l3_off;
	size_t l4_off; /* set by packet_seal() */
	uint8_t octets[4000];
};

/* Text with any spacing; the network header is expected after Ethernet and at most one tag. */
struct packet packet_of(const char *hex);

/* If it is IP, set its length and checksums: of the header, and of TCP, ICMP or ICMPv6. */
void packet_seal(struct packet *packet);

/* packet_of() and packet_seal(). */
struct packet packet_sealed(const char *hex);

/* Verify the checksums of a frame that weir wrote, again with DPDK's arithmetic. */
void expect_checksums_right(const uint8_t *octets, size_t bytes);

/* Parse a sealed packet at an unmapped page, which must succeed. */
struct rte_mbuf *packet_parsed(const struct packet *packet, struct frame *frame);

/* The same with room behind it. */
struct rte_mbuf *packet_parsed_roomy(const struct packet *packet, struct frame *frame);

#endif
