/* SPDX-License-Identifier: BSD-3-Clause */

/* A long transfer over a bad link, measured in virtual time.  See README.md. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bulk.h"
#include "capture.h"
#include "eal_once.h"

static void
usage(FILE *to)
{
	fputs("usage: bulk [options]\n"
	      "  --octets N     that weir sends (10000000)\n"
	      "  --echo         and the client before it\n"
	      "  --rate MBIT    of the link, each way; 0: no limit (100)\n"
	      "  --queue OCTETS before the link (125000)\n"
	      "  --delay MS     one way (5)\n"
	      "  --loss PERCENT both ways (0)\n"
	      "  --spare        lose no segment twice, and no ACK\n"
	      "  --reorder PERCENT of the frames, by up to --hold MS (0, 2)\n"
	      "  --buffer OCTETS at both ends (262144)\n"
	      "  --slow-rto     weir's least RTO is a second, as by default, not 200 ms\n"
	      "  --seed N --pcap FILE --verbose\n",
	      to);
}

enum {
	OCTETS,
	ECHO,
	RATE,
	QUEUE,
	DELAY,
	LOSS,
	SPARE,
	REORDER,
	HOLD,
	BUFFER,
	SLOW,
	SEED,
	PCAP,
	VERBOSE,
	HELP,
	OPTIONS
};

static const struct option options[] = {
	{"octets", 1, NULL, OCTETS}, {"echo", 0, NULL, ECHO},	    {"rate", 1, NULL, RATE},
	{"queue", 1, NULL, QUEUE},   {"delay", 1, NULL, DELAY},	    {"loss", 1, NULL, LOSS},
	{"spare", 0, NULL, SPARE},   {"reorder", 1, NULL, REORDER}, {"hold", 1, NULL, HOLD},
	{"buffer", 1, NULL, BUFFER}, {"slow-rto", 0, NULL, SLOW},   {"seed", 1, NULL, SEED},
	{"pcap", 1, NULL, PCAP},     {"verbose", 0, NULL, VERBOSE}, {"help", 0, NULL, HELP},
	{NULL, 0, NULL, 0},
};

static double
number(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*text == '\0' || *end != '\0' || value < 0) {
		fprintf(stderr, "bulk: %s is no number\n", text);
		exit(2);
	}
	return value;
}

static void
parse(const char *said[OPTIONS], int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?' || option == HELP) {
			usage(option == HELP ? stdout : stderr);
			exit(option == HELP ? 0 : 2);
		}
		said[option] = optarg != NULL ? optarg : "";
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

static double
wish(const char *const said[OPTIONS], int option, double otherwise)
{
	return said[option] != NULL ? number(said[option]) : otherwise;
}

static void
setup_of(struct bulk_setup *setup, const char *const said[OPTIONS])
{
	*setup = (struct bulk_setup){
		.seed = (uint64_t)wish(said, SEED, 1),
		.octets = (uint64_t)wish(said, OCTETS, 10e6),
		.is_echo = said[ECHO] != NULL,
		.buffer = (uint32_t)wish(said, BUFFER, 262144),
		.is_quick = said[SLOW] == NULL,
		.down =
			{
				.rate_bps = (uint64_t)(wish(said, RATE, 100) * 1e6),
				.queue_bytes = (uint32_t)wish(said, QUEUE, 125000),
				.delay_ns = (uint64_t)(wish(said, DELAY, 5) * 1e6),
				.loss = (uint32_t)(wish(said, LOSS, 0) / 100 * LINK_ALWAYS),
				.reorder = (uint32_t)(wish(said, REORDER, 0) / 100 * LINK_ALWAYS),
				.hold_ns = (uint64_t)(wish(said, HOLD, 2) * 1e6),
			},
	};
	setup->up = setup->down;
	if (said[SPARE] != NULL) {
		setup->down.spares_repeats = true;
		setup->up.loss = 0;
	}
}

int
main(int argc, char **argv)
{
	static struct world world;
	const char *said[OPTIONS] = {NULL};
	struct bulk_setup setup;
	struct bulk_result result;
	FILE *capture = NULL;

	parse(said, argc, argv);
	setup_of(&setup, said);
	if (said[PCAP] != NULL && (capture = capture_open(said[PCAP])) == NULL) {
		perror(said[PCAP]);
		return 2;
	}
	eal_once();
	bulk_run(&world, &setup, &result, capture, said[VERBOSE] != NULL ? stdout : NULL);
	if (capture != NULL)
		fclose(capture);
	bulk_print(&setup, &result, stdout);
	recovery_tally_print(&world.timeouts, stdout);
	if (!result.held)
		printf("BROKEN: %s\n", world.wrong);
	return !result.held;
}
