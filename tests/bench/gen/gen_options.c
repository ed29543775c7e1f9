/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_ether.h>

#define UNSET UINT64_MAX

/* Texts whose meaning depends on others are read when all are known. */
struct texts {
	const char *ip;
	const char *mac;
	const char *mix;
	const char *options;
	const char *flood_from;
	const char *client_from;
	const char *exchange;
	const char *close;
	const char *when_full;
};

struct parse {
	struct gen_options options;
	struct texts texts;
};

/* A number if `max` is not 0, a switch if there is no placeholder, else a text. */
struct row {
	const char *name;
	const char *placeholder;
	size_t offset;
	uint64_t min, max;
	const char *help;
};

#define OPTION(field) offsetof(struct parse, options.field)
#define TEXT(field)   offsetof(struct parse, texts.field)

static const struct row rows[] = {
	{"device", "DEVICE", OPTION(device), 0, 0,
	 "virtual device with its arguments, or PCI address"},
	{"mode", "MODE", OPTION(mode), 0, 0,
	 "syn ack rst fin synack xmas null udp icmp fragment, a mix of\n"
	 "them (syn=70,ack=20,udp=10), mixed, full, honest or none"},
	{"ip", "ADDRESS", TEXT(ip), 0, 0, "where all goes, IPv4 or IPv6"},
	{"port", "N", OPTION(port), 1, 65535, "TCP port there (80)"},
	{"mac", "MAC", TEXT(mac), 0, 0, "its MAC; without, it is asked for"},
	{"options", "KIND", TEXT(options), 0, 0, "TCP options of linux, windows or none (linux)"},
	{"mix", "MIX", TEXT(mix), 0, 0, "the flood beside full or honest (syn for honest)"},
	{"pps", "N", OPTION(pps), 0, 1000000000,
	 "packets a second of the flood, 0: all it can (0)"},
	{"packets", "N", OPTION(packets), 0, UINT64_MAX - 1,
	 "of the flood, then it is over; 0: until the time is (0)"},
	{"flood-from", "PREFIX", TEXT(flood_from), 0, 0,
	 "its senders (10.0.0.0/8, 2001:db8:f::/64)"},
	{"clients", "N", OPTION(clients), 1, 1 << 20,
	 "connections at once (256 full, 4096 honest)"},
	{"rate", "N", OPTION(rate), 0, 100000000,
	 "connections a second, 0: one after the other\n(0 full, 200 honest)"},
	{"flows", "N", OPTION(flows), 0, 1 << 20,
	 "of them, stay open and ask again and again\n(0 full, 4 honest)"},
	{"flow-pause", "MS", OPTION(flow_pause), 0, 60000, "between two of their requests (1)"},
	{"client-from", "PREFIX", TEXT(client_from), 0, 0,
	 "the clients (198.18.0.0/16, 2001:db8:c::/64)"},
	{"client-hosts", "N", OPTION(client_hosts), 1, 65536, "addresses of theirs in use (256)"},
	{"exchange", "KIND", TEXT(exchange), 0, 0, "http, echo or nothing (http)"},
	{"close", "WHO", TEXT(close), 0, 0, "client or server closes first (client)"},
	{"page", "PATH", OPTION(page), 0, 0, "to ask for (/)"},
	{"seconds", "S", OPTION(seconds), 1, 86400, "to measure (5)"},
	{"warmup", "S", OPTION(warmup), 0, 3600, "before that (1)"},
	{"drain", "S", OPTION(drain), 0, 3600,
	 "at most, for open connections at the end\n(0, 20 for honest)"},
	{"seed", "N", OPTION(seed), 0, UINT64_MAX - 1, "of all that is random (1)"},
	{"verify", "N", OPTION(verify), 0, 1000000, "judge one answer in N, 0 none (64; 1 honest)"},
	{"when-full", "WHAT", TEXT(when_full), 0, 0,
	 "what the device refuses is tried again or lost:\nretry or lose (lose for honest)"},
	{"burst", "N", OPTION(burst), 1, 64, "packets of the flood in a turn (32)"},
	{"json", "FILE", OPTION(json), 0, 0, "the result there as well"},
	{"cpu", "N", OPTION(cpu), 0, 1023, "to run on (the last)"},
	{"descriptors", "N", OPTION(descriptors), 64, 32768, "of each queue (1024)"},
	{"wait", "S", OPTION(wait), 0, 3600, "for link and MAC (10)"},
	{"memory", "MIB", OPTION(memory), 64, 1048576, "for DPDK (512)"},
	{"hugepages", NULL, OPTION(hugepages), 0, 0, "take them"},
	{"eal", "TEXT", OPTION(eal), 0, 0, "more arguments for EAL, with blanks between"},
};

