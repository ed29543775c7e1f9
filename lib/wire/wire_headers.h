/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Headers as they lie on the wire, network order.  All are packed: a header may
 * stand at any address, and a copy of a struct is a copy of its octets.  (DPDK's
 * own differ from release to release in alignment and in how IPv6 addresses are
 * declared.)
 */
#ifndef WEIR_WIRE_WIRE_HEADERS_H
#define WEIR_WIRE_WIRE_HEADERS_H

#include <stdint.h>

#include <rte_byteorder.h>

#include "check.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP  0x0806
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd

#define PROTOCOL_HOP_BY_HOP  0
#define PROTOCOL_ICMP	     1
#define PROTOCOL_TCP	     6
#define PROTOCOL_ROUTING     43
#define PROTOCOL_FRAGMENT    44
#define PROTOCOL_ESP	     50
#define PROTOCOL_AH	     51
#define PROTOCOL_ICMPV6	     58
#define PROTOCOL_DESTINATION 60
#define PROTOCOL_MOBILITY    135
#define PROTOCOL_HIP	     139
#define PROTOCOL_SHIM6	     140

/* Types of ICMPv6 that make up neighbour discovery (RFC 4861, 4.3, 4.4). */
#define ICMPV6_SOLICITATION  135
#define ICMPV6_ADVERTISEMENT 136

struct wire_ether {
	uint8_t destination[6];
	uint8_t source[6];
	rte_be16_t ethertype;
} __attribute__((packed));

/* What follows an ethertype of ETHERTYPE_VLAN. */
struct wire_vlan {
	rte_be16_t tci; /* priority 3, drop eligible 1, VLAN 12 */
	rte_be16_t ethertype;
} __attribute__((packed));

#define IPV4_DONT_FRAGMENT 0x4000
#define IPV4_FRAGMENT_MASK 0x3fff /* more fragments, and the offset */

struct wire_ipv4 {
	uint8_t version_ihl;
	uint8_t tos;
	rte_be16_t total_length;
	rte_be16_t id;
	rte_be16_t fragment;
	uint8_t ttl;
	uint8_t protocol;
	rte_be16_t checksum;
	rte_be32_t source;
	rte_be32_t destination;
} __attribute__((packed));

struct wire_ipv6 {
	rte_be32_t version_class_label;
	rte_be16_t payload_length;
	uint8_t next_header;
	uint8_t hop_limit;
	uint8_t source[16];
	uint8_t destination[16];
} __attribute__((packed));

struct wire_ipv6_extension {
	uint8_t next_header;
	uint8_t length; /* in units of 8 octets, the first not counted */
} __attribute__((packed));

struct wire_tcp {
	rte_be16_t source_port;
	rte_be16_t destination_port;
	rte_be32_t seq;
	rte_be32_t ack;
	uint8_t data_offset; /* upper half, in words */
	uint8_t flags;
	rte_be16_t wnd;
	rte_be16_t checksum;
	rte_be16_t urgent;
} __attribute__((packed));

struct wire_icmp {
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	uint8_t body[4];
} __attribute__((packed));

struct wire_arp {
	rte_be16_t hardware;
	rte_be16_t protocol;
	uint8_t hardware_bytes;
	uint8_t protocol_bytes;
	rte_be16_t operation;
	uint8_t sender_mac[6];
	rte_be32_t sender;
	uint8_t target_mac[6];
	rte_be32_t target;
} __attribute__((packed));

static_assert(sizeof(struct wire_ether) == 14, "IEEE 802.3");
static_assert(sizeof(struct wire_ipv4) == 20, "RFC 791, 3.1");
static_assert(sizeof(struct wire_ipv6) == 40, "RFC 8200, 3");
static_assert(sizeof(struct wire_tcp) == 20, "RFC 9293, 3.1");
static_assert(sizeof(struct wire_arp) == 28, "RFC 826");

#endif
