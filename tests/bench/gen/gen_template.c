/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_template.h"

#include <string.h>

#include <rte_errno.h>
#include <rte_mempool.h>

#include "check.h"
#include "checksum.h"
#include "tcp_seg.h"
#include "wire_headers.h"

#define POOL_CACHE 512
#define WINDOW	   64240

struct fragment_header {
	uint8_t next_header;
	uint8_t reserved;
	rte_be16_t offset; /* in units of 8 octets, shifted left by 3; bit 0: more follow */
	rte_be32_t id;
} __attribute__((packed));

/* As the systems send them, octet for octet; timestamps are zero here. */
static const uint8_t syn_linux[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7};
static const uint8_t syn_windows[] = {2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2};
static const uint8_t timestamps[] = {1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0};

static const uint8_t *
options_of(const struct gen_template_setup *setup, uint8_t *bytes, uint8_t *ts_off)
{
	bool is_syn = (setup->flags & TH_SYN) != 0;

	*bytes = 0;
	*ts_off = 0;
	if (setup->flavour == GEN_LINUX && is_syn) {
		*bytes = sizeof(syn_linux);
		*ts_off = 8;
		return syn_linux;
	}
	if (setup->flavour == GEN_LINUX) {
		*bytes = sizeof(timestamps);
		*ts_off = 4;
		return timestamps;
	}
	if (setup->flavour == GEN_WINDOWS && is_syn) {
		*bytes = sizeof(syn_windows);
		return syn_windows;
	}
	return NULL;
}

static void
put(struct gen_template *t, const void *octets, size_t bytes)
{
	check(t->bytes + bytes <= sizeof(t->octets));
	if (bytes > 0)
		memcpy(t->octets + t->bytes, octets, bytes);
	t->bytes = (uint16_t)(t->bytes + bytes);
}

static void
put_tcp(struct gen_template *t, const struct gen_template_setup *setup)
{
	uint8_t bytes, ts_off;
	const uint8_t *options = options_of(setup, &bytes, &ts_off);
	struct wire_tcp tcp = {
		.destination_port = rte_cpu_to_be_16(setup->path->port),
		.data_offset = (uint8_t)((sizeof(tcp) + bytes) / 4 << 4),
		.flags = setup->flags,
		.wnd = RTE_BE16(WINDOW),
	};

	t->is_tcp = true;
	t->port_off = t->l4_off;
	t->checksum_off = (uint16_t)(t->l4_off + offsetof(struct wire_tcp, checksum));
	put(t, &tcp, sizeof(tcp));
	if (ts_off != 0)
		t->ts_off = (uint16_t)(t->bytes + ts_off);
	put(t, options, bytes);
	put(t, setup->text, setup->text != NULL ? strlen(setup->text) : 0);
}

static void
put_udp(struct gen_template *t, const struct gen_template_setup *setup)
{
	static const char text[] = "an unwanted datagram";
	rte_be16_t header[4] = {0, rte_cpu_to_be_16(setup->path->port),
				rte_cpu_to_be_16(sizeof(header) + sizeof(text)), 0};

	t->port_off = t->l4_off;
	t->checksum_off = (uint16_t)(t->l4_off + 6);
	put(t, header, sizeof(header));
	put(t, text, sizeof(text));
}

/* An echo request; its identifier stands in for the port. */
static void
put_icmp(struct gen_template *t)
{
	static const uint8_t text[32] = "an unwanted question";
	struct wire_icmp icmp = {.type = t->is_ipv6 ? 128 : 8};

	t->port_off = (uint16_t)(t->l4_off + offsetof(struct wire_icmp, body));
	t->checksum_off = (uint16_t)(t->l4_off + offsetof(struct wire_icmp, checksum));
	t->sums_source = t->is_ipv6;
	put(t, &icmp, sizeof(icmp));
	put(t, text, sizeof(text));
}

static uint8_t
protocol_of(const struct gen_template *t, const struct gen_template_setup *setup)
{
	return t->is_ipv6 && setup->protocol == PROTOCOL_ICMP ? PROTOCOL_ICMPV6 : setup->protocol;
}

static void
put_ip(struct gen_template *t, const struct gen_template_setup *setup)
{
	const uint8_t ttl = setup->flavour == GEN_WINDOWS ? 128 : 64;
	uint8_t protocol = protocol_of(t, setup);
	struct fragment_header fragment = {protocol, 0, RTE_BE16(1), RTE_BE32(0x77656972)};
	struct wire_ipv4 ipv4 = {
		.version_ihl = 0x45,
		.fragment = setup->is_fragment ? RTE_BE16(0x2000) : RTE_BE16(IPV4_DONT_FRAGMENT),
		.ttl = ttl,
		.protocol = protocol,
		.destination = setup->path->destination.word[3],
	};
	struct wire_ipv6 ipv6 = {
		.version_class_label = RTE_BE32(0x60000000),
		.next_header = setup->is_fragment ? PROTOCOL_FRAGMENT : protocol,
		.hop_limit = ttl,
	};

	if (!t->is_ipv6) {
		t->source_off = (uint16_t)(t->bytes + offsetof(struct wire_ipv4, source));
		put(t, &ipv4, sizeof(ipv4));
		return;
	}
	memcpy(ipv6.source, setup->from->base.octet, 8);
	memcpy(ipv6.destination, setup->path->destination.octet, sizeof(ipv6.destination));
	t->source_off = (uint16_t)(t->bytes + offsetof(struct wire_ipv6, source) + 8);
	put(t, &ipv6, sizeof(ipv6));
	if (setup->is_fragment)
		put(t, &fragment, sizeof(fragment));
}

