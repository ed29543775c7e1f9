/* SPDX-License-Identifier: BSD-3-Clause */

#include "bulk.h"

#include <math.h>

#define FRAME_BYTES 1538.0 /* of a full segment on the wire, preamble and gap included */
#define MSS	    1448.0 /* with timestamps */
#define CUBIC_C	    0.4
#define CUBIC_BETA  0.7
#define QUANTUM_NS  (20 * NS_PER_US)
#define LIMIT_NS    (UINT64_C(200000) * NS_PER_SECOND)

/*
 * Segments under way on average, where each is lost with probability `p`: RFC 9438,
 * 5.1, equation 5, and in the Reno-friendly region what Reno has (RFC 3649, 1).
 */
static double
window_at(double p, double rtt)
{
	double cubic =
		pow(CUBIC_C * (3 + CUBIC_BETA) / (4 * (1 - CUBIC_BETA)), 0.25) * pow(rtt / p, 0.75);
	double reno = sqrt(1.5 / p);

	return cubic > reno ? cubic : reno;
}

/* Without what waits in queues: with it the bound would be lower. */
static double
round_trip(const struct bulk_setup *setup)
{
	uint64_t ns = setup->up.delay_ns + setup->down.delay_ns + setup->up.jitter_ns / 2 +
		      setup->down.jitter_ns / 2 + QUANTUM_NS / 2;

	return (double)ns / 1e9;
}

static void
scenario_of(struct scenario *scenario, const struct bulk_setup *setup)
{
	struct tcp_config *tcp = &scenario->rig.tcp;

	scenario_draw(scenario, setup->seed, 0);
	rig_setup_init(&scenario->rig);
	tcp->receive_buffer = tcp->send_buffer = setup->buffer;
	tcp->reassembly_segments_max = 1024;
	tcp->flows_max = 4;
	tcp->time_wait_ticks = ticks_in_ms(1000);
	tcp->rto_min_us = setup->is_quick ? 200000 : tcp->rto_min_us;
	tcp->cookies = TCP_COOKIES_NEVER;
	scenario->up = setup->up;
	scenario->down = setup->down;
	scenario->clients = 1;
	scenario->quantum_ns = QUANTUM_NS;
	scenario->limit_ns = LIMIT_NS;
	scenario->bulk = setup;
}

void
bulk_run(struct world *world, const struct bulk_setup *setup, struct bulk_result *result,
	 FILE *capture, FILE *log)
{
	double p = setup->down.loss / (double)LINK_ALWAYS, rtt = round_trip(setup);
	static struct scenario scenario;

	scenario_of(&scenario, setup);
	*result = (struct bulk_result){.held = world_run(world, &scenario, capture, log)};
	result->seconds = (double)(world->peers[0].done_ns - scenario.rig.start_ns) / 1e9;
	result->goodput = (double)setup->octets / result->seconds;
	if (setup->down.rate_bps > 0)
		result->link_bound = (double)setup->down.rate_bps / 8 * MSS / FRAME_BYTES;
	if (p > 0)
		result->loss_bound = window_at(p, rtt) * MSS / rtt;
	result->timeouts = world->counters.value[COUNTER_retransmit_timeout];
	result->fast_retransmits = world->counters.value[COUNTER_fast_retransmit];
	result->repeats = world->counters.value[COUNTER_segment_retransmitted];
	result->lost = world->down.lost + world->down.clogged;
	result->repeats_lost = world->down.repeats_lost;
}

double
bulk_bound(const struct bulk_result *result)
{
	if (result->link_bound > 0 && result->loss_bound > 0)
		return result->link_bound < result->loss_bound ? result->link_bound
							       : result->loss_bound;
	return result->link_bound + result->loss_bound;
}

void
bulk_print(const struct bulk_setup *setup, const struct bulk_result *result, FILE *to)
{
	double bound = bulk_bound(result);

	fprintf(to, "%.1f MB%s in %.3f s of virtual time: %.3f MB/s\n", (double)setup->octets / 1e6,
		setup->is_echo ? " each way" : "", result->seconds, result->goodput / 1e6);
	if (result->link_bound > 0)
		fprintf(to, "the link allows %.3f MB/s\n", result->link_bound / 1e6);
	if (result->loss_bound > 0)
		fprintf(to, "CUBIC's response to the loss is %.3f MB/s\n",
			result->loss_bound / 1e6);
	if (bound > 0)
		fprintf(to, "ratio %.3f\n", result->goodput / bound);
	fprintf(to,
		"weir: %lu timeouts, %lu fast retransmits, %lu segments sent again; "
		"lost on the way down: %lu, of these %lu sent again\n",
		result->timeouts, result->fast_retransmits, result->repeats, result->lost,
		result->repeats_lost);
}
