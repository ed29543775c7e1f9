/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * LISTEN: nothing is known of this client (RFC 9293, 3.10.7.2, with cookies as
 * in RFC 4987, 3.6).
 *
 *	RST			-> ignored
 *	ACK with our cookie	-> ESTABLISHED, and this segment is served there
 *	any other ACK		-> RST
 *	SYN			-> SYN-ACK: a cookie and nothing kept, or SYN-RECEIVED
 *	anything else		-> dropped
 */
#include "tcp_listen.h"

#include "check.h"
#include "frame.h"
#include "tcp_ecn.h"
#include "tcp_emit.h"
#include "tcp_input.h"
#include "tcp_seq.h"
#include "tcp_syn_policy.h"
#include "tcp_tombstone.h"

/* RFC 9293, MAY-2: a new ISN beyond the old connection's last number, by more than its window. */
#define ISS_AHEAD 65537u

static struct cookie_tuple
tuple_of(const struct tcp_request *request, const struct tcp_seg *seg, uint32_t irs)
{
	return (struct cookie_tuple){
		.remote = seg->frame->source,
		.local = seg->frame->destination,
		.remote_port = request->key->remote_port,
		.local_port = request->key->local_port,
		.irs = irs,
		.is_ipv6 = seg->frame->is_ipv6,
	};
}

/*
 * Nothing is kept, so nothing can be sent again; and no option goes out that did
 * not come in, so the answer is never longer than the question.
 */
static void
reply_with_cookie(struct tcp_engine *engine, const struct tcp_request *request, struct tcp_seg *seg)
{
	struct cookie_tuple tuple = tuple_of(request, seg, seg->seq);
	struct cookie_options options;
	struct tcp_syn_ack syn_ack;
	struct cookie cookie;

	tcp_open_agree(engine->config, &seg->options, &options);
	options.ecn = options.has_timestamps && tcp_ecn_agree(engine->config, seg->flags);
	cookie = syn_cookie_make(&engine->cookies, &tuple, &options);
	syn_ack = (struct tcp_syn_ack){
		.iss = cookie.iss,
		.tsval = cookie.tsval,
		.has_timestamps = options.has_timestamps,
		.has_wscale = options.has_wscale,
		.sack_permitted = options.sack_permitted,
		.ecn = options.ecn,
	};
	if (options.mss != 0)
		syn_ack.mss = tcp_emit_mss(engine, (uint8_t)seg->m->port, seg->frame->is_ipv6);
	counter_increment(engine->counters, COUNTER_cookie_sent);
	tcp_reply_syn_ack(engine, seg, &syn_ack);
}

enum drop_reason
tcp_listen_take_syn(struct tcp_engine *engine, const struct tcp_request *request,
		    const uint32_t *iss_floor, struct tcp_seg *seg)
{
	enum drop_reason reason = tcp_open_admit(engine, request->listener);
	struct tcp_isn isn;

	counter_increment(engine->counters, COUNTER_syn_received);
	if (reason != DROP_NONE)
		return reason;
	switch (tcp_syn_policy_choose(engine, &request->key->remote)) {
	case SYN_COOKIE:
		reply_with_cookie(engine, request, seg);
		return DROP_NONE;
	case SYN_REFUSE:
		return DROP_syn_queue_full;
	case SYN_REFUSE_SOURCE:
		return DROP_prefix_flows;
	case SYN_QUEUE:
		break;
	}
	isn = tcp_isn_of(&engine->isn_key, request->key, engine->now_ns);
	if (iss_floor != NULL && seq_leq(isn.iss, *iss_floor + ISS_AHEAD))
		isn.iss = *iss_floor + ISS_AHEAD;
	return tcp_open_from_syn(engine, request, &isn, seg);
}

enum cookie_verdict
tcp_listen_check_cookie(const struct tcp_engine *engine, const struct tcp_request *request,
			const struct tcp_seg *seg, struct cookie_options *options, uint32_t *rtt_ms)
{
	struct cookie_tuple tuple = tuple_of(request, seg, seg->seq - 1);
	bool has_timestamps = seg->options.has_timestamps && engine->config->timestamps;

	return syn_cookie_check(&engine->cookies, &tuple, seg->ack - 1, has_timestamps,
				seg->options.tsecr, options, rtt_ms);
}

enum drop_reason
tcp_listen_refuse_cookies(struct tcp_engine *engine, enum cookie_verdict verdict, uint32_t count)
{
	check(verdict != COOKIE_VALID);
	if (verdict == COOKIE_EXPIRED) {
		counter_add(engine->counters, COUNTER_cookie_expired, count);
		return DROP_cookie_expired;
	}
	counter_add(engine->counters, COUNTER_cookie_forged, count);
	return DROP_cookie_forged;
}

static enum drop_reason
take_ack(struct tcp_engine *engine, const struct tcp_request *request,
	 const struct cookie_finding *finding, struct tcp_seg *seg)
{
	enum drop_reason reason = DROP_cookie_replayed;

	if (finding->verdict != COOKIE_VALID)
		reason = tcp_listen_refuse_cookies(engine, finding->verdict, 1);
	else if (!tcp_tombstone_covers(engine, request->hash, seg->seq, seg->ack))
		return tcp_open_from_cookie(engine, request, &finding->options, finding->rtt_ms,
					    seg);
	tcp_reply_rst(engine, seg);
	return reason;
}

/* One that no lane has judged before. */
static enum drop_reason
judge_ack(struct tcp_engine *engine, const struct tcp_request *request, struct tcp_seg *seg)
{
	struct cookie_finding finding;

	if ((seg->flags & TH_SYN) != 0 || !tcp_syn_policy_takes_cookies(engine)) {
		tcp_reply_rst(engine, seg);
		return DROP_no_connection;
	}
	finding.verdict =
		tcp_listen_check_cookie(engine, request, seg, &finding.options, &finding.rtt_ms);
	return take_ack(engine, request, &finding, seg);
}

enum drop_reason
tcp_input_listen(struct tcp_engine *engine, const struct flow_key *key, uint64_t hash,
		 uint16_t listener, const struct cookie_finding *finding, struct tcp_seg *seg)
{
	struct tcp_request request = {key, hash, listener};

	if (seg->options_bad)
		return DROP_tcp_option_bad;
	if (seg->flags & TH_RST)
		return DROP_rst_no_connection;
	if (seg->flags & TH_ACK)
		return finding != NULL ? take_ack(engine, &request, finding, seg)
				       : judge_ack(engine, &request, seg);
	if ((seg->flags & (TH_SYN | TH_FIN)) != TH_SYN)
		return DROP_tcp_flags_nonsense;
	return tcp_listen_take_syn(engine, &request, NULL, seg);
}
