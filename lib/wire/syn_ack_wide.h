/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The SYN-ACKs for a batch, each in its SYN's own buffer.  The octets are those that
 * syn_ack_stamp_put() would write, which does one.
 */
#ifndef WEIR_WIRE_SYN_ACK_WIDE_H
#define WEIR_WIRE_SYN_ACK_WIDE_H

#include "syn_ack_sheet.h"
#include "batch.h"

#if defined(__x86_64__)

/*
 * The rows of each frame that are written over: of IPv4 from BATCH_WORDS on, of IPv6
 * from its header on; 4 octets further behind a tag.
 */
#define SYN_ACK_WIDE_IPV4_ROWS 4
#define SYN_ACK_WIDE_IPV6_ROWS 5

struct syn_ack_wide {
	struct wide_memory row[SYN_ACK_WIDE_IPV6_ROWS];
};

/* What a SYN-ACK has of its own, in wire order; the timestamps are 0 where it has none. */
struct syn_ack_wide_own {
	__m512i seq;
	__m512i ack;
	__m512i tsval;
	__m512i tsecr;
};

WIDE_INLINE __m512i
syn_ack_wide_finish(__m512i sum)
{
	return _mm512_xor_si512(wide_fold(sum), wide_all(0xffff));
}

WIDE_INLINE __m512i
syn_ack_wide_ip_sum(const struct syn_ack_sheet *sheet, __m512i form, __m512i addresses)
{
	if (sheet->stamp[PLAIN_FORM_NONE].offload.ipv4_checksum)
		return _mm512_setzero_si512();
	return syn_ack_wide_finish(_mm512_add_epi32(addresses, wide_look_up(sheet->ip_sum, form)));
}

/* A port that sums for itself is left the pseudo-header's share. */
WIDE_INLINE __m512i
syn_ack_wide_tcp_sum(const struct syn_ack_sheet *sheet, __m512i form, __m512i addresses,
		     __m512i ports, const struct syn_ack_wide_own *own)
{
	__m512i sum = _mm512_add_epi32(addresses, wide_look_up(sheet->tcp_sum, form));

	if (sheet->stamp[PLAIN_FORM_NONE].offload.tcp_checksum)
		return wide_fold(sum);
	sum = wide_sum(wide_sum(sum, ports), own->seq);
	sum = wide_sum(wide_sum(sum, own->ack), own->tsval);
	return syn_ack_wide_finish(wide_sum(sum, own->tsecr));
}

WIDE_INLINE void
syn_ack_wide_put_row(struct wide_memory *memory, __m512i a, __m512i b, __m512i c, __m512i d)
{
	struct wide_rows rows = wide_rows_of((struct wide_words){{a, b, c, d}});

	wide_spill(memory, &rows);
}

WIDE_INLINE struct syn_ack_wide_own
syn_ack_wide_own(const struct syn_ack_sheet *sheet, const struct batch *batch, __m512i form,
		 __m512i iss, __m512i tsval)
{
	__m512i bit = _mm512_sllv_epi32(wide_all(1), form);
	__mmask16 has_timestamps = _mm512_test_epi32_mask(bit, wide_all(sheet->timestamps));
	__m512i irs = wide_swap32(_mm512_load_si512(batch->seq));

	return (struct syn_ack_wide_own){
		.seq = wide_swap32(iss),
		.ack = wide_swap32(_mm512_add_epi32(irs, wide_all(1))),
		.tsval = _mm512_maskz_mov_epi32(has_timestamps, wide_swap32(tsval)),
		.tsecr = _mm512_maskz_load_epi32(has_timestamps, batch->times),
	};
}

/* The TCP header's words from SEG.ACK on, with the options. */
struct syn_ack_wide_rest {
	__m512i ack;
	__m512i fourth;
	__m512i sum;
	__m512i options[5];
};

WIDE_INLINE struct syn_ack_wide_rest
syn_ack_wide_rest(const struct syn_ack_sheet *sheet, __m512i form,
		  const struct syn_ack_wide_own *own, __m512i tcp_sum)
{
	struct syn_ack_wide_rest rest = {
		.ack = own->ack,
		.fourth = wide_look_up(sheet->fourth, form),
		.sum = tcp_sum,
	};

	for (unsigned int i = 0; i < 5; i++)
		rest.options[i] = wide_look_up(sheet->options[i], form);
	rest.options[2] = _mm512_or_si512(rest.options[2], own->tsval);
	rest.options[3] = _mm512_or_si512(rest.options[3], own->tsecr);
	return rest;
}

