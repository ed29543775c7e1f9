/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Headers of what weir sends (RFC 791, RFC 8200, RFC 9293, 3.1).
 *
 * Headers are put together in words that are summed while they are in registers:
 * reading back in wider pieces what was just stored stalls for a dozen cycles.
 */

#include "emit.h"

#include "check.h"
#include "checksum.h"
#include "frame.h"
#include "wire_headers.h"

static_assert(EMIT_HEADERS_BYTES_MAX <= RTE_PKTMBUF_HEADROOM, "headers fit a fresh buffer");

/* A 16-bit value, already in wire order, as the lower or upper half of a header's word. */
static inline uint32_t
lower_half(uint16_t value)
{
	return rte_cpu_to_be_32(rte_be_to_cpu_16(value));
}

static inline uint32_t
upper_half(uint16_t value)
{
	return rte_cpu_to_be_32((uint32_t)rte_be_to_cpu_16(value) << 16);
}

uint32_t
emit_ether_bytes(uint16_t vlan_id)
{
	return vlan_id == VLAN_NONE ? sizeof(struct wire_ether)
				    : sizeof(struct wire_ether) + sizeof(struct wire_vlan);
}

void
emit_ether(uint8_t *octets, const uint8_t mac_destination[6], const uint8_t mac_source[6],
	   uint16_t vlan_id, uint16_t ethertype)
{
	struct wire_ether *ether = (void *)octets;
	struct wire_vlan *tag = (void *)(ether + 1);

	memcpy(ether->destination, mac_destination, sizeof(ether->destination));
	memcpy(ether->source, mac_source, sizeof(ether->source));
	if (vlan_id == VLAN_NONE) {
		ether->ethertype = rte_cpu_to_be_16(ethertype);
		return;
	}
	ether->ethertype = RTE_BE16(ETHERTYPE_VLAN);
	tag->tci = rte_cpu_to_be_16(vlan_id);
	tag->ethertype = rte_cpu_to_be_16(ethertype);
}

void
emit_reply_ether(struct rte_mbuf *m, const struct frame *frame, uint32_t l3_off,
		 const uint8_t our_mac[6], uint16_t ethertype)
{
	uint8_t mac_destination[6];

	/* The new header may cover the old one. */
	memcpy(mac_destination, frame->mac_source, sizeof(mac_destination));
	check(rte_pktmbuf_adj(m, (uint16_t)l3_off) != NULL);
	check(rte_pktmbuf_prepend(m, (uint16_t)emit_ether_bytes(frame->vlan_id)) != NULL);
	emit_ether(rte_pktmbuf_mtod(m, uint8_t *), mac_destination, our_mac, frame->vlan_id,
		   ethertype);
	m->ol_flags &= EMIT_OWNERSHIP_FLAGS;
	m->tx_offload = 0;
}

/* Store one word of a header; an array on the way would be read back, and stall. */
static inline void
store_word(uint8_t *octets, unsigned int idx, uint32_t word)
{
	memcpy(octets + 4 * idx, &word, sizeof(word));
}

static void
emit_ipv4(uint8_t *octets, const struct emit_path *path, uint32_t l4_bytes, bool with_checksum)
{
	uint32_t total_length = (uint32_t)sizeof(struct wire_ipv4) + l4_bytes;
	uint32_t first = rte_cpu_to_be_32(0x45000000 | (uint32_t)path->tos << 16 | total_length);
	uint32_t second = RTE_BE32(IPV4_DONT_FRAGMENT);
	uint32_t third = rte_cpu_to_be_32((uint32_t)path->ttl << 24 | PROTOCOL_TCP << 16);
	uint32_t source = path->source.word[3], destination = path->destination.word[3];

	check(total_length <= UINT16_MAX);
	if (with_checksum)
		third |= lower_half(
			checksum_finish((uint64_t)first + second + third + source + destination));
	store_word(octets, 0, first);
	store_word(octets, 1, second);
	store_word(octets, 2, third);
	store_word(octets, 3, source);
	store_word(octets, 4, destination);
}

