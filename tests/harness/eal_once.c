/* SPDX-License-Identifier: BSD-3-Clause */

#include "eal_once.h"

#include <sched.h>
#include <stdbool.h>

#include <rte_eal.h>

#include "check.h"

void
eal_once(void)
{
	static char *const argv[] = {
		"test",		  "--no-huge",		 "-m", "64", "--no-pci", "--in-memory",
		"--no-telemetry", "--log-level=*:error", "-l", "0",
	};
	static bool is_started;
	cpu_set_t cpus;

	if (is_started)
		return;
	/* EAL pins this thread to the lcore's CPU; tests run side by side and must not share one. */
	check(sched_getaffinity(0, sizeof(cpus), &cpus) == 0);
	check(rte_eal_init(sizeof(argv) / sizeof(argv[0]), (char **)argv) >= 0);
	check(sched_setaffinity(0, sizeof(cpus), &cpus) == 0);
	is_started = true;
}
