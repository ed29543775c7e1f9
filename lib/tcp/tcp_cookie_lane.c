/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_cookie_lane.h"

#include "check.h"
#include "plain_options.h"
#include "syn_ack.h"
#include "tcp_emit.h"
#include "tcp_open.h"
#include "tcp_syn_policy.h"
#include "tcp_window.h"

void
tcp_syn_lane_init(struct tcp_syn_lane *lane, bool is_ipv6)
{
	lane->count = 0;
	lane->tuples.is_ipv6 = is_ipv6;
}

static inline void
put_tuple(struct cookie_tuples *tuples, uint32_t i, const struct plain *plain, uint32_t irs)
{
	struct ip_addr remote = plain_source(plain), local = plain_destination(plain);

	cookie_tuples_put(tuples, i, &remote, &local, plain_ports(plain), irs);
}

bool
tcp_syn_lane_take(const struct tcp_engine *engine, struct tcp_syn_lane *lane,
		  const struct plain *syn)
{
	uint32_t i = lane->count;
	struct tcp_options offered;

	check(i < COOKIE_BURST_MAX);
	if (syn->head_bytes != syn->l4_bytes || !plain_syn_options(syn, &offered))
		return false;
	lane->syn[i] = syn;
	lane->tsval[i] = offered.tsval;
	tcp_open_agree(engine->config, &offered, &lane->options[i]);
	put_tuple(&lane->tuples, i, syn, plain_seq(syn));
	lane->count++;
	return true;
}

static inline void
answer(struct tcp_engine *engine, const struct tcp_syn_lane *lane, uint32_t i,
       const struct cookie *cookie)
{
	const struct plain *syn = lane->syn[i];
	const struct cookie_options *agreed = &lane->options[i];
	const struct tcp_config *config = engine->config;
	uint8_t port = (uint8_t)syn->m->port;
	struct syn_ack syn_ack; /* all but the SACK blocks is set below */

	syn_ack.iss = cookie->iss;
	syn_ack.ack = plain_seq(syn) + 1;
	syn_ack.wnd = tcp_window_of_syn(config);
	syn_ack.ttl = config->ttl;
	syn_ack.tos = config->tos;
	syn_ack.options.has_mss = agreed->mss != 0;
	syn_ack.options.mss = tcp_emit_mss(engine, port, syn->is_ipv6);
	syn_ack.options.has_wscale = agreed->has_wscale;
	syn_ack.options.wscale = config->rcv_wscale;
	syn_ack.options.has_sack_permitted = agreed->sack_permitted;
	syn_ack.options.has_timestamps = agreed->has_timestamps;
	syn_ack.options.tsval = cookie->tsval;
	syn_ack.options.tsecr = lane->tsval[i];
	syn_ack_write(syn, &syn_ack, &config->ports[port].offload);
	tcp_engine_send(engine, syn->m);
}

void
tcp_syn_lane_answer(struct tcp_engine *engine, struct tcp_syn_lane *lane)
{
	struct cookie cookies[COOKIE_BURST_MAX];

	if (lane->count == 0)
		return;
	tcp_syn_policy_answered(engine, lane->count);
	syn_cookie_make_burst(&engine->cookies, &lane->tuples, lane->options, lane->count, cookies);
	for (uint32_t i = 0; i < lane->count; i++)
		answer(engine, lane, i, &cookies[i]);
	counter_add(engine->counters, COUNTER_syn_received, lane->count);
	counter_add(engine->counters, COUNTER_cookie_sent, lane->count);
	lane->count = 0;
}

void
tcp_ack_lane_init(struct tcp_ack_lane *lane, bool is_ipv6)
{
	lane->count = 0;
	lane->tuples.is_ipv6 = is_ipv6;
}

const struct cookie_finding *
tcp_ack_lane_put(const struct tcp_engine *engine, struct tcp_ack_lane *lane,
		 const struct plain *ack)
{
	uint32_t i = lane->count;
	struct tcp_options options;

	check(i < COOKIE_BURST_MAX);
	if (!plain_ack_options(ack, &options))
		return NULL;
	lane->claims[i] = (struct cookie_claim){
		.iss = plain_ack(ack) - 1,
		.tsecr = options.tsecr,
		.has_timestamps = options.has_timestamps && engine->config->timestamps,
	};
	put_tuple(&lane->tuples, i, ack, plain_seq(ack) - 1);
	lane->count++;
	return &lane->findings[i];
}

void
tcp_ack_lane_judge(const struct tcp_engine *engine, struct tcp_ack_lane *lane)
{
	if (lane->count > 0)
		syn_cookie_check_burst(&engine->cookies, &lane->tuples, lane->claims, lane->count,
				       lane->findings);
}
