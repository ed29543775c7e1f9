/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_emit.h"

#include <string.h>

#include "check.h"
#include "emit.h"
#include "frame.h"
#include "tcp_ecn.h"
#include "tcp_reassembly.h"
#include "tcp_source.h"
#include "tcp_window.h"

#define IPV4_TCP_BYTES 40
#define IPV6_TCP_BYTES 60

/* Challenge ACKs: one per connection in a period of 2^9 ticks, about half a second. */
#define CHALLENGE_PERIOD_SHIFT 9

uint16_t
tcp_emit_mss(const struct tcp_engine *engine, uint8_t port, bool is_ipv6)
{
	return (uint16_t)(engine->config->ports[port].mtu -
			  (is_ipv6 ? IPV6_TCP_BYTES : IPV4_TCP_BYTES));
}

static struct emit_path
path_of_flow(const struct tcp_engine *engine, const struct flow *flow)
{
	const struct local_address *local =
		listener_table_address(engine->listeners, flow->key.local_idx);
	struct emit_path path = {
		.source = local->addr,
		.destination = flow->key.remote,
		.vlan_id = flow->vlan_id,
		.ttl = engine->config->ttl,
		.tos = engine->config->tos,
		.is_ipv6 = !ip_addr_is_ipv4(&local->addr),
	};

	memcpy(path.mac_source, local->mac, sizeof(path.mac_source));
	memcpy(path.mac_destination, flow->peer_mac, sizeof(path.mac_destination));
	return path;
}

/* Back to where a frame came from.  Copied, because the reply is written over it. */
static struct emit_path
path_of_reply(const struct tcp_engine *engine, const struct frame *frame)
{
	struct emit_path path = {
		.source = frame->destination,
		.destination = frame->source,
		.vlan_id = frame->vlan_id,
		.ttl = engine->config->ttl,
		.tos = engine->config->tos,
		.is_ipv6 = frame->is_ipv6,
	};

	memcpy(path.mac_source, frame->mac_destination, sizeof(path.mac_source));
	memcpy(path.mac_destination, frame->mac_source, sizeof(path.mac_destination));
	return path;
}

static void
send_frame(struct tcp_engine *engine, struct rte_mbuf *m, uint16_t port,
	   const struct emit_path *path, const struct emit_tcp *tcp)
{
	emit_tcp_headers(m, path, tcp, &engine->config->ports[port].offload);
	m->port = port;
	if (tcp->flags & TH_RST)
		counter_increment(engine->counters, COUNTER_rst_sent);
	tcp_engine_send(engine, m);
}

static uint16_t
advertise(const struct tcp_engine *engine, struct tcp_tcb *tcb)
{
	const struct tcp_transfer *transfer;

	if (tcb->transfer == TCP_TRANSFER_NONE)
		return tcp_window_advertise(engine->config->receive_buffer, tcb, 0);
	transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	return tcp_window_advertise(
		tcp_window_buffer(engine->config, transfer, engine->buffers_short), tcb,
		transfer->receive.bytes);
}

static void
set_timestamps(const struct tcp_engine *engine, const struct tcp_tcb *tcb,
	       struct tcp_options *options)
{
	if (!tcb_has(tcb, TCB_TIMESTAMPS))
		return;
	options->has_timestamps = true;
	options->tsval = engine->now_ms + tcb->ts_offset;
	options->tsecr = tcb->ts_recent;
}

/* With timestamps there is room for three blocks. */
static void
set_sack(const struct tcp_engine *engine, const struct tcp_tcb *tcb, struct tcp_options *options)
{
	const struct tcp_transfer *transfer;

	if (!tcb_has(tcb, TCB_SACK) || tcb->transfer == TCP_TRANSFER_NONE)
		return;
	transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	if (transfer->held != NULL || transfer->has_twice)
		options->sack_count = tcp_reassembly_blocks(transfer, options->sack,
							    options->has_timestamps ? 3 : 4);
}

uint32_t
tcp_emit_sack_bytes(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	struct tcp_options options = {0};
	uint32_t bytes_before;

	set_timestamps(engine, tcb, &options);
	bytes_before = tcp_options_bytes(&options);
	set_sack(engine, tcb, &options);
	return tcp_options_bytes(&options) - bytes_before;
}

/* Flags and TOS of a segment of a connection that agreed to ECN; `m` has its text alone. */
static __rte_noinline void
mark_ecn(const struct tcp_engine *engine, const struct tcp_tcb *tcb, const struct rte_mbuf *m,
	 struct emit_tcp *tcp, struct emit_path *path)
{
	struct tcp_transfer *transfer =
		tcb->transfer == TCP_TRANSFER_NONE
			? NULL
			: tcp_transfer_get(&engine->transfers, tcb->transfer);
	bool is_new = transfer != NULL && m->pkt_len > 0 && tcp->seq == tcb->snd_nxt;

	tcp->flags = tcp_ecn_mark(tcb, transfer, is_new, tcp->flags, &path->tos);
}

