/* SPDX-License-Identifier: BSD-3-Clause */

#include "icmp_frame.h"

#include <string.h>

#include "net_octets.h"

#define QUOTED_BYTES 8 /* of the TCP header: all that an error must quote */

static void
put_ether(uint8_t *frame, const struct wire_path *path, uint16_t ethertype)
{
	memcpy(frame, path->server.mac, 6);
	memcpy(frame + 6, path->client.mac, 6);
	put16(frame + 12, ethertype);
}

/* An IPv4 header from one end to the other, `ip_bytes` with what follows it. */
static void
put_ipv4(uint8_t *ip, const struct wire_end *from, const struct wire_end *to, uint8_t protocol,
	 uint32_t ip_bytes)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, ip_bytes);
	ip[8] = 60;
	ip[9] = protocol;
	memcpy(ip + 12, from->addr.octet + 12, 4);
	memcpy(ip + 16, to->addr.octet + 12, 4);
	put16(ip + 10, ~sum16(0, ip, 20));
}

static void
put_ipv6(uint8_t *ip, const struct wire_end *from, const struct wire_end *to, uint8_t protocol,
	 uint32_t ip_bytes)
{
	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, ip_bytes - 40);
	ip[6] = protocol;
	ip[7] = 60;
	memcpy(ip + 8, from->addr.octet, 16);
	memcpy(ip + 24, to->addr.octet, 16);
}

uint32_t
icmp_frame_write(uint8_t *frame, const struct wire_path *path, const struct icmp_frame *icmp)
{
	uint32_t header_bytes = path->is_ipv6 ? 40 : 20;
	uint32_t icmp_bytes = 8 + header_bytes + QUOTED_BYTES;
	uint8_t *ip = frame + 14, *error = ip + header_bytes, *quote = error + 8;
	uint8_t *tcp = quote + header_bytes;
	uint32_t sum = 0;

	put_ether(frame, path, path->is_ipv6 ? 0x86dd : 0x0800);
	memset(error, 0, icmp_bytes);
	error[0] = icmp->type;
	error[1] = icmp->code;
	put32(error + 4, icmp->word);
	if (path->is_ipv6) {
		put_ipv6(ip, &path->client, &path->server, 58, header_bytes + icmp_bytes);
		put_ipv6(quote, &path->server, &path->client, 6, icmp->ip_bytes);
		sum = sum16(58 + icmp_bytes, ip + 8, 32);
	} else {
		put_ipv4(ip, &path->client, &path->server, 1, header_bytes + icmp_bytes);
		put_ipv4(quote, &path->server, &path->client, 6, icmp->ip_bytes);
	}
	put16(tcp, path->server.port);
	put16(tcp + 2, path->client.port);
	put32(tcp + 4, icmp->seq);
	put16(error + 2, ~sum16(sum, error, icmp_bytes));
	return 14 + header_bytes + icmp_bytes;
}
