/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * First stage: whose is a frame, and what is it?
 *
 * Judged in this order, from RFC 1122, 3.2.1.3 and RFC 9293, 3.9.2.3:
 *
 *	form			frame_parse()
 *	link destination	our MAC; a group only for ARP and neighbour discovery
 *	VLAN, IP destination	one of our addresses on that port and VLAN
 *	IP source		nobody may send from an address of ours or to a subnet
 *	TCP			checksum and header: tcp_seg_parse()
 *
 * Most frames are plain segments (plain.h) to an address of ours.  Those are taken
 * in one pass; any other, and any with something wrong, goes the way above, which
 * finds the reason.  While many of a burst are of no connection, frames are first
 * looked at by sixteens (classify_batch.c).
 *
 * ARP, ICMP and neighbour discovery are answered here and now.  The trap is a
 * unicast packet in a broadcast frame: every station would answer it, so it gets
 * no answer, not even where its IP destination is ours (MUST-57).
 */

#include "check.h"
#include "icmp_error.h"
#include "ndp_form.h"
#include "neigh.h"
#include "plain_syn.h"
#include "stages.h"
#include "tcp_source.h"

/* Where a frame came in: what the neighbour layer must know to say what is ours. */
struct link {
	struct weir_core *core;
	const struct listener_table *listeners;
	uint16_t vlan_id;
	uint8_t port;
};

static bool
is_ours_on_link(const void *arg, const struct ip_addr *address)
{
	const struct link *link = arg;
	uint16_t local_idx =
		listener_table_local(link->listeners, address, link->port, link->vlan_id);

	return local_idx != LOCAL_NONE && pipeline_may_use(link->core, local_idx);
}

static bool
hear_on_link(const void *arg, const struct ip_addr *address, const uint8_t *mac)
{
	const struct link *link = arg;
	struct neigh_news news = {
		.key = {.addr = *address, .vlan_id = link->vlan_id, .port = link->port},
		.has_mac = mac != NULL,
	};

	if (mac != NULL)
		memcpy(news.mac, mac, sizeof(news.mac));
	return pipeline_hear_answer(link->core, &news);
}

static bool
may_be_solicitation(const struct frame *frame)
{
	return frame->kind == FRAME_ICMPV6 && ndp_is_solicited_node(&frame->destination);
}

static enum drop_reason
check_mac(const struct weir_core *core, const struct frame *frame, uint8_t port)
{
	if (frame->mac_destination[0] & 1) {
		if (frame->kind == FRAME_ARP || may_be_solicitation(frame))
			return DROP_NONE;
		return DROP_link_broadcast;
	}
	if (memcmp(frame->mac_destination, core->port_mac[port], 6) != 0)
		return DROP_not_for_our_mac;
	return DROP_NONE;
}

/* Only a destination that is not found makes us ask whether even its VLAN is foreign. */
static enum drop_reason
name_foreign(const struct weir_core *core, const struct frame *frame, uint8_t port)
{
	if (!listener_table_has_vlan(core->tcp.listeners, port, frame->vlan_id))
		return DROP_vlan_foreign;
	return DROP_ip_destination_foreign;
}

static enum drop_reason
check_source(const struct weir_core *core, const struct frame *frame, uint8_t port)
{
	const struct listener_table *listeners = core->tcp.listeners;

	if (listener_table_is_ours(listeners, &frame->source) ||
	    listener_table_is_broadcast(listeners, &frame->source, port))
		return DROP_ip_source_invalid;
	return DROP_NONE;
}

/* Sets *local_idx of a packet to one of our addresses; ARP and solicitations have none. */
static enum drop_reason
check_addresses(const struct weir_core *core, const struct frame *frame, uint8_t port,
		uint16_t *local_idx)
{
	const struct listener_table *listeners = core->tcp.listeners;

	if (frame->kind == FRAME_ARP)
		return listener_table_has_vlan(listeners, port, frame->vlan_id) ? DROP_NONE
										: DROP_vlan_foreign;
	*local_idx = listener_table_local(listeners, &frame->destination, port, frame->vlan_id);
	if (*local_idx == LOCAL_NONE && (!may_be_solicitation(frame) ||
					 !listener_table_has_vlan(listeners, port, frame->vlan_id)))
		return name_foreign(core, frame, port);
	if (*local_idx != LOCAL_NONE && !pipeline_may_use(core, *local_idx))
		return DROP_address_unusable;
	return check_source(core, frame, port);
}

