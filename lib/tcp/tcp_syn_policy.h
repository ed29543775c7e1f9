/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN queue or cookies: the choice for each SYN, by core.
 *
 * With `auto` the queue serves until it is full or more SYNs arrive than the
 * set rate; then cookies serve until, for the hold time, neither was so.  The
 * distance between the two conditions is what keeps it from flapping.
 */
#ifndef WEIR_TCP_TCP_SYN_POLICY_H
#define WEIR_TCP_TCP_SYN_POLICY_H

#include "tcp_engine.h"

enum syn_choice {
	SYN_QUEUE,
	SYN_COOKIE,
	SYN_REFUSE,	   /* the queue is full and there are no cookies */
	SYN_REFUSE_SOURCE, /* it has room, but not for this network, and there are no cookies */
};

/* A SYN from `source` to a listener has come: what shall answer it? */
enum syn_choice tcp_syn_policy_choose(struct tcp_engine *engine, const struct ip_addr *source);

/* While engine->syn_policy.use_cookies: that many SYNs have come, and get cookies. */
void tcp_syn_policy_answered(struct tcp_engine *engine, uint32_t count);

/* May an ACK to a listener carry a cookie of ours, or of a machine that shares our key? */
bool tcp_syn_policy_takes_cookies(const struct tcp_engine *engine);

/* Time passes: go back to the queue when it has been calm for long enough. */
void tcp_syn_policy_calm(struct tcp_engine *engine);

#endif
