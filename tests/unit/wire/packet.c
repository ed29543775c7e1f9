/* SPDX-License-Identifier: BSD-3-Clause */

#include "packet.h"

#include <ctype.h>
#include <stdlib.h>

#include <rte_ip.h>

#include "check.h"
#include "static_mbuf.h"
#include "test.h"

static uint8_t
digit(char c)
{
	check(isxdigit((unsigned char)c));
	return (uint8_t)(isdigit((unsigned char)c) ? c - '0'
						   : tolower((unsigned char)c) - 'a' + 10);
}

struct packet
packet_of(const char *hex)
{
	struct packet packet = {.l3_off = 14};

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		check(packet.bytes < sizeof(packet.octets));
		packet.octets[packet.bytes] = (uint8_t)(digit(hex[0]) << 4);
		packet.octets[packet.bytes++] |= digit(*++hex);
	}
	if (packet.octets[12] == 0x81 && packet.octets[13] == 0)
		packet.l3_off = 18;
	return packet;
}

static void
store16(uint8_t *octets, size_t value)
{
	octets[0] = (uint8_t)(value >> 8);
	octets[1] = (uint8_t)value;
}

/* Where TCP, ICMP or ICMPv6 has its checksum. */
static size_t
checksum_off(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? 16 : 2;
}

/* One's complement sum of the transport part and its pseudo-header. */
static uint16_t
l4_sum(const uint8_t *ip, const uint8_t *l4, size_t l4_bytes, uint8_t protocol)
{
	uint32_t sum = __rte_raw_cksum(l4, l4_bytes, 0);

	if (ip[0] >> 4 == 4 && protocol == IPPROTO_TCP)
		sum = __rte_raw_cksum(ip + 12, 8, sum);
	else if (ip[0] >> 4 == 6)
		sum = __rte_raw_cksum(ip + 8, 32, sum);
	else
		return __rte_raw_cksum_reduce(sum);
	sum += rte_cpu_to_be_16((uint16_t)l4_bytes);
	sum += rte_cpu_to_be_16((uint16_t)protocol);
	return __rte_raw_cksum_reduce(sum);
}

/* Offset of the transport header from `ip` and its protocol; only what weir accepts is walked. */
static size_t
find_l4(const uint8_t *ip, uint8_t *protocol)
{
	size_t at = sizeof(struct rte_ipv6_hdr);

	if (ip[0] >> 4 == 4) {
		*protocol = ip[9];
		return (size_t)(ip[0] & 15) * 4;
	}
	*protocol = ip[6];
	while (*protocol == 0 || *protocol == 43 || *protocol == 60) {
		*protocol = ip[at];
		at += (ip[at + 1] + 1u) * 8;
	}
	return at;
}

void
packet_seal(struct packet *packet)
{
	uint8_t *ip = packet->octets + packet->l3_off, *checksum;
	unsigned int ethertype = (unsigned int)ip[-2] << 8 | ip[-1];
	size_t ip_bytes = packet->bytes - packet->l3_off, l4_off;
	uint16_t sum;
	uint8_t protocol;

	if (ethertype != 0x0800 && ethertype != 0x86dd)
		return;
	l4_off = find_l4(ip, &protocol);
	if (ip[0] >> 4 == 4) {
		store16(ip + 2, ip_bytes);
		memset(ip + 10, 0, 2);
		sum = (uint16_t)~rte_raw_cksum(ip, l4_off);
		memcpy(ip + 10, &sum, 2);
	} else {
		store16(ip + 4, ip_bytes - sizeof(struct rte_ipv6_hdr));
	}
	packet->l4_off = packet->l3_off + l4_off;
	checksum = ip + l4_off + checksum_off(protocol);
	if (checksum + 2 > packet->octets + packet->bytes)
		return;
	memset(checksum, 0, 2);
	sum = (uint16_t)~l4_sum(ip, ip + l4_off, ip_bytes - l4_off, protocol);
	memcpy(checksum, &sum, 2);
}

struct packet
packet_sealed(const char *hex)
{
	struct packet packet = packet_of(hex);

	packet_seal(&packet);
	return packet;
}

void
expect_checksums_right(const uint8_t *octets, size_t bytes)
{
	size_t l3_off = octets[12] == 0x81 && octets[13] == 0 ? 18 : 14, l4_off;
	const uint8_t *ip = octets + l3_off;
	uint8_t protocol;

	l4_off = find_l4(ip, &protocol);
	if (ip[0] >> 4 == 4)
		assert_int_equal(rte_raw_cksum(ip, l4_off), 0xffff);
	assert_int_equal(l4_sum(ip, ip + l4_off, bytes - l3_off - l4_off, protocol), 0xffff);
}

static struct rte_mbuf *
expect_parsed(struct rte_mbuf *m, struct frame *frame)
{
	memset(frame, 0xa5, sizeof(*frame));
	assert_int_equal(frame_parse(m, frame), DROP_NONE);
	return m;
}

struct rte_mbuf *
packet_parsed(const struct packet *packet, struct frame *frame)
{
	return expect_parsed(static_mbuf_guarded(0, packet->octets, packet->bytes), frame);
}

struct rte_mbuf *
packet_parsed_roomy(const struct packet *packet, struct frame *frame)
{
	return expect_parsed(static_mbuf(0, packet->octets, packet->bytes), frame);
}
