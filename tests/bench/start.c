/* SPDX-License-Identifier: BSD-3-Clause */

#include "start.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_eal.h>

#include "check.h"

int
start_eal(bool hugepages, uint32_t memory_mb)
{
	char memory[16];
	/* Nothing on disk that a second benchmark would find in its way. */
	char *arguments[] = {
		"bench",
		hugepages ? "--in-memory" : "--no-huge",
		"--no-shconf",
		"--no-pci",
		"--no-telemetry",
		"--log-level",
		"error",
		"-l",
		"0",
		"-m",
		memory,
		NULL,
	};

	snprintf(memory, sizeof(memory), "%u", memory_mb);
	if (rte_eal_init(RTE_DIM(arguments) - 1, arguments) >= 0)
		return 0;
	fprintf(stderr, "bench: EAL does not start with %u MiB%s\n", memory_mb,
		hugepages ? "; are there enough hugepages?" : "");
	return -1;
}

/* A whole number in [min, max]; false for anything else. */
static bool
parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && end != text && *text != '-' && *number >= min &&
	       *number <= max;
}

static bool
take_value(const struct bench_option *option, const char *value)
{
	if (option->flag != NULL) {
		*option->flag = true;
		return true;
	}
	if (option->text != NULL) {
		*option->text = value;
		return true;
	}
	return parse_number(value, option->min, option->max, option->number);
}

bool
parse_options(int argc, char **argv, const struct bench_option *options, uint32_t count)
{
	struct option known[BENCH_OPTIONS_MAX + 1] = {0};
	int idx = 0, result;

	check(count <= BENCH_OPTIONS_MAX);
	for (uint32_t i = 0; i < count; i++) {
		known[i].name = options[i].name;
		known[i].has_arg = options[i].flag != NULL ? no_argument : required_argument;
	}
	while ((result = getopt_long(argc, argv, "", known, &idx)) != -1) {
		if (result != 0 || !take_value(&options[idx], optarg))
			return false;
	}
	return optind == argc;
}
