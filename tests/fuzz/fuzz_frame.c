/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A frame from the wire, through every parser of lib/wire and into the replies
 * made in its buffer.  Input: two octets that say how the frame is delivered,
 * then the frame.
 *
 *	0, bit 0	the NIC took out a tag, VLAN 7
 *	   bit 1	the NIC vouches for the checksums of IPv4 and TCP
 *	   bit 2	put the ICMP checksum right first, as a sender would
 *	1		length of the first segment in units of 2 octets; 0: all
 *
 * The buffer ends at an unmapped page while it is parsed.  Replies need room and
 * are made in a second copy; they must be frames that we would accept.
 */
#include "fuzz_target.h"

#include <string.h>

#include "arp.h"
#include "check.h"
#include "checksum.h"
#include "icmp.h"
#include "icmp_error.h"
#include "ndp.h"
#include "ndp_ask.h"
#include "static_mbuf.h"

#define CONTROL_BYTES	2
#define STRIPPED	0x01u
#define VOUCHED		0x02u
#define ICMP_PUT_RIGHT	0x04u
#define FRAME_BYTES_MAX 2048

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1};

/* What frame_parse() promises of a frame it accepts. */
static void
check_frame(const struct rte_mbuf *m, const struct frame *frame)
{
	check(static_mbuf_is_sound(m));
	check(frame->vlan_id == VLAN_NONE || (frame->vlan_id >= 1 && frame->vlan_id <= 4094));
	check(frame->l3_off == 14 || frame->l3_off == 18);
	check(frame->l4_off >= frame->l3_off && frame->l4_off <= m->data_len);
	if (frame->kind == FRAME_ARP)
		return;
	check(frame->l4_off >= frame->l3_off + (frame->is_ipv6 ? 40 : 20));
	check(m->pkt_len == (uint32_t)frame->l4_off + frame->l4_bytes);
	check(frame->is_ipv6 != ip_addr_is_ipv4(&frame->source));
	check(frame->is_ipv6 != ip_addr_is_ipv4(&frame->destination));
}

static void
parse_tcp(struct rte_mbuf *m, const struct frame *frame)
{
	struct tcp_seg seg;

	if (tcp_seg_parse(m, frame, &seg) != DROP_NONE)
		return;
	check(seg.text_off >= frame->l4_off + 20 && seg.text_off <= m->data_len);
	check((uint32_t)seg.text_off + seg.text_bytes == m->pkt_len);
	check(seg.len <= seg.text_bytes + 2u && seg.end == seg.seq + seg.len);
	check(seg.source_port != 0 && seg.destination_port != 0);
}

/* A reply is a frame in order, back to the sender of the request and on its VLAN. */
static void
check_reply(struct rte_mbuf *m, const struct frame *request, const uint8_t mac_destination[6])
{
	struct frame reply;
	enum drop_reason reason;

	check(m->ol_flags == 0);
	reason = frame_parse(m, &reply);
	/* We are whoever the request was sent to, which may be no host's address. */
	if (reason == DROP_ip_source_invalid || reason == DROP_ip_destination_foreign)
		return;
	check(reason == DROP_NONE);
	check_frame(m, &reply);
	check(reply.kind == request->kind && reply.vlan_id == request->vlan_id);
	check(memcmp(reply.mac_source, our_mac, 6) == 0);
	check(memcmp(reply.mac_destination, mac_destination, 6) == 0);
	check(reply.kind == FRAME_ARP || frame_l4_checksum_ok(m, &reply));
}

static void
parse_arp(struct rte_mbuf *m, const struct frame *frame, bool with_reply)
{
	struct arp_packet arp;
	uint8_t mac[6];

	if (arp_parse(m, frame, &arp) != DROP_NONE || !with_reply)
		return;
	memcpy(mac, frame->mac_source, sizeof(mac));
	arp_emit_reply(m, frame, &arp, our_mac);
	check_reply(m, frame, mac);
}

static void
parse_solicitation(struct rte_mbuf *m, const struct frame *frame, bool with_reply)
{
	struct ndp_solicitation solicitation;
	uint8_t mac[6] = {0x33, 0x33, 0, 0, 0, 1};

	if (ndp_parse_solicitation(m, frame, &solicitation) != DROP_NONE || !with_reply)
		return;
	if (!solicitation.is_probe)
		memcpy(mac, frame->mac_source, sizeof(mac));
	ndp_emit_advertisement(m, frame, &solicitation, our_mac);
	check_reply(m, frame, mac);
}

