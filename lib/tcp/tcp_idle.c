/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments do not touch the timer of an idle connection: they note when they came,
 * and the timer looks at that when it fires.
 *
 * Keep-alive, with T the time of silence and I the interval between probes: the
 * first probe goes out at T, probe number k + 1 at T + k * I, all counted from the
 * last segment that came, and after I without an answer to the last one the
 * connection ends.  A probe is <SEQ=SND.NXT-1><ACK=RCV.NXT><CTL=ACK> without text
 * (SHLD-12), which no TCP can take without an answer.
 *
 * The trap is the count of probes: the answer does not set it back, for that would
 * cost each segment a store.  But an answer moves the time that all is counted
 * from, so when the timer fires and less than T + k * I have passed, the k probes
 * were answered.
 */
#include "tcp_idle.h"

#include <rte_common.h>

#include "tcp_emit.h"
#include "tcp_state.h"

/* When probe number `probes` + 1 is due, or the end, counted from the last segment. */
static uint32_t
due_after(const struct tcp_config *config, uint32_t probes)
{
	return config->keepalive_ticks + probes * config->keepalive_interval_ticks;
}

static uint32_t
age_of(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return engine->tick - tcb->last_rx;
}

/* The application may have been told to probe when the time for it had long passed. */
static uint32_t
keepalive_wait(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	const struct tcp_config *config = engine->config;
	uint32_t age = age_of(engine, tcb), probes = tcb->keepalive_probes;

	if (probes > 0 && age < due_after(config, probes - 1))
		probes = 0; /* answered */
	if (age < due_after(config, probes))
		return due_after(config, probes) - age;
	return probes == 0 ? 1 : config->keepalive_interval_ticks;
}

/* The sooner one; 0 is never. */
static uint32_t
sooner(uint32_t a, uint32_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return RTE_MIN(a, b);
}

uint32_t
tcp_idle_ticks(const struct tcp_engine *engine, const struct tcp_tcb *tcb)
{
	return sooner(engine->config->idle_ticks, tcb->keepalive ? keepalive_wait(engine, tcb) : 0);
}

/* Ticks until the next call; 0: the connection has ended. */
static uint32_t
expire_keepalive(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_config *config = engine->config;
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t age = age_of(engine, tcb);

	if (age < due_after(config, tcb->keepalive_probes))
		tcb->keepalive_probes = 0;
	if (age < due_after(config, tcb->keepalive_probes))
		return due_after(config, tcb->keepalive_probes) - age;
	if (tcb->keepalive_probes >= config->keepalive_probes) {
		tcp_evict(engine, idx, COUNTER_flow_keepalive_unanswered, WEIR_CLOSE_TIMEOUT);
		return 0;
	}
	tcb->keepalive_probes = (tcb->keepalive_probes + 1) & TCP_PROBES_MAX;
	counter_increment(engine->counters, COUNTER_keepalive_sent);
	tcp_emit_probe(engine, idx);
	return config->keepalive_interval_ticks;
}

uint32_t
tcp_idle_expire(struct tcp_engine *engine, uint32_t idx)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t idle_ticks = engine->config->idle_ticks, wait = 0, probe_wait;

	if (idle_ticks != 0) {
		uint32_t age = age_of(engine, tcb);

		if (age >= idle_ticks) {
			tcp_evict(engine, idx, COUNTER_flow_idle, WEIR_CLOSE_IDLE);
			return 0;
		}
		wait = idle_ticks - age;
	}
	if (!tcb->keepalive)
		return wait;
	probe_wait = expire_keepalive(engine, idx);
	return probe_wait == 0 ? 0 : sooner(wait, probe_wait);
}
