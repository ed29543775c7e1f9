/* SPDX-License-Identifier: BSD-3-Clause */

#include "segment_frame.h"

#include <string.h>

#include "check.h"
#include "net_octets.h"

#define ETHER_BYTES	14
#define VLAN_BYTES	4
#define IPV4_BYTES	20
#define IPV6_BYTES	40
#define TCP_BYTES	20
#define FRAME_BYTES_MIN 60 /* without the checksum the hardware adds */
#define PADDING_OCTET	0xa5

#define TYPE_VLAN 0x8100
#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define IP_TCP	  6

static uint32_t
pseudo_sum(const struct wire_end *from, const struct wire_end *to, bool is_ipv6, uint32_t l4_bytes)
{
	uint32_t skip = is_ipv6 ? 0 : 12;
	uint32_t sum = sum16(0, from->addr.octet + skip, 16 - skip);

	sum = sum16(sum, to->addr.octet + skip, 16 - skip);
	sum += IP_TCP + l4_bytes;
	return (sum & 0xffff) + (sum >> 16);
}

static uint32_t
link_bytes(const struct wire_path *path)
{
	return path->vlan_id == VLAN_NONE ? ETHER_BYTES : ETHER_BYTES + VLAN_BYTES;
}

static uint32_t
ip_bytes(const struct wire_path *path)
{
	return path->is_ipv6 ? IPV6_BYTES : IPV4_BYTES;
}

static void
write_link(uint8_t *frame, const struct wire_path *path)
{
	uint8_t *type = frame + 12;

	memcpy(frame, path->server.mac, 6);
	memcpy(frame + 6, path->client.mac, 6);
	if (path->vlan_id != VLAN_NONE) {
		put16(type, TYPE_VLAN);
		put16(type + 2, path->vlan_id);
		type += VLAN_BYTES;
	}
	put16(type, path->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4);
}

static void
write_ip(uint8_t *ip, const struct wire_path *path, uint8_t tos, uint32_t l4_bytes)
{
	if (path->is_ipv6) {
		put32(ip, 0x60000000 | (uint32_t)tos << 20);
		put16(ip + 4, l4_bytes);
		ip[6] = IP_TCP;
		ip[7] = 57; /* some hops away */
		memcpy(ip + 8, path->client.addr.octet, 16);
		memcpy(ip + 24, path->server.addr.octet, 16);
		return;
	}
	memset(ip, 0, IPV4_BYTES);
	ip[0] = 0x45;
	ip[1] = tos;
	put16(ip + 2, IPV4_BYTES + l4_bytes);
	put16(ip + 4, 0x1234);
	put16(ip + 6, 0x4000);
	ip[8] = 57;
	ip[9] = IP_TCP;
	memcpy(ip + 12, path->client.addr.octet + 12, 4);
	memcpy(ip + 16, path->server.addr.octet + 12, 4);
	put16(ip + 10, ~sum16(0, ip, IPV4_BYTES));
}

static uint32_t
write_tcp(uint8_t *tcp, const struct wire_path *path, const struct segment *segment,
	  const uint8_t *text)
{
	uint8_t options[TCP_OPTIONS_BYTES_MAX];
	int options_bytes = option_list_encode(&segment->options, options);
	uint32_t header_bytes, bytes;

	check(options_bytes >= 0);
	header_bytes = TCP_BYTES + (uint32_t)options_bytes;
	bytes = header_bytes + segment->text_bytes;
	memset(tcp, 0, TCP_BYTES);
	put16(tcp, path->client.port);
	put16(tcp + 2, path->server.port);
	put32(tcp + 4, segment->seq.value);
	put32(tcp + 8, segment->ack.value);
	tcp[12] = (uint8_t)((segment->doff != 0 ? segment->doff : header_bytes / 4) << 4);
	if (segment->has_reserved_bits)
		tcp[12] |= 0x0f;
	tcp[13] = segment->flags;
	put16(tcp + 14, segment->wnd.value);
	put16(tcp + 18, segment->urgent.value);
	memcpy(tcp + TCP_BYTES, options, (size_t)options_bytes);
	if (segment->text_bytes > 0)
		memcpy(tcp + header_bytes, text, segment->text_bytes);
	put16(tcp + 16,
	      ~sum16(pseudo_sum(&path->client, &path->server, path->is_ipv6, bytes), tcp, bytes));
	if (segment->has_bad_checksum)
		tcp[16] ^= 0x04;
	return bytes;
}