static enum drop_reason
limit_echo(struct weir_core *core, const struct ip_addr *source)
{
	if (tcp_source_is_denied(&core->tcp, source))
		return DROP_source_denied;
	if (rate_limit_is_spent(&core->echo_limit, core->tcp.now_ns))
		return DROP_echo_limited;
	if (!tcp_source_take_reply(&core->tcp, source))
		return DROP_echo_prefix_limited;
	if (!rate_limit_take(&core->echo_limit, core->tcp.now_ns, &core->tcp.rng))
		return DROP_echo_limited;
	return DROP_NONE;
}

static enum drop_reason
answer(struct weir_core *core, struct rte_mbuf *m, const struct frame *frame)
{
	struct link link = {
		.core = core,
		.listeners = core->tcp.listeners,
		.vlan_id = frame->vlan_id,
		.port = (uint8_t)m->port,
	};
	struct neigh_host host = {
		.ttl = core->tcp.config->ttl,
		.is_ours = is_ours_on_link,
		.heard = hear_on_link,
		.arg = &link,
	};
	enum drop_reason reason;
	enum counter counter;

	memcpy(host.mac, core->port_mac[link.port], sizeof(host.mac));
	reason = neigh_answer(m, frame, &host, &counter);
	if (reason != DROP_NONE)
		return reason;
	if (counter == NEIGH_HEARD) {
		rte_pktmbuf_free(m);
		return DROP_NONE;
	}
	if (counter == COUNTER_echo_replied)
		reason = limit_echo(core, &frame->source);
	if (reason != DROP_NONE)
		return reason;
	counter_increment(&core->counters, counter);
	tcp_engine_send(&core->tcp, m);
	return DROP_NONE;
}

static enum drop_reason
classify_tcp(struct rte_mbuf *m, const struct frame *frame, uint16_t local_idx, struct burst *burst)
{
	struct tcp_seg *seg = &burst->segs[burst->count];
	enum drop_reason reason = tcp_seg_parse(m, frame, seg);

	if (reason != DROP_NONE)
		return reason;
	burst->keys[burst->count] = (struct flow_key){
		.remote = frame->source,
		.remote_port = seg->source_port,
		.local_port = seg->destination_port,
		.local_idx = local_idx,
	};
	burst->plains[burst->count].m = m;
	burst->plains[burst->count].flags = seg->flags;
	burst->opened |= UINT64_C(1) << burst->count;
	burst->count++;
	return DROP_NONE;
}

static bool
is_for_our_mac(const struct weir_core *core, const struct rte_mbuf *m)
{
	uint64_t ours = octets_load64(core->port_mac[m->port]);

	return (octets_load64(rte_pktmbuf_mtod(m, const uint8_t *)) ^ ours) << 16 == 0;
}

/* True if `m` was one of those that plain_syn.h knows by sight, and for us. */
static inline bool
classify_syn(struct weir_core *core, struct rte_mbuf *m, struct burst *burst)
{
	const uint8_t *ether = rte_pktmbuf_mtod(m, const uint8_t *);
	struct ip_addr source;
	uint16_t local_idx;

	if (!plain_syn_parse(m, &burst->plains[burst->count]) || unlikely(!is_for_our_mac(core, m)))
		return false;
	local_idx = listener_memo_local_ipv4(&core->memo, core->tcp.listeners,
					     octets_load32(ether + PLAIN_SYN_IP + 16),
					     (uint8_t)m->port);
	source = ip_addr_of_ipv4(octets_load32(ether + PLAIN_SYN_IP + 12));
	if (unlikely(local_idx == LOCAL_NONE ||
		     !pipeline_may_send_from(core, &source, (uint8_t)m->port)))
		return false;
	burst_set_key(burst, burst->count++, &source, octets_load32(ether + PLAIN_SYN_TCP),
		      local_idx);
	return true;
}

