/* SPDX-License-Identifier: BSD-3-Clause */

#include "alike.h"

#include <stddef.h>

const char *
alike_counters(const struct counters *a, const struct counters *b)
{
	if (!counters_balance(a) || !counters_balance(b))
		return "the balance of received and served plus dropped";
	for (int i = 0; i < COUNTER_N; i++) {
		if (a->value[i] != b->value[i])
			return counter_name((enum counter)i);
	}
	for (int i = 0; i < DROP_N; i++) {
		if (a->drop[i] != b->drop[i])
			return drop_reason_name((enum drop_reason)i);
	}
	return NULL;
}

#define SAME(field)                       \
	do {                              \
		if (a->field != b->field) \
			return #field;    \
	} while (false)

const char *
alike_tcb(const struct tcp_tcb *a, const struct tcp_tcb *b)
{
	SAME(state);
	SAME(flags);
	SAME(mss);
	SAME(wscale);
	SAME(ecn);
	SAME(snd_una);
	SAME(rcv_nxt);
	SAME(snd_wnd);
	SAME(ts_recent);
	SAME(ts_offset);
	SAME(srtt_us);
	return NULL;
}

const char *
alike_policy(const struct tcp_syn_policy *a, const struct tcp_syn_policy *b)
{
	SAME(half_open);
	SAME(use_cookies);
	SAME(window_syns);
	SAME(window_start_ns);
	SAME(calm_since_ns);
	return NULL;
}
