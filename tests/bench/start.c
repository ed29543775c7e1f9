/* SPDX-License-Identifier: BSD-3-Clause */

#include "start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_eal.h>

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

bool
parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && end != text && *text != '-' && *number >= min &&
	       *number <= max;
}
