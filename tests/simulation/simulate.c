/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The simulator's command line.  See README.md.
 *
 *	simulate [--pair] [--seed N] [--seeds N | --forever] [--weather NAMES]
 *		 [--pcap FILE] [--verbose]
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "eal_once.h"
#include "pair.h"
#include "world.h"

struct wishes {
	uint64_t seed, seeds;
	uint32_t troubles;
	const char *weather; /* as given, or NULL */
	const char *pcap;
	bool is_pair;
	bool is_verbose;
};

static char replay[256]; /* the command that repeats the run */

static void
usage(FILE *to)
{
	fputs("usage: simulate [--pair] [--seed N] [--seeds N | --forever] [--weather NAMES]\n"
	      "                [--pcap FILE] [--verbose]\n"
	      "\n"
	      "  --pair           weir at both ends, in place of other clients\n"
	      "  --seed N         the first seed, 1 if not given\n"
	      "  --seeds N        so many seeds, 1 if not given\n"
	      "  --forever        seed after seed until a law is broken or somebody stops it\n"
	      "  --weather NAMES  not of the seed's choice: calm, or a list of\n"
	      "                  ",
	      to);
	for (uint32_t i = 0; i < TROUBLE_N; i++)
		fprintf(to, "%s %s", i % 9 == 8 ? "\n                  " : "", scenario_names[i]);
	fputs("\n  --pcap FILE      what weir's card sees, of the last seed\n"
	      "  --verbose        every segment\n",
	      to);
}

/* An assertion has failed: say how to repeat it.  Only what a signal handler may do. */
static void
on_abort(int number)
{
	ssize_t written = write(STDOUT_FILENO, replay, strlen(replay));

	(void)written;
	signal(number, SIG_DFL);
	raise(number);
}

static void
note_replay(const struct wishes *wishes, uint64_t seed)
{
	snprintf(replay, sizeof(replay),
		 "replay: simulate%s --seed %lu%s%s --verbose --pcap FILE\n",
		 wishes->is_pair ? " --pair" : "", seed,
		 wishes->weather != NULL ? " --weather " : "",
		 wishes->weather != NULL ? wishes->weather : "");
}

/* What is told of a run. */
struct outcome {
	bool held;
	const char *wrong;
	uint64_t now_ns, events, digest;
	const struct recovery_tally *timeouts;
};

static struct outcome
run_scenario(const struct wishes *wishes, const struct scenario *scenario, FILE *capture)
{
	FILE *log = wishes->is_verbose ? stdout : NULL;
	static struct world world;
	static struct pair pair;
	bool held;

	if (wishes->is_pair) {
		held = pair_run(&pair, scenario, capture, log);
		return (struct outcome){held,	     pair.wrong,  pair.now_ns,
					pair.events, pair.digest, &pair.timeouts};
	}
	held = world_run(&world, scenario, capture, log);
	return (struct outcome){held,	      world.wrong,  world.now_ns,
				world.events, world.digest, &world.timeouts};
}

static void
tell(const struct scenario *scenario, const struct outcome *outcome)
{
	double seconds = (double)(outcome->now_ns - scenario->rig.start_ns) / 1e9;

	printf("seed %lu:", scenario->seed);
	for (uint32_t i = 0; i < TROUBLE_N; i++)
		printf("%s%s", scenario_has(scenario, i) ? " " : "",
		       scenario_has(scenario, i) ? scenario_names[i] : "");
	printf("; %u clients, %.3f s, %lu events, digest %016lx\n", scenario->clients, seconds,
	       outcome->events, outcome->digest);
	if (!outcome->held)
		printf("BROKEN at %.6f s: %s\n%s", seconds, outcome->wrong, replay);
}

static bool
run_seed(const struct wishes *wishes, uint64_t seed, uint64_t *events,
	 struct recovery_tally *timeouts)
{
	static struct scenario scenario;
	FILE *capture = NULL;
	struct outcome outcome;

	if (wishes->pcap != NULL && (capture = capture_open(wishes->pcap)) == NULL) {
		perror(wishes->pcap);
		exit(2);
	}
	note_replay(wishes, seed);
	scenario_draw(&scenario, seed, wishes->troubles);
	outcome = run_scenario(wishes, &scenario, capture);
	if (capture != NULL)
		fclose(capture);
	*events += outcome.events;
	recovery_tally_add(timeouts, outcome.timeouts);
	if (wishes->is_verbose || !outcome.held)
		tell(&scenario, &outcome);
	fflush(stdout);
	return outcome.held;
}

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (*text == '\0' || *end != '\0') {
		fprintf(stderr, "simulate: %s is no number\n", text);
		exit(2);
	}
	return value;
}

static void
parse(struct wishes *wishes, int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, 's'},
		{"seeds", required_argument, NULL, 'n'},
		{"forever", no_argument, NULL, 'f'},
		{"weather", required_argument, NULL, 'w'},
		{"pcap", required_argument, NULL, 'p'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"pair", no_argument, NULL, '2'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 's':
			wishes->seed = number(optarg);
			break;
		case 'n':
			wishes->seeds = number(optarg);
			break;
		case 'f':
			wishes->seeds = UINT64_MAX;
			break;
		case 'w':
			wishes->weather = optarg;
			break;
		case 'p':
			wishes->pcap = optarg;
			break;
		case '2':
			wishes->is_pair = true;
			break;
		case 'v':
			wishes->is_verbose = true;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 2);
		}
	}
	if (optind < argc ||
	    (wishes->weather != NULL && !scenario_parse(wishes->weather, &wishes->troubles))) {
		usage(stderr);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct wishes wishes = {.seed = 1, .seeds = 1, .troubles = UINT32_MAX};
	struct recovery_tally timeouts = {0};
	uint64_t events = 0;

	parse(&wishes, argc, argv);
	signal(SIGABRT, on_abort);
	eal_once();
	for (uint64_t i = 0; i < wishes.seeds; i++) {
		if (!run_seed(&wishes, wishes.seed + i, &events, &timeouts))
			return 1;
		if (wishes.seeds == UINT64_MAX && i % 1000 == 999) {
			printf("%lu seeds, %lu events\n", i + 1, events);
			fflush(stdout);
		}
	}
	printf("%lu seeds, %lu events: every law was kept\n", wishes.seeds, events);
	recovery_tally_print(&timeouts, stdout);
	return 0;
}
