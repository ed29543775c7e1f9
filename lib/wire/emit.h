/* SPDX-License-Identifier: BSD-3-Clause */

/* Structs to octets: the headers of the packets weir sends. */
#ifndef WEIR_WIRE_EMIT_H
#define WEIR_WIRE_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "ip_addr.h"
#include "octets.h"
#include "tcp_options.h"

struct frame;

/* Ethernet 14 + VLAN 4 + IPv6 40 + TCP 60. */
#define EMIT_HEADERS_BYTES_MAX 118

/* Whose memory a buffer is: the flags that outlive what it was received with. */
#define EMIT_OWNERSHIP_FLAGS (RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT)

/* Which checksums the port computes while sending.  The others are computed here. */
struct emit_offload {
	bool ipv4_checksum;
	bool tcp_checksum;
};

/* From where to where, and how: all that the headers below TCP need. */
struct emit_path {
	struct ip_addr source;
	struct ip_addr destination;
	uint8_t mac_source[6];
	uint8_t mac_destination[6];
	uint16_t vlan_id; /* or VLAN_NONE */
	uint8_t ttl;
	uint8_t tos;
	uint32_t flow_label; /* IPv6, 20 bits */
	bool is_ipv6;
};

struct emit_tcp {
	uint16_t source_port; /* host order, as all below */
	uint16_t destination_port;
	uint32_t seq;
	uint32_t ack; /* sent only with TH_ACK */
	uint16_t wnd; /* already scaled down */
	uint8_t flags;
	const struct tcp_options *options; /* NULL: none */
};

/*
 * Write Ethernet, VLAN, IP and TCP headers in front of the text of `m`: on entry
 * m's data is the text alone (perhaps none, perhaps a chain) and its first
 * segment has EMIT_HEADERS_BYTES_MAX of headroom.  On return m is a frame ready
 * to send: lengths set, checksums computed or requested in ol_flags by
 * `offload`.  IPv4 is sent with DF and ID 0 (RFC 6864).
 */
void emit_tcp_headers(struct rte_mbuf *m, const struct emit_path *path, const struct emit_tcp *tcp,
		      const struct emit_offload *offload);

/* What the port is told to do with a frame of ours: flags for ol_flags, 0 for nothing. */
static inline uint64_t
emit_flags(bool is_ipv6, const struct emit_offload *offload)
{
	uint64_t flags = offload->tcp_checksum ? RTE_MBUF_F_TX_TCP_CKSUM : 0;

	if (offload->ipv4_checksum && !is_ipv6)
		flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (flags != 0)
		flags |= is_ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	return flags;
}

/*
 * Mark a finished frame for what the port is to do with it: flags of its former
 * life end here, but for those that say whose memory the buffer is.
 */
static inline void
emit_mark(struct rte_mbuf *m, bool is_ipv6, uint32_t l2_bytes, uint32_t l3_bytes, uint32_t l4_bytes,
	  const struct emit_offload *offload)
{
	uint64_t flags = emit_flags(is_ipv6, offload);

	if (flags != 0)
		m->tx_offload = rte_mbuf_tx_offload(l2_bytes, l3_bytes, l4_bytes, 0, 0, 0, 0);
	/* Without one of them nobody reads tx_offload. */
	m->ol_flags = (m->ol_flags & EMIT_OWNERSHIP_FLAGS) | flags;
}

/* Exchange them, in registers: octets stored one way and read back another would stall. */
static inline void
emit_swap_macs(uint8_t *ether)
{
	uint64_t destination = octets_load64(ether) & UINT64_C(0xffffffffffff);
	uint64_t source = octets_load64(ether + 4) >> 16;

	octets_store64(ether, source | destination << 48);
	octets_store64(ether + 4, source >> 32 | destination << 16);
}

/* Length of an Ethernet header, with a tag unless `vlan_id` is VLAN_NONE. */
uint32_t emit_ether_bytes(uint16_t vlan_id);

/* Write that header at `octets`, which the addresses must not overlap. */
void emit_ether(uint8_t *octets, const uint8_t mac_destination[6], const uint8_t mac_source[6],
		uint16_t vlan_id, uint16_t ethertype);

/*
 * For a reply made in the mbuf of `frame`, whose packet is ready from `l3_off`
 * on: put the Ethernet header back to the sender, tag included (the NIC may have
 * taken it out), right in front of it.  `frame` no longer describes m then.
 */
void emit_reply_ether(struct rte_mbuf *m, const struct frame *frame, uint32_t l3_off,
		      const uint8_t our_mac[6], uint16_t ethertype);

/* Empty `m` for a reply built in it: no data, full headroom, no flags of its former life. */
void emit_reset_mbuf(struct rte_mbuf *m);

#endif