void
gen_options_usage(const char *program)
{
	fprintf(stderr, "usage: %s --device DEVICE --mode MODE --ip ADDRESS [OPTION..]\n", program);
	for (size_t i = 0; i < RTE_DIM(rows); i++) {
		const char *help = rows[i].help, *end = strchr(help, '\n');
		int bytes = end != NULL ? (int)(end - help) : (int)strlen(help);

		fprintf(stderr, "  --%-13s %-9s %.*s\n", rows[i].name,
			rows[i].placeholder != NULL ? rows[i].placeholder : "", bytes, help);
		if (end != NULL)
			fprintf(stderr, "%28s%s\n", "", end + 1);
	}
}

static bool
set(struct parse *parse, const struct row *row, const char *value)
{
	void *field = (uint8_t *)parse + row->offset;
	unsigned long long number;
	char *end;

	if (row->placeholder == NULL) {
		*(bool *)field = true;
	} else if (row->max == 0) {
		*(const char **)field = value;
	} else {
		number = strtoull(value, &end, 10);
		if (*value < '0' || *value > '9' || *end != '\0' || number < row->min ||
		    number > row->max) {
			fprintf(stderr, "bench_gen: --%s %s: allowed: %lu to %lu\n", row->name,
				value, row->min, row->max);
			return false;
		}
		*(uint64_t *)field = number;
	}
	return true;
}

static bool
wrong(const char *name, const char *value, const char *allowed)
{
	fprintf(stderr, "bench_gen: --%s %s: %s\n", name, value != NULL ? value : "is missing",
		allowed);
	return false;
}

/* The place of `value` in a list of words that ends with NULL, or -1.  NULL is the first. */
static int
choose(const char *value, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (value == NULL || strcmp(value, words[i]) == 0)
			return i;
	}
	return -1;
}

static bool
judge_words(struct gen_options *o, const struct texts *texts, bool is_honest)
{
	static const char *const flavours[] = {"linux", "windows", "none", NULL};
	static const enum gen_flavour flavour_of[] = {GEN_LINUX, GEN_WINDOWS, GEN_PLAIN};
	static const char *const exchanges[] = {"http", "echo", "nothing", NULL};
	static const char *const closers[] = {"client", "server", NULL};
	static const char *const fulls[] = {"retry", "lose", NULL};
	int flavour = choose(texts->options, flavours);
	int exchange = choose(texts->exchange, exchanges);
	int closer = choose(texts->close, closers);
	int full = texts->when_full == NULL && is_honest ? 1 : choose(texts->when_full, fulls);

	if (flavour < 0)
		return wrong("options", texts->options, "linux, windows or none");
	if (exchange < 0)
		return wrong("exchange", texts->exchange, "http, echo or nothing");
	if (closer < 0)
		return wrong("close", texts->close, "client or server");
	if (full < 0)
		return wrong("when-full", texts->when_full, "retry or lose");
	o->flavour = flavour_of[flavour];
	o->exchange = (enum gen_exchange)exchange;
	o->server_closes = closer == 1;
	o->loses = full == 1;
	return true;
}

static bool
judge_prefix(struct gen_prefix *prefix, const char *name, const char *text, bool is_ipv6)
{
	if (!gen_prefix_parse(prefix, text))
		return wrong(name, text, "a prefix such as 10.0.0.0/8, of IPv6 /64 or longer");
	if (prefix->is_ipv6 != is_ipv6)
		return wrong(name, text, "of the other family than --ip");
	return true;
}

/* Who is asked for by the destination of an answer must be one of the two. */
static bool
prefixes_overlap(const struct gen_options *o)
{
	uint64_t mask = gen_prefix_mask(&o->flood_from) | gen_prefix_mask(&o->client_from);
	struct ip_addr a = o->flood_from.base, b = o->client_from.base;

	if (o->is_ipv6 && a.half[0] != b.half[0])
		return false;
	return ((gen_address_low(&a, o->is_ipv6) ^ gen_address_low(&b, o->is_ipv6)) & ~mask) == 0;
}

