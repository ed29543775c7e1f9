/* SPDX-License-Identifier: BSD-3-Clause */

/* The command line. */
#ifndef WEIR_TESTS_BENCH_GEN_OPTIONS_H
#define WEIR_TESTS_BENCH_GEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "gen_client.h"
#include "gen_flood.h"
#include "gen_prefix.h"

struct gen_options {
	/* The device. */
	const char *device;
	const char *eal; /* further arguments, or NULL */
	uint64_t cpu;
	uint64_t memory; /* MiB */
	uint64_t descriptors;
	uint64_t wait; /* s, for the link and for the neighbour */
	bool hugepages;

	/* Where to. */
	struct ip_addr ip;
	bool is_ipv6;
	uint64_t port;
	uint8_t mac[6];
	bool has_mac;

	/* The flood. */
	const char *mode;
	struct gen_flood_mix mix;
	enum gen_flavour flavour;
	struct gen_prefix flood_from;
	uint64_t pps;	  /* 0: as fast as it goes */
	uint64_t packets; /* of it, then the run is over; 0: no end */

	/* The clients. */
	bool has_clients;
	uint64_t clients; /* connections at once, rounded up to a power of two */
	uint64_t flows;
	uint64_t flow_pause; /* ms */
	uint64_t rate;	     /* connections per second, 0: the next when one is over */
	struct gen_prefix client_from;
	uint64_t client_hosts;
	enum gen_exchange exchange;
	bool server_closes;
	const char *page;

	/* The run. */
	uint64_t seconds;
	uint64_t warmup;
	uint64_t drain; /* s, for connections not yet over at the end */
	uint64_t seed;
	uint64_t verify; /* checksums of one answer in so many; 0 of none */
	uint64_t burst;
	bool loses; /* what the device has no room for, as a wire does; else it waits */
	const char *json;
};

/* False after a sentence on stderr that says what is wrong. */
bool gen_options_parse(struct gen_options *options, int argc, char **argv);
void gen_options_usage(const char *program);

#endif
