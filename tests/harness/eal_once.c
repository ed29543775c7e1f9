/* SPDX-License-Identifier: BSD-3-Clause */

#include "eal_once.h"

#include <sched.h>
#include <stdbool.h>

#include <rte_common.h>
#include <rte_eal.h>

#include "check.h"

void
eal_once(void)
{
	/* EAL reorders its arguments and cuts some in pieces: they cannot be constant. */
	static char arguments[][32] = {
		"test",		  "--no-huge",		 "-m", "128", "--no-pci", "--no-shconf",
		"--no-telemetry", "--log-level=*:error", "-l", "0",
	};
	static char *argv[RTE_DIM(arguments) + 1];
	static bool is_started;
	cpu_set_t cpus;

	if (is_started)
		return;
	for (size_t i = 0; i < RTE_DIM(arguments); i++)
		argv[i] = arguments[i];
	/* EAL pins this thread to the lcore's CPU; tests side by side must not share one. */
	check(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
	check(rte_eal_init(RTE_DIM(arguments), argv) >= 0);
	check(sched_setaffinity(0, sizeof(cpus), &cpus) == 0);
	is_started = true;
}
