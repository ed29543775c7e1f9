/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The TCP header (RFC 9293, 3.1).  Nothing in it is believed before its checksum
 * was verified (MUST-3).  Flags are not judged here: what a combination means
 * depends on the state.
 */

#include "tcp_seg.h"

#include "frame.h"
#include "wire_headers.h"

static void
parse_fixed_part(const struct wire_tcp *tcp, struct tcp_seg *seg)
{
	seg->source_port = rte_be_to_cpu_16(tcp->source_port);
	seg->destination_port = rte_be_to_cpu_16(tcp->destination_port);
	seg->seq = rte_be_to_cpu_32(tcp->seq);
	seg->ack = rte_be_to_cpu_32(tcp->ack);
	seg->wnd = rte_be_to_cpu_16(tcp->wnd);
	seg->urgent = rte_be_to_cpu_16(tcp->urgent);
	seg->flags = tcp->flags;
}

void
tcp_seg_open(struct rte_mbuf *m, const struct frame *frame, uint32_t header_bytes,
	     struct tcp_seg *seg)
{
	const struct wire_tcp *tcp =
		rte_pktmbuf_mtod_offset(m, const struct wire_tcp *, frame->l4_off);

	parse_fixed_part(tcp, seg);
	seg->m = m;
	seg->frame = frame;
	seg->text_off = (uint16_t)(frame->l4_off + header_bytes);
	seg->text_bytes = (uint16_t)(frame->l4_bytes - header_bytes);
	seg->len = seg->text_bytes + ((seg->flags & TH_SYN) != 0) + ((seg->flags & TH_FIN) != 0);
	seg->end = seg->seq + seg->len;
	seg->options_bad =
		!tcp_options_parse(&seg->options, (const uint8_t *)(tcp + 1),
				   header_bytes - (uint32_t)sizeof(*tcp), seg->flags & TH_SYN);
}

enum drop_reason
tcp_seg_parse(struct rte_mbuf *m, const struct frame *frame, struct tcp_seg *seg)
{
	const struct wire_tcp *tcp =
		rte_pktmbuf_mtod_offset(m, const struct wire_tcp *, frame->l4_off);
	uint32_t header_bytes;

	if (frame->l4_bytes < sizeof(*tcp))
		return DROP_tcp_header_bad;
	if (m->data_len < frame->l4_off + sizeof(*tcp))
		return DROP_frame_truncated;
	if (!frame_l4_checksum_ok(m, frame))
		return DROP_tcp_checksum_bad;
	header_bytes = (tcp->data_offset >> 4) * 4u;
	if (header_bytes < sizeof(*tcp) || header_bytes > frame->l4_bytes)
		return DROP_tcp_header_bad;
	if (m->data_len < frame->l4_off + header_bytes)
		return DROP_frame_truncated;
	if (tcp->source_port == 0 || tcp->destination_port == 0)
		return DROP_tcp_port_zero;

	tcp_seg_open(m, frame, header_bytes, seg);
	return DROP_NONE;
}
