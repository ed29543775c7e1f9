/* SPDX-License-Identifier: BSD-3-Clause */

#include "plan.h"

#include "link.h"
#include "units.h"

uint64_t
plan_size(struct rng *rng, uint64_t max)
{
	uint64_t top = UINT64_C(1) << rng_below(rng, 40);

	while (top > 2 * max + 1)
		top = UINT64_C(1) << rng_below(rng, 40);
	top = rng_next(rng) % top;
	return top < max ? top : max;
}

static void
draw_one(struct plan *plan, struct rng *rng, uint64_t total_max)
{
	*plan = (struct plan){
		.stream = (uint32_t)rng_next(rng),
		.total = plan_size(rng, total_max),
		.write_max = (uint32_t)plan_size(rng, 20000) + 1,
		.pause_ns = chance(rng, 32768) ? 0 : plan_size(rng, 100 * NS_PER_MS),
		.abort_at = PLAN_NEVER,
		.is_slow_reader = chance(rng, 10000),
		.read_ns = plan_size(rng, 300 * NS_PER_MS) + NS_PER_MS,
		.read_max = (uint32_t)plan_size(rng, 30000) + 100,
		.copies = chance(rng, 32768),
		.is_nodelay = chance(rng, 32768),
	};
	/* Many small pieces take long, and are no other than some. */
	if (plan->total / plan->write_max > 200)
		plan->pause_ns = 0;
}

void
plan_draw(struct plan *client, struct plan *server, struct rng *rng, uint64_t total_max, bool fair)
{
	draw_one(client, rng, total_max);
	draw_one(server, rng, total_max);
	server->is_echo = chance(rng, 16384);
	if (server->is_echo)
		server->total = client->total;
	if (chance(rng, 32768))
		server->waits_for_fin = true;
	else
		client->waits_for_fin = !server->is_echo && chance(rng, 32768);
	/* Who says nothing cannot make good the loss of its third segment (RFC 4987, 3.6). */
	if (client->waits_for_fin && client->total == 0)
		client->total = 1;
	if (fair)
		return;
	if (chance(rng, 10000))
		client->abort_at = plan_size(rng, client->total + 1);
	if (chance(rng, 10000))
		server->abort_at = plan_size(rng, server->total + 1);
	server->refuses = chance(rng, 3000);
}
