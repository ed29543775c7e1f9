/* SPDX-License-Identifier: BSD-3-Clause */

#include "scenario.h"

#include <string.h>

#include "plan.h"

#define HUNDREDTH 655u /* of 65536 */

const char *const scenario_names[TROUBLE_N] = {
	[TROUBLE_LOSS] = "loss",	 [TROUBLE_BURSTS] = "bursts",
	[TROUBLE_REORDER] = "reorder",	 [TROUBLE_DUPLICATE] = "duplicate",
	[TROUBLE_CORRUPT] = "corrupt",	 [TROUBLE_JITTER] = "jitter",
	[TROUBLE_CLOG] = "clog",	 [TROUBLE_WEATHER] = "weather",
	[TROUBLE_OUTAGE] = "outage",	 [TROUBLE_BUFFERS] = "few-buffers",
	[TROUBLE_PLAYER] = "hostile",	 [TROUBLE_FLOOD] = "flood",
	[TROUBLE_SPOOFER] = "spoofer",	 [TROUBLE_MTU] = "mtu",
	[TROUBLE_FLOWS] = "few-flows",	 [TROUBLE_ABORTS] = "aborts",
	[TROUBLE_TIMEOUTS] = "timeouts", [TROUBLE_STORM] = "storm",
};

bool
scenario_parse(const char *names, uint32_t *troubles)
{
	*troubles = 0;
	if (strcmp(names, "calm") == 0)
		return true;
	while (*names != '\0') {
		size_t bytes = strcspn(names, ",");
		uint32_t i = 0;

		while (i < TROUBLE_N && (strlen(scenario_names[i]) != bytes ||
					 memcmp(scenario_names[i], names, bytes) != 0))
			i++;
		if (i == TROUBLE_N)
			return false;
		*troubles |= 1u << i;
		names += bytes + (names[bytes] == ',');
	}
	return true;
}

static void
draw_troubles(struct scenario *scenario, struct rng *rng)
{
	scenario->troubles = 0;
	if (chance(rng, 4000))
		return; /* a calm day */
	for (uint32_t i = 0; i < TROUBLE_FAIR_N; i++)
		scenario->troubles |= (uint32_t)chance(rng, 16384) << i;
	if (chance(rng, 32768))
		return;
	for (uint32_t i = TROUBLE_FAIR_N; i < TROUBLE_N; i++)
		scenario->troubles |= (uint32_t)chance(rng, 16384) << i;
}

static void
draw_link(const struct scenario *scenario, struct link_setup *link, struct rng *rng)
{
	*link = (struct link_setup){.delay_ns = plan_size(rng, 200 * NS_PER_MS)};
	if (scenario_has(scenario, TROUBLE_LOSS))
		link->loss = rng_below(rng, 5 * HUNDREDTH);
	if (scenario_has(scenario, TROUBLE_STORM))
		link->loss = rng_below(rng, 60 * HUNDREDTH);
	if (scenario_has(scenario, TROUBLE_BURSTS)) {
		link->burst_begins = rng_below(rng, HUNDREDTH);
		link->burst_ends = LINK_ALWAYS / 2 + rng_below(rng, LINK_ALWAYS / 2);
	}
	if (scenario_has(scenario, TROUBLE_REORDER)) {
		link->reorder = rng_below(rng, 20 * HUNDREDTH);
		link->hold_ns = plan_size(rng, 100 * NS_PER_MS);
	}
	if (scenario_has(scenario, TROUBLE_DUPLICATE))
		link->duplicate = rng_below(rng, 20 * HUNDREDTH);
	if (scenario_has(scenario, TROUBLE_CORRUPT))
		link->corrupt = rng_below(rng, 5 * HUNDREDTH);
	if (scenario_has(scenario, TROUBLE_JITTER))
		link->jitter_ns = plan_size(rng, 50 * NS_PER_MS);
	if (scenario_has(scenario, TROUBLE_CLOG)) {
		link->rate_bps = 500000 + plan_size(rng, 100000000);
		link->queue_bytes = 5000 + (uint32_t)plan_size(rng, 100000);
	}
	if (scenario_has(scenario, TROUBLE_MTU))
		link->mtu = 500 + rng_below(rng, 1100);
}

void
scenario_draw_links(struct scenario *scenario, struct rng *rng)
{
	draw_link(scenario, &scenario->up, rng);
	draw_link(scenario, &scenario->down, rng);
}

