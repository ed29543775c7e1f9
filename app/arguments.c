/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * getopt_long() sees only what stands before the first "--": it would otherwise
 * give "--" to an option that lacks its argument.
 */
#include "arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

enum option_id {
	OPTION_CHECK = 256, /* above every character */
	OPTION_HELP_CONFIG,
};

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"help", no_argument, NULL, 'h'},
	{"help-config", no_argument, NULL, OPTION_HELP_CONFIG},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

void
arguments_help(FILE *stream)
{
	fputs("weir terminates TCP connections on DPDK: it answers every handshake itself and\n"
	      "gives established connections to an application.\n"
	      "\n"
	      "Usage: weir -c FILE [-- EAL arguments]\n"
	      "       weir -c FILE --check\n"
	      "\n"
	      "  -c, --config FILE   the configuration\n"
	      "      --check         judge FILE and show what was understood; touch no device\n"
	      "      --help-config   list every key of FILE\n"
	      "  -h, --help          this text\n"
	      "  -V, --version       the version\n"
	      "\n"
	      "What follows -- goes to DPDK, after what FILE says.\n"
	      "\n"
	      "SIGINT, SIGTERM and SIGHUP stop weir, a second one at once.  SIGUSR1 prints the\n"
	      "counters.  SIGUSR2 takes the cookies' keys of FILE as it is now.  Exit status:\n"
	      "0 a clean end, 1 a bad FILE or a failure, 2 a wrong command line.\n",
	      stream);
}

__attribute__((format(printf, 3, 4))) static int
refuse(char *message, size_t message_bytes, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, message_bytes, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

/* How many of argv are ours; the rest begins with "--". */
static int
own_count(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i;
	}
	return argc;
}

/* The option getopt_long() has just refused. */
static const char *
refused_option(char **argv, char short_text[3])
{
	if (optopt == 0 || optopt >= OPTION_CHECK)
		return argv[optind - 1];
	short_text[0] = '-';
	short_text[1] = (char)optopt;
	short_text[2] = '\0';
	return short_text;
}

/* 0 go on, 1 all said, or -EINVAL. */
static int
take_option(struct arguments *arguments, int option, char **argv, char *message,
	    size_t message_bytes)
{
	char short_text[3];

	switch (option) {
	case 'c':
		if (arguments->file != NULL)
			return refuse(message, message_bytes, "-c is there twice");
		arguments->file = optarg;
		return 0;
	case OPTION_CHECK:
		arguments->task = TASK_CHECK;
		return 0;
	case 'h':
		arguments->task = TASK_HELP;
		return 1;
	case OPTION_HELP_CONFIG:
		arguments->task = TASK_HELP_CONFIG;
		return 1;
	case 'V':
		arguments->task = TASK_VERSION;
		return 1;
	case ':':
		return refuse(message, message_bytes, "%s needs a file",
			      refused_option(argv, short_text));
	default:
		return refuse(message, message_bytes, "no such option: %s",
			      refused_option(argv, short_text));
	}
}

int
arguments_parse(struct arguments *arguments, int argc, char **argv, char *message,
		size_t message_bytes)
{
	int own_argc = own_count(argc, argv);
	int option, rc = 0;

	*arguments = (struct arguments){.task = TASK_RUN};
	if (own_argc < argc) {
		arguments->eal_argc = argc - own_argc - 1;
		arguments->eal_argv = argv + own_argc + 1;
	}
	opterr = 0;
	optind = 0; /* glibc: forget an earlier command line */
	while (rc == 0 && (option = getopt_long(own_argc, argv, "+:c:hV", options, NULL)) != -1)
		rc = take_option(arguments, option, argv, message, message_bytes);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (optind < own_argc)
		return refuse(message, message_bytes,
			      "no such argument: %s (arguments for DPDK stand after --)",
			      argv[optind]);
	if (arguments->file == NULL)
		return refuse(message, message_bytes, "no configuration: -c FILE is missing");
	return 0;
}
