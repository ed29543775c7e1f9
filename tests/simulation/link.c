/* SPDX-License-Identifier: BSD-3-Clause */

#include "link.h"

#include "units.h"

#define ETHER_BYTES	14
#define VLAN_BYTES	4
#define WIRE_BYTES_MORE 24 /* preamble, checksum and gap */
#define SPOILT_BITS_MAX 15

bool
chance(struct rng *rng, uint32_t of)
{
	return of > 0 && rng_below(rng, LINK_ALWAYS) < of;
}

void
link_init(struct link *link, const struct link_setup *setup, uint64_t seed)
{
	*link = (struct link){.setup = *setup};
	rng_init(&link->rng, seed);
}

static uint64_t
below64(struct rng *rng, uint64_t bound)
{
	return bound == 0 ? 0 : rng_next(rng) % bound;
}

static bool
is_lost(struct link *link, bool is_new)
{
	const struct link_setup *setup = &link->setup;

	link->in_burst = link->in_burst ? !chance(&link->rng, setup->burst_ends)
					: chance(&link->rng, setup->burst_begins);
	if (setup->is_down)
		return true;
	if (setup->spares_repeats && !is_new)
		return false;
	return link->in_burst || chance(&link->rng, setup->loss);
}

/* Wait in the queue and go on the wire.  False if the queue is full. */
static bool
wait(struct link *link, uint64_t now_ns, uint32_t bytes)
{
	uint64_t rate = link->setup.rate_bps;
	uint64_t begins_ns = link->free_ns > now_ns ? link->free_ns : now_ns;

	if (rate == 0) {
		link->free_ns = now_ns;
		return true;
	}
	if ((begins_ns - now_ns) * rate / 8 / NS_PER_SECOND > link->setup.queue_bytes)
		return false;
	link->free_ns = begins_ns + (uint64_t)(bytes + WIRE_BYTES_MORE) * 8 * NS_PER_SECOND / rate;
	return true;
}

static uint64_t
travel(struct link *link)
{
	const struct link_setup *setup = &link->setup;
	uint64_t at_ns = link->free_ns + setup->delay_ns + below64(&link->rng, setup->jitter_ns);

	if (chance(&link->rng, setup->reorder))
		return at_ns + below64(&link->rng, setup->hold_ns);
	if (at_ns < link->arrival_ns)
		at_ns = link->arrival_ns;
	link->arrival_ns = at_ns;
	return at_ns;
}

static enum link_loss
loss_of(struct link *link, uint64_t now_ns, uint32_t bytes, bool is_new)
{
	bool lost = is_lost(link, is_new);

	if (link->setup.mtu != 0 && bytes > link->setup.mtu + ETHER_BYTES + VLAN_BYTES)
		return LINK_TOO_LONG;
	if (!wait(link, now_ns, bytes))
		return LINK_CLOGGED;
	return lost ? LINK_LOST : LINK_PASSED;
}

struct link_fate
link_send(struct link *link, uint64_t now_ns, uint32_t bytes, bool is_new)
{
	struct link_fate fate = {.loss = loss_of(link, now_ns, bytes, is_new)};

	link->lost += fate.loss == LINK_LOST;
	link->clogged += fate.loss == LINK_CLOGGED;
	link->too_long += fate.loss == LINK_TOO_LONG;
	if (fate.loss != LINK_PASSED) {
		link->repeats_lost += !is_new;
		return fate;
	}
	link->passed++;
	fate.copies = chance(&link->rng, link->setup.duplicate) ? 2 : 1;
	for (uint32_t i = 0; i < fate.copies; i++) {
		fate.at_ns[i] = travel(link);
		fate.is_spoilt[i] = chance(&link->rng, link->setup.corrupt);
	}
	return fate;
}

void
link_spoil(struct link *link, uint8_t *frame, uint32_t bytes)
{
	uint32_t bits = (bytes - ETHER_BYTES) * 8;
	uint32_t length = 1 + rng_below(&link->rng, SPOILT_BITS_MAX);
	uint32_t first = rng_below(&link->rng, bits - length);

	for (uint32_t i = 0; i < length; i++) {
		uint32_t bit = first + i;

		/* The first and the last for sure, or nothing might change. */
		if (i == 0 || i + 1 == length || chance(&link->rng, LINK_ALWAYS / 2))
			frame[ETHER_BYTES + bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	}
}
