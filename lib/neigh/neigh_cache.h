/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Where the next hops of connections we open are: one core's neighbour cache, for
 * ARP (RFC 826) and neighbour discovery (RFC 4861, 7.3.2) alike.
 *
 *	INCOMPLETE	everybody has been asked, nobody has answered yet
 *	REACHABLE	it answered, or a connection through it made progress; the RFC's
 *			STALE is this state with a confirmation that is no longer fresh
 *	DELAY		used since it was stale: progress may still confirm it
 *	PROBE		it has been asked whether it is still there
 *
 * Memory is fixed: sets of a few places, in which what was used longest ago makes
 * room.  Nothing in it comes from a packet nobody asked for, so who floods the
 * link with answers neither fills nor poisons it: an answer counts only for an
 * entry that is INCOMPLETE, or in PROBE and then only if nothing in it is new.
 * Connections that others open to us need none of this: answers go back the way
 * the question came.
 */
#ifndef WEIR_NEIGH_NEIGH_CACHE_H
#define WEIR_NEIGH_NEIGH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"

#define NEIGH_SETS	  128
#define NEIGH_WAYS	  4
#define NEIGH_WAITERS_MAX 4096
#define NEIGH_NOBODY	  UINT32_MAX

enum neigh_state {
	NEIGH_FREE,
	NEIGH_INCOMPLETE,
	NEIGH_REACHABLE,
	NEIGH_DELAY,
	NEIGH_PROBE,
};

/* A neighbour: an address on one link. */
struct neigh_key {
	struct ip_addr addr;
	uint16_t vlan_id; /* or VLAN_NONE */
	uint8_t port;	  /* DPDK port */
};

static inline bool
neigh_key_equal(const struct neigh_key *a, const struct neigh_key *b)
{
	return ip_addr_equal(&a->addr, &b->addr) && a->port == b->port && a->vlan_id == b->vlan_id;
}

struct neigh_entry {
	struct neigh_key key;
	uint8_t mac[6];
	uint8_t state;	    /* enum neigh_state */
	uint8_t tries;	    /* questions asked in this state */
	uint16_t local_idx; /* our address in whose name we ask */
	uint32_t due;	    /* tick: when to act on it next */
	uint32_t confirmed; /* tick: when it was known to be reachable */
	uint32_t used;	    /* tick: when a connection wanted it last */
	uint32_t waiters;   /* head of its list, or NEIGH_NOBODY */
};

/* What the cache wants done. */
struct neigh_cache_ops {
	/* Ask where `entry` is: its station alone in PROBE, else everybody. */
	void (*ask)(void *arg, const struct neigh_entry *entry);

	/* `waiter`, as given to neigh_cache_resolve(), need not wait: it is known, or not there. */
	void (*tell)(void *arg, uint32_t waiter, const struct neigh_entry *entry, bool is_known);
};

struct neigh_waiter {
	uint32_t who;
	uint32_t next;
};

struct neigh_cache {
	const struct neigh_cache_ops *ops;
	void *arg;
	uint32_t due; /* tick: no entry is to be acted on before */
	bool is_due_set;
	uint32_t free_waiters;
	struct neigh_entry entries[NEIGH_SETS][NEIGH_WAYS];
	struct neigh_waiter waiters[NEIGH_WAITERS_MAX];
};

void neigh_cache_init(struct neigh_cache *cache, const struct neigh_cache_ops *ops, void *arg);

enum neigh_answer {
	NEIGH_KNOWN, /* *mac is set */
	NEIGH_WAIT,  /* tell() will say; it may name a waiter that waits no more */
	NEIGH_FULL,  /* too many are waited for: try again later */
};

/* Where is `key`?  `local_idx` is the address of ours that wants to send there. */
enum neigh_answer neigh_cache_resolve(struct neigh_cache *cache, const struct neigh_key *key,
				      uint16_t local_idx, uint32_t tick, uint32_t waiter,
				      uint8_t mac[6]);

/* A connection through it made progress (RFC 4861, 7.3.1). */
void neigh_cache_confirm(struct neigh_cache *cache, const struct neigh_key *key, uint32_t tick);

/*
 * A connection through it makes none: unless it was confirmed lately it is asked.
 * True if its address is known so far; *mac is set then.
 */
bool neigh_cache_doubt(struct neigh_cache *cache, const struct neigh_key *key, uint16_t local_idx,
		       uint32_t tick, uint8_t mac[6]);

/*
 * An answer came, from `mac` (NULL: it did not say).  True if it was asked for;
 * else nothing has changed.
 */
bool neigh_cache_answer(struct neigh_cache *cache, const struct neigh_key *key, const uint8_t *mac,
			uint32_t tick);

/* Ask again, give up: whatever is due. */
void neigh_cache_poll(struct neigh_cache *cache, uint32_t tick);

/* For reports and tests: the entry, or NULL. */
const struct neigh_entry *neigh_cache_find(const struct neigh_cache *cache,
					   const struct neigh_key *key);

#endif
