/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_open.h"

#include <string.h>

#include <rte_common.h>

#include "check.h"
#include "frame.h"
#include "plain_options.h"
#include "tcp_ecn.h"
#include "tcp_emit.h"
#include "tcp_rto.h"
#include "tcp_source.h"
#include "tcp_state.h"
#include "tcp_states.h"
#include "tcp_timers.h"
#include "tcp_window.h"

#define MSS_DEFAULT_IPV4 536u /* MUST-15 */
#define MSS_DEFAULT_IPV6 1220u

/*
 * No smaller segments than this, whatever the peer says: one with an MSS of 8
 * could make us send a hundred times the headers it pays for (CVE-2019-11479).
 */
#define MSS_FLOOR 216u

#define TIMESTAMPS_BYTES 12u

/* A handshake round trip longer than this says more about a lost ACK than about the path. */
#define HANDSHAKE_RTT_MS_MAX 3000

enum drop_reason
tcp_open_admit(const struct tcp_engine *engine, uint16_t listener)
{
	const struct listener *l = listener_table_get(engine->listeners, listener);

	if (engine->is_stopping)
		return DROP_stopping;
	if (l->flows_max != 0 && engine->listener_flows[listener] >= l->flows_max)
		return DROP_listener_full;
	return DROP_NONE;
}

struct tcp_peer
tcp_peer_of(const struct tcp_seg *seg)
{
	return (struct tcp_peer){
		.mac = seg->frame->mac_source,
		.vlan_id = seg->frame->vlan_id,
		.port = (uint8_t)seg->m->port,
		.is_ipv6 = seg->frame->is_ipv6,
		.tsval = seg->options.tsval,
	};
}

/* Eff.snd.MSS (MUST-16): what the peer takes, what our link carries, options taken off. */
static uint16_t
send_mss(const struct tcp_engine *engine, const struct tcp_peer *peer,
	 const struct cookie_options *options)
{
	uint32_t ours = tcp_emit_mss(engine, peer->port, peer->is_ipv6);
	uint32_t mss = options->mss;

	if (mss == 0)
		mss = peer->is_ipv6 ? MSS_DEFAULT_IPV6 : MSS_DEFAULT_IPV4;
	mss = RTE_MIN(RTE_MAX(mss, MSS_FLOOR), ours);
	return (uint16_t)(options->has_timestamps ? mss - TIMESTAMPS_BYTES : mss);
}

void
tcp_open_take_options(const struct tcp_engine *engine, struct tcp_tcb *tcb,
		      const struct cookie_options *agreed, const struct tcp_peer *peer)
{
	tcb->mss = send_mss(engine, peer, agreed);
	if (agreed->has_wscale)
		tcb->wscale = (uint8_t)(engine->config->rcv_wscale << 4 | agreed->wscale);
	if (agreed->sack_permitted)
		tcb_set(tcb, TCB_SACK);
	tcb->ecn = agreed->ecn;
	if (agreed->has_timestamps) {
		tcb_set(tcb, TCB_TIMESTAMPS);
		tcb->ts_recent = peer->tsval;
	}
}

/* A record for a new connection in CLOSED, everything known of the peer filled in. */
static uint32_t
create(struct tcp_engine *engine, const struct tcp_request *request,
       const struct cookie_options *options, const struct tcp_peer *peer)
{
	uint32_t idx = flow_pool_create(&engine->flows, request->hash, request->key);
	struct flow *flow;
	struct tcp_tcb *tcb;

	if (idx == FLOW_NONE)
		return FLOW_NONE;
	flow = flow_pool_get(&engine->flows, idx);
	memcpy(flow->peer_mac, peer->mac, sizeof(flow->peer_mac));
	flow->vlan_id = peer->vlan_id;
	flow->listener = request->listener;
	flow->port = peer->port & 7u;
	engine->listener_flows[request->listener]++;

	tcb = tcp_engine_tcb(engine, idx);
	memset(tcb, 0, sizeof(*tcb));
	tcb->state = TCPS_CLOSED;
	tcb->transfer = TCP_TRANSFER_NONE;
	tcb->last_rx = engine->tick;
	tcp_open_take_options(engine, tcb, options, peer);
	return idx;
}

