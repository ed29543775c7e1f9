/* SPDX-License-Identifier: BSD-3-Clause */

#include "sent_frame.h"

#include <string.h>

#include "net_octets.h"

#define ARP_BYTES  28
#define IPV4_BYTES 20
#define IPV6_BYTES 40
#define ICMP_BYTES 8

#define TYPE_ARP  0x0806
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_VLAN 0x8100

#define IP_ICMP	  1
#define IP_TCP	  6
#define IP_ICMPV6 58

#define ECHO_REPLY	0
#define ECHO_REPLY_V6	129
#define SOLICITATION	135
#define ADVERTISEMENT	136
#define ROUTER_FLAG	0x80
#define SOLICITED_FLAG	0x40
#define NEIGHBOUR_BYTES 24 /* of a solicitation or advertisement without options */

static const uint8_t nowhere[16];
static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};

static bool
is_ours4(const uint8_t *octets, const struct wire_path ours[2])
{
	return memcmp(octets, ours[0].server.addr.octet + 12, 4) == 0;
}

static bool
is_ours6(const uint8_t *octets, const struct wire_path ours[2])
{
	return memcmp(octets, ours[1].server.addr.octet, 16) == 0;
}

static bool
is_group_mac(const uint8_t *mac)
{
	return (mac[0] & 1) != 0;
}

/* A host's: RFC 1122, 3.2.1.3. */
static bool
is_host4(const uint8_t *octets)
{
	return octets[0] != 0 && octets[0] != 127 && octets[0] < 224;
}

static bool
is_host6(const uint8_t *octets)
{
	return octets[0] != 0xff && memcmp(octets, nowhere, 16) != 0;
}

static const char *
read_arp(const uint8_t *frame, const uint8_t *arp, uint32_t bytes, const struct wire_path ours[2],
	 struct sent_frame *sent)
{
	static const uint8_t fixed[] = {0, 1, 8, 0, 6, 4, 0};
	bool is_group = is_group_mac(frame);

	if (bytes < ARP_BYTES || memcmp(arp, fixed, sizeof(fixed)) != 0)
		return "ARP that is not IPv4 over Ethernet";
	if (memcmp(arp + 8, frame + 6, 6) != 0 || !is_ours4(arp + 14, ours))
		return "ARP in another's name";
	sent->ip_bytes = 0;
	sent->target = ip_addr_of_ipv4(htonl(get32(arp + 24)));
	if (arp[7] == 2) {
		sent->kind = SENT_ARP_REPLY;
		/* It goes to where the request came from, whatever that says of itself. */
		return is_group ? "an ARP reply to a group" : NULL;
	}
	sent->kind = SENT_ARP_REQUEST;
	if (arp[7] != 1)
		return "neither an ARP request nor a reply";
	if (memcmp(frame, is_group ? everybody : arp + 18, 6) != 0)
		return "an ARP request to a strange station";
	return is_group && memcmp(arp + 18, nowhere, 6) != 0
		       ? "an ARP request that knows what it asks for"
		       : NULL;
}

/* To all nodes, or to the group that asks about `target`: the MAC address is the group's. */
static bool
is_group_of(const uint8_t *frame, const uint8_t *group, const uint8_t *target)
{
	uint8_t solicited[16] = {0xff, 2, [11] = 1, 0xff};

	memcpy(solicited + 13, target + 13, 3);
	return frame[0] == 0x33 && frame[1] == 0x33 && memcmp(frame + 2, group + 12, 4) == 0 &&
	       memcmp(group, solicited, 16) == 0;
}

