/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * How many connections an attacker gets who acknowledges SYN-ACKs he never saw.
 * The budget is argued at the top of lib/tcp/syn_cookie.c; here it is counted,
 * through the whole packet path.
 *
 * A count alone would not notice a path that refuses everything, so cookies that
 * are good go the same way and must all be accepted; and what is neither accepted
 * nor refused as a cookie makes the run void.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eal.h>

#include "forge_report.h"
#include "forge_run.h"
#include "start.h"

#define COUNT_DEFAULT (UINT64_C(1) << 27)
#define COUNT_MAX     (UINT64_C(1) << 40)

struct options {
	const char *json;
	uint64_t count;
	uint64_t seed;
	bool hugepages;
};

static void
usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--json FILE] [--count N] [--seed N] [--hugepages]\n"
		"  --json FILE   write the rows there as well\n"
		"  --count N     random acknowledgments of each kind (default 2^27)\n"
		"  --seed N      of what is random (default 1); the same one gives the same counts\n"
		"  --hugepages   use them\n",
		name);
}

static bool
parse(int argc, char **argv, struct options *options)
{
	const struct bench_option known[] = {
		{.name = "json", .text = &options->json},
		{.name = "count", .number = &options->count, .min = FORGE_BURST, .max = COUNT_MAX},
		{.name = "seed", .number = &options->seed, .min = 0, .max = UINT64_MAX},
		{.name = "hugepages", .flag = &options->hugepages},
	};

	*options = (struct options){.count = COUNT_DEFAULT, .seed = 1};
	return parse_options(argc, argv, known, RTE_DIM(known));
}

int
main(int argc, char **argv)
{
	struct forge_report report = {0};
	struct options options;
	int error = 0;

	if (!parse(argc, argv, &options)) {
		usage(argv[0]);
		return 2;
	}
	if (start_eal(options.hugepages, 256) != 0)
		return 1;
	report.count = options.count;
	report.seed = options.seed;
	forge_run(&report);
	forge_report_print(&report, stdout);
	if (options.json != NULL)
		error = forge_report_write_json(&report, options.json);
	if (error != 0)
		fprintf(stderr, "bench: %s: %s\n", options.json, strerror(-error));
	rte_eal_cleanup();
	return error == 0 && forge_report_is_good(&report) ? 0 : 1;
}
