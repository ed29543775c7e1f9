/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * LISTEN for a whole burst: what needs nothing but a cookie, made or judged, is
 * collected in a lane, and the PRF runs once over all of it.  One lane holds one
 * family of addresses.  What a lane does not take goes to tcp_input_listen(), one
 * segment at a time, with the same result.
 */
#ifndef WEIR_TCP_TCP_COOKIE_LANE_H
#define WEIR_TCP_TCP_COOKIE_LANE_H

#include "plain.h"
#include "syn_cookie.h"
#include "tcp_engine.h"

/* SYNs to be answered with a cookie. */
struct tcp_syn_lane {
	uint32_t count;
	const struct plain *syn[COOKIE_BURST_MAX];
	struct cookie_fields fields[COOKIE_BURST_MAX];
	struct cookie_tuples tuples;
	/* Of those in none of the forms that plain_syn.h knows: what was agreed, and SEG.TSval. */
	struct cookie_options options[COOKIE_BURST_MAX];
	uint32_t tsval[COOKIE_BURST_MAX];
};

void tcp_syn_lane_init(struct tcp_syn_lane *lane, bool is_ipv6);

/*
 * True: the lane has the SYN, and its buffer.  False, for one that carries text or
 * whose options are bad: nothing has happened.  The caller has seen to it that a
 * listener wants it, that cookies are the choice, and that nothing is known of its
 * connection.
 */
bool tcp_syn_lane_take(const struct tcp_engine *engine, struct tcp_syn_lane *lane,
		       const struct plain *syn);

/* Answer all of them; the lane is empty then. */
void tcp_syn_lane_answer(struct tcp_engine *engine, struct tcp_syn_lane *lane);

/* Acknowledgments that may complete a handshake. */
struct tcp_ack_lane {
	uint32_t count;
	struct cookie_claim claims[COOKIE_BURST_MAX];
	struct cookie_finding findings[COOKIE_BURST_MAX];
	struct cookie_tuples tuples;
};

void tcp_ack_lane_init(struct tcp_ack_lane *lane, bool is_ipv6);

/* Where the finding on `ack` will stand after tcp_ack_lane_judge(); NULL if its options are bad. */
const struct cookie_finding *tcp_ack_lane_put(const struct tcp_engine *engine,
					      struct tcp_ack_lane *lane, const struct plain *ack);

void tcp_ack_lane_judge(const struct tcp_engine *engine, struct tcp_ack_lane *lane);

#endif
