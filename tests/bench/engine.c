/* SPDX-License-Identifier: BSD-3-Clause */

/* Cycles per packet of the whole packet path, beside the floor in the same run. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eal.h>

#include "pair.h"
#include "prf.h"
#include "rows.h"
#include "start.h"

#define FLOWS_MIN      (1u << 17)
#define ROUNDS_DEFAULT 101
#define FLOWS_MAX      100000000
#define ROUNDS_MAX     1000000
#define PACKETS_SMALL  1024
#define PACKETS_LARGE  32768

struct options {
	const char *json;
	uint64_t flows;
	uint64_t rounds;
	bool hugepages;
};

static void
usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--json FILE] [--flows N] [--rounds N] [--hugepages]\n"
		"  --json FILE   write the rows there as well\n"
		"  --flows N     other connections in the flow table meanwhile (default 0, in a\n"
		"                table for %u)\n"
		"  --rounds N    rounds, of which the median counts (default %u)\n"
		"  --hugepages   use them; without, as a newcomer's machine is\n",
		name, FLOWS_MIN, ROUNDS_DEFAULT);
}

static bool
parse(int argc, char **argv, struct options *options)
{
	const struct bench_option known[] = {
		{.name = "json", .text = &options->json},
		{.name = "flows", .number = &options->flows, .min = 0, .max = FLOWS_MAX},
		{.name = "rounds", .number = &options->rounds, .min = 1, .max = ROUNDS_MAX},
		{.name = "hugepages", .flag = &options->hugepages},
	};

	*options = (struct options){.rounds = ROUNDS_DEFAULT};
	return parse_options(argc, argv, known, RTE_DIM(known));
}

int
main(int argc, char **argv)
{
	struct report report = {0};
	struct options options;
	int error = 0;

	if (!parse(argc, argv, &options)) {
		usage(argv[0]);
		return 2;
	}
	/* 256 octets a flow, and the packets of the largest round. */
	if (start_eal(options.hugepages, 768 + (uint32_t)(options.flows / 4096)) != 0)
		return 1;
	report.residents = (uint32_t)options.flows;
	report.flows_max = RTE_MAX(FLOWS_MIN, report.residents + PACKETS_LARGE);
	report.rounds = (uint32_t)options.rounds;
	report.hugepages = options.hugepages;
	report.mac = prf_kind_best() == PRF_SIPHASH ? "SipHash-2-4" : "AES";
	report.cycles_per_ns = (double)rte_get_tsc_hz() / 1e9;
	for (int offload = 0; offload <= 1; offload++) {
		struct rows_setup setup = {
			.packets = PACKETS_SMALL,
			.flows_max = report.flows_max,
			.residents = report.residents,
			.rounds = report.rounds,
			.offload = offload != 0,
		};

		rows_measure(&report, &setup);
		setup.packets = PACKETS_LARGE;
		setup.rounds = report.rounds / 4 + 1;
		rows_measure(&report, &setup);
	}
	pair_measure(&report, &(struct rows_setup){.packets = PACKETS_SMALL,
						   .flows_max = report.flows_max,
						   .rounds = report.rounds});
	report_print(&report, stdout);
	if (options.json != NULL)
		error = report_write_json(&report, options.json);
	if (error != 0)
		fprintf(stderr, "bench: %s: %s\n", options.json, strerror(-error));
	rte_eal_cleanup();
	return error == 0 ? 0 : 1;
}
