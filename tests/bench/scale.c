/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What connections cost when there are many: cycles of the flow table, and memory,
 * at a thousand, a million and ten million.  The memory is what the whole process has
 * resident with that many connections open, each by a cookie of its own.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_version.h>

#include "bed.h"
#include "check.h"
#include "residents.h"
#include "start.h"
#include "table_rows.h"

#define FLOWS_MIN      1000
#define FLOWS_DEFAULT  10000000
#define FLOWS_MAX      100000000
#define ROUNDS_DEFAULT 101
#define STEPS_MAX      3

struct options {
	const char *json;
	uint64_t flows;
	uint64_t rounds;
	bool hugepages;
};

struct step {
	uint32_t flows;
	double cycles[TABLE_ROW_N];
	uint64_t engine_bytes;	 /* laid out for one core: all tables, all records */
	uint64_t resident_bytes; /* of the whole process */
	double open_ns; /* from its acknowledgment to the open connection, one after the other */
};

static void
usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--json FILE] [--flows N] [--rounds N] [--hugepages]\n"
		"  --json FILE   write the rows there as well\n"
		"  --flows N     the largest number of flows, at least %u (default %u)\n"
		"  --rounds N    rounds, of which the median counts (default %u)\n"
		"  --hugepages   use them\n",
		name, FLOWS_MIN, FLOWS_DEFAULT, ROUNDS_DEFAULT);
}

static bool
parse(int argc, char **argv, struct options *options)
{
	const struct bench_option known[] = {
		{.name = "json", .text = &options->json},
		{.name = "flows", .number = &options->flows, .min = FLOWS_MIN, .max = FLOWS_MAX},
		{.name = "rounds", .number = &options->rounds, .min = 1, .max = 1000000},
		{.name = "hugepages", .flag = &options->hugepages},
	};

	*options = (struct options){.flows = FLOWS_DEFAULT, .rounds = ROUNDS_DEFAULT};
	return parse_options(argc, argv, known, RTE_DIM(known));
}

/* Of this process, pages of either size. */
static uint64_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	uint64_t kib = 0, value;
	char line[128];

	check(file != NULL);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "VmRSS: %" SCNu64, &value) == 1 ||
		    sscanf(line, "HugetlbPages: %" SCNu64, &value) == 1)
			kib += value;
	}
	fclose(file);
	return kib * 1024;
}

static void
measure_memory(struct step *step)
{
	const struct bed_setup setup = {.flows_max = step->flows, .clients = 1024, .offload = true};
	uint64_t start;
	struct bed bed;

	bed_open(&bed, &setup);
	step->engine_bytes = pipeline_bytes(&bed.config);
	start = rte_get_tsc_cycles();
	residents_open(&bed, step->flows);
	step->open_ns = (double)(rte_get_tsc_cycles() - start) * 1e9 / (double)rte_get_tsc_hz() /
			step->flows;
	step->resident_bytes = resident_bytes();
	bed_close(&bed);
}

static void
print(const struct step *steps, uint32_t count, FILE *stream)
{
	fprintf(stream, "%-26s", "cycles a flow");
	for (uint32_t i = 0; i < count; i++)
		fprintf(stream, " %10u", steps[i].flows);
	fprintf(stream, "   flows in the table\n");
	for (uint32_t row = 0; row < TABLE_ROW_N; row++) {
		fprintf(stream, "%-26s", table_row_names[row]);
		for (uint32_t i = 0; i < count; i++)
			fprintf(stream, " %10.1f", steps[i].cycles[row]);
		fprintf(stream, "   %s\n", table_row_texts[row]);
	}
	for (uint32_t i = 0; i < count; i++)
		fprintf(stream,
			"%s%10u connections: laid out %7.1f MiB, %5.1f octets each; the process has %7.1f MiB "
			"resident; opened in %.0f ns each\n",
			i == 0 ? "\n" : "", steps[i].flows, (double)steps[i].engine_bytes / 1048576,
			(double)steps[i].engine_bytes / steps[i].flows,
			(double)steps[i].resident_bytes / 1048576, steps[i].open_ns);
}

static int
write_json(const struct step *steps, uint32_t count, const struct options *options)
{
	FILE *file = fopen(options->json, "w");
	int failed;

	if (file == NULL)
		return -errno;
	fprintf(file,
		"{\n  \"bench\": \"scale\",\n  \"dpdk\": \"%s\",\n  \"hugepages\": %s,\n"
		"  \"rounds\": %" PRIu64 ",\n  \"rows\": [\n",
		rte_version(), options->hugepages ? "true" : "false", options->rounds);
	for (uint32_t i = 0; i < count; i++) {
		for (uint32_t row = 0; row < TABLE_ROW_N; row++)
			fprintf(file,
				"    {\"name\": \"%s\", \"flows\": %u, \"cycles_per_flow\": %.1f},\n",
				table_row_names[row], steps[i].flows, steps[i].cycles[row]);
		fprintf(file,
			"    {\"name\": \"memory\", \"flows\": %u, \"engine_bytes\": %" PRIu64
			", \"bytes_per_flow\": %.1f, \"resident_bytes\": %" PRIu64 "}%s\n",
			steps[i].flows, steps[i].engine_bytes,
			(double)steps[i].engine_bytes / steps[i].flows, steps[i].resident_bytes,
			i + 1 < count ? "," : "");
	}
	fprintf(file, "  ]\n}\n");
	failed = ferror(file);
	return fclose(file) != 0 || failed != 0 ? -EIO : 0;
}

int
main(int argc, char **argv)
{
	static const uint32_t below[] = {1000, 1000000};
	struct step steps[STEPS_MAX] = {0};
	struct options options;
	uint32_t count = 0;
	int error = 0;

	if (!parse(argc, argv, &options)) {
		usage(argv[0]);
		return 2;
	}
	/* 136 octets a connection; the table alone comes and goes before. */
	if (start_eal(options.hugepages, 256 + (uint32_t)(options.flows / 7000)) != 0)
		return 1;
	for (uint32_t i = 0; i < RTE_DIM(below); i++) {
		if (below[i] < options.flows)
			steps[count++].flows = below[i];
	}
	steps[count++].flows = (uint32_t)options.flows;
	for (uint32_t i = 0; i < count; i++) {
		measure_memory(&steps[i]);
		table_rows_measure(steps[i].flows, (uint32_t)options.rounds, steps[i].cycles);
	}
	print(steps, count, stdout);
	if (options.json != NULL)
		error = write_json(steps, count, &options);
	if (error != 0)
		fprintf(stderr, "bench: %s: %s\n", options.json, strerror(-error));
	rte_eal_cleanup();
	return error == 0 ? 0 : 1;
}
