/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What duplicate address detection sees and sends (neigh_dad.h).  It looks at frames
 * before anybody judges them: an answer to a probe goes to all nodes, from an
 * address that is ours, and would be refused for both.
 */

#include "arp.h"
#include "icmp.h"
#include "ndp.h"
#include "ndp_ask.h"
#include "stages.h"
#include "wire_headers.h"

static const struct local_address *
address_of(const struct weir_core *core, uint32_t idx)
{
	return listener_table_address(core->tcp.listeners, (uint16_t)idx);
}

static void
send_frame(struct weir_core *core, const struct local_address *local, struct rte_mbuf *m,
	   enum counter counter)
{
	m->port = local->port;
	counter_increment(&core->counters, counter);
	tcp_engine_send(&core->tcp, m);
}

static void
send_probe(void *arg, uint32_t idx)
{
	struct weir_core *core = arg;
	const struct local_address *local = address_of(core, idx);
	struct rte_mbuf *m = tcp_engine_alloc(&core->tcp);

	if (m == NULL)
		return;
	ndp_emit_solicitation(m, &(struct ndp_question){
					 .target = local->addr,
					 .our_mac = local->mac,
					 .vlan_id = local->vlan_id,
				 });
	send_frame(core, local, m, COUNTER_dad_probe_sent);
}

/* RFC 5227, 3: a request by us about ourselves.  RFC 9131, 6.1: an advertisement to all. */
static void
send_announcement(void *arg, uint32_t idx)
{
	struct weir_core *core = arg;
	const struct local_address *local = address_of(core, idx);
	struct rte_mbuf *m = tcp_engine_alloc(&core->tcp);

	if (m == NULL)
		return;
	if (ip_addr_is_ipv4(&local->addr))
		arp_emit_request(m, &(struct arp_question){
					    .sender = local->addr,
					    .target = local->addr,
					    .our_mac = local->mac,
					    .vlan_id = local->vlan_id,
				    });
	else
		ndp_emit_announcement(m, &local->addr, local->mac, local->vlan_id);
	send_frame(core, local, m, COUNTER_address_announced);
}

void
pipeline_dad_poll(struct weir_core *core)
{
	static const struct dad_ops ops = {.probe = send_probe, .announce = send_announcement};

	if (core->dad == NULL)
		return;
	core->has_unusable = dad_has_unusable(core->dad);
	if (core->asks_for_dad)
		dad_poll(core->dad, core->tcp.tick, &ops, core);
}

/* The address that an ARP packet claims for its sender. */
static bool
read_arp(const struct rte_mbuf *m, const struct frame *frame, struct ip_addr *claimed)
{
	struct arp_packet arp;

	if (arp_parse(m, frame, &arp) != DROP_NONE)
		return false;
	*claimed = arp.sender;
	return true;
}

/* The target of an advertisement, or of a probe while some address of ours is tentative. */
static bool
read_nd(const struct weir_core *core, const struct rte_mbuf *m, const struct frame *frame,
	struct ip_addr *claimed, bool *is_probe)
{
	struct ndp_advertisement advertisement;
	struct ndp_solicitation solicitation;
	enum icmp_kind kind;
	uint8_t type;

	if (m->data_len <= frame->l4_off || frame->l4_bytes == 0)
		return false;
	type = *rte_pktmbuf_mtod_offset(m, const uint8_t *, frame->l4_off);
	if (type != ICMPV6_ADVERTISEMENT && (type != ICMPV6_SOLICITATION || !core->has_unusable))
		return false;
	if (icmp_parse(m, frame, &kind) != DROP_NONE)
		return false;
	if (type == ICMPV6_ADVERTISEMENT) {
		if (ndp_parse_advertisement(m, frame, &advertisement) != DROP_NONE)
			return false;
		*claimed = advertisement.target;
		return true;
	}
	if (ndp_parse_solicitation(m, frame, &solicitation) != DROP_NONE || !solicitation.is_probe)
		return false;
	*claimed = solicitation.target;
	*is_probe = true;
	return true;
}

void
pipeline_dad_hear(struct weir_core *core, const struct rte_mbuf *m, const struct frame *frame)
{
	uint8_t port = (uint8_t)m->port;
	struct ip_addr claimed;
	bool is_probe = false;
	uint16_t local_idx;

	/* Our own frame come back, by a loop or a driver that shows us what we send. */
	if (memcmp(frame->mac_source, core->port_mac[port], 6) == 0)
		return;
	if (frame->kind == FRAME_ARP ? !read_arp(m, frame, &claimed)
				     : !read_nd(core, m, frame, &claimed, &is_probe))
		return;
	local_idx = listener_table_local(core->tcp.listeners, &claimed, port, frame->vlan_id);
	if (local_idx == LOCAL_NONE)
		return;
	/* Who asks for one that is in use gets an answer, and it is he who must yield. */
	if (is_probe && dad_state_of(core->dad, local_idx) == DAD_USABLE)
		return;
	counter_increment(&core->counters, COUNTER_address_conflict);
	dad_conflict(core->dad, local_idx, frame->mac_source);
}
