/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The local port of a connection we open: RFC 6056, algorithm 4 (double-hash).
 *
 * To one remote end the ports ascend from an offset that only who has the key can
 * compute, so a port comes back as late as can be and nobody beside the path can
 * guess it.  The counters are shared by remotes that hash alike, never by all.
 *
 * The trap: with several cores the answer must come back to this one.  The port
 * layer, which knows how packets are spread, says where it would come; ports that
 * lead elsewhere are passed over, so the cores share the range without talking.
 */
#ifndef WEIR_TCP_TCP_EPHEMERAL_H
#define WEIR_TCP_TCP_EPHEMERAL_H

#include <stdint.h>

#include "flow_key.h"
#include "prf.h"
#include "rng.h"

#define TCP_EPHEMERAL_COUNTERS 1024 /* power of two */

/*
 * Ports looked at per call, so that a call's work is bounded; the next one goes on
 * behind them.  Those that lead to another core are not counted: there are as many
 * of them as there are cores, and nothing is looked up for them.
 */
#define TCP_EPHEMERAL_TRIES 1024

enum tcp_home {
	TCP_HOME_HERE,
	TCP_HOME_ELSEWHERE,
	TCP_HOME_UNKNOWN, /* whatever the port */
};

/* Where do packets from key->remote to our address `local`, received on DPDK port `port`, go? */
struct tcp_homing {
	enum tcp_home (*of)(const void *arg, uint8_t port, const struct flow_key *key,
			    const struct ip_addr *local); /* NULL: always here */
	const void *arg;
};

struct tcp_ephemeral {
	struct prf_key key;
	struct tcp_homing homing;
	uint16_t first;
	uint32_t count; /* of ports in the range */
	uint32_t counters[TCP_EPHEMERAL_COUNTERS];
};

struct tcp_engine;

void tcp_ephemeral_init(struct tcp_ephemeral *ephemeral, enum prf_kind kind,
			const uint8_t secret[16], uint16_t first, uint16_t last, struct rng *rng);

/*
 * Choose key->local_port, all else of the key being set; *hash is the key's then.
 * 0, -EADDRNOTAVAIL or -EOPNOTSUPP as weir_core_connect().  Ports with a listener
 * are left to it.
 */
int tcp_ephemeral_choose(struct tcp_engine *engine, struct flow_key *key, uint64_t *hash);

/* The same for a port that is given: 0, -EADDRINUSE, -EADDRNOTAVAIL or -EOPNOTSUPP. */
int tcp_ephemeral_check(const struct tcp_engine *engine, const struct flow_key *key,
			uint64_t *hash);

#endif
