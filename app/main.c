/* SPDX-License-Identifier: BSD-3-Clause */

/* The daemon `weir`: from the command line to a judged configuration, and then to daemon_run(). */

#include <stdio.h>
#include <stdlib.h>

#include "application.h"
#include "arguments.h"
#include "config_file.h"
#include "config_show.h"
#include "daemon.h"
#include "weir/weir.h"

#define EXIT_USAGE    2
#define MESSAGE_BYTES 256

static struct weir_config config;

/* All faults of keys at once, then the first of the whole. */
static int
load_config(const char *file)
{
	struct config_faults faults = {.file = file, .stream = stderr};
	char message[MESSAGE_BYTES];

	weir_config_init(&config);
	config_file_load(file, &config, &faults);
	if (faults.count == 0)
		applications_resolve(&config, &faults);
	if (faults.count == 0 && weir_config_check(&config, message, sizeof(message)) != 0)
		config_fault(&faults, NULL, "%s", message);
	return faults.count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
check(const char *file)
{
	if (load_config(file) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	printf("%s: ok\n", file);
	config_show(&config, stdout);
	return EXIT_SUCCESS;
}

static int
run(const struct arguments *arguments)
{
	if (load_config(arguments->file) != EXIT_SUCCESS)
		return EXIT_FAILURE;
	return daemon_run(&config, arguments->eal_argc, arguments->eal_argv);
}

int
main(int argc, char **argv)
{
	struct arguments arguments;
	char message[MESSAGE_BYTES];

	if (arguments_parse(&arguments, argc, argv, message, sizeof(message)) != 0) {
		fprintf(stderr, "weir: %s\nTry weir --help.\n", message);
		return EXIT_USAGE;
	}
	switch (arguments.task) {
	case TASK_HELP:
		arguments_help(stdout);
		return EXIT_SUCCESS;
	case TASK_HELP_CONFIG:
		config_show_keys(stdout);
		return EXIT_SUCCESS;
	case TASK_VERSION:
		printf("weir %s\n", weir_version());
		return EXIT_SUCCESS;
	case TASK_CHECK:
		return check(arguments.file);
	default:
		return run(&arguments);
	}
}
