/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What packets go through to a destination, for connections to come (RFC 1191, 5.2,
 * RFC 8201, 5.2): fixed memory, four places for each hash, the one that expires
 * first makes way.  Only a connection that has found out puts something here, so
 * nobody fills it from outside with addresses that are not his.
 */
#ifndef WEIR_FLOW_PMTU_CACHE_H
#define WEIR_FLOW_PMTU_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ip_addr.h"

#define PMTU_CACHE_SETS	  1024 /* power of two */
#define PMTU_CACHE_PLACES 4

struct pmtu_entry {
	struct ip_addr addr;
	uint32_t until; /* tick at which it is forgotten */
	uint16_t mtu;	/* 0: free */
	uint16_t zero;
};

struct pmtu_cache {
	struct pmtu_entry (*sets)[PMTU_CACHE_PLACES];
	uint32_t life_ticks;
	uint32_t latest; /* the tick by which all that is here is forgotten */
	bool is_used;
};

size_t pmtu_cache_bytes(void);

/* What is put lasts `life_ticks`, below 2^31. */
void pmtu_cache_init(struct pmtu_cache *cache, void *memory, uint32_t life_ticks);

/* The entry for `addr`, whose keyed hash is `hash`, or NULL. */
const struct pmtu_entry *pmtu_cache_find(struct pmtu_cache *cache, uint64_t hash,
					 const struct ip_addr *addr, uint32_t tick);
void pmtu_cache_put(struct pmtu_cache *cache, uint64_t hash, const struct ip_addr *addr,
		    uint16_t mtu, uint32_t tick);

/* False where there is certainly nothing, so that nobody needs to compute a hash. */
static inline bool
pmtu_cache_may_have(const struct pmtu_cache *cache, uint32_t tick)
{
	return cache->is_used && (int32_t)(cache->latest - tick) > 0;
}

#endif
