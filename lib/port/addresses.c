/* SPDX-License-Identifier: BSD-3-Clause */

#include "addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include <rte_malloc.h>

#include "notice.h"

/* Two stations that dispute an address do it for long: not more than a line a minute. */
#define NOTICE_PERIOD_NS (60 * NS_PER_SECOND)

int
addresses_create(struct weir *weir, const struct refusal *refusal)
{
	uint32_t count = weir->config.address_count;
	struct dad_address *addresses =
		rte_zmalloc("weir_dad", count * sizeof(*addresses), RTE_CACHE_LINE_SIZE);

	if (addresses == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for the addresses");
	dad_init(&weir->dad, addresses, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct local_address *local =
			listener_table_address(weir->listeners, (uint16_t)i);
		bool is_probed = weir->config.ports[weir->config.addresses[i].port].dad &&
				 !ip_addr_is_ipv4(&local->addr);

		dad_add(&weir->dad, i, &local->addr, local->port, is_probed);
	}
	return 0;
}

void
addresses_destroy(struct weir *weir)
{
	rte_free(weir->dad.addresses);
	weir->dad.addresses = NULL;
}

void
addresses_link_is_up(struct weir *weir, const struct device *device)
{
	dad_link_is_up(&weir->dad, (uint8_t)device->port_id);
}

int
addresses_begin(struct weir *weir, const struct refusal *refusal)
{
	(void)refusal;
	for (uint32_t i = 0; i < weir->device_count; i++) {
		if (weir->devices[i].link_is_up)
			addresses_link_is_up(weir, &weir->devices[i]);
	}
	return 0;
}

static const char *
state_text(enum dad_state state)
{
	switch (state) {
	case DAD_TENTATIVE:
		return "tentative";
	case DAD_DUPLICATE:
		return "duplicate";
	default:
		return "usable";
	}
}

void
addresses_report(const struct weir *weir, uint32_t idx, struct address_report *report)
{
	const struct dad_address *address = &weir->dad.addresses[idx];
	uint64_t rival = atomic_load(&address->rival);
	uint8_t mac[sizeof(rival)];

	memcpy(mac, &rival, sizeof(mac));
	*report = (struct address_report){
		.name = weir->config.addresses[idx].name,
		.state = state_text(dad_state_of(&weir->dad, idx)),
		.conflicts = atomic_load(&address->conflicts),
	};
	if (ip_addr_is_ipv4(&address->addr))
		inet_ntop(AF_INET, address->addr.octet + 12, report->ip, sizeof(report->ip));
	else
		inet_ntop(AF_INET6, address->addr.octet, report->ip, sizeof(report->ip));
	if (report->conflicts > 0)
		snprintf(report->rival, sizeof(report->rival), "%02x:%02x:%02x:%02x:%02x:%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void
tell(struct weir *weir, uint32_t idx)
{
	struct address_report report;

	addresses_report(weir, idx, &report);
	if (dad_state_of(&weir->dad, idx) == DAD_DUPLICATE)
		warning("address %s: %s has %s already; weir does not use it", report.name,
			report.rival, report.ip);
	else
		warning("address %s: %s uses %s too (%u packets so far)", report.name, report.rival,
			report.ip, report.conflicts);
}

void
addresses_poll(struct weir *weir)
{
	uint32_t seen = 0;

	for (uint32_t i = 0; i < weir->dad.count; i++)
		seen += atomic_load(&weir->dad.addresses[i].conflicts);
	if (seen == weir->conflicts_told ||
	    (weir->conflicts_told != 0 && weir->now_ns - weir->conflicts_ns < NOTICE_PERIOD_NS))
		return;
	weir->conflicts_told = seen;
	weir->conflicts_ns = weir->now_ns;
	for (uint32_t i = 0; i < weir->dad.count; i++) {
		if (atomic_load(&weir->dad.addresses[i].conflicts) > 0)
			tell(weir, i);
	}
}