/* True if `m` was plain and for us: the burst has it. */
static __rte_noinline bool
classify_plain(struct weir_core *core, struct rte_mbuf *m, struct burst *burst)
{
	struct plain *plain = &burst->plains[burst->count];
	uint8_t port = (uint8_t)m->port;
	struct ip_addr source, destination;
	uint16_t local_idx;

	if (!plain_parse(m, plain) || !is_for_our_mac(core, m))
		return false;
	destination = plain_destination(plain);
	local_idx = listener_memo_local(&core->memo, core->tcp.listeners, &destination, port,
					plain->vlan_id);
	source = plain_source(plain);
	if (local_idx == LOCAL_NONE || !pipeline_may_use(core, local_idx) ||
	    !pipeline_may_send_from(core, &source, port))
		return false;
	burst_set_key(burst, burst->count++, &source, plain_ports(plain), local_idx);
	return true;
}

static enum drop_reason classify_frame(struct weir_core *core, struct rte_mbuf *m,
				       struct burst *burst);

/* A datagram is whole: where it may be another core's, only the port layer knows whose. */
static void
classify_whole(struct weir_core *core, struct rte_mbuf *m, struct burst *burst)
{
	enum drop_reason reason;

	if (core->hands_whole_back && core->whole_count < PIPELINE_WHOLE_MAX) {
		pipeline_account(core, DROP_NONE);
		core->whole[core->whole_count++] = m;
		return;
	}
	reason = core->hands_whole_back ? DROP_buffers_short : classify_frame(core, m, burst);
	if (reason == DROP_NONE)
		return;
	pipeline_account(core, reason);
	rte_pktmbuf_free(m);
}

/* Is it to one of our addresses, from somebody who may send there? */
static enum drop_reason
judge_fragment(struct weir_core *core, const struct rte_mbuf *m, struct frame *frame)
{
	enum drop_reason reason;
	uint16_t local_idx;

	frame->kind = FRAME_TCP; /* as what it must pass, or it goes no further */
	if (ip_addr_is_martian_source(&frame->source, frame->is_ipv6))
		return DROP_ip_source_invalid;
	reason = check_mac(core, frame, (uint8_t)m->port);
	if (reason == DROP_NONE)
		reason = check_addresses(core, frame, (uint8_t)m->port, &local_idx);
	if (reason == DROP_NONE && core->tcp.buffers_short)
		reason = DROP_buffers_short;
	return reason;
}

/* The last one of a datagram is counted by what becomes of that. */
static enum drop_reason
classify_fragment(struct weir_core *core, struct rte_mbuf *m, struct frame *frame,
		  struct burst *burst)
{
	enum drop_reason reason = judge_fragment(core, m, frame);
	struct rte_mbuf *whole;

	if (reason != DROP_NONE)
		return reason;
	reason = pipeline_take_fragment(core, m, frame, &whole);
	if (whole == NULL)
		pipeline_account(core, reason);
	else
		classify_whole(core, whole, burst);
	return DROP_NONE;
}

/* DROP_NONE: the burst or tx has taken `m`. */
static enum drop_reason
classify_frame(struct weir_core *core, struct rte_mbuf *m, struct burst *burst)
{
	struct frame *frame = &burst->frames[burst->count];
	enum drop_reason reason = frame_parse(m, frame);
	uint8_t port = (uint8_t)m->port;
	uint16_t local_idx = LOCAL_NONE;

	if (unlikely(reason == DROP_ip_fragment) && core->fragments != NULL)
		return classify_fragment(core, m, frame, burst);
	if (reason == DROP_NONE && core->dad != NULL &&
	    (frame->kind == FRAME_ARP || frame->kind == FRAME_ICMPV6))
		pipeline_dad_hear(core, m, frame);
	if (reason == DROP_NONE)
		reason = check_mac(core, frame, port);
	if (reason == DROP_NONE)
		reason = check_addresses(core, frame, port, &local_idx);
	if (reason != DROP_NONE)
		return reason;
	if (frame->kind == FRAME_TCP)
		return classify_tcp(m, frame, local_idx, burst);
	if (icmp_is_error(m, frame)) {
		reason = pipeline_icmp_error(core, m, frame, local_idx);
		if (reason == DROP_NONE)
			rte_pktmbuf_free(m);
	} else {
		reason = answer(core, m, frame);
	}
	if (reason == DROP_NONE)
		pipeline_account(core, DROP_NONE);
	return reason;
}

