/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * One weir_core on the bench: two addresses, one listener, one application,
 * a wire that is an array and a clock that is a number.  Whatever drives it (a
 * dialogue, a fuzzer) brings frames and time and takes frames away.
 */
#ifndef WEIR_TESTS_HARNESS_RIG_H
#define WEIR_TESTS_HARNESS_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline.h"
#include "segment_frame.h"
#include "units.h"

#define RIG_SERVER_PORT	  8080	/* something listens here */
#define RIG_CLOSED_PORT	  8081	/* nothing does */
#define RIG_OUTGOING_PORT 50000 /* where the application opens connections from */
#define RIG_MTU		  1500
#define RIG_BUFFERS	  2048

/* Begins an epoch of the cookies (16 s). */
#define RIG_UNIX_NS (UINT64_C(16) * 100000000 * 1000000000)

/* What must be known to set one up. */
struct rig_setup {
	struct tcp_config tcp;
	uint64_t start_ns;
	uint64_t unix_ns;   /* UTC at start_ns */
	uint16_t vlan_id;   /* or VLAN_NONE */
	uint32_t flows_max; /* of the listener; 0: no limit */
	enum prf_kind kind;
	bool has_gateway; /* of either family, for connections to elsewhere */
	bool is_client;	  /* it has the clients' addresses: two of them can talk to each other */
	bool is_second;	  /* two of them stand side by side: this one has buffers of its own */
	/* Addresses beside the usual two, with the same listener. */
	const struct local_address *more;
	uint32_t more_count;
};

struct rig {
	struct rig_setup setup;
	struct tcp_secrets secrets;
	struct weir_core *core;
	void *memory;
	struct listener_table *listeners;
	struct rte_mempool *pool;
	uint32_t buffers; /* free ones when the rig was opened */
	uint64_t now_ns;
};

/* The defaults a daemon has, with capacities fit for tests and no window scaling needed. */
void rig_setup_init(struct rig_setup *setup);

/* The wire between client number `number` and the listener. */
void rig_path(const struct rig_setup *setup, bool is_ipv6, uint16_t number, struct wire_path *path);

/*
 * The time at which a SYN along `path` draws initial sequence number `iss`,
 * where numbers come from clock and tuple (RFC 6528), not from cookies.
 */
uint64_t rig_start_for_iss(const struct rig_setup *setup, const struct wire_path *path,
			   uint32_t iss);

void rig_open(struct rig *rig, const struct rig_setup *setup, const struct weir_app_ops *ops);

/*
 * End all connections with RST, wait until nothing is left and free everything.
 * NULL, or what was left that should not have been.  What is sent meanwhile is
 * thrown away.
 */
const char *rig_close(struct rig *rig);

/* Free everything without a word: the dialogue has failed already. */
void rig_abandon(struct rig *rig);

/* A received frame. */
struct rte_mbuf *rig_frame(struct rig *rig, const uint8_t *octets, uint32_t bytes);

/* One turn of the loop.  The frames in rig->core->tcp.tx are the caller's. */
uint32_t rig_turn(struct rig *rig, struct rte_mbuf **frames, uint32_t count);

/*
 * Tell the core whether buffers are short, as lib/port would: at an eighth of all,
 * until a quarter is free again.
 */
void rig_watch_buffers(struct rig *rig);

/* NULL, or which law of the engine's own books does not hold now. */
const char *rig_wrong(const struct rig *rig);

/* State of the connection along `path`: CLOSED if there is none. */
enum tcp_state rig_state(const struct rig *rig, const struct wire_path *path);

/* Its flow, or FLOW_NONE. */
uint32_t rig_flow(const struct rig *rig, const struct wire_path *path);

#endif
