/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A generator of TCP traffic that needs nothing but DPDK: floods, and clients with
 * real connections, in any mixture; it tells what came back.
 *
 * Exit status: 0 if it ran, 1 if it could not, 2 for a command line it does not
 * understand.  What came back is for the reader to judge.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen_report.h"
#include "gen_run.h"

static volatile sig_atomic_t stop_is_wanted;

static void
want_stop(int signal_number)
{
	(void)signal_number;
	stop_is_wanted = 1;
}

int
main(int argc, char **argv)
{
	static struct gen_run run;
	struct gen_options options;
	int status = 1, error = 0;

	if (!gen_options_parse(&options, argc, argv)) {
		gen_options_usage(argv[0]);
		return 2;
	}
	signal(SIGINT, want_stop);
	signal(SIGTERM, want_stop);
	if (gen_run_open(&run, &options)) {
		gen_run_all(&run, &stop_is_wanted);
		gen_report_print(&run, stdout);
		if (options.json != NULL)
			error = gen_report_write_json(&run, options.json);
		if (error != 0)
			fprintf(stderr, "bench_gen: %s: %s\n", options.json, strerror(-error));
		status = error == 0 ? 0 : 1;
	}
	gen_run_close(&run);
	return status;
}