/* `iss` and `tsval` are numbers; TSval counts where the form's answer has timestamps. */
WIDE_INLINE void
syn_ack_wide_make_ipv4(struct syn_ack_wide *made, const struct syn_ack_sheet *sheet,
		       const struct batch *batch, __m512i iss, __m512i tsval)
{
	__m512i form = _mm512_load_si512(batch->form), ports = _mm512_load_si512(batch->ports);
	__m512i source = _mm512_load_si512(batch->destination[3]);
	__m512i destination = _mm512_load_si512(batch->source[3]);
	__m512i addresses = wide_sum(wide_sum(_mm512_setzero_si512(), source), destination);
	struct syn_ack_wide_own own = syn_ack_wide_own(sheet, batch, form, iss, tsval);
	__m512i ip_sum = syn_ack_wide_ip_sum(sheet, form, addresses);
	__m512i tcp_sum = syn_ack_wide_tcp_sum(sheet, form, addresses, ports, &own);
	struct syn_ack_wide_rest rest = syn_ack_wide_rest(sheet, form, &own, tcp_sum);
	__m512i ethertype = wide_all(RTE_BE32(ETHERTYPE_IPV4));

	if (batch->shape.is_tagged)
		ethertype = _mm512_load_si512(batch->tag);
	syn_ack_wide_put_row(
		&made->row[0], ethertype, wide_look_up(sheet->first, form),
		wide_look_up(sheet->second, form),
		_mm512_or_si512(wide_look_up(sheet->third, form), _mm512_slli_epi32(ip_sum, 16)));
	syn_ack_wide_put_row(&made->row[1], source, destination, _mm512_rol_epi32(ports, 16),
			     own.seq);
	syn_ack_wide_put_row(&made->row[2], rest.ack, rest.fourth, rest.sum, rest.options[0]);
	syn_ack_wide_put_row(&made->row[3], rest.options[1], rest.options[2], rest.options[3],
			     rest.options[4]);
}

WIDE_INLINE void
syn_ack_wide_make_ipv6(struct syn_ack_wide *made, const struct syn_ack_sheet *sheet,
		       const struct batch *batch, __m512i iss, __m512i tsval)
{
	__m512i form = _mm512_load_si512(batch->form), ports = _mm512_load_si512(batch->ports);
	struct wide_words source = wide_words_at(batch->destination);
	struct wide_words destination = wide_words_at(batch->source);
	struct syn_ack_wide_own own = syn_ack_wide_own(sheet, batch, form, iss, tsval);
	__m512i addresses = _mm512_setzero_si512();
	struct syn_ack_wide_rest rest;

	for (unsigned int w = 0; w < 4; w++)
		addresses = wide_sum(wide_sum(addresses, source.word[w]), destination.word[w]);
	rest = syn_ack_wide_rest(sheet, form, &own,
				 syn_ack_wide_tcp_sum(sheet, form, addresses, ports, &own));
	syn_ack_wide_put_row(&made->row[0], wide_look_up(sheet->first, form),
			     wide_look_up(sheet->second, form), source.word[0], source.word[1]);
	syn_ack_wide_put_row(&made->row[1], source.word[2], source.word[3], destination.word[0],
			     destination.word[1]);
	syn_ack_wide_put_row(&made->row[2], destination.word[2], destination.word[3],
			     _mm512_rol_epi32(ports, 16), own.seq);
	syn_ack_wide_put_row(&made->row[3], rest.ack, rest.fourth, rest.sum, rest.options[0]);
	syn_ack_wide_put_row(&made->row[4], rest.options[1], rest.options[2], rest.options[3],
			     rest.options[4]);
}

/* That of a lane goes into the buffer of its SYN; `shape` is the batch's. */
static inline __attribute__((always_inline)) void
syn_ack_wide_put(const struct syn_ack_wide *made, const struct batch *batch, uint32_t lane,
		 const struct syn_ack_stamp *stamp, struct batch_shape shape)
{
	struct rte_mbuf *m = batch->m[lane];
	uint8_t *ether = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t macs = octets_load64(ether), source = octets_load64(ether + 6);
	uint32_t rows = shape.is_ipv6 ? SYN_ACK_WIDE_IPV6_ROWS : SYN_ACK_WIDE_IPV4_ROWS;
	uint32_t tag_bytes = shape.is_tagged ? sizeof(struct wire_vlan) : 0;
	uint32_t first = tag_bytes + (shape.is_ipv6 ? PLAIN_SYN_IP : BATCH_WORDS);

	for (uint32_t i = 0; i < rows; i++)
		memcpy(ether + first + 16 * i, wide_spilt(&made->row[i], lane), 16);
	if (shape.is_ipv6 && shape.is_tagged)
		octets_store32(ether + PLAIN_SYN_IP, batch->tag[lane]);
	/* The first row may begin in the MAC. */
	octets_store64(ether, (source & UINT64_C(0xffffffffffff)) | macs << 48);
	octets_store32(ether + 8, (uint32_t)(macs >> 16));
	m->pkt_len = m->data_len = (uint16_t)(stamp->bytes + tag_bytes);
	m->ol_flags = (m->ol_flags & EMIT_OWNERSHIP_FLAGS) | stamp->ol_flags;
	if (stamp->ol_flags != 0) /* or nobody reads it, and its line need not be there */
		m->tx_offload = stamp->tx_offload + ((uint64_t)tag_bytes << RTE_MBUF_L2_LEN_OFS);
}

#endif /* __x86_64__ */

#endif
