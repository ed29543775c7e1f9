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

/* The rows of each frame from BATCH_ETHERTYPE on. */
#define SYN_ACK_WIDE_ROWS 4

struct syn_ack_wide {
	struct wide_memory row[SYN_ACK_WIDE_ROWS];
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

/* `iss` and `tsval` are numbers; TSval counts where the form's answer has timestamps. */
WIDE_INLINE void
syn_ack_wide_make(struct syn_ack_wide *made, const struct syn_ack_sheet *sheet,
		  const struct batch *batch, __m512i iss, __m512i tsval)
{
	__m512i form = _mm512_load_si512(batch->form), ports = _mm512_load_si512(batch->ports);
	__m512i source = _mm512_load_si512(batch->destination);
	__m512i destination = _mm512_load_si512(batch->source);
	__m512i addresses = wide_sum(wide_sum(_mm512_setzero_si512(), source), destination);
	struct syn_ack_wide_own own = syn_ack_wide_own(sheet, batch, form, iss, tsval);
	__m512i ip_sum = syn_ack_wide_ip_sum(sheet, form, addresses);
	__m512i tcp_sum = syn_ack_wide_tcp_sum(sheet, form, addresses, ports, &own);
	__m512i options[5];

	for (unsigned int i = 0; i < 5; i++)
		options[i] = wide_look_up(sheet->options[i], form);
	syn_ack_wide_put_row(
		&made->row[0], wide_all(RTE_BE32(ETHERTYPE_IPV4)), wide_look_up(sheet->first, form),
		wide_look_up(sheet->second, form),
		_mm512_or_si512(wide_look_up(sheet->third, form), _mm512_slli_epi32(ip_sum, 16)));
	syn_ack_wide_put_row(&made->row[1], source, destination, _mm512_rol_epi32(ports, 16),
			     own.seq);
	syn_ack_wide_put_row(&made->row[2], own.ack, wide_look_up(sheet->fourth, form), tcp_sum,
			     options[0]);
	syn_ack_wide_put_row(&made->row[3], options[1], _mm512_or_si512(options[2], own.tsval),
			     _mm512_or_si512(options[3], own.tsecr), options[4]);
}

/* That of lane `lane` goes into the buffer of its SYN. */
static inline void
syn_ack_wide_put(const struct syn_ack_wide *made, uint32_t lane, const struct syn_ack_stamp *stamp,
		 struct rte_mbuf *m)
{
	uint8_t *ether = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t macs = octets_load64(ether), source = octets_load64(ether + 6);

	for (uint32_t i = 0; i < SYN_ACK_WIDE_ROWS; i++)
		memcpy(ether + BATCH_ETHERTYPE + 16 * i, wide_spilt(&made->row[i], lane), 16);
	/* The first row begins in the MAC. */
	octets_store64(ether, (source & UINT64_C(0xffffffffffff)) | macs << 48);
	octets_store32(ether + 8, (uint32_t)(macs >> 16));
	m->pkt_len = m->data_len = stamp->bytes;
	m->ol_flags = (m->ol_flags & EMIT_OWNERSHIP_FLAGS) | stamp->ol_flags;
	if (stamp->ol_flags != 0) /* or nobody reads it, and its line need not be there */
		m->tx_offload = stamp->tx_offload;
}

#endif /* __x86_64__ */

#endif
