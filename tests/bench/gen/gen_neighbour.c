/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_neighbour.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>

#include "arp.h"
#include "check.h"
#include "checksum.h"
#include "emit.h"
#include "frame.h"
#include "icmp.h"
#include "ndp.h"
#include "wire_headers.h"

#define BURST	     32
#define ASK_MS	     200
#define ND_HOP_LIMIT 255

struct solicitation {
	struct wire_ipv6 ip;
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	rte_be32_t reserved;
	uint8_t target[16];
	uint8_t option; /* source link-layer address */
	uint8_t option_length;
	uint8_t mac[6];
} __attribute__((packed));

static void
put_frame(struct rte_mbuf *m, const uint8_t destination[6], const uint8_t source[6],
	  uint16_t ethertype, const void *octets, uint16_t bytes)
{
	uint32_t l2_bytes = emit_ether_bytes(VLAN_NONE);
	uint8_t *frame = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(l2_bytes + bytes));

	check(frame != NULL);
	emit_ether(frame, destination, source, VLAN_NONE, ethertype);
	memcpy(frame + l2_bytes, octets, bytes);
}

static void
put_arp_request(struct rte_mbuf *m, const struct gen_path *path, const struct ip_addr *us)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct wire_arp arp = {
		.hardware = RTE_BE16(1),
		.protocol = RTE_BE16(ETHERTYPE_IPV4),
		.hardware_bytes = 6,
		.protocol_bytes = 4,
		.operation = RTE_BE16(1),
		.sender = us->word[3],
		.target = path->destination.word[3],
	};

	memcpy(arp.sender_mac, path->mac_source, sizeof(arp.sender_mac));
	put_frame(m, everybody, path->mac_source, ETHERTYPE_ARP, &arp, sizeof(arp));
}

static void
put_solicitation(struct rte_mbuf *m, const struct gen_path *path, const struct ip_addr *us)
{
	struct ip_addr group = {.word = {RTE_BE32(0xff020000), 0, RTE_BE32(1),
					 path->destination.word[3] | rte_cpu_to_be_32(0xff000000)}};
	uint8_t group_mac[6] = {0x33, 0x33};
	struct solicitation wire = {
		.ip.version_class_label = RTE_BE32(0x60000000),
		.ip.payload_length = RTE_BE16(sizeof(wire) - sizeof(wire.ip)),
		.ip.next_header = PROTOCOL_ICMPV6,
		.ip.hop_limit = ND_HOP_LIMIT,
		.type = ICMPV6_SOLICITATION,
		.option = 1,
		.option_length = 1,
	};
	uint32_t l4_bytes = sizeof(wire) - sizeof(wire.ip);

	memcpy(group_mac + 2, &group.word[3], 4);
	memcpy(wire.ip.source, us->octet, sizeof(wire.ip.source));
	memcpy(wire.ip.destination, group.octet, sizeof(wire.ip.destination));
	memcpy(wire.target, path->destination.octet, sizeof(wire.target));
	memcpy(wire.mac, path->mac_source, sizeof(wire.mac));
	wire.checksum =
		checksum_finish(checksum_sum((uint8_t *)&wire + sizeof(wire.ip), l4_bytes) +
				checksum_pseudo(us, &group, true, PROTOCOL_ICMPV6, l4_bytes));
	put_frame(m, group_mac, path->mac_source, ETHERTYPE_IPV6, &wire, sizeof(wire));
}

/* Whether `m` says where the destination is. */
static bool
take_reply(struct rte_mbuf *m, struct gen_path *path)
{
	struct frame frame;
	struct arp_packet arp;
	const struct solicitation *advertisement;

	if (frame_parse(m, &frame) != DROP_NONE)
		return false;
	if (frame.kind == FRAME_ARP) {
		if (arp_parse(m, &frame, &arp) != DROP_NONE || arp.is_request ||
		    !ip_addr_equal(&arp.sender, &path->destination))
			return false;
		memcpy(path->mac_destination, arp.sender_mac, sizeof(path->mac_destination));
		return true;
	}
	advertisement = rte_pktmbuf_mtod_offset(m, const struct solicitation *, frame.l3_off);
	if (frame.kind != FRAME_ICMPV6 || frame.l4_bytes < 24 ||
	    advertisement->type != ICMPV6_ADVERTISEMENT ||
	    memcmp(advertisement->target, path->destination.octet, 16) != 0)
		return false;
	memcpy(path->mac_destination, frame.mac_source, sizeof(path->mac_destination));
	return true;
}

static void
ask(struct gen_port *port, const struct gen_path *path, const struct gen_prefix *from)
{
	struct ip_addr us = gen_prefix_host(from, gen_prefix_mask(from) >= 3 ? 1 : 0);
	struct rte_mbuf *m = rte_pktmbuf_alloc(port->pool);

	if (m == NULL)
		return;
	if (path->is_ipv6)
		put_solicitation(m, path, &us);
	else
		put_arp_request(m, path, &us);
	if (rte_eth_tx_burst(port->id, 0, &m, 1) == 0)
		rte_pktmbuf_free(m);
}

bool
gen_neighbour_find(struct gen_port *port, struct gen_path *path, const struct gen_prefix *from,
		   uint64_t seconds)
{
	struct rte_mbuf *frames[BURST];
	bool is_found = false;

	for (uint64_t ms = 0; ms <= seconds * 1000 && !is_found; ms++) {
		uint16_t count;

		if (ms % ASK_MS == 0)
			ask(port, path, from);
		count = rte_eth_rx_burst(port->id, 0, frames, BURST);
		for (uint16_t i = 0; i < count; i++)
			is_found |= take_reply(frames[i], path);
		rte_pktmbuf_free_bulk(frames, count);
		rte_delay_us_sleep(1000);
	}
	return is_found;
}

static bool
is_ours(const struct ip_addr *addr, const struct gen_prefix *from)
{
	uint64_t mask = gen_prefix_mask(from);
	uint64_t differs =
		gen_address_low(addr, from->is_ipv6) ^ gen_address_low(&from->base, from->is_ipv6);

	return (addr->half[0] == from->base.half[0]) && (differs & ~mask) == 0;
}

bool
gen_neighbour_answer(struct rte_mbuf *m, const struct gen_prefix *from, const uint8_t mac[6])
{
	struct frame frame;
	struct arp_packet arp;
	struct ndp_solicitation solicitation;
	enum icmp_kind kind;

	if (frame_parse(m, &frame) != DROP_NONE)
		return false;
	if (frame.kind == FRAME_ARP) {
		if (from->is_ipv6 || arp_parse(m, &frame, &arp) != DROP_NONE || !arp.is_request ||
		    !is_ours(&arp.target, from))
			return false;
		arp_emit_reply(m, &frame, &arp, mac);
		return true;
	}
	if (frame.kind != FRAME_ICMPV6 || !from->is_ipv6 ||
	    icmp_parse(m, &frame, &kind) != DROP_NONE || kind != ICMP_NEIGHBOUR_SOLICITATION ||
	    ndp_parse_solicitation(m, &frame, &solicitation) != DROP_NONE ||
	    !is_ours(&solicitation.target, from))
		return false;
	ndp_emit_advertisement(m, &frame, &solicitation, mac);
	return true;
}
