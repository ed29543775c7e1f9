/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_answer.h"

#include "checksum.h"
#include "tcp_options.h"
#include "tcp_seg.h"
#include "wire_headers.h"

#define L3_OFF		 14
#define TIMESTAMPS_ALONE RTE_BE32(0x0101080a) /* NOP, NOP, timestamps: what all but SYNs have */

const char *
gen_answer_name(enum gen_answer_kind kind)
{
	static const char *const names[GEN_ANSWER_N] = {
		[GEN_ANSWER_SYN_ACK] = "syn_ack",
		[GEN_ANSWER_RST] = "rst",
		[GEN_ANSWER_FIN] = "fin",
		[GEN_ANSWER_DATA] = "data",
		[GEN_ANSWER_ACK] = "ack",
		[GEN_ANSWER_ICMP] = "icmp",
		[GEN_ANSWER_NEIGHBOUR] = "neighbour",
		[GEN_ANSWER_OTHER] = "other",
	};

	return names[kind];
}

static enum gen_answer_kind
kind_of_segment(uint8_t flags, uint32_t text_bytes)
{
	if (flags & TH_RST)
		return GEN_ANSWER_RST;
	if (flags & TH_SYN)
		return flags & TH_ACK ? GEN_ANSWER_SYN_ACK : GEN_ANSWER_OTHER;
	if (flags & TH_FIN)
		return GEN_ANSWER_FIN;
	if (text_bytes > 0)
		return GEN_ANSWER_DATA;
	return flags & TH_ACK ? GEN_ANSWER_ACK : GEN_ANSWER_OTHER;
}

static uint32_t
tsval_of(const uint8_t *options, uint32_t bytes, bool is_syn)
{
	struct tcp_options parsed;
	uint32_t words[2];

	if (bytes == 12) {
		memcpy(words, options, sizeof(words));
		if (words[0] == TIMESTAMPS_ALONE)
			return rte_be_to_cpu_32(words[1]);
	}
	if (bytes == 0 || !tcp_options_parse(&parsed, options, bytes, is_syn))
		return 0;
	return parsed.has_timestamps ? parsed.tsval : 0;
}

static void
parse_tcp(const struct rte_mbuf *m, struct gen_answer *answer)
{
	const struct wire_tcp *tcp =
		rte_pktmbuf_mtod_offset(m, const struct wire_tcp *, answer->l4_off);
	uint32_t header_bytes;

	if (m->data_len < answer->l4_off + sizeof(*tcp))
		return;
	header_bytes = (tcp->data_offset >> 4) * 4u;
	if (header_bytes < sizeof(*tcp) || header_bytes > answer->l4_bytes ||
	    answer->l4_off + answer->l4_bytes > m->data_len)
		return;
	answer->port = rte_be_to_cpu_16(tcp->destination_port);
	answer->seq = rte_be_to_cpu_32(tcp->seq);
	answer->ack = rte_be_to_cpu_32(tcp->ack);
	answer->flags = tcp->flags;
	answer->text_off = (uint16_t)(answer->l4_off + header_bytes);
	answer->text_bytes = (uint16_t)(answer->l4_bytes - header_bytes);
	answer->tsval = tsval_of((const uint8_t *)(tcp + 1), header_bytes - (uint32_t)sizeof(*tcp),
				 (tcp->flags & TH_SYN) != 0);
	answer->kind = kind_of_segment(tcp->flags, answer->text_bytes);
}

static void
parse_ipv4(const struct rte_mbuf *m, struct gen_answer *answer)
{
	const struct wire_ipv4 *ip = rte_pktmbuf_mtod_offset(m, const struct wire_ipv4 *, L3_OFF);
	uint32_t header_bytes, total_bytes;

	if (m->data_len < L3_OFF + sizeof(*ip))
		return;
	header_bytes = (ip->version_ihl & 0x0fu) * 4;
	total_bytes = rte_be_to_cpu_16(ip->total_length);
	if (header_bytes < sizeof(*ip) || total_bytes < header_bytes)
		return;
	answer->low = rte_be_to_cpu_32(ip->destination);
	answer->l4_off = (uint16_t)(L3_OFF + header_bytes);
	answer->l4_bytes = (uint16_t)(total_bytes - header_bytes);
	if (ip->protocol == PROTOCOL_TCP)
		parse_tcp(m, answer);
	else if (ip->protocol == PROTOCOL_ICMP)
		answer->kind = GEN_ANSWER_ICMP;
}

static void
parse_ipv6(const struct rte_mbuf *m, struct gen_answer *answer)
{
	const struct wire_ipv6 *ip = rte_pktmbuf_mtod_offset(m, const struct wire_ipv6 *, L3_OFF);
	uint64_t low;

	if (m->data_len < L3_OFF + sizeof(*ip) + 4)
		return;
	memcpy(&low, ip->destination + 8, sizeof(low));
	answer->is_ipv6 = true;
	answer->low = rte_be_to_cpu_64(low);
	answer->l4_off = (uint16_t)(L3_OFF + sizeof(*ip));
	answer->l4_bytes = rte_be_to_cpu_16(ip->payload_length);
	if (ip->next_header == PROTOCOL_TCP) {
		parse_tcp(m, answer);
	} else if (ip->next_header == PROTOCOL_ICMPV6) {
		uint8_t type = ((const struct wire_icmp *)(ip + 1))->type;

		answer->kind = type == ICMPV6_SOLICITATION || type == ICMPV6_ADVERTISEMENT
				       ? GEN_ANSWER_NEIGHBOUR
				       : GEN_ANSWER_ICMP;
	}
}

void
gen_answer_parse(const struct rte_mbuf *m, struct gen_answer *answer)
{
	const struct wire_ether *ether = rte_pktmbuf_mtod(m, const struct wire_ether *);

	answer->kind = GEN_ANSWER_OTHER;
	answer->low = 0;
	answer->is_ipv6 = false;
	if (m->data_len < sizeof(*ether))
		return;
	if (ether->ethertype == RTE_BE16(ETHERTYPE_IPV4))
		parse_ipv4(m, answer);
	else if (ether->ethertype == RTE_BE16(ETHERTYPE_IPV6))
		parse_ipv6(m, answer);
	else if (ether->ethertype == RTE_BE16(ETHERTYPE_ARP))
		answer->kind = GEN_ANSWER_NEIGHBOUR;
}

bool
gen_answer_checksum_ok(const struct rte_mbuf *m, const struct gen_answer *answer)
{
	const uint8_t *octets = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t addresses_off = L3_OFF + (answer->is_ipv6 ? 8 : 12);
	uint64_t sum = checksum_sum(octets + addresses_off, answer->is_ipv6 ? 32 : 8);

	if (!answer->is_ipv6 &&
	    checksum_finish(checksum_sum(octets + L3_OFF, answer->l4_off - L3_OFF)) != 0)
		return false;
	sum += rte_cpu_to_be_16(answer->l4_bytes);
	sum += rte_cpu_to_be_16(PROTOCOL_TCP);
	sum += checksum_sum(octets + answer->l4_off, answer->l4_bytes);
	return checksum_finish(sum) == 0;
}
