/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Sums are of words in wire order, as everywhere; addresses and ports that change
 * places leave theirs as they were.
 */
#include "syn_ack.h"

#include "check.h"

/* The Ethernet header; a tag keeps its VLAN and no priority, as in emit_ether(). */
static inline void
turn_ether(uint8_t *ether, const struct plain *syn)
{
	emit_swap_macs(ether);
	if (syn->vlan_id != VLAN_NONE) {
		rte_be16_t tci = rte_cpu_to_be_16(syn->vlan_id);

		memcpy(ether + 14, &tci, sizeof(tci));
	}
}

/* Returns the sum of both addresses. */
static inline uint64_t
turn_ipv4(uint8_t *ip, const struct syn_ack *syn_ack, uint32_t l4_bytes, bool with_checksum)
{
	uint32_t total = (uint32_t)sizeof(struct wire_ipv4) + l4_bytes;
	uint32_t first = rte_cpu_to_be_32(0x45000000 | (uint32_t)syn_ack->tos << 16 | total);
	uint32_t second = RTE_BE32(IPV4_DONT_FRAGMENT);
	uint32_t third = rte_cpu_to_be_32((uint32_t)syn_ack->ttl << 24 | PROTOCOL_TCP << 16);
	uint64_t addresses = octets_load64(ip + 12);
	uint64_t sum = (addresses & UINT32_MAX) + (addresses >> 32);

	if (with_checksum)
		third |= rte_cpu_to_be_32(
			rte_be_to_cpu_16(checksum_finish(sum + first + second + third)));
	octets_store32(ip, first);
	octets_store32(ip + 4, second);
	octets_store32(ip + 8, third);
	octets_store64(ip + 12, addresses << 32 | addresses >> 32);
	return sum;
}

static inline uint64_t
turn_ipv6(uint8_t *ip, const struct syn_ack *syn_ack, uint32_t l4_bytes)
{
	uint64_t sum = checksum_sum_near(ip + 8, 32);
	uint8_t addresses[32];

	memcpy(addresses, ip + 24, 16);
	memcpy(addresses + 16, ip + 8, 16);
	octets_store32(ip, rte_cpu_to_be_32(0x60000000 | (uint32_t)syn_ack->tos << 20));
	octets_store32(ip + 4, rte_cpu_to_be_32(l4_bytes << 16 | PROTOCOL_TCP << 8 | syn_ack->ttl));
	memcpy(ip + 8, addresses, sizeof(addresses));
	return sum;
}

static inline void
turn_tcp(uint8_t *tcp, const struct syn_ack *syn_ack, uint32_t head_bytes, uint64_t sum,
	 bool with_checksum)
{
	uint32_t ports = octets_load32(tcp);
	uint32_t seq = rte_cpu_to_be_32(syn_ack->iss), ack = rte_cpu_to_be_32(syn_ack->ack);
	uint32_t fourth = rte_cpu_to_be_32(head_bytes / 4 << 28 | (uint32_t)syn_ack->flags << 16 |
					   syn_ack->wnd);
	struct tcp_options_writer options =
		tcp_options_emit_syn(&syn_ack->options, tcp + sizeof(struct wire_tcp));
	uint16_t checksum;

	sum += RTE_BE32(PROTOCOL_TCP) + rte_cpu_to_be_32(head_bytes);
	if (with_checksum) {
		sum += (uint64_t)ports + seq + ack + fourth + options.sum;
		checksum = checksum_finish(sum);
	} else {
		checksum = checksum_fold(sum);
	}
	octets_store32(tcp, ports << 16 | ports >> 16);
	octets_store32(tcp + 4, seq);
	octets_store32(tcp + 8, ack);
	octets_store32(tcp + 12, fourth);
	octets_store32(tcp + 16, rte_cpu_to_be_32((uint32_t)rte_be_to_cpu_16(checksum) << 16));
}

void
syn_ack_write(const struct plain *syn, const struct syn_ack *syn_ack,
	      const struct emit_offload *offload)
{
	struct rte_mbuf *m = syn->m;
	uint8_t *ether = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t head_bytes =
		(uint32_t)sizeof(struct wire_tcp) + tcp_options_syn_bytes(&syn_ack->options);
	uint64_t sum;

	check(head_bytes <= syn->l4_bytes);
	turn_ether(ether, syn);
	if (syn->is_ipv6)
		sum = turn_ipv6(ether + syn->l3_off, syn_ack, head_bytes);
	else
		sum = turn_ipv4(ether + syn->l3_off, syn_ack, head_bytes, !offload->ipv4_checksum);
	turn_tcp(ether + syn->l4_off, syn_ack, head_bytes, sum, !offload->tcp_checksum);
	m->pkt_len = m->data_len = (uint16_t)(syn->l4_off + head_bytes);
	emit_mark(m, syn->is_ipv6, syn->l3_off, (uint32_t)(syn->l4_off - syn->l3_off), head_bytes,
		  offload);
}
