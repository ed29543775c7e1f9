/* SPDX-License-Identifier: BSD-3-Clause */

#include "neighbour.h"

#include <string.h>

#include "net_octets.h"

#define VLAN_TYPE	   0x8100
#define ARP_BYTES	   28
#define IPV6_BYTES	   40
#define SOLICITATION	   135
#define ADVERTISEMENT	   136
#define SOLICIT_BYTES	   32 /* with the link-layer address option */
#define FRAME_BYTES_MIN	   60
#define SOLICITED_OVERRIDE 0x60

static const uint8_t arp_fixed[] = {0, 1, 8, 0, 6, 4, 0};

/* Over the pseudo-header and the message of an IPv6 packet with nothing in between. */
static uint16_t
icmpv6_sum(const uint8_t *ip, uint32_t bytes)
{
	const uint8_t tail[8] = {0, 0, (uint8_t)(bytes >> 8), (uint8_t)bytes, 0, 0, 0, 58};
	uint32_t total = sum16(0, ip + 8, 32);

	total = sum16(total, tail, sizeof(tail));
	return (uint16_t)sum16(total, ip + IPV6_BYTES, bytes);
}

static uint32_t
tag_bytes(const struct wire_path *path)
{
	return path->vlan_id == VLAN_NONE ? 0 : 4;
}

/* The Ethernet type behind the path's tag, or 0. */
static uint32_t
type_of(const uint8_t *frame, uint32_t bytes, const struct wire_path *path)
{
	const uint8_t *type = frame + 12;

	if (bytes < 14 + tag_bytes(path))
		return 0;
	if (path->vlan_id != VLAN_NONE) {
		if ((type[0] << 8 | type[1]) != VLAN_TYPE ||
		    (type[2] << 8 | type[3]) != path->vlan_id)
			return 0;
		type += 4;
	}
	return (uint32_t)type[0] << 8 | type[1];
}

static enum neighbour_question
read_arp(const uint8_t *frame, const uint8_t *arp, const struct wire_path *path, const char **wrong)
{
	static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t nobody[6];
	bool is_group = (frame[0] & 1) != 0;

	if (memcmp(arp + 24, path->client.addr.octet + 12, 4) != 0)
		return NEIGHBOUR_NONE;
	if (memcmp(arp, arp_fixed, sizeof(arp_fixed)) != 0 || arp[7] != 1)
		*wrong = "ARP that is no request for IPv4 over Ethernet";
	else if (memcmp(arp + 8, path->server.mac, 6) != 0 ||
		 memcmp(arp + 14, path->server.addr.octet + 12, 4) != 0)
		*wrong = "an ARP request in another's name";
	else if (memcmp(frame, is_group ? everybody : path->client.mac, 6) != 0 ||
		 memcmp(arp + 18, is_group ? nobody : path->client.mac, 6) != 0)
		*wrong = "an ARP request to a strange station";
	return is_group ? NEIGHBOUR_GROUP : NEIGHBOUR_ONE;
}

static bool
goes_to_group(const uint8_t *frame, const uint8_t *ip, const uint8_t *target)
{
	static const uint8_t group[13] = {0xff, 2, [11] = 1, [12] = 0xff};

	return memcmp(ip + 24, group, sizeof(group)) == 0 && memcmp(ip + 37, target + 13, 3) == 0 &&
	       frame[0] == 0x33 && frame[1] == 0x33 && memcmp(frame + 2, ip + 36, 4) == 0;
}

static enum neighbour_question
read_solicitation(const uint8_t *frame, const uint8_t *ip, const struct wire_path *path,
		  const char **wrong)
{
	const uint8_t *message = ip + IPV6_BYTES;
	bool is_group = (frame[0] & 1) != 0;

	if (memcmp(message + 8, path->client.addr.octet, 16) != 0)
		return NEIGHBOUR_NONE;
	if (ip[7] != 255 || message[1] != 0 || (ip[4] << 8 | ip[5]) != SOLICIT_BYTES)
		*wrong = "a solicitation against RFC 4861, 4.3";
	else if (icmpv6_sum(ip, SOLICIT_BYTES) != 0xffff)
		*wrong = "a solicitation with a wrong checksum";
	else if (memcmp(ip + 8, path->server.addr.octet, 16) != 0 || message[24] != 1 ||
		 message[25] != 1 || memcmp(message + 26, path->server.mac, 6) != 0)
		*wrong = "a solicitation in another's name";
	else if (is_group ? !goes_to_group(frame, ip, path->client.addr.octet)
			  : memcmp(ip + 24, path->client.addr.octet, 16) != 0)
		*wrong = "a solicitation to a strange station";
	return is_group ? NEIGHBOUR_GROUP : NEIGHBOUR_ONE;
}