static const char *
read_solicitation(const uint8_t *frame, const uint8_t *ip, uint32_t bytes,
		  const struct wire_path ours[2], struct sent_frame *sent)
{
	const uint8_t *message = ip + IPV6_BYTES, *target = message + 8;
	bool is_probe = memcmp(ip + 8, nowhere, 16) == 0;

	sent->kind = SENT_SOLICITATION;
	if (is_group_mac(frame) ? !is_group_of(frame, ip + 24, target)
				: memcmp(ip + 24, target, 16) != 0)
		return "a solicitation to a strange station";
	if (is_probe)
		return bytes == NEIGHBOUR_BYTES && is_ours6(target, ours) && is_group_mac(frame)
			       ? NULL
			       : "a probe with options, or of another's address";
	if (!is_ours6(ip + 8, ours) || bytes != NEIGHBOUR_BYTES + 8 || message[24] != 1 ||
	    message[25] != 1 || memcmp(message + 26, frame + 6, 6) != 0)
		return "a solicitation that does not say where we are";
	return NULL;
}

static const char *
read_advertisement(const uint8_t *frame, const uint8_t *ip, uint32_t bytes,
		   const struct wire_path ours[2], struct sent_frame *sent)
{
	const uint8_t *message = ip + IPV6_BYTES;
	bool is_solicited = (message[4] & SOLICITED_FLAG) != 0;

	sent->kind = SENT_ADVERTISEMENT;
	if (!is_ours6(message + 8, ours) || !is_ours6(ip + 8, ours))
		return "an advertisement in another's name";
	if (message[4] & ROUTER_FLAG)
		return "an advertisement as if we were a router";
	if (bytes != NEIGHBOUR_BYTES + 8 || message[24] != 2 || message[25] != 1 ||
	    memcmp(message + 26, frame + 6, 6) != 0)
		return "an advertisement that does not say where we are";
	if (is_solicited)
		return is_host6(ip + 24) && !is_group_mac(frame)
			       ? NULL
			       : "a solicited advertisement to a group (RFC 4861, 4.4)";
	return memcmp(ip + 24, all_nodes, 16) == 0 && frame[0] == 0x33 && frame[1] == 0x33 &&
			       memcmp(frame + 2, all_nodes + 12, 4) == 0
		       ? NULL
		       : "an unsolicited advertisement not to all nodes";
}

static const char *
read_icmpv6(const uint8_t *frame, const uint8_t *ip, uint32_t bytes, const struct wire_path ours[2],
	    struct sent_frame *sent)
{
	const uint8_t *message = ip + IPV6_BYTES;

	if (bytes < ICMP_BYTES || message[1] != 0)
		return "ICMPv6 that is truncated or has a code";
	if (sum16(sum16(IP_ICMPV6 + bytes, ip + 8, 32), message, bytes) != 0xffff)
		return "the ICMPv6 checksum is wrong";
	if (message[0] == ECHO_REPLY_V6) {
		sent->kind = SENT_ECHO_REPLY;
		return is_ours6(ip + 8, ours) && is_host6(ip + 24) && !is_group_mac(frame) &&
				       ip[7] == ours[1].ttl
			       ? NULL
			       : "an echo reply in another's name, or to a group";
	}
	if (ip[7] != 255 || bytes < NEIGHBOUR_BYTES)
		return "neighbour discovery against RFC 4861, 4.3";
	memcpy(sent->target.octet, message + 8, 16);
	if (message[0] == SOLICITATION)
		return read_solicitation(frame, ip, bytes, ours, sent);
	if (message[0] == ADVERTISEMENT)
		return read_advertisement(frame, ip, bytes, ours, sent);
	return "ICMPv6 that we never send";
}

static const char *
read_icmp(const uint8_t *frame, const uint8_t *ip, uint32_t bytes, const struct wire_path ours[2],
	  struct sent_frame *sent)
{
	const uint8_t *message = ip + IPV4_BYTES;