/* The SYN said this much, unscaled; the scaled field must not say less. */
void
tcp_open_promise_window(const struct tcp_config *config, struct tcp_tcb *tcb)
{
	unsigned int shift = tcb_rcv_shift(tcb);
	uint32_t window = tcp_window_of_syn(config);

	tcb->last_ack_sent = tcb->rcv_nxt;
	tcb->rcv_wnd = (uint16_t)((window + (1u << shift) - 1) >> shift);
}

enum drop_reason
tcp_open_from_syn(struct tcp_engine *engine, const struct tcp_request *request,
		  const struct tcp_isn *isn, struct tcp_seg *syn)
{
	struct tcp_peer peer = tcp_peer_of(syn);
	struct cookie_options options;
	struct tcp_tcb *tcb;
	uint32_t idx;

	tcp_open_agree(engine->config, &syn->options, &options);
	options.ecn = tcp_ecn_agree(engine->config, syn->flags);
	idx = create(engine, request, &options, &peer);
	if (idx == FLOW_NONE)
		return DROP_flow_table_full;
	tcb = tcp_engine_tcb(engine, idx);
	tcb->snd_una = isn->iss;
	tcb->snd_nxt = isn->iss + 1;
	tcb->rcv_nxt = syn->seq + 1;
	tcb->ts_offset = isn->ts_offset;
	tcp_open_promise_window(engine->config, tcb);
	tcp_enter(tcb, TCPS_SYN_RECEIVED);
	engine->syn_policy.half_open++;
	tcp_source_queued(engine, &request->key->remote);

	counter_increment(engine->counters, COUNTER_syn_queue_entered);
	counter_increment(engine->counters, COUNTER_syn_ack_sent);
	tcp_emit_syn_ack(engine, idx);
	tcp_timer_restart(engine, idx);
	return DROP_NONE;
}

/* A client that came to us owes a first octet; and its network may have so many connections. */
static void
note_client(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	tcb->awaits = TCP_AWAITS_TEXT;
	tcb->keepalive = engine->config->keepalive;
	tcp_source_opened(engine, &flow_pool_get(&engine->flows, idx)->key.remote);
}

void
tcp_open_establish(struct tcp_engine *engine, uint32_t idx, uint32_t seq, uint32_t ack,
		   uint16_t wnd)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	tcb->snd_una = ack;
	tcb->snd_nxt = ack;
	tcb->snd_wnd = wnd;
	tcb->max_snd_wnd = wnd;
	tcb->snd_wl1 = seq;
	tcp_enter(tcb, TCPS_ESTABLISHED);
	flow_pool_get(&engine->flows, idx)->path_error = WEIR_PATH_FINE;
	if (!flow_is_outgoing(flow_pool_get(&engine->flows, idx)))
		note_client(engine, idx);
	counter_add(engine->counters, COUNTER_ecn_agreed, tcb->ecn);
	counter_increment(engine->counters, COUNTER_flow_opened);
	tcp_timer_restart(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OPEN);
}

/*
 * The time since our SYN-ACK is known by timestamps only.  Text here may mean that
 * the ACK before it was lost: then it measures nothing.
 */
static void
sample_handshake(struct tcp_tcb *tcb, uint32_t len, uint32_t rtt_ms)
{
	if (tcb_has(tcb, TCB_TIMESTAMPS) && len == 0 && rtt_ms <= HANDSHAKE_RTT_MS_MAX)
		tcp_rto_sample(tcb, rtt_ms * 1000);
}

