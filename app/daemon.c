/* SPDX-License-Identifier: BSD-3-Clause */

#include "daemon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config_file.h"
#include "signals.h"
#include "weir/weir.h"

#define POLL_MS	      100
#define MESSAGE_BYTES 512

static int
fail(const char *message)
{
	fprintf(stderr, "weir: %s\n", message);
	return EXIT_FAILURE;
}

/* A sentence that begins with "[section] key" is about the file. */
static int
fail_config(const struct weir_config *config, const char *message)
{
	if (message[0] != '[')
		return fail(message);
	fprintf(stderr, "%s: %s\n", config->source, message);
	return EXIT_FAILURE;
}

static void
print_counters(const struct weir *weir)
{
	weir_print_counters(weir, stdout);
	fflush(stdout);
}

static time_t
monotonic_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* The master keys of the file as it is now; of the rest of it nothing is taken. */
static void
roll_keys(struct weir *weir, const char *file)
{
	static struct weir_config fresh;
	struct config_faults faults = {.file = file, .stream = stderr};
	char message[MESSAGE_BYTES] = "";

	weir_config_init(&fresh);
	config_file_load(file, &fresh, &faults);
	if (faults.count > 0)
		fprintf(stderr, "weir: %s is not right: the keys stay what they are\n", file);
	else if (weir_roll_secret(weir, &fresh.syn, message, sizeof(message)) != 0)
		fprintf(stderr, "weir: the keys stay what they are: %s\n", message);
	explicit_bzero(&fresh.syn, sizeof(fresh.syn));
}

static void
run_until_stopped(struct weir *weir, const struct weir_config *config)
{
	time_t printed_s = monotonic_s();

	for (;;) {
		enum signal_event event = signals_wait(POLL_MS);

		if (event == SIGNAL_STOP)
			return;
		weir_main_poll(weir);
		if (event == SIGNAL_COUNTERS)
			print_counters(weir);
		if (event == SIGNAL_KEYS)
			roll_keys(weir, config->source);
		if (config->stats_interval_s > 0 &&
		    monotonic_s() - printed_s >= (time_t)config->stats_interval_s) {
			printed_s = monotonic_s();
			print_counters(weir);
		}
	}
}

/* Everything between creation and destruction. */
static int
serve(struct weir *weir, const struct weir_config *config)
{
	int rc;

	weir_describe(weir, stdout);
	fflush(stdout);
	rc = weir_start(weir);
	if (rc != 0)
		return fail(strerror(-rc));
	printf("weir: ready\n");
	fflush(stdout);

	run_until_stopped(weir, config);

	signals_release();
	printf("weir: stopping\n");
	fflush(stdout);
	weir_stop(weir);
	print_counters(weir);
	if (!weir_counters_balance(weir))
		return fail("the counters do not balance: a packet was neither served nor dropped");
	return EXIT_SUCCESS;
}

int
daemon_run(const struct weir_config *config, int eal_argc, char *const *eal_argv)
{
	char message[MESSAGE_BYTES] = "";
	struct weir *weir;
	int status;

	if (signals_init() != 0)
		return fail("signals cannot be set up");
	if (weir_eal_init(config, eal_argc, eal_argv, message, sizeof(message)) != 0)
		return fail_config(config, message);
	if (weir_create(config, &weir, message, sizeof(message)) != 0) {
		status = fail_config(config, message);
	} else {
		status = serve(weir, config);
		weir_destroy(weir);
	}
	weir_eal_cleanup();
	return status;
}
