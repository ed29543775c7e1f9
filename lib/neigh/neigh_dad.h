/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Are our addresses ours alone?  For IPv6 duplicate address detection (RFC 4862, 5.4):
 * an address is tentative, and nobody's for all that comes, until a second after a
 * probe that nobody answered; if somebody does, it is not used at all.  For IPv4,
 * where that would take seven seconds, RFC 5227's announcements without its
 * probes: whoever has the address too answers them, is counted and reported, and
 * the address is defended but kept (2.4, b).
 *
 * All addresses are announced when they come into use and when their link comes up,
 * so that caches and switches learn where they are.
 *
 * One core asks and announces.  Every core may hear an answer; what they share is
 * written at the beginning and in conflicts only.
 */
#ifndef WEIR_NEIGH_NEIGH_DAD_H
#define WEIR_NEIGH_NEIGH_DAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"

#define DAD_PORTS_MAX 8

enum dad_state {
	DAD_USABLE,
	DAD_TENTATIVE,
	DAD_DUPLICATE,
};

struct dad_address {
	struct ip_addr addr;
	uint8_t port;
	_Atomic uint8_t state;	    /* enum dad_state */
	_Atomic uint32_t conflicts; /* others that were heard to use it */
	_Atomic uint64_t rival;	    /* the last one's MAC address, as a number */

	/* The asking core's. */
	bool has_begun;
	uint8_t announcements; /* to be sent */
	uint32_t conflicts_seen;
	uint32_t defended; /* tick of the last announcement because of a conflict */
	uint32_t due;	   /* tick of the next step */
};

struct dad {
	_Atomic uint32_t unusable;		  /* how many are not DAD_USABLE */
	_Atomic uint32_t link_ups[DAD_PORTS_MAX]; /* times the link came up, by port */
	struct dad_address *addresses;		  /* by local_idx */
	uint32_t count;

	/* The asking core's. */
	uint32_t started; /* tick */
	bool has_started;
	uint32_t due;  /* tick: when to look at the addresses again ... */
	uint32_t next; /* ... from this one on */
	uint32_t link_ups_seen[DAD_PORTS_MAX];
};

/* What is sent, for the address at `idx`. */
struct dad_ops {
	void (*probe)(void *arg, uint32_t idx);
	void (*announce)(void *arg, uint32_t idx);
};

/* `addresses` has room for `count`, and outlives dad. */
void dad_init(struct dad *dad, struct dad_address *addresses, uint32_t count);

/* `is_probed`: IPv6 only, and tentative from now on.  Before any core runs. */
void dad_add(struct dad *dad, uint32_t idx, const struct ip_addr *addr, uint8_t port,
	     bool is_probed);

/* The link of a port is up now and was not: for any thread. */
void dad_link_is_up(struct dad *dad, uint8_t port);

/*
 * Another station uses an address of ours, or wants to: for any core.  True if it is
 * lost to us by that.
 */
bool dad_conflict(struct dad *dad, uint32_t idx, const uint8_t mac[6]);

/* Whatever is due; once a turn, by the asking core. */
void dad_poll(struct dad *dad, uint32_t tick, const struct dad_ops *ops, void *arg);

static inline enum dad_state
dad_state_of(const struct dad *dad, uint32_t idx)
{
	return (enum dad_state)atomic_load_explicit(&dad->addresses[idx].state,
						    memory_order_relaxed);
}

static inline bool
dad_has_unusable(const struct dad *dad)
{
	return atomic_load_explicit(&dad->unusable, memory_order_relaxed) != 0;
}

#endif
