/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * RFC 4861, 4.3, 4.4 and 7.1.2.  As in ndp.c the hop limit of 255 proves that the
 * sender is on the link and nothing else is proved: whether we have asked, and
 * whom, is for the caller to judge.
 */

#include "ndp_ask.h"

#include "checksum.h"
#include "emit.h"
#include "ndp_form.h"
#include "wire_headers.h"

#define ADVERTISEMENT_SOLICITED 0x40
#define ADVERTISEMENT_OVERRIDE	0x20

/* RFC 4861, 4.6.1. */
struct wire_link_option {
	uint8_t kind;
	uint8_t length; /* in units of 8 octets */
	uint8_t mac[6];
} __attribute__((packed));

struct wire_advertised {
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	uint8_t flags;
	uint8_t reserved[3];
	uint8_t target[16];
} __attribute__((packed));

struct wire_asking {
	struct wire_ipv6 ip;
	uint8_t type;
	uint8_t code;
	rte_be16_t checksum;
	rte_be32_t reserved;
	uint8_t target[16];
	struct wire_link_option link;
} __attribute__((packed));

static_assert(sizeof(struct wire_advertised) == 24, "RFC 4861, 4.4");
static_assert(sizeof(struct wire_asking) == 72, "RFC 4861, 4.3, with one option");

static bool
may_be_a_station(const uint8_t mac[6])
{
	static const uint8_t no_mac[6];

	return (mac[0] & 1) == 0 && memcmp(mac, no_mac, sizeof(no_mac)) != 0;
}

static bool
take_options(const uint8_t *option, uint32_t bytes, struct ndp_advertisement *advertisement)
{
	uint32_t length;

	for (; bytes > 0; option += length, bytes -= length) {
		length = ndp_option_bytes(option, bytes);
		if (length == 0)
			return false;
		if (option[0] == ND_TARGET_LINK && length == sizeof(struct wire_link_option)) {
			advertisement->has_mac = true;
			memcpy(advertisement->mac, option + 2, sizeof(advertisement->mac));
		}
	}
	return !advertisement->has_mac || may_be_a_station(advertisement->mac);
}

enum drop_reason
ndp_parse_advertisement(const struct rte_mbuf *m, const struct frame *frame,
			struct ndp_advertisement *advertisement)
{
	const struct wire_advertised *wire =
		rte_pktmbuf_mtod_offset(m, const struct wire_advertised *, frame->l4_off);

	if (frame->ttl != ND_HOP_LIMIT || frame->l4_bytes < sizeof(*wire) ||
	    m->data_len < frame->l4_off + frame->l4_bytes || wire->code != 0)
		return DROP_nd_malformed;
	*advertisement = (struct ndp_advertisement){
		.target = ip_addr_of_ipv6(wire->target),
		.is_solicited = (wire->flags & ADVERTISEMENT_SOLICITED) != 0,
		.is_override = (wire->flags & ADVERTISEMENT_OVERRIDE) != 0,
	};
	if (ip_addr_is_martian_source(&advertisement->target, true))
		return DROP_nd_malformed;
	if (frame->destination.octet[0] == 0xff && advertisement->is_solicited)
		return DROP_nd_malformed;
	if (!take_options((const uint8_t *)(wire + 1), frame->l4_bytes - (uint32_t)sizeof(*wire),
			  advertisement))
		return DROP_nd_malformed;
	return DROP_NONE;
}

/* ff02::1:ffXX:XXXX of the target (RFC 4291, 2.7.1). */
static struct ip_addr
solicited_node_of(const struct ip_addr *target)
{
	struct ip_addr group = {.word = {RTE_BE32(0xff020000), 0, RTE_BE32(1), target->word[3]}};

	group.octet[12] = 0xff;
	return group;
}

/* RFC 2464, 7: 33:33 and the last four octets of the group. */
static void
group_mac_of(const struct ip_addr *group, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->octet + 12, 4);
}

static uint32_t
fill_asking(struct wire_asking *wire, const struct ndp_question *question,
	    const struct ip_addr *destination)
{
	bool is_probe = ip_addr_is_unspecified(&question->source);
	uint32_t bytes = sizeof(*wire) - (is_probe ? sizeof(wire->link) : 0);
	uint32_t l4_bytes = bytes - (uint32_t)sizeof(wire->ip);

	*wire = (struct wire_asking){
		.ip.version_class_label = RTE_BE32(0x60000000),
		.ip.payload_length = rte_cpu_to_be_16((uint16_t)l4_bytes),
		.ip.next_header = PROTOCOL_ICMPV6,
		.ip.hop_limit = ND_HOP_LIMIT,
		.type = ICMPV6_SOLICITATION,
		.link.kind = ND_SOURCE_LINK,
		.link.length = 1,
	};
	memcpy(wire->ip.source, question->source.octet, sizeof(wire->ip.source));
	memcpy(wire->ip.destination, destination->octet, sizeof(wire->ip.destination));
	memcpy(wire->target, question->target.octet, sizeof(wire->target));
	memcpy(wire->link.mac, question->our_mac, sizeof(wire->link.mac));
	wire->checksum = checksum_finish(
		checksum_sum((uint8_t *)wire + sizeof(wire->ip), l4_bytes) +
		checksum_pseudo(&question->source, destination, true, PROTOCOL_ICMPV6, l4_bytes));
	return bytes;
}

void
ndp_emit_solicitation(struct rte_mbuf *m, const struct ndp_question *question)
{
	struct ip_addr destination = question->target;
	uint32_t l2_bytes = emit_ether_bytes(question->vlan_id);
	uint8_t mac_destination[6];
	struct wire_asking wire;
	uint32_t bytes;
	uint8_t *octets;

	if (question->target_mac != NULL) {
		memcpy(mac_destination, question->target_mac, sizeof(mac_destination));
	} else {
		destination = solicited_node_of(&question->target);
		group_mac_of(&destination, mac_destination);
	}
	bytes = fill_asking(&wire, question, &destination);
	emit_reset_mbuf(m);
	octets = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(l2_bytes + bytes));
	check(octets != NULL);
	emit_ether(octets, mac_destination, question->our_mac, question->vlan_id, ETHERTYPE_IPV6);
	memcpy(octets + l2_bytes, &wire, bytes);
}
