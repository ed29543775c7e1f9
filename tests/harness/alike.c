/* SPDX-License-Identifier: BSD-3-Clause */

#include "alike.h"

#include <stddef.h>
#include <string.h>

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

static bool
is_same_but_transfer(const struct tcp_tcb *a, const struct tcp_tcb *b)
{
	struct tcp_tcb c = *a;

	if ((a->transfer == TCP_TRANSFER_NONE) != (b->transfer == TCP_TRANSFER_NONE))
		return false;
	c.transfer = b->transfer;
	return memcmp(&c, b, sizeof(c)) == 0;
}

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
	return is_same_but_transfer(a, b) ? NULL : "a field of the TCB";
}

const char *
alike_flow(const struct flow *a, const struct flow *b)
{
	if (memcmp(a->peer_mac, b->peer_mac, sizeof(a->peer_mac)) != 0)
		return "peer_mac";
	SAME(vlan_id);
	SAME(listener);
	SAME(port);
	SAME(path_error);
	SAME(deferred);
	SAME(timer.deadline);
	if (timer_node_is_armed(&a->timer) != timer_node_is_armed(&b->timer))
		return "timer";
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
