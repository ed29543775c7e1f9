/* SPDX-License-Identifier: BSD-3-Clause */

/* A frame that is being made, and what is where in it, without a line of lib/wire. */
#ifndef WEIR_TESTS_FUZZ_DRAFT_H
#define WEIR_TESTS_FUZZ_DRAFT_H

#include "segment_frame.h"

#define ETHER_BYTES    14
#define IPV4_BYTES     20
#define IPV6_BYTES     40
#define FRAGMENT_BYTES 8

#define TYPE_IPV4 0x0800
#define TYPE_ARP  0x0806
#define TYPE_VLAN 0x8100
#define TYPE_IPV6 0x86dd

#define IP_ICMP	    1
#define IP_TCP	    6
#define IP_UDP	    17
#define IP_FRAGMENT 44
#define IP_ICMPV6   58

struct draft {
	uint8_t octets[FRAME_BYTES_MAX];
	uint32_t bytes;
};

struct layers {
	uint32_t l3;	   /* offset of the IP header; 0: none */
	uint32_t ip_bytes; /* as its header says, no more than there are */
	uint32_t l4;	   /* offset of the transport header; 0: not to be found */
	uint32_t l4_bytes;
	uint8_t protocol;
	bool is_ipv6;
};

struct layers draft_layers(const struct draft *draft);

/* Sum what there is anew.  True where all sums there are, are right now. */
bool draft_put_right(struct draft *draft);

/* True where there is a checksum of the transport, and it is wrong. */
bool draft_is_wrong(const struct draft *draft);

/* An Ethernet header, from the path's client. */
void draft_link(struct draft *draft, const struct wire_path *path, const uint8_t *to,
		uint32_t type);

/* An IP header behind what there is, and `bytes` zeros, which are where the result points. */
uint8_t *draft_ip(struct draft *draft, const struct wire_path *path, uint8_t protocol, uint8_t hops,
		  uint32_t bytes);

#endif