/* A moment shortly before a clock of 32 bits goes round: milliseconds, ticks or microseconds. */
static uint64_t
draw_start(struct rng *rng)
{
	static const uint64_t rounds[] = {
		(UINT64_C(1) << 32) * NS_PER_MS,
		UINT64_C(1) << 52,
		(UINT64_C(1) << 32) * NS_PER_US,
		NS_PER_SECOND << 12,
	};

	return rounds[rng_below(rng, RTE_DIM(rounds))] - plan_size(rng, 60 * NS_PER_SECOND);
}

static void
draw_timeouts(struct tcp_config *tcp, struct rng *rng)
{
	tcp->idle_ticks = ticks_in_ms(1000 + rng_below(rng, 20000));
	tcp->request_ticks = ticks_in_ms(500 + rng_below(rng, 5000));
	tcp->stall_ticks = ticks_in_ms(1000 + rng_below(rng, 20000));
	tcp->stall_short_ticks = ticks_in_ms(500 + rng_below(rng, 5000));
	tcp->stall_rate = rng_below(rng, 10000);
	tcp->persist_ticks = ticks_in_ms(1000 + rng_below(rng, 20000));
	tcp->retransmit_ticks = ticks_in_ms(1000 + rng_below(rng, 20000));
	tcp->fin_wait_2_ticks = ticks_in_ms(1000 + rng_below(rng, 20000));
}

static void
draw_tcp(struct scenario *scenario, struct rng *rng)
{
	static const enum tcp_cookies cookies[] = {TCP_COOKIES_ALWAYS, TCP_COOKIES_NEVER,
						   TCP_COOKIES_AUTO, TCP_COOKIES_ALWAYS};
	static const uint16_t mtus[] = {1500, 1500, 1400, 1280};
	struct tcp_config *tcp = &scenario->rig.tcp;

	tcp->cookies = cookies[rng_below(rng, 4)];
	tcp->ports[0].mtu = mtus[rng_below(rng, 4)];
	tcp->ports[0].multi_segment = chance(rng, 32768);
	tcp->receive_buffer = 2048 + (uint32_t)plan_size(rng, 1u << 20);
	/* Some grow; drawn from what there is, so that seeds stay what they were. */
	tcp->receive_buffer_max = tcp->receive_buffer << (tcp->receive_buffer % 4);
	tcp->send_buffer = 2048 + (uint32_t)plan_size(rng, 1u << 20);
	tcp->rto_min_us = chance(rng, 32768) ? 1000000 : 200000;
	tcp->rto_max_us = 10000000;
	tcp->delayed_ack_ticks = chance(rng, 16384) ? 0 : ticks_in_ms(40);
	tcp->timestamps = chance(rng, 50000);
	tcp->window_scaling = chance(rng, 50000);
	tcp->sack = chance(rng, 50000);
	tcp->time_wait_ticks = ticks_in_ms(60000); /* a FIN comes again several times in it */
	tcp->fin_wait_2_ticks = ticks_in_ms(3600000);
	tcp->retransmit_ticks = ticks_in_ms(600000);
	tcp->syn_retries_max = 10;
	tcp->flows_max = 32;
	tcp->reassembly_segments_max = 4 + rng_below(rng, 100);
	if (scenario_has(scenario, TROUBLE_FLOWS)) {
		tcp->flows_max = 2 + rng_below(rng, 4);
		tcp->transfers_max = 1 + rng_below(rng, 3);
		tcp->syn_queue_max = 1 + rng_below(rng, 2);
		tcp->time_wait_max = 1 + rng_below(rng, 3);
	}
	if (scenario_has(scenario, TROUBLE_TIMEOUTS))
		draw_timeouts(tcp, rng);
}

void
scenario_draw(struct scenario *scenario, uint64_t seed, uint32_t troubles)
{
	struct rng rng;

	*scenario = (struct scenario){.seed = seed, .troubles = troubles};
	rng_init(&rng, seed);
	if (troubles == UINT32_MAX)
		draw_troubles(scenario, &rng);
	scenario->is_fair = scenario->troubles >> TROUBLE_FAIR_N == 0;
	rig_setup_init(&scenario->rig);
	scenario->rig.start_ns = draw_start(&rng);
	scenario->rig.vlan_id = chance(&rng, 16384) ? 7 : VLAN_NONE;
	draw_tcp(scenario, &rng);
	scenario_draw_links(scenario, &rng);
	scenario->clients = 1 + rng_below(&rng, 5);
	scenario->total_max = 60000;
	scenario->quantum_ns = plan_size(&rng, 2 * NS_PER_MS);
	scenario->limit_ns = (scenario->is_fair ? 7200 : 300) * NS_PER_SECOND;
}
