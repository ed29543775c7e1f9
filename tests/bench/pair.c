/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Workers share nothing but the read-only tables, so two should cost a packet what
 * one does; what they may still share is the machine: caches, memory, a counter
 * that lies on another's line.  Each has packets and flows of its own, as RSS
 * would give it.
 */
#include "pair.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_lcore.h>

#include "bed.h"
#include "check.h"
#include "clients.h"

#define KIND	   "syn_cookie"
#define REPEATS	   5
#define FLOWS_MAX  (1u << 17)
#define ROUNDS_MIN 50

struct worker {
	const struct rows_setup *setup;
	pthread_barrier_t *barrier; /* all have their memory; all are done */
	uint32_t cpu;
	uint32_t number;
	double cycles;
};

static void
pin(uint32_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check(pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0);
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	struct bed_setup bed_setup = {
		.flows_max = RTE_MIN(worker->setup->flows_max, FLOWS_MAX),
		.clients = worker->setup->packets,
		.offload = worker->setup->offload,
		.number = worker->number,
	};
	struct clients clients;
	struct bed bed;

	pin(worker->cpu);
	check(rte_thread_register() == 0); /* or a pool has no cache for us */
	bed_open(&bed, &bed_setup);
	clients_open(&clients, &bed, worker->setup->packets, worker->number + 1);
	pthread_barrier_wait(worker->barrier);
	worker->cycles = rows_median(&clients, KIND, worker->setup->rounds);
	pthread_barrier_wait(worker->barrier);
	clients_close(&clients);
	bed_close(&bed);
	rte_thread_unregister();
	return NULL;
}

/* Mean cycles per packet of workers first to last - 1, all at once. */
static double
measure(const struct rows_setup *setup, const uint32_t cpus[2], uint32_t first, uint32_t last)
{
	pthread_barrier_t barrier;
	struct worker workers[2];
	pthread_t threads[2];
	double sum = 0;

	check(pthread_barrier_init(&barrier, NULL, last - first) == 0);
	for (uint32_t i = first; i < last; i++) {
		workers[i] = (struct worker){setup, &barrier, cpus[i], i, 0};
		check(pthread_create(&threads[i], NULL, work, &workers[i]) == 0);
	}
	for (uint32_t i = first; i < last; i++) {
		pthread_join(threads[i], NULL);
		sum += workers[i].cycles;
	}
	pthread_barrier_destroy(&barrier);
	return sum / (last - first);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
floor_of(const struct report *report, const struct rows_setup *setup)
{
	for (uint32_t i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		if (row->packets == setup->packets && row->offload == setup->offload)
			return row->cycles_per_packet; /* the first is the floor */
	}
	return 0;
}

void
pair_measure(struct report *report, const struct rows_setup *setup)
{
	uint32_t cpus[2] = {0, (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) - 1};
	struct rows_setup each = *setup;
	double both[REPEATS], ratios[REPEATS], floor = floor_of(report, setup);

	if (cpus[1] == cpus[0]) {
		fprintf(stderr, "bench: two_workers needs two CPUs\n");
		return;
	}
	each.rounds = RTE_MAX(setup->rounds, (uint32_t)ROUNDS_MIN);
	for (uint32_t i = 0; i < REPEATS; i++) {
		double one = (measure(&each, cpus, 0, 1) + measure(&each, cpus, 1, 2)) / 2;

		both[i] = measure(&each, cpus, 0, 2);
		ratios[i] = both[i] / one;
	}
	qsort(both, REPEATS, sizeof(both[0]), compare);
	qsort(ratios, REPEATS, sizeof(ratios[0]), compare);
	report_add(report, &(struct report_row){
				   .name = "two_workers",
				   .text = KIND " on two CPUs at once, each",
				   .cycles_per_packet = both[REPEATS / 2],
				   .lowest = both[0],
				   .floor_ratio = floor > 0 ? both[REPEATS / 2] / floor : 0,
				   .of_one_worker = ratios[REPEATS / 2],
				   .packets = setup->packets,
				   .offload = setup->offload,
			   });
}