static void
classify_one(struct weir_core *core, struct rte_mbuf *m, struct burst *burst)
{
	enum drop_reason reason;

	pipeline_prefetch_second_line(m);
	if (classify_syn(core, m, burst) || classify_plain(core, m, burst))
		return;
	reason = classify_frame(core, m, burst);
	if (reason != DROP_NONE) {
		pipeline_account(core, reason);
		rte_pktmbuf_free(m);
	}
}

/* Frames that are not in one batch: in one of two, or in none. */
static __rte_noinline void
classify_mixed(struct weir_core *core, struct rte_mbuf **frames, uint32_t count, uint32_t lanes,
	       uint32_t others, struct burst *burst)
{
	struct burst_batch *first = &burst->batches[burst->batch_count - (lanes != 0)];
	struct burst_batch *second = &burst->batches[burst->batch_count];
	uint32_t more = 0;

	if ((uint32_t)__builtin_popcount(others) >= PIPELINE_BATCH_SECOND_MIN)
		more = pipeline_classify_batch(core, frames, count, others, burst, &others);
	for (uint32_t i = 0; i < count; i++) {
		if ((lanes >> i & 1) != 0)
			burst_take_lanes(burst, first, i, 1);
		else if ((more >> i & 1) != 0)
			burst_take_lanes(burst, second, i, 1);
		else
			classify_one(core, frames[i], burst);
	}
}

/* At most WIDE_LANES frames. */
static void
classify_some(struct weir_core *core, struct rte_mbuf **frames, uint32_t count, struct burst *burst)
{
	struct burst_batch *batch = &burst->batches[burst->batch_count];
	uint32_t all = (uint32_t)flow_first(count), lanes = 0, others = 0;

	if (core->looks_for_batches && count >= PIPELINE_BATCH_MIN)
		lanes = pipeline_classify_batch(core, frames, count, all, burst, &others);
	if (lanes == all)
		burst_take_lanes(burst, batch, 0, count);
	else
		classify_mixed(core, frames, count, lanes, others, burst);
}

/* Headers of up to WIDE_LANES frames.  With options a SYN is longer than a line. */
static void
fetch_headers(struct rte_mbuf **frames, uint32_t count)
{
	for (uint32_t i = 0; i < RTE_MIN(count, (uint32_t)WIDE_LANES); i++) {
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], void *));
		rte_prefetch0(rte_pktmbuf_mtod_offset(frames[i], void *, RTE_CACHE_LINE_MIN_SIZE));
	}
}

/* The first line of each buffer; returns how many octets are in them. */
static uint64_t
fetch_buffers(struct rte_mbuf **frames, uint32_t count)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < count; i++)
		rte_prefetch0(frames[i]);
	for (uint32_t i = 0; i < count; i++) {
		check(frames[i]->port < TCP_PORTS_MAX);
		bytes += rte_pktmbuf_pkt_len(frames[i]);
	}
	return bytes;
}

void
pipeline_classify(struct weir_core *core, struct rte_mbuf **frames, uint32_t count,
		  struct burst *burst)
{
	uint64_t bytes = fetch_buffers(frames, count);

	burst->count = 0;
	burst->opened = 0;
	burst->batched = 0;
	burst->acks = 0;
	burst->batch_count = 0;
	fetch_headers(frames, count);
	for (uint32_t i = 0; i < count; i += WIDE_LANES) {
		uint32_t left = count - i;

		if (left > WIDE_LANES)
			fetch_headers(frames + i + WIDE_LANES, left - WIDE_LANES);
		classify_some(core, frames + i, RTE_MIN(left, (uint32_t)WIDE_LANES), burst);
	}
	counter_add(&core->counters, COUNTER_rx_packets, count);
	counter_add(&core->counters, COUNTER_rx_bytes, bytes);
}