static void
parse_advertisement(const struct rte_mbuf *m, const struct frame *frame)
{
	struct ndp_advertisement advertisement;
	uint8_t all = 0;

	if (ndp_parse_advertisement(m, frame, &advertisement) != DROP_NONE)
		return;
	check(!ip_addr_is_martian_source(&advertisement.target, true));
	for (uint32_t i = 0; i < sizeof(advertisement.mac); i++)
		all |= advertisement.mac[i];
	check(!advertisement.has_mac || ((advertisement.mac[0] & 1) == 0 && all != 0));
}

/* Sum what is there anew, or the fuzzer would have to guess sixteen bits. */
static void
put_icmp_right(struct rte_mbuf *m, const struct frame *frame)
{
	uint8_t *checksum = rte_pktmbuf_mtod_offset(m, uint8_t *, frame->l4_off + 2);
	uint16_t value = 0;
	uint64_t sum;

	if (frame->l4_bytes < 8 || m->data_len < frame->l4_off + 8)
		return;
	memcpy(checksum, &value, sizeof(value));
	sum = checksum_sum_mbuf(m, frame->l4_off, frame->l4_bytes);
	if (frame->is_ipv6)
		sum += checksum_pseudo(&frame->source, &frame->destination, true, 58,
				       frame->l4_bytes);
	value = checksum_finish(sum);
	memcpy(checksum, &value, sizeof(value));
}

static void
parse_icmp_error(const struct rte_mbuf *m, const struct frame *frame)
{
	struct icmp_error error;
	bool is_error = icmp_is_error(m, frame);

	if (icmp_error_parse(m, frame, &error) != DROP_NONE)
		return;
	check(is_error && error.kind <= ICMP_ERROR_TOO_BIG);
	check(error.is_ipv6 == frame->is_ipv6);
	check(error.kind == ICMP_ERROR_TOO_BIG || error.mtu == 0);
	check(error.is_ipv6 || error.mtu <= UINT16_MAX);
}

static void
parse_icmp(struct rte_mbuf *m, const struct frame *frame, bool with_reply)
{
	enum icmp_kind kind;
	uint8_t mac[6];

	parse_icmp_error(m, frame);
	if (icmp_parse(m, frame, &kind) != DROP_NONE)
		return;
	if (kind == ICMP_NEIGHBOUR_SOLICITATION)
		parse_solicitation(m, frame, with_reply);
	if (kind == ICMP_NEIGHBOUR_ADVERTISEMENT)
		parse_advertisement(m, frame);
	if (kind != ICMP_ECHO_REQUEST || !with_reply)
		return;
	memcpy(mac, frame->mac_source, sizeof(mac));
	icmp_emit_echo_reply(m, frame, our_mac, 64);
	check_reply(m, frame, mac);
}

static void
receive(struct rte_mbuf *m, uint8_t control, bool with_reply)
{
	struct frame frame;

	if (control & STRIPPED) {
		m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
		m->vlan_tci = 7;
	}
	if (control & VOUCHED)
		m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (frame_parse(m, &frame) != DROP_NONE)
		return;
	check_frame(m, &frame);
	switch (frame.kind) {
	case FRAME_ARP:
		parse_arp(m, &frame, with_reply);
		break;
	case FRAME_TCP:
		parse_tcp(m, &frame);
		break;
	default:
		if (control & ICMP_PUT_RIGHT)
			put_icmp_right(m, &frame);
		parse_icmp(m, &frame, with_reply);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	struct rte_mbuf *m;
	size_t first_bytes;

	if (bytes < CONTROL_BYTES || bytes > FRAME_BYTES_MAX)
		return -1;
	first_bytes = 2 * (size_t)octets[1];
	if (first_bytes == 0 || first_bytes > bytes - CONTROL_BYTES)
		first_bytes = bytes - CONTROL_BYTES;
	receive(static_mbuf_split(octets + CONTROL_BYTES, bytes - CONTROL_BYTES, first_bytes, 256),
		octets[0], false);

	m = static_mbuf(0, octets + CONTROL_BYTES, bytes - CONTROL_BYTES);
	receive(m, octets[0], true);
	return 0;
}
