/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_cookie_lane.h"

#include "check.h"
#include "cookie_layout.h"
#include "plain_options.h"
#include "tcp_ecn.h"
#include "tcp_open.h"
#include "tcp_syn_policy.h"
#include "tcp_syn_sheet.h"

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

/* What cookie a SYN of that form gets; in line, so that there is straight code for each. */
static inline __attribute__((always_inline)) struct cookie_fields
pack_form(const struct tcp_config *config, const uint8_t *octets, enum plain_form form)
{
	struct cookie_options agreed;
	struct tcp_options offered;

	plain_take_form(&offered, octets, form);
	tcp_open_agree(config, &offered, &agreed);
	return cookie_pack(&agreed, false);
}

/* A SYN that plain_syn.h knows: what it says is where it always is. */
static inline void
take_form(const struct tcp_config *config, struct tcp_syn_lane *lane, const struct plain *syn)
{
	const uint8_t *ether = rte_pktmbuf_mtod(syn->m, const uint8_t *);
	const uint8_t *options = ether + PLAIN_SYN_OPTIONS;
	uint32_t i = lane->count;

	switch (syn->form) {
	case PLAIN_FORM_LINUX:
		lane->fields[i] = pack_form(config, options, PLAIN_FORM_LINUX);
		break;
	case PLAIN_FORM_WINDOWS:
		lane->fields[i] = pack_form(config, options, PLAIN_FORM_WINDOWS);
		break;
	case PLAIN_FORM_MSS:
		lane->fields[i] = pack_form(config, options, PLAIN_FORM_MSS);
		break;
	default:
		lane->fields[i] = pack_form(config, options, PLAIN_FORM_NONE);
		break;
	}
	cookie_tuples_put_ipv4(&lane->tuples, i, octets_load64(ether + PLAIN_SYN_TCP - 8),
			       octets_load64(ether + PLAIN_SYN_TCP));
	lane->syn[i] = syn;
	lane->count++;
}

static __rte_noinline bool
take_other(const struct tcp_engine *engine, struct tcp_syn_lane *lane, const struct plain *syn)
{
	uint32_t i = lane->count;
	struct tcp_options offered;

	if (syn->head_bytes != syn->l4_bytes || !plain_syn_options(syn, &offered))
		return false;
	lane->tsval[i] = offered.tsval;
	tcp_open_agree(engine->config, &offered, &lane->options[i]);
	lane->options[i].ecn =
		lane->options[i].has_timestamps && tcp_ecn_agree(engine->config, syn->flags);
	lane->fields[i] = cookie_pack(&lane->options[i], syn->is_ipv6);
	lane->syn[i] = syn;
	put_tuple(&lane->tuples, i, syn, plain_seq(syn));
	lane->count++;
	return true;
}

bool
tcp_syn_lane_take(const struct tcp_engine *engine, struct tcp_syn_lane *lane,
		  const struct plain *syn)
{
	check(lane->count < COOKIE_BURST_MAX);
	if (unlikely(syn->form == PLAIN_FORM_OTHER))
		return take_other(engine, lane, syn);
	take_form(engine->config, lane, syn);
	return true;
}

/* Out of line: it would take registers from the way of most. */
static __rte_noinline void
answer(struct tcp_engine *engine, const struct tcp_syn_lane *lane, uint32_t i,
       const struct cookie *cookie)
{
	const struct plain *syn = lane->syn[i];
	uint8_t port = (uint8_t)syn->m->port;
	struct syn_ack syn_ack;

	tcp_syn_ack_fill(engine, port, syn->is_ipv6, &lane->options[i], &syn_ack);
	syn_ack.iss = cookie->iss;
	syn_ack.ack = plain_seq(syn) + 1;
	syn_ack.options.tsval = cookie->tsval;
	syn_ack.options.tsecr = lane->tsval[i];
	syn_ack_write(syn, &syn_ack, &engine->config->ports[port].offload);
}

void
tcp_syn_lane_answer(struct tcp_engine *engine, struct tcp_syn_lane *lane)
{
	struct cookie cookies[COOKIE_BURST_MAX];

	if (lane->count == 0)
		return;
	tcp_syn_policy_answered(engine, lane->count);
	syn_cookie_make_burst(&engine->cookies, &lane->tuples, lane->fields, lane->count, cookies);
	for (uint32_t i = 0; i < lane->count; i++) {
		const struct plain *syn = lane->syn[i];

		if (unlikely(syn->form == PLAIN_FORM_OTHER))
			answer(engine, lane, i, &cookies[i]);
		else
			syn_ack_stamp_put(
				&tcp_syn_sheet(engine, syn->m->port, false)->stamp[syn->form], syn,
				cookies[i].iss, cookies[i].tsval);
		tcp_engine_send(engine, syn->m);
	}
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