uint32_t
segment_frame_write(uint8_t frame[FRAME_BYTES_MAX], const struct wire_path *path,
		    const struct segment *segment, const uint8_t *text)
{
	uint8_t *ip = frame + link_bytes(path);
	uint8_t *tcp = ip + ip_bytes(path);
	uint32_t l4_bytes, bytes;

	check((uint32_t)(tcp - frame) + 60 + segment->text_bytes <= FRAME_BYTES_MAX);
	l4_bytes = write_tcp(tcp, path, segment, text);
	write_ip(ip, path, segment->ecn, l4_bytes);
	write_link(frame, path);
	bytes = (uint32_t)(tcp - frame) + l4_bytes;
	for (; bytes < FRAME_BYTES_MIN; bytes++)
		frame[bytes] = PADDING_OCTET;
	return bytes;
}

bool
segment_frame_is_for(const uint8_t *frame, uint32_t bytes, const struct wire_path *path)
{
	const uint8_t *ip = frame + link_bytes(path);
	const uint8_t *tcp = ip + ip_bytes(path);
	const uint8_t *destination = path->is_ipv6 ? ip + 24 : ip + 16;
	uint32_t skip = path->is_ipv6 ? 0 : 12;

	return (uint32_t)(tcp - frame) + 4 <= bytes &&
	       memcmp(destination, path->client.addr.octet + skip, 16 - skip) == 0 &&
	       get16(tcp) == path->server.port && get16(tcp + 2) == path->client.port;
}

static const char *
read_link(const uint8_t *frame, const struct wire_path *path)
{
	const uint8_t *type = frame + 12;

	if (memcmp(frame, path->client.mac, 6) != 0)
		return "it is not sent to the MAC the client sends from";
	if (memcmp(frame + 6, path->server.mac, 6) != 0)
		return "it is not sent from our own MAC";
	if (path->vlan_id != VLAN_NONE) {
		if (get16(type) != TYPE_VLAN || get16(type + 2) != path->vlan_id)
			return "its VLAN tag is not the port's";
		type += VLAN_BYTES;
	}
	return get16(type) == (path->is_ipv6 ? TYPE_IPV6 : TYPE_IPV4)
		       ? NULL
		       : "its Ethernet type is wrong";
}

static const char *
read_ipv4(const uint8_t *ip, uint32_t bytes, const struct wire_path *path)
{
	if (ip[0] != 0x45)
		return "IPv4 version or header length is wrong";
	if (get16(ip + 2) != bytes)
		return "IPv4 total length is not the frame's";
	if (sum16(0, ip, IPV4_BYTES) != 0xffff)
		return "the IPv4 header checksum is wrong";
	if (get16(ip + 4) != 0 || get16(ip + 6) != 0x4000)
		return "IPv4 ID is not 0, or the flags are not DF alone (RFC 6864)";
	if ((ip[1] & 0xfc) != path->tos || ip[8] != path->ttl || ip[9] != IP_TCP)
		return "IPv4 TOS, TTL or protocol is wrong (MUST-48, MUST-49)";
	if (memcmp(ip + 12, path->server.addr.octet + 12, 4) != 0 ||
	    memcmp(ip + 16, path->client.addr.octet + 12, 4) != 0)
		return "the IPv4 addresses are not those the client used (MUST-45)";
	return NULL;
}