enum drop_reason
tcp_open_queued(struct tcp_engine *engine, uint32_t idx, const struct tcp_seg *seg)
{
	const struct ip_addr *source = &flow_pool_get(&engine->flows, idx)->key.remote;
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	enum drop_reason reason = tcp_source_admit(engine, source);

	if (reason != DROP_NONE)
		return reason;
	engine->syn_policy.half_open--;
	tcp_source_unqueued(engine, source);
	tcb->rttvar_us = tcb->syn_retries > 0 ? TCP_RTO_AFTER_SYN_LOSS : 0;
	if (tcb->rttvar_us == 0)
		sample_handshake(tcb, seg->len,
				 engine->now_ms + tcb->ts_offset - seg->options.tsecr);
	tcp_open_establish(engine, idx, seg->seq, seg->ack, seg->wnd);
	return DROP_NONE;
}

enum drop_reason
tcp_open_admit_ack(const struct tcp_engine *engine, const struct tcp_request *request)
{
	enum drop_reason reason = tcp_open_admit(engine, request->listener);

	return reason == DROP_NONE ? tcp_source_admit(engine, &request->key->remote) : reason;
}

/* The handshake's last segment, as far as it makes the connection. */
struct last_ack {
	struct tcp_peer peer;
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
	uint32_t tsecr;
	uint16_t wnd;
};

static inline enum drop_reason
open_cookie(struct tcp_engine *engine, const struct tcp_request *request,
	    const struct cookie_options *options, uint32_t rtt_ms, const struct last_ack *last,
	    uint32_t *idx)
{
	enum drop_reason reason = tcp_open_admit_ack(engine, request);
	struct tcp_tcb *tcb;

	if (reason != DROP_NONE)
		return reason;
	*idx = create(engine, request, options, &last->peer);
	if (*idx == FLOW_NONE)
		return DROP_flow_table_full;
	tcb = tcp_engine_tcb(engine, *idx);
	/* Our clock goes on from the value that the cookie was. */
	tcb->ts_offset = options->has_timestamps ? last->tsecr - engine->now_ms : 0;
	sample_handshake(tcb, last->len, rtt_ms);
	tcb->rcv_nxt = last->seq;
	tcp_open_promise_window(engine->config, tcb);
	counter_increment(engine->counters, COUNTER_cookie_accepted);
	tcp_open_establish(engine, *idx, last->seq, last->ack, last->wnd);
	return DROP_NONE;
}

enum drop_reason
tcp_open_from_cookie(struct tcp_engine *engine, const struct tcp_request *request,
		     const struct cookie_options *options, uint32_t rtt_ms, struct tcp_seg *seg)
{
	struct last_ack last = {
		.peer = tcp_peer_of(seg),
		.seq = seg->seq,
		.ack = seg->ack,
		.len = seg->len,
		.tsecr = seg->options.tsecr,
		.wnd = seg->wnd,
	};
	enum drop_reason reason;
	uint32_t idx;

	reason = open_cookie(engine, request, options, rtt_ms, &last, &idx);
	return reason == DROP_NONE ? tcp_input_established(engine, idx, seg) : reason;
}

/*
 * ESTABLISHED finds nothing in it: SEG.SEQ is RCV.NXT, SEG.ACK is SND.NXT, the window,
 * TS.Recent and the way back are known from this very segment.
 */
enum drop_reason
tcp_open_from_bare_ack(struct tcp_engine *engine, const struct tcp_request *request,
		       const struct cookie_finding *finding, const struct plain *ack)
{
	struct tcp_options options;
	struct last_ack last;
	uint32_t idx;

	check(plain_ack_options(ack, &options)); /* or its cookie would not have been judged */
	last = (struct last_ack){
		.peer = {.mac = rte_pktmbuf_mtod_offset(ack->m, const uint8_t *, 6),
			 .vlan_id = ack->vlan_id,
			 .port = (uint8_t)ack->m->port,
			 .is_ipv6 = ack->is_ipv6,
			 .tsval = options.tsval},
		.seq = plain_seq(ack),
		.ack = plain_ack(ack),
		.len = 0,
		.tsecr = options.tsecr,
		.wnd = plain_wnd(ack),
	};
	return open_cookie(engine, request, &finding->options, finding->rtt_ms, &last, &idx);
}
