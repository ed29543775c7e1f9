/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TIME-WAIT: both FINs are acknowledged, as far as we know; for 2 MSL we answer
 * for the old connection (RFC 9293, 3.6.1 and 3.10.7.4).
 *
 *	the peer's FIN again	-> ACK, and the wait begins anew
 *	RST			-> ignored (RFC 1337, F1)
 *	SYN, provably newer	-> a new connection (RFC 6191)
 *	SYN, perhaps old	-> dropped silently (RFC 6191)
 *	ACK with our cookie	-> ESTABLISHED: that SYN's handshake is complete
 *	old text		-> ACK
 *	without a timestamp
 *	where there were some	-> dropped (RFC 7323, 3.2)
 *
 * A spoofed SYN must not end the wait, so with cookies the entry stays until the
 * cookie comes back; with the SYN queue it is traded for a queue entry.
 */
#include "tcp_input.h"

#include "tcp_emit.h"
#include "tcp_listen.h"
#include "tcp_seq.h"

/* RFC 6191, 2: may this SYN, of the same client, begin a new connection? */
static bool
syn_is_newer(const struct tcp_engine *engine, const struct time_wait *tw, const struct tcp_seg *seg)
{
	uint32_t last_seq = tw->rcv_nxt - 1; /* of the peer's FIN */
	bool has_timestamps = seg->options.has_timestamps && engine->config->timestamps;

	if (has_timestamps && !time_wait_has_timestamps(tw))
		return true;
	if (has_timestamps && seg->options.tsval != tw->ts_recent)
		return seq_gt(seg->options.tsval, tw->ts_recent);
	return seq_gt(seg->seq, last_seq);
}

static enum drop_reason
take_syn(struct tcp_engine *engine, uint32_t tw_idx, const struct tcp_request *request,
	 struct tcp_seg *seg)
{
	const struct time_wait *tw = time_wait_table_get(&engine->time_wait, tw_idx);
	uint32_t half_open = engine->syn_policy.half_open;
	uint32_t iss_floor = tw->snd_nxt;
	enum drop_reason reason;

	if (request->listener == LISTENER_NONE || (seg->flags & TH_FIN) ||
	    !syn_is_newer(engine, tw, seg))
		return DROP_time_wait_syn;
	reason = tcp_listen_take_syn(engine, request, &iss_floor, seg);
	if (engine->syn_policy.half_open != half_open) { /* it has a queue entry now */
		time_wait_table_remove(&engine->time_wait, tw_idx);
		counter_increment(engine->counters, COUNTER_time_wait_reused);
	}
	return reason;
}

/* Only a segment newer than all of the old connection may be a new handshake's last. */
static bool
may_carry_cookie(const struct tcp_engine *engine, const struct tcp_request *request,
		 const struct time_wait *tw, const struct tcp_seg *seg)
{
	if (request->listener == LISTENER_NONE || engine->config->cookies == TCP_COOKIES_NEVER ||
	    (seg->flags & TH_ACK) == 0)
		return false;
	if (seg->options.has_timestamps && time_wait_has_timestamps(tw))
		return seq_gt(seg->options.tsval, tw->ts_recent) && seg->ack != tw->snd_nxt;
	return seq_gt(seg->seq, tw->rcv_nxt);
}

static enum drop_reason
take_old(struct tcp_engine *engine, uint32_t tw_idx, struct tcp_seg *seg)
{
	const struct time_wait *tw = time_wait_table_get(&engine->time_wait, tw_idx);
	bool is_fin_again = (seg->flags & TH_FIN) != 0 && seg->end == tw->rcv_nxt;

	/* Our answer would have one too, and be longer than what somebody may have forged. */
	if (time_wait_has_timestamps(tw) && !seg->options.has_timestamps)
		return DROP_timestamp_missing;
	/* At the next number: an ACK of our ACK, say; and without ACK nothing is answered. */
	if (seg->seq == tw->rcv_nxt && (seg->len == 0 || !(seg->flags & TH_ACK)))
		return DROP_time_wait_stray;
	tcp_reply_time_wait_ack(engine, seg, tw);
	if (!is_fin_again)
		return DROP_time_wait_stray;
	time_wait_table_restart(&engine->time_wait, tw_idx,
				engine->tick + engine->config->time_wait_ticks);
	return DROP_NONE;
}

enum drop_reason
tcp_input_time_wait(struct tcp_engine *engine, uint32_t tw_idx, const struct flow_key *key,
		    uint64_t hash, uint16_t listener, struct tcp_seg *seg)
{
	const struct time_wait *tw = time_wait_table_get(&engine->time_wait, tw_idx);
	struct tcp_request request = {key, hash, listener};
	struct cookie_options options;
	enum drop_reason reason;
	uint32_t rtt_ms;

	if (seg->options_bad)
		return DROP_tcp_option_bad;
	if (seg->flags & TH_RST)
		return DROP_time_wait_rst;
	if ((seg->flags & (TH_SYN | TH_ACK)) == TH_SYN)
		return take_syn(engine, tw_idx, &request, seg);
	if ((seg->flags & TH_SYN) == 0 && may_carry_cookie(engine, &request, tw, seg) &&
	    tcp_listen_check_cookie(engine, &request, seg, &options, &rtt_ms) == COOKIE_VALID) {
		reason = tcp_open_admit_ack(engine, &request);
		if (reason != DROP_NONE)
			return reason; /* the entry stays: it may try again */
		time_wait_table_remove(&engine->time_wait, tw_idx);
		counter_increment(engine->counters, COUNTER_time_wait_reused);
		return tcp_open_from_cookie(engine, &request, &options, rtt_ms, seg);
	}
	return take_old(engine, tw_idx, seg);
}