static void
emit_ipv6(uint8_t *octets, const struct emit_path *path, uint32_t l4_bytes)
{
	check(l4_bytes <= UINT16_MAX);
	store_word(octets, 0,
		   rte_cpu_to_be_32(0x60000000 | (uint32_t)path->tos << 20 |
				    (path->flow_label & 0xfffff)));
	store_word(octets, 1, rte_cpu_to_be_32(l4_bytes << 16 | PROTOCOL_TCP << 8 | path->ttl));
	memcpy(octets + 8, path->source.octet, sizeof(path->source.octet));
	memcpy(octets + 24, path->destination.octet, sizeof(path->destination.octet));
}

/*
 * `sum` is that of the pseudo-header and, if the checksum is to be complete, of
 * the text.  If not, the port completes it from the pseudo-header's.
 */
static void
emit_tcp(uint8_t *octets, const struct emit_tcp *tcp, uint32_t header_bytes, uint64_t sum,
	 bool with_checksum)
{
	uint32_t options_bytes = header_bytes - (uint32_t)sizeof(struct wire_tcp);
	uint32_t ports = rte_cpu_to_be_32((uint32_t)tcp->source_port << 16 | tcp->destination_port);
	uint32_t seq = rte_cpu_to_be_32(tcp->seq);
	uint32_t ack = tcp->flags & TH_ACK ? rte_cpu_to_be_32(tcp->ack) : 0;
	uint32_t offset_flags_wnd =
		rte_cpu_to_be_32(header_bytes / 4 << 28 | (uint32_t)tcp->flags << 16 | tcp->wnd);
	uint64_t options_sum = 0;
	uint16_t checksum;

	store_word(octets, 0, ports);
	store_word(octets, 1, seq);
	store_word(octets, 2, ack);
	store_word(octets, 3, offset_flags_wnd);
	if (options_bytes > 0)
		tcp_options_emit(tcp->options, octets + sizeof(struct wire_tcp), &options_sum);
	if (with_checksum) {
		sum += (uint64_t)ports + seq + ack + offset_flags_wnd + options_sum;
		checksum = checksum_finish(sum);
	} else {
		checksum = (uint16_t)~checksum_finish(sum);
	}
	store_word(octets, 4, upper_half(checksum));
}

static inline uint32_t
options_bytes_of(const struct tcp_options *options)
{
	return options == NULL ? 0 : tcp_options_bytes(options);
}

static inline uint32_t
ip_bytes_of(const struct emit_path *path)
{
	return path->is_ipv6 ? sizeof(struct wire_ipv6) : sizeof(struct wire_ipv4);
}

void
emit_tcp_headers(struct rte_mbuf *m, const struct emit_path *path, const struct emit_tcp *tcp,
		 const struct emit_offload *offload)
{
	uint32_t l2_bytes = emit_ether_bytes(path->vlan_id), l3_bytes = ip_bytes_of(path);
	uint32_t header_bytes = (uint32_t)sizeof(struct wire_tcp) + options_bytes_of(tcp->options);
	uint32_t l4_bytes = header_bytes + m->pkt_len;
	uint64_t sum = checksum_pseudo(&path->source, &path->destination, path->is_ipv6,
				       PROTOCOL_TCP, l4_bytes);
	uint8_t *octets;

	if (!offload->tcp_checksum)
		sum += checksum_sum_mbuf(m, 0, m->pkt_len);
	octets = (uint8_t *)rte_pktmbuf_prepend(m, (uint16_t)(l2_bytes + l3_bytes + header_bytes));
	check(octets != NULL);
	emit_mark(m, path->is_ipv6, l2_bytes, l3_bytes, header_bytes, offload);

	emit_ether(octets, path->mac_destination, path->mac_source, path->vlan_id,
		   path->is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	octets += l2_bytes;
	if (path->is_ipv6)
		emit_ipv6(octets, path, l4_bytes);
	else
		emit_ipv4(octets, path, l4_bytes, !offload->ipv4_checksum);
	emit_tcp(octets + l3_bytes, tcp, header_bytes, sum, !offload->tcp_checksum);
}

void
emit_reset_mbuf(struct rte_mbuf *m)
{
	if (m->next != NULL) {
		rte_pktmbuf_free(m->next);
		m->next = NULL;
		m->nb_segs = 1;
	}
	rte_pktmbuf_reset_headroom(m);
	m->data_len = 0;
	m->pkt_len = 0;
	m->ol_flags &= EMIT_OWNERSHIP_FLAGS;
	m->packet_type = RTE_PTYPE_UNKNOWN;
	m->vlan_tci = 0;
	m->tx_offload = 0;
}
