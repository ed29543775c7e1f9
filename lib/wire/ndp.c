/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Neighbour discovery, the half of it that defends our addresses (RFC 4861,
 * 7.1.1 and 7.2.4).  It has no key: the hop limit of 255 proves that the sender
 * is on the link, and nothing else is proved.  The advertisement therefore goes
 * to the frame's sender, and the solicitation's source link-layer option is
 * looked at for form alone.
 */

#include "ndp.h"

#include "checksum.h"
#include "emit.h"
#include "ndp_form.h"
#include "wire_headers.h"

#define ADVERTISEMENT_SOLICITED 0x40000000
#define ADVERTISEMENT_OVERRIDE	0x20000000

struct wire_solicitation {
	struct wire_icmp icmp;
	uint8_t target[16];
} __attribute__((packed));

struct wire_advertisement {
	struct wire_ipv6 ip;
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	rte_be32_t flags;
	uint8_t target[16];
	uint8_t option;
	uint8_t option_length; /* in units of 8 octets */
	uint8_t mac[6];
} __attribute__((packed));

static_assert(sizeof(struct wire_advertisement) == 72, "RFC 4861, 4.4, with one option");

static bool
options_ok(const uint8_t *option, uint32_t bytes, bool is_probe)
{
	uint32_t length;

	for (; bytes > 0; option += length, bytes -= length) {
		length = ndp_option_bytes(option, bytes);
		if (length == 0 || (is_probe && option[0] == ND_SOURCE_LINK))
			return false;
	}
	return true;
}

enum drop_reason
ndp_parse_solicitation(const struct rte_mbuf *m, const struct frame *frame,
		       struct ndp_solicitation *solicitation)
{
	const struct wire_solicitation *wire =
		rte_pktmbuf_mtod_offset(m, const struct wire_solicitation *, frame->l4_off);

	if (frame->ttl != ND_HOP_LIMIT || frame->l4_bytes < sizeof(*wire) ||
	    m->data_len < frame->l4_off + frame->l4_bytes || wire->icmp.code != 0)
		return DROP_nd_malformed;
	solicitation->target = ip_addr_of_ipv6(wire->target);
	solicitation->is_probe = ip_addr_is_unspecified(&frame->source);
	if (ip_addr_is_martian_source(&solicitation->target, true))
		return DROP_nd_malformed;
	if (solicitation->is_probe && !ndp_is_solicited_node(&frame->destination))
		return DROP_nd_malformed;
	if (!options_ok((const uint8_t *)(wire + 1), frame->l4_bytes - (uint32_t)sizeof(*wire),
			solicitation->is_probe))
		return DROP_nd_malformed;
	return DROP_NONE;
}

static void
fill_advertisement(struct wire_advertisement *wire, const struct ndp_solicitation *solicitation,
		   const struct ip_addr *destination, const uint8_t our_mac[6])
{
	const uint32_t l4_bytes = sizeof(*wire) - sizeof(wire->ip);
	uint32_t flags = ADVERTISEMENT_OVERRIDE;

	if (!solicitation->is_probe)
		flags |= ADVERTISEMENT_SOLICITED;
	*wire = (struct wire_advertisement){
		.ip.version_class_label = RTE_BE32(0x60000000),
		.ip.payload_length = rte_cpu_to_be_16((uint16_t)l4_bytes),
		.ip.next_header = PROTOCOL_ICMPV6,
		.ip.hop_limit = ND_HOP_LIMIT,
		.type = ICMPV6_ADVERTISEMENT,
		.flags = rte_cpu_to_be_32(flags),
		.option = ND_TARGET_LINK,
		.option_length = 1,
	};
	memcpy(wire->ip.source, solicitation->target.octet, sizeof(wire->ip.source));
	memcpy(wire->ip.destination, destination->octet, sizeof(wire->ip.destination));
	memcpy(wire->target, solicitation->target.octet, sizeof(wire->target));
	memcpy(wire->mac, our_mac, sizeof(wire->mac));
	wire->checksum =
		checksum_finish(checksum_sum((uint8_t *)wire + sizeof(wire->ip), l4_bytes) +
				checksum_pseudo(&solicitation->target, destination, true,
						PROTOCOL_ICMPV6, l4_bytes));
}

static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
static const struct ip_addr all_nodes = {.word = {RTE_BE32(0xff020000), 0, 0, RTE_BE32(1)}};

/* Into an empty mbuf. */
static void
put_advertisement(struct rte_mbuf *m, const struct ndp_solicitation *solicitation,
		  const uint8_t mac_destination[6], const struct ip_addr *destination,
		  const uint8_t our_mac[6], uint16_t vlan_id)
{
	uint32_t l2_bytes = emit_ether_bytes(vlan_id);
	uint8_t *octets = (uint8_t *)rte_pktmbuf_append(
		m, (uint16_t)(l2_bytes + sizeof(struct wire_advertisement)));

	check(octets != NULL);
	emit_ether(octets, mac_destination, our_mac, vlan_id, ETHERTYPE_IPV6);
	fill_advertisement((void *)(octets + l2_bytes), solicitation, destination, our_mac);
}

void
ndp_emit_announcement(struct rte_mbuf *m, const struct ip_addr *addr, const uint8_t our_mac[6],
		      uint16_t vlan_id)
{
	/* Nobody in particular has asked: as after a probe. */
	struct ndp_solicitation solicitation = {.target = *addr, .is_probe = true};

	put_advertisement(m, &solicitation, all_nodes_mac, &all_nodes, our_mac, vlan_id);
}

void
ndp_emit_advertisement(struct rte_mbuf *m, const struct frame *frame,
		       const struct ndp_solicitation *solicitation, const uint8_t our_mac[6])
{
	struct ip_addr destination = solicitation->is_probe ? all_nodes : frame->source;
	uint16_t vlan_id = frame->vlan_id;
	uint8_t mac_destination[6];

	memcpy(mac_destination, solicitation->is_probe ? all_nodes_mac : frame->mac_source,
	       sizeof(mac_destination));
	emit_reset_mbuf(m);
	put_advertisement(m, solicitation, mac_destination, &destination, our_mac, vlan_id);
}