enum neighbour_question
neighbour_read(const uint8_t *frame, uint32_t bytes, const struct wire_path *path,
	       const char **wrong)
{
	const uint8_t *l3 = frame + 14 + tag_bytes(path);
	uint32_t type = type_of(frame, bytes, path);
	uint32_t l3_bytes = bytes - 14 - tag_bytes(path);
	enum neighbour_question question = NEIGHBOUR_NONE;

	*wrong = NULL;
	if (type == 0x0806 && l3_bytes >= ARP_BYTES && !path->is_ipv6)
		question = read_arp(frame, l3, path, wrong);
	else if (type == 0x86dd && l3_bytes >= IPV6_BYTES + SOLICIT_BYTES && path->is_ipv6 &&
		 l3[6] == 58 && l3[IPV6_BYTES] == SOLICITATION)
		question = read_solicitation(frame, l3, path, wrong);
	if (question != NEIGHBOUR_NONE && memcmp(frame + 6, path->server.mac, 6) != 0)
		*wrong = "a question from a MAC that is not ours";
	return question;
}

static uint32_t
write_ether(uint8_t *frame, const struct wire_path *path, uint32_t type)
{
	uint8_t *at = frame + 12;

	memcpy(frame, path->server.mac, 6);
	memcpy(frame + 6, path->client.mac, 6);
	if (path->vlan_id != VLAN_NONE) {
		at[0] = VLAN_TYPE >> 8;
		at[1] = VLAN_TYPE & 0xff;
		at[2] = (uint8_t)(path->vlan_id >> 8);
		at[3] = (uint8_t)path->vlan_id;
		at += 4;
	}
	at[0] = (uint8_t)(type >> 8);
	at[1] = (uint8_t)type;
	return (uint32_t)(at + 2 - frame);
}

static void
write_arp(uint8_t *arp, const struct wire_path *path)
{
	memcpy(arp, arp_fixed, sizeof(arp_fixed));
	arp[7] = 2;
	memcpy(arp + 8, path->client.mac, 6);
	memcpy(arp + 14, path->client.addr.octet + 12, 4);
	memcpy(arp + 18, path->server.mac, 6);
	memcpy(arp + 24, path->server.addr.octet + 12, 4);
}

static void
write_advertisement(uint8_t *ip, const struct wire_path *path)
{
	uint8_t *message = ip + IPV6_BYTES;
	uint16_t checksum;

	memset(ip, 0, IPV6_BYTES + SOLICIT_BYTES);
	ip[0] = 0x60;
	ip[5] = SOLICIT_BYTES;
	ip[6] = 58;
	ip[7] = 255;
	memcpy(ip + 8, path->client.addr.octet, 16);
	memcpy(ip + 24, path->server.addr.octet, 16);
	message[0] = ADVERTISEMENT;
	message[4] = SOLICITED_OVERRIDE;
	memcpy(message + 8, path->client.addr.octet, 16);
	message[24] = 2;
	message[25] = 1;
	memcpy(message + 26, path->client.mac, 6);
	checksum = (uint16_t)~icmpv6_sum(ip, SOLICIT_BYTES);
	message[2] = (uint8_t)(checksum >> 8);
	message[3] = (uint8_t)checksum;
}

uint32_t
neighbour_answer(uint8_t frame[FRAME_BYTES_MAX], const struct wire_path *path)
{
	uint32_t bytes;

	memset(frame, 0, FRAME_BYTES_MIN);
	if (path->is_ipv6) {
		bytes = write_ether(frame, path, 0x86dd);
		write_advertisement(frame + bytes, path);
		return bytes + IPV6_BYTES + SOLICIT_BYTES;
	}
	write_arp(frame + write_ether(frame, path, 0x0806), path);
	return FRAME_BYTES_MIN;
}
