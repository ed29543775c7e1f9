/* SPDX-License-Identifier: BSD-3-Clause */

/* One core to be measured: no device, a wire that is an array, and an echo application. */
#ifndef WEIR_TESTS_BENCH_BED_H
#define WEIR_TESTS_BENCH_BED_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ip.h>

#include "check.h"
#include "frame.h"
#include "listener_table.h"
#include "pipeline.h"

#define BED_SERVER_PORT 8080
#define BED_SERVER_IPV4 UINT32_C(0xc0000250) /* 192.0.2.80 */

/* The server has an address in each. */
enum bed_net {
	BED_IPV4,
	BED_IPV6, /* 2001:db8::/64 */
	BED_VLAN, /* 198.51.100.0/24, in VLAN 7 */
	BED_NETS,
};

extern const struct local_address bed_servers[BED_NETS];

static_assert(BED_IPV4 == 0, "local_idx 0 is that of BED_SERVER_IPV4");

struct bed {
	struct tcp_config config;
	struct tcp_secrets secrets;
	struct weir_core *core;
	void *memory;
	struct listener_table *listeners;
	struct rte_mempool *frames; /* what the clients send; an echo holds it until the next one */
	struct rte_mempool *sent;   /* what the core sends */
	uint64_t now_ns;
	struct source_list denied; /* bed_deny_clients() */
	uint32_t residents;	   /* connections that stay, see residents.h */
};

/* What differs between measurements. */
struct bed_setup {
	uint32_t flows_max;
	uint32_t clients; /* frames in use at once */
	uint32_t number;  /* different where several are open at once */
	bool offload;	  /* checksums are the port's, in both directions */
};

/* EAL must be running.  Ends the program with a sentence if memory is lacking. */
void bed_open(struct bed *bed, const struct bed_setup *setup);
void bed_close(struct bed *bed);

/* Use a list of 1,000 denied networks, the clients' IPv4 network among them, or none. */
void bed_deny_clients(struct bed *bed, bool are_denied);

/* End all connections and let their TIME-WAIT pass. */
void bed_clear(struct bed *bed);

#endif
