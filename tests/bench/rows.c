/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A round makes all its packets first, then times the bursts that go through the
 * core, and takes the median of many rounds: what interrupts a round on a shared
 * machine makes that one slow, not the result.  Before each round goes one of the
 * floor, and the ratio to the floor is the median of the rounds' ratios: whether the
 * machine is quick or slow for some seconds, both are so alike.
 *
 * Making the packets is outside the clock but leaves them in the cache as far as
 * they fit: 1,024 of them are in the second level, 32,768 are not.
 */
#include "rows.h"

#include <stdlib.h>

#include "bed.h"
#include "check.h"
#include "clients.h"
#include "kinds.h"
#include "residents.h"

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static double
median_of(double *figures, uint32_t count)
{
	qsort(figures, count, sizeof(*figures), compare);
	return figures[count / 2];
}

static double
round_of(struct clients *clients, const struct kind *kind)
{
	return (double)kind_round(kind, clients) / clients->count;
}

/* What a kind of packet costs. */
struct cost {
	double median;
	double lowest;
	double floor_ratio; /* to the floor of the round before */
};

static struct cost
cost_of(struct clients *clients, const struct kind *kind, uint32_t rounds)
{
	double *cycles = calloc(2 * (size_t)rounds, sizeof(*cycles)), *ratios = cycles + rounds;
	const struct kind *floor = kind_floor(kind);
	struct cost cost;

	check(cycles != NULL);
	round_of(clients, kind); /* one round to warm up */
	for (uint32_t i = 0; i < rounds; i++) {
		double floor_cycles = kind != floor ? round_of(clients, floor) : 0;

		cycles[i] = round_of(clients, kind);
		ratios[i] = kind != floor ? cycles[i] / floor_cycles : 1;
	}
	cost.median = median_of(cycles, rounds);
	cost.lowest = cycles[0];
	cost.floor_ratio = median_of(ratios, rounds);
	free(cycles);
	return cost;
}

double
rows_median(struct clients *clients, const char *name, uint32_t rounds)
{
	double *cycles = calloc(rounds, sizeof(*cycles)), median;
	const struct kind *kind = kind_named(name);

	check(cycles != NULL);
	round_of(clients, kind);
	for (uint32_t i = 0; i < rounds; i++)
		cycles[i] = round_of(clients, kind);
	median = median_of(cycles, rounds);
	free(cycles);
	return median;
}

void
rows_measure(struct report *report, const struct rows_setup *setup)
{
	struct bed_setup bed_setup = {
		.flows_max = setup->flows_max,
		.clients = setup->packets,
		.offload = setup->offload,
	};
	struct clients clients;
	struct bed bed;

	bed_open(&bed, &bed_setup);
	clients_open(&clients, &bed, setup->packets, 1);
	residents_open(&bed, setup->residents);
	for (uint32_t i = 0; i < kinds_count; i++) {
		struct cost cost = cost_of(&clients, &kinds[i], setup->rounds);

		report_add(report, &(struct report_row){
					   .name = kinds[i].name,
					   .text = kinds[i].text,
					   .cycles_per_packet = cost.median,
					   .lowest = cost.lowest,
					   .floor_ratio = cost.floor_ratio,
					   .packets = setup->packets,
					   .offload = setup->offload,
				   });
	}
	clients_close(&clients);
	bed_close(&bed);
}
