/* SPDX-License-Identifier: BSD-3-Clause */

#include "syn_ack_stamp.h"

#include "check.h"

#define FRAME_BYTES_MAX (PLAIN_SYN_IP + sizeof(struct wire_ipv6) + sizeof(struct wire_tcp) + 20)
#define TSVAL_OFF	(PLAIN_SYN_OPTIONS + 8) /* in both, the SYN and its answer */

static_assert(PLAIN_LINUX_BYTES == 20, "the longest options");

static void
put_ipv4(uint8_t *ip, const struct syn_ack *syn_ack, uint32_t head_bytes)
{
	uint32_t total = (uint32_t)sizeof(struct wire_ipv4) + head_bytes;

	octets_store32(ip - 2, RTE_BE32(ETHERTYPE_IPV4 << 16));
	octets_store32(ip, rte_cpu_to_be_32(0x45000000 | (uint32_t)syn_ack->tos << 16 | total));
	octets_store32(ip + 4, RTE_BE32(IPV4_DONT_FRAGMENT));
	octets_store32(ip + 8, rte_cpu_to_be_32((uint32_t)syn_ack->ttl << 24 | PROTOCOL_TCP << 16));
}

static void
put_ipv6(uint8_t *ip, const struct syn_ack *syn_ack, uint32_t head_bytes)
{
	octets_store32(ip - 2, rte_cpu_to_be_32((uint32_t)ETHERTYPE_IPV6 << 16));
	octets_store32(ip, rte_cpu_to_be_32(0x60000000 | (uint32_t)syn_ack->tos << 20));
	octets_store32(ip + 4,
		       rte_cpu_to_be_32(head_bytes << 16 | PROTOCOL_TCP << 8 | syn_ack->ttl));
}

static void
put_tcp(uint8_t *tcp, const struct syn_ack *syn_ack, uint32_t head_bytes)
{
	struct tcp_options options = syn_ack->options;

	options.tsval = 0;
	options.tsecr = 0;
	octets_store32(tcp + 12, rte_cpu_to_be_32(head_bytes / 4 << 28 |
						  (uint32_t)syn_ack->flags << 16 | syn_ack->wnd));
	tcp_options_emit_syn(&options, tcp + sizeof(struct wire_tcp));
}

void
syn_ack_stamp_make(struct syn_ack_stamp *stamp, bool is_ipv6, enum plain_form form,
		   const struct syn_ack *syn_ack, const struct emit_offload *offload)
{
	uint32_t head_bytes =
		(uint32_t)sizeof(struct wire_tcp) + tcp_options_syn_bytes(&syn_ack->options);
	uint32_t ip_bytes = is_ipv6 ? sizeof(struct wire_ipv6) : sizeof(struct wire_ipv4);
	uint8_t image[FRAME_BYTES_MAX] = {0}, *ip = image + PLAIN_SYN_IP, *tcp = ip + ip_bytes;
	uint8_t *options = tcp + sizeof(struct wire_tcp);

	/* A SYN-ACK from nobody to nobody. */
	check(form != PLAIN_FORM_OTHER && head_bytes <= plain_shapes[form].head_bytes);
	if (is_ipv6)
		put_ipv6(ip, syn_ack, head_bytes);
	else
		put_ipv4(ip, syn_ack, head_bytes);
	put_tcp(tcp, syn_ack, head_bytes);
	stamp->ether_ip = octets_load64(image + 12);
	stamp->ip = octets_load64(image + 18);
	stamp->options[0] = octets_load64(options);
	stamp->options[1] = octets_load64(options + 8);
	stamp->options_end = octets_load32(options + 16);
	stamp->fourth = octets_load32(tcp + 12);
	stamp->ip_sum = checksum_sum(ip, sizeof(struct wire_ipv4));
	stamp->tcp_sum = RTE_BE32(PROTOCOL_TCP) + rte_cpu_to_be_32(head_bytes);
	if (!offload->tcp_checksum)
		stamp->tcp_sum += checksum_sum(tcp, head_bytes);
	stamp->ol_flags = emit_flags(is_ipv6, offload);
	stamp->tx_offload = rte_mbuf_tx_offload(PLAIN_SYN_IP, ip_bytes, head_bytes, 0, 0, 0, 0);
	stamp->bytes = (uint16_t)(PLAIN_SYN_IP + ip_bytes + head_bytes);
	stamp->form = (uint8_t)form;
	stamp->has_timestamps = syn_ack->options.has_timestamps;
	stamp->offload = *offload;
}