void
tcp_emit_segment(struct tcp_engine *engine, uint32_t idx, struct rte_mbuf *m, uint32_t seq,
		 uint8_t flags)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct emit_path path = path_of_flow(engine, flow);
	struct tcp_options options = {0};
	struct emit_tcp tcp = {
		.source_port = flow->key.local_port,
		.destination_port = flow->key.remote_port,
		.seq = seq,
		.flags = flags,
		.options = &options,
	};

	set_timestamps(engine, tcb, &options);
	set_sack(engine, tcb, &options);
	if (options.sack_count > 0) /* a report is made once (RFC 2883, 4) */
		tcp_transfer_get(&engine->transfers, tcb->transfer)->has_twice = false;
	if (flags & TH_ACK) {
		tcp.ack = tcb->rcv_nxt;
		tcp.wnd = advertise(engine, tcb);
		tcb_clear(tcb, TCB_ACK_DELAYED);
		flow->deferred &= (uint8_t)~TCP_DEFER_ACK;
	}
	if (unlikely(tcb->ecn))
		mark_ecn(engine, tcb, m, &tcp, &path);
	send_frame(engine, m, flow->port, &path, &tcp);
}

/* A segment without text.  Without a buffer it is as if lost: the peer will ask again. */
static void
emit_bare(struct tcp_engine *engine, uint32_t idx, uint32_t seq, uint8_t flags)
{
	struct rte_mbuf *m = tcp_engine_alloc(engine);

	if (m != NULL)
		tcp_emit_segment(engine, idx, m, seq, flags);
}

void
tcp_emit_ack(struct tcp_engine *engine, uint32_t idx)
{
	emit_bare(engine, idx, tcp_engine_tcb(engine, idx)->snd_nxt, TH_ACK);
}

/* One per connection and period; the period is kept in six bits, so it repeats after 34 s. */
static bool
challenge_is_due(const struct tcp_engine *engine, struct tcp_tcb *tcb)
{
	uint16_t period =
		(uint16_t)(((engine->tick >> CHALLENGE_PERIOD_SHIFT) << TCB_PERIOD_SHIFT) &
			   TCB_PERIOD_MASK);

	if (tcb_has(tcb, TCB_CHALLENGED) && (tcb->flags & TCB_PERIOD_MASK) == period)
		return false;
	tcb->flags = (uint16_t)((tcb->flags & ~TCB_PERIOD_MASK) | TCB_CHALLENGED | period);
	return true;
}

void
tcp_emit_challenge_ack(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (!challenge_is_due(engine, tcb) ||
	    !rate_limit_take(&engine->challenge_limit, engine->now_ns, &engine->rng)) {
		counter_increment(engine->counters, COUNTER_challenge_ack_limited);
		return;
	}
	counter_increment(engine->counters, COUNTER_challenge_ack_sent);
	tcp_emit_ack(engine, idx);
}

/* A SYN is never scaled, and has the MSS beside what `options` brings. */
static void
send_syn(struct tcp_engine *engine, uint32_t idx, struct tcp_options *options, uint8_t flags)
{
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct emit_path path = path_of_flow(engine, flow);
	struct emit_tcp tcp = {
		.source_port = flow->key.local_port,
		.destination_port = flow->key.remote_port,
		.seq = tcb->snd_una,
		.ack = tcb->rcv_nxt,
		.wnd = tcp_window_of_syn(engine->config),
		.flags = flags,
		.options = options,
	};
	struct rte_mbuf *m = tcp_engine_alloc(engine);

	if (m == NULL)
		return;
	options->has_mss = true;
	options->mss = tcp_emit_mss(engine, flow->port, path.is_ipv6);
	send_frame(engine, m, flow->port, &path, &tcp);
}

void
tcp_emit_syn_ack(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_options options = {
		.has_wscale = tcb->wscale != 0,
		.wscale = (uint8_t)tcb_rcv_shift(tcb),
		.has_sack_permitted = tcb_has(tcb, TCB_SACK),
	};

	set_timestamps(engine, tcb, &options);
	send_syn(engine, idx, &options, TH_SYN | TH_ACK | (tcb->ecn ? TH_ECE : 0));
}

void
tcp_emit_syn(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_config *config = engine->config;
	struct tcp_options options = {
		.has_wscale = config->window_scaling,
		.wscale = config->rcv_wscale,
		.has_sack_permitted = config->sack,
		.has_timestamps = config->timestamps,
		.tsval = engine->now_ms + tcp_engine_tcb(engine, idx)->ts_offset,
	};

	send_syn(engine, idx, &options, TH_SYN);
}

void
tcp_emit_rst(struct tcp_engine *engine, uint32_t idx)
{
	emit_bare(engine, idx, tcp_engine_tcb(engine, idx)->snd_nxt, TH_RST);
}

