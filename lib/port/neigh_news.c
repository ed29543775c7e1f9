/* SPDX-License-Identifier: BSD-3-Clause */

/* Rings with many producers, like those of strays.h and for the same reason: seldom written. */
#include "neigh_news.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_ring.h>

#include "instance.h"
#include "units.h"

#define NEWS_RING	 256
#define NEWS_PER_SECOND	 1000
#define NEWS_AT_ONCE_MAX 32

/* Longer than the second between two questions, and than any answer takes. */
#define ASKED_LATELY_TICKS ticks_in_ms(5000)

struct news_item {
	struct neigh_news news;
};

static_assert(sizeof(struct news_item) % 4 == 0, "an element of a ring");

static _Atomic uint32_t *
mark_of(struct crew_state *crew, const struct neigh_key *key)
{
	uint64_t hash = (key->addr.half[0] ^ key->port) * UINT64_C(0x9e3779b97f4a7c15);

	hash = (hash ^ (hash >> 32) ^ key->addr.half[1]) * UINT64_C(0xd1b54a32d192ed03);
	return &crew->neigh_asked[(hash ^ (hash >> 32) ^ (hash >> 48)) % NEIGH_BOARD_PLACES];
}

static void
note_asked(void *arg, const struct neigh_key *key, uint64_t now_ns)
{
	struct worker *worker = arg;

	atomic_store_explicit(mark_of(worker->crew, key), tick_of_ns(now_ns), memory_order_relaxed);
}

static bool
pass_on(void *arg, const struct neigh_news *news, uint64_t now_ns)
{
	struct worker *worker = arg;
	struct crew_state *crew = worker->crew;
	struct news_item item = {*news};
	uint32_t asked = atomic_load_explicit(mark_of(crew, &news->key), memory_order_relaxed);

	if (tick_of_ns(now_ns) - asked > ASKED_LATELY_TICKS ||
	    !rate_limit_take(&worker->news_limit, now_ns, &worker->core->tcp.rng))
		return false;
	for (uint32_t i = 0; i < crew->workers; i++) {
		if (i != worker->index)
			rte_ring_mp_enqueue_elem(crew->neigh_news[i], &item, sizeof(item));
	}
	return true;
}

int
neigh_news_create(struct weir *weir, const struct refusal *refusal)
{
	char name[RTE_RING_NAMESIZE];

	for (uint32_t i = 0; weir->worker_count > 1 && i < weir->worker_count; i++) {
		struct worker *worker = weir->workers[i];

		snprintf(name, sizeof(name), "weir_news_%u", i);
		weir->crew.neigh_news[i] =
			rte_ring_create_elem(name, sizeof(struct news_item), NEWS_RING,
					     worker->socket_id, RING_F_SC_DEQ);
		if (weir->crew.neigh_news[i] == NULL)
			return refuse(refusal, -rte_errno, "[weir] memory: no room for ring %s: %s",
				      name, rte_strerror(rte_errno));
		rate_limit_init(&worker->news_limit, NEWS_PER_SECOND);
		worker->core->sharing = (struct neigh_sharing){
			.asked = note_asked,
			.pass_on = pass_on,
			.arg = worker,
		};
	}
	return 0;
}

void
neigh_news_destroy(struct weir *weir)
{
	for (uint32_t i = 0; i < WEIR_CORES_MAX; i++) {
		rte_ring_free(weir->crew.neigh_news[i]);
		weir->crew.neigh_news[i] = NULL;
	}
}

void
neigh_news_take(struct worker *worker)
{
	struct rte_ring *ring = worker->crew->neigh_news[worker->index];
	struct news_item items[NEWS_AT_ONCE_MAX];
	uint32_t count;

	if (ring == NULL)
		return;
	count = rte_ring_sc_dequeue_burst_elem(ring, items, sizeof(items[0]), NEWS_AT_ONCE_MAX,
					       NULL);
	for (uint32_t i = 0; i < count; i++)
		pipeline_take_news(worker->core, &items[i].news);
}