/* What is left of the stamp's words where the SYN had options too. */
static inline void
put_options(const struct syn_ack_stamp *stamp, uint8_t *octets, uint64_t timestamps)
{
	switch (stamp->form) {
	case PLAIN_FORM_LINUX:
		octets_store64(octets, stamp->options[0]);
		octets_store64(octets + 8, stamp->options[1] | timestamps);
		octets_store32(octets + 16, stamp->options_end);
		break;
	case PLAIN_FORM_WINDOWS:
		octets_store64(octets, stamp->options[0]);
		octets_store32(octets + 8, (uint32_t)stamp->options[1]);
		break;
	case PLAIN_FORM_MSS:
		octets_store32(octets, (uint32_t)stamp->options[0]);
		break;
	default:
		break;
	}
}

/* Sums are of words in wire order, and words that change places leave theirs as they were. */
void
syn_ack_stamp_put(const struct syn_ack_stamp *stamp, const struct plain *syn, uint32_t iss,
		  uint32_t tsval)
{
	struct rte_mbuf *m = syn->m;
	uint8_t *ether = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t addresses = octets_load64(ether + PLAIN_SYN_TCP - 8);
	uint64_t sum = (addresses & UINT32_MAX) + (addresses >> 32);
	uint32_t ports = octets_load32(ether + PLAIN_SYN_TCP);
	uint32_t seq = rte_cpu_to_be_32(iss);
	uint32_t irs = rte_be_to_cpu_32(octets_load32(ether + PLAIN_SYN_TCP + 4));
	uint32_t ack = rte_cpu_to_be_32(irs + 1);
	uint64_t ip = stamp->ip, timestamps = 0;
	uint16_t checksum;

	if (stamp->has_timestamps)
		timestamps =
			(uint64_t)octets_load32(ether + TSVAL_OFF) << 32 | rte_cpu_to_be_32(tsval);
	if (!stamp->offload.ipv4_checksum)
		ip |= (uint64_t)checksum_finish(sum + stamp->ip_sum) << 48;
	sum += stamp->tcp_sum;
	if (stamp->offload.tcp_checksum)
		checksum = checksum_fold(sum);
	else
		checksum = checksum_finish(sum + ports + seq + ack + (timestamps & UINT32_MAX) +
					   (timestamps >> 32));

	emit_swap_macs(ether);
	octets_store64(ether + 12, stamp->ether_ip);
	octets_store64(ether + 18, ip);
	octets_store64(ether + PLAIN_SYN_TCP - 8, addresses << 32 | addresses >> 32);
	octets_store64(ether + PLAIN_SYN_TCP,
		       (uint64_t)seq << 32 | (uint32_t)(ports << 16 | ports >> 16));
	octets_store64(ether + PLAIN_SYN_TCP + 8, (uint64_t)stamp->fourth << 32 | ack);
	octets_store32(ether + PLAIN_SYN_TCP + 16, checksum);
	put_options(stamp, ether + PLAIN_SYN_OPTIONS, timestamps);
	m->pkt_len = m->data_len = stamp->bytes;
	if (stamp->ol_flags != 0)
		m->tx_offload = stamp->tx_offload;
	m->ol_flags = (m->ol_flags & EMIT_OWNERSHIP_FLAGS) | stamp->ol_flags;
}