void
tcp_emit_abort(struct tcp_engine *engine, uint32_t idx)
{
	switch ((enum tcp_state)tcp_engine_tcb(engine, idx)->state) {
	case TCPS_ESTABLISHED:
	case TCPS_FIN_WAIT_1:
	case TCPS_FIN_WAIT_2:
	case TCPS_CLOSE_WAIT:
		tcp_emit_rst(engine, idx);
		break;
	case TCPS_SYN_RECEIVED:
		if (flow_is_outgoing(flow_pool_get(&engine->flows, idx)))
			tcp_emit_rst(engine, idx);
		break;
	default:
		break;
	}
}

void
tcp_emit_probe(struct tcp_engine *engine, uint32_t idx)
{
	emit_bare(engine, idx, tcp_engine_tcb(engine, idx)->snd_nxt - 1, TH_ACK);
}

static void
reply(struct tcp_engine *engine, struct tcp_seg *seg, const struct tcp_options *options,
      uint32_t seq, uint32_t ack, uint16_t wnd, uint8_t flags)
{
	struct emit_path path = path_of_reply(engine, seg->frame);
	struct rte_mbuf *m = seg->m;
	uint16_t port = m->port;
	const uint8_t *l4 = rte_pktmbuf_mtod_offset(m, const uint8_t *, seg->frame->l4_off);
	rte_be16_t ports[2];

	memcpy(ports, l4, sizeof(ports));
	seg->m = NULL;
	emit_reset_mbuf(m);
	send_frame(engine, m, port, &path,
		   &(struct emit_tcp){
			   .source_port = rte_be_to_cpu_16(ports[1]),
			   .destination_port = rte_be_to_cpu_16(ports[0]),
			   .seq = seq,
			   .ack = ack,
			   .wnd = wnd,
			   .flags = flags,
			   .options = options,
		   });
}

bool
tcp_reply_rst_is_spent(struct tcp_engine *engine, uint32_t count)
{
	if (!rate_limit_is_spent(&engine->rst_limit, engine->now_ns))
		return false;
	counter_add(engine->counters, COUNTER_rst_limited, count);
	return true;
}

/* First what costs nothing to ask: under a flood it is the core's budget that is spent. */
static bool
rst_is_due(struct tcp_engine *engine, const struct ip_addr *source)
{
	if (tcp_reply_rst_is_spent(engine, 1))
		return false;
	if (!tcp_source_take_reply(engine, source)) {
		counter_increment(engine->counters, COUNTER_rst_prefix_limited);
		return false;
	}
	if (!rate_limit_take(&engine->rst_limit, engine->now_ns, &engine->rng)) {
		counter_increment(engine->counters, COUNTER_rst_limited);
		return false;
	}
	return true;
}

void
tcp_reply_rst(struct tcp_engine *engine, struct tcp_seg *seg)
{
	struct tcp_options options = {
		.has_timestamps = seg->options.has_timestamps,
		.tsecr = seg->options.tsval, /* TSval 0: RFC 7323, 5.2 */
	};

	if (!rst_is_due(engine, &seg->frame->source))
		return;
	if (seg->flags & TH_ACK)
		reply(engine, seg, &options, seg->ack, 0, 0, TH_RST);
	else
		reply(engine, seg, &options, 0, seg->end, 0, TH_RST | TH_ACK);
}

void
tcp_reply_syn_ack(struct tcp_engine *engine, struct tcp_seg *seg, const struct tcp_syn_ack *syn_ack)
{
	struct tcp_options options = {
		.has_mss = syn_ack->mss != 0,
		.mss = syn_ack->mss,
		.has_wscale = syn_ack->has_wscale,
		.wscale = engine->config->rcv_wscale,
		.has_sack_permitted = syn_ack->sack_permitted,
		.has_timestamps = syn_ack->has_timestamps,
		.tsval = syn_ack->tsval,
		.tsecr = seg->options.tsval,
	};

	reply(engine, seg, &options, syn_ack->iss, seg->seq + 1, tcp_window_of_syn(engine->config),
	      TH_SYN | TH_ACK | (syn_ack->ecn ? TH_ECE : 0));
}

void
tcp_reply_time_wait_ack(struct tcp_engine *engine, struct tcp_seg *seg, const struct time_wait *tw)
{
	/*
	 * Our timestamp offset is not kept in TIME-WAIT.  The peer's own TSecr, the
	 * last of our values it saw, is one that it can not find too old.
	 */
	struct tcp_options options = {
		.has_timestamps = time_wait_has_timestamps(tw),
		.tsval = seg->options.tsecr,
		.tsecr = tw->ts_recent,
	};

	if (!tcp_source_take_reply(engine, &seg->frame->source)) {
		counter_increment(engine->counters, COUNTER_time_wait_ack_limited);
		return;
	}
	/* Nothing follows a FIN, so any window will do; but 0 would look like a reader's fault. */
	reply(engine, seg, &options, tw->snd_nxt, tw->rcv_nxt, tcp_window_of_syn(engine->config),
	      TH_ACK);
}
