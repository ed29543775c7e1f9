/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ARP (RFC 826).  There is no checksum and no proof; what can be told apart from
 * honest ARP by form is refused here (RFC 1812, 3.3.2: a group address is no
 * station's), the rest is for the caller to judge.
 */

#include "arp.h"

#include "emit.h"
#include "wire_headers.h"

#define ARP_HARDWARE_ETHERNET 1
#define ARP_REQUEST	      1
#define ARP_REPLY	      2

static bool
is_ipv4_over_ethernet(const struct wire_arp *wire)
{
	return wire->hardware == RTE_BE16(ARP_HARDWARE_ETHERNET) &&
	       wire->protocol == RTE_BE16(ETHERTYPE_IPV4) && wire->hardware_bytes == 6 &&
	       wire->protocol_bytes == 4;
}

/* A sender that may be a host's; 0.0.0.0 is a probe for a free address (RFC 5227). */
static bool
sender_ok(const struct arp_packet *arp)
{
	if (arp->sender_mac[0] & 1)
		return false;
	return arp->sender.word[3] == 0 || !ip_addr_is_martian_source(&arp->sender, false);
}

enum drop_reason
arp_parse(const struct rte_mbuf *m, const struct frame *frame, struct arp_packet *arp)
{
	const struct wire_arp *wire =
		rte_pktmbuf_mtod_offset(m, const struct wire_arp *, frame->l3_off);

	if (m->data_len < frame->l3_off + sizeof(*wire) || !is_ipv4_over_ethernet(wire))
		return DROP_arp_malformed;
	if (wire->operation != RTE_BE16(ARP_REQUEST) && wire->operation != RTE_BE16(ARP_REPLY))
		return DROP_arp_malformed;
	arp->is_request = wire->operation == RTE_BE16(ARP_REQUEST);
	memcpy(arp->sender_mac, wire->sender_mac, sizeof(arp->sender_mac));
	arp->sender = ip_addr_of_ipv4(wire->sender);
	arp->target = ip_addr_of_ipv4(wire->target);
	return sender_ok(arp) ? DROP_NONE : DROP_arp_malformed;
}

void
arp_emit_request(struct rte_mbuf *m, const struct arp_question *question)
{
	static const uint8_t broadcast_mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t no_mac[6];
	const uint8_t *asked = question->target_mac;
	uint32_t l2_bytes = emit_ether_bytes(question->vlan_id);
	uint8_t *octets;

	emit_reset_mbuf(m);
	octets = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(l2_bytes + sizeof(struct wire_arp)));
	check(octets != NULL);
	emit_ether(octets, asked == NULL ? broadcast_mac : asked, question->our_mac,
		   question->vlan_id, ETHERTYPE_ARP);
	octets += l2_bytes;
	memcpy(octets,
	       &(struct wire_arp){
		       .hardware = RTE_BE16(ARP_HARDWARE_ETHERNET),
		       .protocol = RTE_BE16(ETHERTYPE_IPV4),
		       .hardware_bytes = 6,
		       .protocol_bytes = 4,
		       .operation = RTE_BE16(ARP_REQUEST),
		       .sender = question->sender.word[3],
		       .target = question->target.word[3],
	       },
	       sizeof(struct wire_arp));
	memcpy(octets + offsetof(struct wire_arp, sender_mac), question->our_mac, 6);
	memcpy(octets + offsetof(struct wire_arp, target_mac), asked == NULL ? no_mac : asked, 6);
}

void
arp_emit_reply(struct rte_mbuf *m, const struct frame *frame, const struct arp_packet *arp,
	       const uint8_t our_mac[6])
{
	struct wire_arp *wire = rte_pktmbuf_mtod_offset(m, struct wire_arp *, frame->l3_off);

	wire->operation = RTE_BE16(ARP_REPLY);
	memcpy(wire->sender_mac, our_mac, sizeof(wire->sender_mac));
	wire->sender = arp->target.word[3];
	memcpy(wire->target_mac, arp->sender_mac, sizeof(wire->target_mac));
	wire->target = arp->sender.word[3];
	frame_trim(m, frame->l3_off + (uint32_t)sizeof(*wire));
	emit_reply_ether(m, frame, frame->l3_off, our_mac, ETHERTYPE_ARP);
}
