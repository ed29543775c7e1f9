/* SPDX-License-Identifier: BSD-3-Clause */

#include "plain.h"

static void
open_frame(const struct plain *plain, struct frame *frame)
{
	const uint8_t *ether = rte_pktmbuf_mtod(plain->m, const uint8_t *);
	const uint8_t *ip = ether + plain->l3_off;

	frame->source = plain_source(plain);
	frame->destination = plain_destination(plain);
	frame->mac_destination = ether;
	frame->mac_source = ether + 6;
	frame->vlan_id = plain->vlan_id;
	frame->l3_off = plain->l3_off;
	frame->l4_off = plain->l4_off;
	frame->l4_bytes = plain->l4_bytes;
	frame->kind = FRAME_TCP;
	frame->is_ipv6 = plain->is_ipv6;
	if (plain->is_ipv6) {
		frame->ttl = ip[7];
		frame->tos = (uint8_t)(rte_be_to_cpu_16(octets_load16(ip)) >> 4);
	} else {
		frame->ttl = ip[8];
		frame->tos = ip[1];
	}
}

void
plain_open(const struct plain *plain, struct frame *frame, struct tcp_seg *seg)
{
	open_frame(plain, frame);
	tcp_seg_open(plain->m, frame, plain->head_bytes, seg);
}
