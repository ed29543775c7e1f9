/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_syn_policy.h"

#include "check.h"
#include "tcp_source.h"
#include "units.h"

/* SYNs are counted over a tenth of a second: soon enough to notice, long enough to average. */
#define WINDOW_NS	   (NS_PER_SECOND / 10)
#define WINDOWS_PER_SECOND 10

bool
tcp_syn_policy_takes_cookies(const struct tcp_engine *engine)
{
	return engine->config->cookies != TCP_COOKIES_NEVER;
}

static bool
queue_is_full(const struct tcp_engine *engine)
{
	return engine->syn_policy.half_open >= engine->config->syn_queue_max;
}

static bool
rate_is_exceeded(const struct tcp_engine *engine)
{
	return engine->syn_policy.window_syns > engine->config->syn_rate / WINDOWS_PER_SECOND;
}

static void
count_syns(struct tcp_engine *engine, uint32_t count)
{
	struct tcp_syn_policy *policy = &engine->syn_policy;

	if (engine->now_ns - policy->window_start_ns >= WINDOW_NS) {
		policy->window_start_ns = engine->now_ns;
		policy->window_syns = 0;
	}
	policy->window_syns += count;
}

static enum syn_choice
choose_without_cookies(const struct tcp_engine *engine, const struct ip_addr *source)
{
	if (queue_is_full(engine))
		return SYN_REFUSE;
	return tcp_source_may_queue(engine, source) ? SYN_QUEUE : SYN_REFUSE_SOURCE;
}

enum syn_choice
tcp_syn_policy_choose(struct tcp_engine *engine, const struct ip_addr *source)
{
	struct tcp_syn_policy *policy = &engine->syn_policy;
	bool is_full = queue_is_full(engine);

	if (engine->config->cookies == TCP_COOKIES_ALWAYS)
		return SYN_COOKIE;
	if (engine->config->cookies == TCP_COOKIES_NEVER)
		return choose_without_cookies(engine, source);

	count_syns(engine, 1);
	if (is_full || rate_is_exceeded(engine)) {
		policy->calm_since_ns = engine->now_ns;
		if (!policy->use_cookies) {
			policy->use_cookies = true;
			counter_increment(engine->counters, COUNTER_cookie_mode_entered);
		}
	}
	if (!policy->use_cookies && !tcp_source_may_queue(engine, source)) {
		counter_increment(engine->counters, COUNTER_syn_queue_passed_by);
		return SYN_COOKIE;
	}
	return policy->use_cookies ? SYN_COOKIE : SYN_QUEUE;
}

void
tcp_syn_policy_answered(struct tcp_engine *engine, uint32_t count)
{
	struct tcp_syn_policy *policy = &engine->syn_policy;

	check(policy->use_cookies);
	if (engine->config->cookies != TCP_COOKIES_AUTO)
		return;
	count_syns(engine, count);
	if (queue_is_full(engine) || rate_is_exceeded(engine))
		policy->calm_since_ns = engine->now_ns;
}

void
tcp_syn_policy_calm(struct tcp_engine *engine)
{
	struct tcp_syn_policy *policy = &engine->syn_policy;

	if (engine->config->cookies != TCP_COOKIES_AUTO || !policy->use_cookies)
		return;
	/* Half empty, not just not full: the next SYN must not switch back at once. */
	if (policy->half_open > engine->config->syn_queue_max / 2)
		policy->calm_since_ns = engine->now_ns;
	if (engine->now_ns - policy->calm_since_ns >= engine->config->syn_hold_ns) {
		policy->use_cookies = false;
		counter_increment(engine->counters, COUNTER_cookie_mode_left);
	}
}
