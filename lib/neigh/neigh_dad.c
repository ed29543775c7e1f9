/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: a card's link comes up seconds after it was started, and a probe sent
 * before that proves nothing.  So nothing is asked before the link is up, but for
 * devices that never say that it is: they are given LINK_PATIENCE_MS.
 */
#include "neigh_dad.h"

#include "check.h"
#include "units.h"

#define PROBE_WAIT_MS	   1000 /* RFC 4862, 5.1, 5.4: one probe, RetransTimer */
#define ANNOUNCEMENTS	   2	/* RFC 5227, 1.1; RFC 9131, 6.1.1 */
#define ANNOUNCE_WAIT_MS   2000
#define DEFEND_INTERVAL_MS 10000 /* RFC 5227, 1.1 */
#define LINK_PATIENCE_MS   5000
#define LOOK_MS		   10 /* between two looks at all addresses */
#define SENT_MAX	   64 /* in one turn */

void
dad_init(struct dad *dad, struct dad_address *addresses, uint32_t count)
{
	memset(dad, 0, sizeof(*dad));
	memset(addresses, 0, count * sizeof(*addresses));
	dad->addresses = addresses;
	dad->count = count;
}

void
dad_add(struct dad *dad, uint32_t idx, const struct ip_addr *addr, uint8_t port, bool is_probed)
{
	struct dad_address *address = &dad->addresses[idx];

	check(idx < dad->count && port < DAD_PORTS_MAX);
	address->addr = *addr;
	address->port = port;
	if (!is_probed)
		return;
	atomic_store(&address->state, DAD_TENTATIVE);
	atomic_fetch_add(&dad->unusable, 1);
}

void
dad_link_is_up(struct dad *dad, uint8_t port)
{
	check(port < DAD_PORTS_MAX);
	atomic_fetch_add(&dad->link_ups[port], 1);
}

bool
dad_conflict(struct dad *dad, uint32_t idx, const uint8_t mac[6])
{
	struct dad_address *address = &dad->addresses[idx];
	uint8_t tentative = DAD_TENTATIVE;
	uint64_t rival = 0;

	check(idx < dad->count);
	memcpy(&rival, mac, 6);
	atomic_store_explicit(&address->rival, rival, memory_order_relaxed);
	atomic_fetch_add_explicit(&address->conflicts, 1, memory_order_release);
	/* It stays unusable, for good: only the operator knows whose it should be. */
	return atomic_compare_exchange_strong(&address->state, &tentative, DAD_DUPLICATE);
}

/* True if it is tentative, and has been asked for. */
static bool
begin(struct dad *dad, uint32_t idx, uint32_t tick, const struct dad_ops *ops, void *arg)
{
	struct dad_address *address = &dad->addresses[idx];

	address->has_begun = true;
	address->announcements = ANNOUNCEMENTS;
	address->due = tick;
	if (dad_state_of(dad, idx) != DAD_TENTATIVE)
		return false;
	ops->probe(arg, idx);
	address->due = tick + ticks_in_ms(PROBE_WAIT_MS);
	return true;
}

/* True unless a conflict came first. */
static bool
become_usable(struct dad *dad, struct dad_address *address)
{
	uint8_t tentative = DAD_TENTATIVE;

	if (!atomic_compare_exchange_strong(&address->state, &tentative, DAD_USABLE))
		return tentative == DAD_USABLE;
	atomic_fetch_sub(&dad->unusable, 1);
	return true;
}

static bool
is_ready(const struct dad *dad, const struct dad_address *address, uint32_t tick)
{
	return dad->link_ups_seen[address->port] > 0 ||
	       tick - dad->started >= ticks_in_ms(LINK_PATIENCE_MS);
}

/* RFC 5227, 2.4, b: once in a while; two that defend an address must not fill the link. */
static void
defend(struct dad_address *address, uint32_t tick)
{
	uint32_t conflicts = atomic_load_explicit(&address->conflicts, memory_order_acquire);

	if (conflicts == address->conflicts_seen || !ip_addr_is_ipv4(&address->addr) ||
	    !address->has_begun)
		return;
	if (address->conflicts_seen == 0 ||
	    tick - address->defended >= ticks_in_ms(DEFEND_INTERVAL_MS)) {
		address->defended = tick;
		if (address->announcements == 0) {
			address->announcements = 1;
			address->due = tick;
		}
	}
	address->conflicts_seen = conflicts;
}

/* True if something was sent. */
static bool
step(struct dad *dad, uint32_t idx, uint32_t tick, const struct dad_ops *ops, void *arg)
{
	struct dad_address *address = &dad->addresses[idx];

	if (!address->has_begun) {
		if (!is_ready(dad, address, tick))
			return false;
		if (begin(dad, idx, tick, ops, arg))
			return true;
	}
	defend(address, tick);
	if (address->announcements == 0 || tick_before(tick, address->due))
		return false;
	if (!become_usable(dad, address)) {
		address->announcements = 0;
		return false;
	}
	ops->announce(arg, idx);
	address->announcements--;
	address->due = tick + ticks_in_ms(ANNOUNCE_WAIT_MS);
	return true;
}

/* Those that are in use are announced again: the link may be another one now. */
static void
notice_links(struct dad *dad, uint32_t tick)
{
	for (uint32_t port = 0; port < DAD_PORTS_MAX; port++) {
		uint32_t ups = atomic_load_explicit(&dad->link_ups[port], memory_order_relaxed);

		if (ups == dad->link_ups_seen[port])
			continue;
		dad->link_ups_seen[port] = ups;
		for (uint32_t i = 0; i < dad->count; i++) {
			struct dad_address *address = &dad->addresses[i];

			if (address->port != port || !address->has_begun ||
			    dad_state_of(dad, i) != DAD_USABLE)
				continue;
			address->announcements = ANNOUNCEMENTS;
			address->due = tick;
		}
	}
}

void
dad_poll(struct dad *dad, uint32_t tick, const struct dad_ops *ops, void *arg)
{
	if (!dad->has_started) {
		dad->has_started = true;
		dad->started = tick;
		dad->due = tick;
	}
	if (tick_before(tick, dad->due))
		return;
	notice_links(dad, tick);
	for (uint32_t sent = 0; dad->next < dad->count && sent < SENT_MAX; dad->next++)
		sent += step(dad, dad->next, tick, ops, arg);
	if (dad->next < dad->count)
		return; /* in the next turn */
	dad->next = 0;
	dad->due = tick + ticks_in_ms(LOOK_MS);
}
