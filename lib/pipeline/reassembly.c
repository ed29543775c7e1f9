/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: the library says NULL for what it keeps and for what it throws away.
 * What it throws away it puts on its death row, there or behind another of the
 * same datagram; so that is where we look.
 */

/* Its one way to forget what is too old has been called experimental since 2018. */
#define ALLOW_EXPERIMENTAL_API

#include "reassembly.h"

#include "pipeline.h"
#include "wire_headers.h"

#define TCP_HEADER_BYTES_MIN 20u
#define PREFETCH	     3
#define LOOK_MS		     100

/* RFC 8200, 4.5. */
struct wire_fragment {
	uint8_t next_header;
	uint8_t reserved;
	rte_be16_t offset_flags; /* 13 bits in units of 8 octets, two reserved, more */
	rte_be32_t id;
} __attribute__((packed));

static_assert(sizeof(struct wire_fragment) == 8, "RFC 8200, 4.5");

struct piece {
	uint32_t offset;
	uint32_t bytes;
	bool has_more;
};

static const void *
network_header(const struct rte_mbuf *m, const struct frame *frame)
{
	return rte_pktmbuf_mtod_offset(m, const void *, frame->l3_off);
}

static bool
read_ipv4(const struct rte_mbuf *m, const struct frame *frame, struct piece *piece)
{
	const struct wire_ipv4 *ip = network_header(m, frame);
	uint16_t word = rte_be_to_cpu_16(ip->fragment);

	piece->offset = (word & 0x1fffu) * 8;
	piece->has_more = (word & 0x2000u) != 0;
	piece->bytes = frame->l4_bytes;
	return ip->protocol == PROTOCOL_TCP;
}

/* The library knows no header but the fragment's own in between. */
static bool
read_ipv6(const struct rte_mbuf *m, const struct frame *frame, struct piece *piece)
{
	const struct wire_ipv6 *ip = network_header(m, frame);
	const struct wire_fragment *fragment = (const void *)(ip + 1);
	uint16_t word;

	if (ip->next_header != PROTOCOL_FRAGMENT || frame->l4_bytes < sizeof(*fragment) ||
	    m->data_len < frame->l3_off + sizeof(*ip) + sizeof(*fragment))
		return false;
	word = rte_be_to_cpu_16(fragment->offset_flags);
	piece->offset = word & 0xfff8u;
	piece->has_more = (word & 1u) != 0;
	piece->bytes = frame->l4_bytes - (uint32_t)sizeof(*fragment);
	return fragment->next_header == PROTOCOL_TCP;
}

static bool
is_sane(const struct piece *piece, uint32_t header_bytes)
{
	if (piece->bytes == 0 || piece->offset + piece->bytes + header_bytes > UINT16_MAX)
		return false;
	if (piece->has_more && piece->bytes % 8 != 0)
		return false;
	return piece->offset == 0 ? piece->bytes >= TCP_HEADER_BYTES_MIN
				  : piece->offset >= TCP_HEADER_BYTES_MIN;
}

/* RFC 6946: one that is whole already waits for nobody. */
static void
remove_fragment_header(struct rte_mbuf *m, const struct frame *frame)
{
	uint8_t *octets = rte_pktmbuf_mtod(m, uint8_t *);
	struct wire_ipv6 *ip = (void *)(octets + frame->l3_off);
	const struct wire_fragment *fragment = (const void *)(ip + 1);
	uint32_t bytes = rte_be_to_cpu_16(ip->payload_length) - (uint32_t)sizeof(*fragment);

	ip->next_header = fragment->next_header;
	ip->payload_length = rte_cpu_to_be_16((uint16_t)bytes);
	memmove(octets + sizeof(*fragment), octets, frame->l3_off + sizeof(*ip));
	rte_pktmbuf_adj(m, sizeof(*fragment));
}

/* What a NIC said of fragments says nothing of the whole, whose IPv4 header has no sum. */
static void
mark_whole(struct rte_mbuf *m)
{
	m->ol_flags &= ~(RTE_MBUF_F_RX_IP_CKSUM_MASK | RTE_MBUF_F_RX_L4_CKSUM_MASK);
	m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
}

static struct rte_mbuf *
put_in_table(struct weir_core *core, struct rte_mbuf *m, const struct frame *frame)
{
	struct reassembly *fragments = core->fragments;
	uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, frame->l3_off);

	m->tx_offload = 0;
	m->l2_len = frame->l3_off & 0x7fu;
	if (!frame->is_ipv6) {
		m->l3_len = sizeof(struct wire_ipv4);
		return rte_ipv4_frag_reassemble_packet(fragments->table, &fragments->dead, m,
						       core->tcp.now_ns, (void *)ip);
	}
	m->l3_len = sizeof(struct wire_ipv6) + sizeof(struct wire_fragment);
	return rte_ipv6_frag_reassemble_packet(fragments->table, &fragments->dead, m,
					       core->tcp.now_ns, (void *)ip,
					       (void *)(ip + sizeof(struct wire_ipv6)));
}

static bool
is_dead(const struct reassembly *fragments, const struct rte_mbuf *m)
{
	for (uint32_t i = 0; i < fragments->dead.cnt; i++) {
		for (const struct rte_mbuf *p = fragments->dead.row[i]; p != NULL; p = p->next) {
			if (p == m)
				return true;
		}
	}
	return false;
}

static void
bury(struct weir_core *core, uint32_t counted_already)
{
	struct rte_ip_frag_death_row *dead = &core->fragments->dead;

	if (dead->cnt == 0)
		return;
	counter_add(&core->counters, COUNTER_fragment_given_up, dead->cnt - counted_already);
	rte_ip_frag_free_death_row(dead, PREFETCH);
}

enum drop_reason
pipeline_take_fragment(struct weir_core *core, struct rte_mbuf *m, const struct frame *frame,
		       struct rte_mbuf **whole)
{
	uint32_t header_bytes = frame->is_ipv6 ? 0 : (uint32_t)sizeof(struct wire_ipv4);
	struct piece piece;
	bool was_refused;

	*whole = NULL;
	if (!(frame->is_ipv6 ? read_ipv6(m, frame, &piece) : read_ipv4(m, frame, &piece)) ||
	    !is_sane(&piece, header_bytes)) {
		rte_pktmbuf_free(m);
		return DROP_ip_fragment;
	}
	if (piece.offset == 0 && !piece.has_more) {
		remove_fragment_header(m, frame); /* over IPv4 it would be no fragment */
		*whole = m;
	} else {
		*whole = put_in_table(core, m, frame);
	}
	was_refused = *whole == NULL && is_dead(core->fragments, m);
	bury(core, was_refused ? 1 : 0);
	if (*whole == NULL)
		return was_refused ? DROP_fragment_refused : DROP_NONE;
	mark_whole(*whole);
	counter_increment(&core->counters, COUNTER_datagram_reassembled);
	return DROP_NONE;
}

void
pipeline_forget_fragments(struct weir_core *core)
{
	struct reassembly *fragments = core->fragments;

	if (core->tcp.tick - fragments->looked < ticks_in_ms(LOOK_MS))
		return;
	fragments->looked = core->tcp.tick;
	rte_ip_frag_table_del_expired_entries(fragments->table, &fragments->dead, core->tcp.now_ns);
	bury(core, 0);
}