static const char *
read_ipv6(const uint8_t *ip, uint32_t bytes, const struct wire_path *path)
{
	if (ip[0] >> 4 != 6)
		return "IPv6 version is wrong";
	if (get16(ip + 4) != bytes - IPV6_BYTES)
		return "IPv6 payload length is not the frame's";
	if ((get16(ip) >> 4 & 0xfc) != path->tos || ip[7] != path->ttl || ip[6] != IP_TCP)
		return "IPv6 traffic class, hop limit or next header is wrong (MUST-48, MUST-49)";
	if (memcmp(ip + 8, path->server.addr.octet, 16) != 0 ||
	    memcmp(ip + 24, path->client.addr.octet, 16) != 0)
		return "the IPv6 addresses are not those the client used (MUST-45)";
	return NULL;
}

static const char *
judge_options(struct segment *segment)
{
	if (segment->flags & TH_SYN)
		return NULL;
	if (option_list_find(&segment->options, TCPOPT_MSS) != NULL)
		return "it carries MSS without SYN (MUST-65)";
	if (option_list_find(&segment->options, TCPOPT_WSCALE) != NULL ||
	    option_list_find(&segment->options, TCPOPT_SACK_PERMITTED) != NULL)
		return "it carries an option of a SYN without SYN";
	return NULL;
}

static const char *
read_tcp(const uint8_t *tcp, uint32_t bytes, const struct wire_path *path, struct segment *segment,
	 const uint8_t **text)
{
	uint32_t header_bytes;
	const char *wrong;

	if (bytes < TCP_BYTES)
		return "the TCP header is truncated";
	header_bytes = (uint32_t)(tcp[12] >> 4) * 4;
	if (header_bytes < TCP_BYTES || header_bytes > bytes)
		return "the TCP data offset is wrong";
	if (sum16(pseudo_sum(&path->server, &path->client, path->is_ipv6, bytes), tcp, bytes) !=
	    0xffff)
		return "the TCP checksum is wrong (MUST-2)";
	if (get16(tcp) != path->server.port || get16(tcp + 2) != path->client.port)
		return "the TCP ports are wrong";
	if ((tcp[12] & 0x0f) != 0)
		return "reserved bits are set";

	segment_clear(segment, tcp[13]);
	segment->text_bytes = bytes - header_bytes;
	segment->seq.value = get32(tcp + 4);
	segment->ack.value = get32(tcp + 8);
	segment->has_ack = (segment->flags & TH_ACK) != 0;
	segment->wnd.value = get16(tcp + 14);
	segment->has_wnd = true;
	*text = tcp + header_bytes;
	if (!segment->has_ack && segment->ack.value != 0)
		return "an acknowledgment number stands where no ACK bit is";
	if ((segment->flags & TH_URG) != 0 || get16(tcp + 18) != 0)
		return "urgent data, which we never send (SHLD-13)";
	wrong = option_list_decode(&segment->options, tcp + TCP_BYTES, header_bytes - TCP_BYTES);
	return wrong != NULL ? wrong : judge_options(segment);
}

const char *
segment_frame_read(const uint8_t *frame, uint32_t bytes, const struct wire_path *path,
		   struct segment *segment, const uint8_t **text)
{
	uint32_t l3 = link_bytes(path), l4 = l3 + ip_bytes(path);
	const char *wrong;

	if (bytes < l4)
		return "the frame is truncated";
	if (bytes - l3 > path->mtu)
		return "the packet is longer than the MTU (MUST-16)";
	wrong = read_link(frame, path);
	if (wrong == NULL)
		wrong = path->is_ipv6 ? read_ipv6(frame + l3, bytes - l3, path)
				      : read_ipv4(frame + l3, bytes - l3, path);
	if (wrong == NULL)
		wrong = read_tcp(frame + l4, bytes - l4, path, segment, text);
	if (wrong == NULL)
		segment->ecn = (path->is_ipv6 ? frame[l3 + 1] >> 4 : frame[l3 + 1]) & 3;
	return wrong;
}
