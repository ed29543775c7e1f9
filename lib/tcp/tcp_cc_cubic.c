/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * CUBIC (RFC 9438).  After a reduction the window approaches the size at which
 * there was congestion, lingers there and then looks for more:
 *
 *	W_cubic(t) = C (t - K)^3 + W_max	K = cbrt((W_max - cwnd_epoch) / C)
 *
 * with windows in segments, t in seconds since the reduction and C = 0.4.  Here
 * windows are octets and times milliseconds, all integers.  Where Reno would have
 * the larger window, Reno's is taken (4.3).
 *
 * Nothing is divided by the window: what is to be added by and by is summed up
 * until it makes a segment.  That segment costs one division, a reduction another.
 */
#include "tcp_cc.h"

#include <rte_common.h>

#define MS_MAX 524288u /* |t - K|: 2^57 when cubed, and with an MSS of 2^16 less than 2^63 */

/* C (d ms)^3 segments are 0.4 d^3 / 10^9 MSS octets; 10 bits of d^3 are dropped on the way. */
#define CUBE_SHIFT   10
#define CUBE_DIVISOR 2441406u /* 10^9 / 0.4 / 2^10 */

/* (W_max - cwnd) MSS / C in ms^3. */
#define K_CUBED_PER_SEGMENT UINT64_C(2500000000)

/* Time in which the window was not made use of says nothing about the path (5.8). */
#define PAUSE_MS 100u

#define ALPHA_1024 542u /* 3 (1 - beta) / (1 + beta), Reno's growth with our reduction (4.3) */

static uint32_t
times_beta(uint32_t bytes)
{
	return (uint32_t)((uint64_t)bytes * 7 / 10);
}

uint32_t
tcp_cubic_root(uint64_t cube)
{
	uint64_t root = 0;

	/* Bit by bit, the highest first: 2^21 cubed is beyond 63 bits. */
	for (uint64_t bit = UINT64_C(1) << 20; bit != 0; bit >>= 1) {
		uint64_t more = root | bit;

		if (more * more * more <= cube)
			root = more;
	}
	return (uint32_t)root;
}

/* Figure 1. */
static uint32_t
w_cubic(const struct tcp_tcb *tcb, const struct tcp_cubic *cubic, uint32_t t_ms)
{
	bool is_before = t_ms < cubic->k_ms;
	uint64_t d = RTE_MIN(is_before ? cubic->k_ms - t_ms : t_ms - cubic->k_ms, MS_MAX);
	uint64_t bytes = ((d * d * d) >> CUBE_SHIFT) * tcb->mss / CUBE_DIVISOR;

	if (is_before)
		return bytes < cubic->w_max ? cubic->w_max - (uint32_t)bytes : 0;
	return (uint32_t)RTE_MIN(cubic->w_max + bytes, (uint64_t)TCP_CWND_MAX);
}

static void
begin_epoch(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t now_ms)
{
	struct tcp_cubic *cubic = &transfer->cc_state.cubic;

	cubic->has_epoch = true;
	cubic->epoch_ms = cubic->last_ms = now_ms;
	cubic->w_est = transfer->cwnd;
	cubic->est_credit = cubic->credit = 0;
	cubic->k_ms = 0;
	if (cubic->w_max <= transfer->cwnd) {
		cubic->w_max = transfer->cwnd;
		return;
	}
	cubic->k_ms = tcp_cubic_root((uint64_t)(cubic->w_max - transfer->cwnd) *
				     K_CUBED_PER_SEGMENT / tcb->mss);
}

/* Milliseconds of this epoch in which the window was in use. */
static uint32_t
epoch_age(const struct tcp_tcb *tcb, struct tcp_cubic *cubic, uint32_t now_ms)
{
	uint32_t pause = now_ms - cubic->last_ms;

	if (pause > PAUSE_MS + tcb->srtt_us / 1000)
		cubic->epoch_ms += pause;
	cubic->last_ms = now_ms;
	return now_ms - cubic->epoch_ms;
}

/* 4.3: as Reno would have grown, had it reduced to beta. */
static void
grow_estimate(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer,
	      struct tcp_cubic *cubic, uint32_t acked)
{
	/* Once the window of the last congestion is reached, by a whole segment each time. */
	uint64_t alpha = cubic->w_est >= cubic->cwnd_prior ? 1024 : ALPHA_1024;
	uint64_t due = (uint64_t)transfer->cwnd * 1024;

	cubic->est_credit += acked * alpha;
	if (cubic->est_credit < due)
		return;
	cubic->est_credit -= due;
	cubic->w_est += tcb->mss;
}

/* 4.4 and 4.5: per octet acknowledged by (target - cwnd) / cwnd. */
static void
approach(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, struct tcp_cubic *cubic,
	 uint32_t target, uint32_t acked)
{
	uint32_t limit = transfer->cwnd + transfer->cwnd / 2;

	if (target <= transfer->cwnd)
		return;
	cubic->credit += (uint64_t)acked * (RTE_MIN(target, limit) - transfer->cwnd);
	if (cubic->credit < (uint64_t)transfer->cwnd * tcb->mss)
		return;
	transfer->cwnd += (uint32_t)(cubic->credit / transfer->cwnd);
	cubic->credit = 0;
}

static void
avoid(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked, uint32_t now_ms)
{
	struct tcp_cubic *cubic = &transfer->cc_state.cubic;
	uint32_t age;

	if (!cubic->has_epoch)
		begin_epoch(tcb, transfer, now_ms);
	age = epoch_age(tcb, cubic, now_ms);
	grow_estimate(tcb, transfer, cubic, acked);
	if (w_cubic(tcb, cubic, age) < cubic->w_est)
		transfer->cwnd = RTE_MAX(transfer->cwnd, cubic->w_est);
	else
		approach(tcb, transfer, cubic, w_cubic(tcb, cubic, age + tcb->srtt_us / 1000),
			 acked);
}

/* 4.6, 4.7 and 4.8. */
static uint32_t
on_congestion(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t flight,
	      enum tcp_congestion congestion)
{
	struct tcp_cubic *cubic = &transfer->cc_state.cubic;
	uint32_t cwnd = transfer->cwnd;

	cubic->prior_w_max = cubic->w_max;
	cubic->cwnd_prior = cwnd;
	cubic->has_epoch = false;
	/* Fast convergence: less than last time, so somebody else wants a share. */
	cubic->w_max = cwnd < cubic->w_max ? (uint32_t)((uint64_t)cwnd * 17 / 20) : cwnd;
	if (congestion == CONGESTION_TIMEOUT)
		cubic->w_max = 0; /* the next epoch begins at its own cwnd */
	return tcp_cc_ssthresh_floor(tcb, times_beta(flight));
}

static void
on_undo(struct tcp_transfer *transfer)
{
	struct tcp_cubic *cubic = &transfer->cc_state.cubic;

	cubic->w_max = cubic->prior_w_max;
	cubic->has_epoch = false;
}

static void
on_restart(struct tcp_transfer *transfer)
{
	transfer->cc_state.cubic.has_epoch = false;
}

const struct tcp_cc tcp_cc_cubic = {
	.avoid = avoid,
	.on_congestion = on_congestion,
	.on_undo = on_undo,
	.on_restart = on_restart,
};
