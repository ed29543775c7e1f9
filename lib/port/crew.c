/* SPDX-License-Identifier: BSD-3-Clause */

#include "crew.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "check.h"
#include "fragments.h"
#include "neigh_news.h"
#include "numa_nodes.h"
#include "strays.h"

/* A worker lcore that may run on this CPU and has no worker of ours yet. */
static uint32_t
lcore_on_cpu(uint16_t cpu, const uint32_t *taken, uint32_t taken_count)
{
	uint32_t lcore;

	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		rte_cpuset_t cpus = rte_lcore_cpuset(lcore);
		bool is_taken = false;

		for (uint32_t i = 0; i < taken_count; i++)
			is_taken |= taken[i] == lcore;
		if (!is_taken && cpu < CPU_SETSIZE && CPU_ISSET(cpu, &cpus))
			return lcore;
	}
	return LCORE_ID_ANY;
}

static int
find_lcores(const struct weir_config *config, uint32_t *lcores, const struct refusal *refusal)
{
	for (uint32_t i = 0; i < config->core_count; i++) {
		lcores[i] = lcore_on_cpu(config->cores[i], lcores, i);
		if (lcores[i] == LCORE_ID_ANY)
			return refuse(refusal, -ENODEV,
				      "[weir] cores: EAL has no free worker lcore on CPU %u",
				      config->cores[i]);
	}
	return 0;
}

static bool
shares_main_cpu(uint32_t lcore)
{
	rte_cpuset_t ours = rte_lcore_cpuset(lcore);
	rte_cpuset_t mains = rte_lcore_cpuset(rte_get_main_lcore());

	CPU_AND(&ours, &ours, &mains);
	return CPU_COUNT(&ours) > 0;
}

/* The tables are the core's alone: they lie where the core is, whatever the ports' nodes. */
static int
create_memory(struct worker *worker, const struct weir *weir, const struct refusal *refusal)
{
	size_t bytes = pipeline_bytes(&weir->tcp);
	char name[RTE_MEMPOOL_NAMESIZE];

	worker->core = rte_zmalloc_socket("weir_core", sizeof(*worker->core), RTE_CACHE_LINE_SIZE,
					  worker->socket_id);
	worker->memory =
		rte_zmalloc_socket("weir_flows", bytes, RTE_CACHE_LINE_SIZE, worker->socket_id);
	if (worker->core == NULL || worker->memory == NULL)
		return refuse(refusal, -ENOMEM,
			      "[weir] memory: no room for %zu MiB of connections of core %u",
			      bytes >> 20, worker->index);
	snprintf(name, sizeof(name), "weir_tx_%u", worker->index);
	return buffers_pool_create(&worker->tx_pool, name, buffers_tx_count(&weir->config),
				   buffers_room(&weir->config), worker->socket_id, refusal);
}

static int
create_worker(struct weir *weir, uint32_t index, uint32_t lcore, const struct refusal *refusal)
{
	int socket_id = (int)rte_lcore_to_socket_id(lcore);
	struct worker *worker =
		rte_zmalloc_socket("weir_worker", sizeof(*worker), RTE_CACHE_LINE_SIZE, socket_id);
	struct tcp_secrets secrets = weir->secrets;
	int64_t unix_ns_offset = atomic_load(&weir->crew.clock.unix_ns_offset);
	int error;

	if (worker == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for core %u", index);
	weir->workers[index] = worker;
	weir->worker_count = index + 1;
	worker->crew = &weir->crew;
	worker->index = index;
	worker->lcore = lcore;
	worker->socket_id = socket_id;
	worker->shares_cpu = shares_main_cpu(lcore);
	worker->steering = &weir->steering;
	worker->rx_pools = weir->rx_pools;
	worker->rx_pool_count = weir->rx_pool_count;
	worker->app_ops = weir->app_ops;
	worker->app_args = weir->app_args;
	worker->app_count = weir->config.listener_count;
	error = create_memory(worker, weir, refusal);
	if (error != 0)
		return error;
	secrets.rng_seed += index; /* no two cores draw the same jitter */
	worker->now_ns = weir->now_ns;
	pipeline_init(worker->core, worker->memory, &weir->tcp, &secrets, weir->listeners,
		      worker->tx_pool.mempool, index, weir->now_ns,
		      weir->now_ns + (uint64_t)unix_ns_offset);
	error = fragments_create(worker, &weir->config, refusal);
	if (error != 0)
		return error;
	worker->core->dad = &weir->dad;
	worker->core->asks_for_dad = index == 0;
	return 0;
}

int
crew_create(struct weir *weir, const struct refusal *refusal)
{
	uint32_t lcores[WEIR_CORES_MAX];
	int error = find_lcores(&weir->config, lcores, refusal);

	weir->crew.workers = weir->config.core_count;
	weir->crew.stop_policy = weir->config.stop_policy;
	weir->crew.stop_grace_ns = weir->config.stop_grace_ms * NS_PER_MS;
	for (uint32_t i = 0; error == 0 && i < weir->config.core_count; i++)
		error = create_worker(weir, i, lcores[i], refusal);
	return error;
}

static int
call_on_core(struct worker *worker, lcore_function_t *body)
{
	int error = rte_eal_remote_launch(body, worker, worker->lcore);

	return error != 0 ? error : rte_eal_wait_lcore(worker->lcore);
}

int
crew_start_apps(struct weir *weir, const struct refusal *refusal)
{
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		int error = call_on_core(weir->workers[i], worker_start_apps);

		if (error != 0)
			return refuse(refusal, error,
				      "An application's init() failed on core %u: %s", i,
				      rte_strerror(-error));
	}
	return 0;
}

void
crew_end_apps(struct weir *weir)
{
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		if (weir->workers[i]->is_initialized)
			call_on_core(weir->workers[i], worker_end_apps);
	}
}

static void
drain_ring(struct rte_ring *ring)
{
	void *m;

	while (ring != NULL && rte_ring_dequeue(ring, &m) == 0)
		rte_pktmbuf_free(m);
}

/* Each ring is found from its producer. */
static struct rte_ring *
ring_of(const struct tx_lane *lane)
{
	return lane == NULL ? NULL : lane->arg;
}

void
crew_drain(struct weir *weir)
{
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		struct worker *worker = weir->workers[i];

		fragments_destroy(worker);
		for (uint32_t p = 0; p < TCP_PORTS_MAX; p++)
			drain_ring(ring_of(worker->lanes[p]));
		for (uint32_t w = 0; worker->handovers != NULL && w < weir->worker_count; w++)
			drain_ring(worker->handovers[w].ring);
	}
}

static void
destroy_worker(struct worker *worker, uint32_t worker_count)
{
	for (uint32_t p = 0; p < TCP_PORTS_MAX; p++) {
		rte_ring_free(ring_of(worker->lanes[p]));
		rte_free(worker->lanes[p]);
	}
	for (uint32_t w = 0; worker->handovers != NULL && w < worker_count; w++)
		rte_ring_free(worker->handovers[w].ring);
	rte_free(worker->handovers);
	buffers_pool_destroy(&worker->tx_pool);
	rte_free(worker->memory);
	rte_free(worker->core);
	rte_free(worker);
}

void
crew_destroy(struct weir *weir)
{
	crew_drain(weir);
	strays_destroy(weir);
	neigh_news_destroy(weir);
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		destroy_worker(weir->workers[i], weir->worker_count);
		weir->workers[i] = NULL;
	}
	weir->worker_count = 0;
}