static bool
judge_addresses(struct gen_options *o, const struct texts *texts)
{
	const char *flood_from = texts->flood_from, *client_from = texts->client_from;
	struct rte_ether_addr mac;

	if (texts->ip == NULL || !gen_address_parse(&o->ip, &o->is_ipv6, texts->ip))
		return wrong("ip", texts->ip, "an IPv4 or IPv6 address");
	if (flood_from == NULL)
		flood_from = o->is_ipv6 ? "2001:db8:f::/64" : "10.0.0.0/8";
	if (client_from == NULL)
		client_from = o->is_ipv6 ? "2001:db8:c::/64" : "198.18.0.0/16";
	if (!judge_prefix(&o->flood_from, "flood-from", flood_from, o->is_ipv6) ||
	    !judge_prefix(&o->client_from, "client-from", client_from, o->is_ipv6))
		return false;
	if (prefixes_overlap(o))
		return wrong("flood-from", flood_from, "overlaps with --client-from");
	o->has_mac = texts->mac != NULL;
	if (!o->has_mac)
		return true;
	if (rte_ether_unformat_addr(texts->mac, &mac) != 0)
		return wrong("mac", texts->mac, "such as 02:00:00:00:00:01");
	memcpy(o->mac, mac.addr_bytes, sizeof(o->mac));
	return true;
}

static void
fill_in(uint64_t *field, uint64_t value)
{
	if (*field == UNSET)
		*field = value;
}

static bool
judge_mode(struct gen_options *o, const struct texts *texts)
{
	bool is_full = strcmp(o->mode, "full") == 0, is_honest = strcmp(o->mode, "honest") == 0;
	const char *mix = o->mode;

	o->has_clients = is_full || is_honest;
	if (o->has_clients)
		mix = texts->mix != NULL ? texts->mix : is_honest ? "syn" : "none";
	else if (strcmp(o->mode, "mixed") == 0)
		mix = texts->mix != NULL ? texts->mix : "syn=60,ack=20,rst=10,udp=10";
	else if (texts->mix != NULL)
		return wrong("mix", texts->mix, "for mixed, full and honest only");
	if (!gen_flood_mix_parse(&o->mix, mix))
		return wrong("mode", mix, "no kind of flood, nor a mix of them");
	fill_in(&o->clients, is_honest ? 4096 : 256);
	fill_in(&o->rate, is_honest ? 200 : 0);
	fill_in(&o->flows, is_honest ? 4 : 0);
	fill_in(&o->drain, is_honest ? 20 : 0);
	fill_in(&o->verify, is_honest ? 1 : 64);
	if (o->packets > 0 && o->has_clients)
		return wrong("packets", "of a flood", "not with full and honest");
	if (o->packets > 0)
		o->warmup = 0;
	o->clients = rte_align64pow2(o->clients);
	if (o->flows > o->clients)
		return wrong("flows", "too many", "they are some of --clients");
	return judge_words(o, texts, is_honest);
}

bool
gen_options_parse(struct gen_options *options, int argc, char **argv)
{
	struct option long_options[RTE_DIM(rows) + 1] = {0};
	struct parse parse = {.options = {
				      .cpu = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) - 1,
				      .memory = 512,
				      .descriptors = 1024,
				      .wait = 10,
				      .port = 80,
				      .clients = UNSET,
				      .flows = UNSET,
				      .flow_pause = 1,
				      .rate = UNSET,
				      .client_hosts = 256,
				      .page = "/",
				      .seconds = 5,
				      .warmup = 1,
				      .drain = UNSET,
				      .seed = 1,
				      .verify = UNSET,
				      .burst = 32,
			      }};
	int row;

	for (size_t i = 0; i < RTE_DIM(rows); i++)
		long_options[i] = (struct option){rows[i].name, rows[i].placeholder != NULL, NULL,
						  256 + (int)i};
	while ((row = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (row < 256 || !set(&parse, &rows[row - 256], optarg))
			return false;
	}
	if (optind < argc)
		return wrong("", argv[optind], "is no option");
	if (parse.options.device == NULL)
		return wrong("device", NULL, "");
	if (parse.options.mode == NULL)
		return wrong("mode", NULL, "");
	if (!judge_addresses(&parse.options, &parse.texts) ||
	    !judge_mode(&parse.options, &parse.texts))
		return false;
	*options = parse.options;
	return true;
}
