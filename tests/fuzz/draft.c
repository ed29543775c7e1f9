/* SPDX-License-Identifier: BSD-3-Clause */

#include "draft.h"

#include <string.h>

#include <rte_common.h>

#include "net_octets.h"

static void
find_ipv4(const struct draft *draft, struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t header_bytes = (ip[0] & 0x0fu) * 4, left = draft->bytes - layers->l3;

	layers->ip_bytes = RTE_MIN(get16(ip + 2), left);
	if (header_bytes < IPV4_BYTES || header_bytes > layers->ip_bytes ||
	    (get16(ip + 6) & 0x3fff) != 0)
		return;
	layers->protocol = ip[9];
	layers->l4 = layers->l3 + header_bytes;
	layers->l4_bytes = layers->ip_bytes - header_bytes;
}

static bool
is_extension(uint8_t protocol)
{
	return protocol == 0 || protocol == 43 || protocol == IP_FRAGMENT || protocol == 60;
}

static void
find_ipv6(const struct draft *draft, struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t left = draft->bytes - layers->l3, at = IPV6_BYTES, bytes;
	uint8_t next = ip[6];

	layers->ip_bytes = RTE_MIN(get16(ip + 4) + IPV6_BYTES, left);
	while (is_extension(next)) {
		if (at + 8 > layers->ip_bytes || (next == IP_FRAGMENT && get16(ip + at + 2) != 0))
			return;
		bytes = next == IP_FRAGMENT ? FRAGMENT_BYTES : (ip[at + 1] + 1u) * 8;
		if (at + bytes > layers->ip_bytes)
			return;
		next = ip[at];
		at += bytes;
	}
	layers->protocol = next;
	layers->l4 = layers->l3 + at;
	layers->l4_bytes = layers->ip_bytes - at;
}

struct layers
draft_layers(const struct draft *draft)
{
	struct layers layers = {0};
	uint32_t at = 12, left;

	while (at + 6 < draft->bytes && get16(draft->octets + at) == TYPE_VLAN)
		at += 4;
	left = draft->bytes < at + 2 ? 0 : draft->bytes - at - 2;
	if (get16(draft->octets + at) == TYPE_IPV4 && left >= IPV4_BYTES) {
		layers.l3 = at + 2;
		find_ipv4(draft, &layers);
	} else if (get16(draft->octets + at) == TYPE_IPV6 && left >= IPV6_BYTES) {
		layers.l3 = at + 2;
		layers.is_ipv6 = true;
		find_ipv6(draft, &layers);
	}
	return layers;
}

void
draft_link(struct draft *draft, const struct wire_path *path, const uint8_t *to, uint32_t type)
{
	memcpy(draft->octets, to, 6);
	memcpy(draft->octets + 6, path->client.mac, 6);
	put16(draft->octets + 12, type);
	draft->bytes = ETHER_BYTES;
}

static uint32_t
pseudo_sum(const struct draft *draft, const struct layers *layers)
{
	const uint8_t *ip = draft->octets + layers->l3;
	uint32_t sum = layers->protocol + layers->l4_bytes;

	return layers->is_ipv6 ? sum16(sum, ip + 8, 32) : sum16(sum, ip + 12, 8);
}

/* Where the checksum is, behind l4; 0 where none is looked at. */
static uint32_t
checksum_at(const struct layers *layers)
{
	if (layers->l4 == 0)
		return 0;
	if (layers->protocol == IP_TCP && layers->l4_bytes >= 18)
		return 16;
	if (layers->protocol != IP_ICMP && layers->protocol != IP_ICMPV6)
		return 0;
	return layers->l4_bytes >= 4 ? 2 : 0;
}

static uint32_t
l4_sum(const struct draft *draft, const struct layers *layers)
{
	uint32_t sum = layers->protocol == IP_ICMP ? 0 : pseudo_sum(draft, layers);

	return sum16(sum, draft->octets + layers->l4, layers->l4_bytes);
}

bool
draft_put_right(struct draft *draft)
{
	struct layers layers = draft_layers(draft);
	uint8_t *ip = draft->octets + layers.l3, *l4 = draft->octets + layers.l4;
	uint32_t at = checksum_at(&layers);

	if (layers.l3 != 0 && !layers.is_ipv6) {
		put16(ip + 10, 0);
		put16(ip + 10,
		      ~sum16(0, ip, RTE_MIN((ip[0] & 0x0fu) * 4, draft->bytes - layers.l3)));
	}
	if (at == 0)
		return false;
	put16(l4 + at, 0);
	put16(l4 + at, ~l4_sum(draft, &layers));
	return true;
}

bool
draft_is_wrong(const struct draft *draft)
{
	struct layers layers = draft_layers(draft);

	return checksum_at(&layers) != 0 && l4_sum(draft, &layers) != UINT16_MAX;
}

uint8_t *
draft_ip(struct draft *draft, const struct wire_path *path, uint8_t protocol, uint8_t hops,
	 uint32_t bytes)
{
	uint8_t *ip = draft->octets + draft->bytes;
	uint32_t header_bytes = path->is_ipv6 ? IPV6_BYTES : IPV4_BYTES;

	memset(ip, 0, header_bytes + bytes);
	draft->bytes += header_bytes + bytes;
	if (path->is_ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, bytes);
		ip[6] = protocol;
		ip[7] = hops;
		memcpy(ip + 8, path->client.addr.octet, 16);
		memcpy(ip + 24, path->server.addr.octet, 16);
		return ip + header_bytes;
	}
	ip[0] = 0x45;
	put16(ip + 2, header_bytes + bytes);
	ip[8] = hops;
	ip[9] = protocol;
	memcpy(ip + 12, path->client.addr.octet + 12, 4);
	memcpy(ip + 16, path->server.addr.octet + 12, 4);
	return ip + header_bytes;
}