	sent->kind = SENT_ECHO_REPLY;
	if (bytes < ICMP_BYTES || message[0] != ECHO_REPLY || message[1] != 0)
		return "ICMP that we never send";
	if (sum16(0, message, bytes) != 0xffff)
		return "the ICMP checksum is wrong";
	if (ip[0] != 0x45 || get16(ip + 2) != IPV4_BYTES + bytes ||
	    sum16(0, ip, IPV4_BYTES) != 0xffff || ip[8] != ours[0].ttl)
		return "the IPv4 header of an echo reply is wrong";
	return is_ours4(ip + 12, ours) && is_host4(ip + 16) && !is_group_mac(frame)
		       ? NULL
		       : "an echo reply in another's name, or to a group";
}

static const char *
read_segment(const uint8_t *frame, uint32_t bytes, const uint8_t *ip,
	     const struct wire_path ours[2], struct sent_frame *sent)
{
	bool is_ipv6 = ip[0] >> 4 == 6;
	const uint8_t *tcp = ip + (is_ipv6 ? IPV6_BYTES : IPV4_BYTES), *text;

	sent->kind = SENT_SEGMENT;
	if (is_group_mac(frame) || !(is_ipv6 ? is_host6(ip + 24) : is_host4(ip + 16)))
		return "a segment to a group";
	sent->path = ours[is_ipv6];
	sent->path.client.addr =
		is_ipv6 ? ip_addr_of_ipv6(ip + 24) : ip_addr_of_ipv4(htonl(get32(ip + 16)));
	memcpy(sent->path.client.mac, frame, 6);
	sent->path.server.port = (uint16_t)get16(tcp);
	sent->path.client.port = (uint16_t)get16(tcp + 2);
	return segment_frame_read(frame, bytes, &sent->path, &sent->segment, &text);
}

static const char *
read_ip(const uint8_t *frame, uint32_t bytes, uint32_t type, const uint8_t *ip,
	const struct wire_path ours[2], struct sent_frame *sent)
{
	bool is_ipv6 = type == TYPE_IPV6;
	uint32_t header_bytes = is_ipv6 ? IPV6_BYTES : IPV4_BYTES, ip_bytes;

	ip_bytes = bytes - (uint32_t)(ip - frame);
	if (ip_bytes < header_bytes + ICMP_BYTES || ip[0] >> 4 != (is_ipv6 ? 6 : 4))
		return "the IP header is truncated, or of the wrong version";
	sent->ip_bytes = ip_bytes;
	if (is_ipv6 && get16(ip + 4) != ip_bytes - IPV6_BYTES)
		return "IPv6 payload length is not the frame's";
	if (ip[is_ipv6 ? 6 : 9] == IP_TCP)
		return read_segment(frame, bytes, ip, ours, sent);
	if (is_ipv6 && ip[6] == IP_ICMPV6)
		return read_icmpv6(frame, ip, ip_bytes - IPV6_BYTES, ours, sent);
	if (!is_ipv6 && ip[9] == IP_ICMP)
		return read_icmp(frame, ip, ip_bytes - IPV4_BYTES, ours, sent);
	return "an IP protocol that we do not speak";
}

const char *
sent_frame_read(const uint8_t *frame, uint32_t bytes, const struct wire_path ours[2],
		struct sent_frame *sent)
{
	const uint8_t *type = frame + 12;

	if (bytes < 14 + (ours[0].vlan_id != VLAN_NONE ? 4 : 0) + ARP_BYTES)
		return "the frame is truncated";
	if (memcmp(frame + 6, ours[0].server.mac, 6) != 0)
		return "it is not sent from our MAC";
	if (ours[0].vlan_id != VLAN_NONE) {
		if (get16(type) != TYPE_VLAN || get16(type + 2) != ours[0].vlan_id)
			return "its VLAN tag is not the port's";
		type += 4;
	}
	switch (get16(type)) {
	case TYPE_ARP:
		return read_arp(frame, type + 2, bytes - (uint32_t)(type + 2 - frame), ours, sent);
	case TYPE_IPV4:
	case TYPE_IPV6:
		return read_ip(frame, bytes, get16(type), type + 2, ours, sent);
	default:
		return "its Ethernet type is wrong";
	}
}