/* Lengths, and the sums of what will not differ: that is still all zeros. */
static void
finish(struct gen_template *t, const struct gen_template_setup *setup)
{
	uint16_t l3_off = sizeof(struct wire_ether);
	uint16_t l4_bytes = (uint16_t)(t->bytes - t->l4_off);
	struct ip_addr source = setup->from->base;

	t->l4_sum = checksum_sum(t->octets + t->l4_off, l4_bytes);
	if (t->is_ipv6) {
		struct wire_ipv6 *ip = (void *)(t->octets + l3_off);

		source.half[1] = 0;
		ip->payload_length = rte_cpu_to_be_16((uint16_t)(t->bytes - l3_off - sizeof(*ip)));
	} else {
		struct wire_ipv4 *ip = (void *)(t->octets + l3_off);

		source.word[3] = 0;
		ip->total_length = rte_cpu_to_be_16((uint16_t)(t->bytes - l3_off));
		t->ip_sum = checksum_sum20(ip);
	}
	if (t->sums_source)
		t->l4_sum += checksum_pseudo(&source, &setup->path->destination, t->is_ipv6,
					     protocol_of(t, setup), l4_bytes);
}

void
gen_template_init(struct gen_template *t, const struct gen_template_setup *setup)
{
	const struct gen_path *path = setup->path;
	struct wire_ether ether = {
		.ethertype = path->is_ipv6 ? RTE_BE16(ETHERTYPE_IPV6) : RTE_BE16(ETHERTYPE_IPV4),
	};

	check(setup->from->is_ipv6 == path->is_ipv6);
	*t = (struct gen_template){
		.is_ipv6 = path->is_ipv6,
		.base_low = gen_address_low(&setup->from->base, path->is_ipv6),
		.host_mask = gen_prefix_mask(setup->from),
		.sums_source = true,
	};
	memcpy(ether.destination, path->mac_destination, sizeof(ether.destination));
	memcpy(ether.source, path->mac_source, sizeof(ether.source));
	put(t, &ether, sizeof(ether));
	put_ip(t, setup);
	t->l4_off = t->bytes;
	if (setup->protocol == PROTOCOL_TCP)
		put_tcp(t, setup);
	else if (setup->protocol == GEN_UDP)
		put_udp(t, setup);
	else
		put_icmp(t);
	finish(t, setup);
}

static void
fill(struct rte_mempool *pool, void *arg, void *object, unsigned int index)
{
	const struct gen_template *t = arg;
	struct rte_mbuf *m = object;

	(void)pool;
	(void)index;
	rte_pktmbuf_reset(m);
	m->data_len = t->bytes;
	m->pkt_len = t->bytes;
	memcpy(rte_pktmbuf_mtod(m, void *), t->octets, t->bytes);
}

int
gen_template_open(struct gen_template *t, const char *name, uint32_t count)
{
	t->pool =
		rte_pktmbuf_pool_create(name, count, POOL_CACHE, 0,
					RTE_PKTMBUF_HEADROOM + GEN_FRAME_BYTES_MAX, SOCKET_ID_ANY);
	if (t->pool == NULL)
		return -rte_errno;
	rte_mempool_obj_iter(t->pool, fill, t);
	return 0;
}

void
gen_template_close(struct gen_template *t)
{
	rte_mempool_free(t->pool);
	t->pool = NULL;
}

bool
gen_template_take(const struct gen_template *t, struct rte_mbuf **frames, uint32_t count)
{
	return rte_mempool_get_bulk(t->pool, (void **)frames, count) == 0;
}

static inline uint64_t
put32(uint8_t *at, uint32_t value)
{
	rte_be32_t wire = rte_cpu_to_be_32(value);

	memcpy(at, &wire, sizeof(wire));
	return wire;
}

static inline void
put_checksum(uint8_t *at, uint64_t sum)
{
	uint16_t checksum;

	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	checksum = (uint16_t)~sum;
	memcpy(at, &checksum, sizeof(checksum));
}

/* The sender's address; returns its part of a sum. */
static inline uint64_t
patch_source(const struct gen_template *t, uint8_t *octets, uint64_t host)
{
	uint64_t low = gen_prefix_low(t->base_low, t->host_mask, host);
	rte_be64_t wire = rte_cpu_to_be_64(low);

	if (!t->is_ipv6) {
		uint64_t sum = put32(octets + t->source_off, (uint32_t)low);

		put_checksum(octets + sizeof(struct wire_ether) +
				     offsetof(struct wire_ipv4, checksum),
			     t->ip_sum + sum);
		return sum;
	}
	memcpy(octets + t->source_off, &wire, sizeof(wire));
	return (wire & UINT32_MAX) + (wire >> 32);
}

void
gen_template_patch(const struct gen_template *t, uint8_t *octets, const struct gen_segment *segment)
{
	uint64_t source_sum = patch_source(t, octets, segment->host);
	uint64_t sum = t->l4_sum + (t->sums_source ? source_sum : 0);
	rte_be16_t port = rte_cpu_to_be_16(segment->port);

	memcpy(octets + t->port_off, &port, sizeof(port));
	sum += port;
	if (t->is_tcp) {
		sum += put32(octets + t->l4_off + offsetof(struct wire_tcp, seq), segment->seq);
		sum += put32(octets + t->l4_off + offsetof(struct wire_tcp, ack), segment->ack);
	}
	if (t->ts_off != 0) {
		sum += put32(octets + t->ts_off, segment->tsval);
		sum += put32(octets + t->ts_off + 4, segment->tsecr);
	}
	put_checksum(octets + t->checksum_off, sum);
}
