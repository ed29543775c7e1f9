/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * weir_core_connect(): judge the wish, choose our end, make the record.  The SYN
 * leaves with the emit stage, or when the next hop is known (next_hop.c).
 */

#include <errno.h>

#include "check.h"
#include "next_hop.h"
#include "stages.h"
#include "tcp_connect.h"

/* A way to the remote: the better the higher, 0 is none. */
#define WAY_BY_GATEWAY	1u
#define WAY_ON_LINK	2u   /* and the length of the prefix */
#define WAY_TO_ANY_LINK 200u /* IPv6 link-local, which is on every link: from one of its own kind */

/* MUST-46. */
static bool
remote_is_valid(const struct weir_core *core, const struct weir_endpoint *remote)
{
	struct ip_addr addr = ip_addr_of_ipv6(remote->address);

	return remote->port != 0 && ip_addr_is_ipv4(&addr) == remote->is_ipv4 &&
	       !ip_addr_is_martian_source(&addr, !remote->is_ipv4) &&
	       !listener_table_is_ours(core->tcp.listeners, &addr);
}

/* MUST-44: where the link is shared no router is needed, and the scopes agree (RFC 6724, 5). */
static uint32_t
rank_way(const struct weir_core *core, const struct local_address *local,
	 const struct ip_addr *remote)
{
	bool is_local_scope = ip_addr_is_link_local(remote);
	struct ip_addr hop;

	if (!pipeline_hop_of(local, remote, &hop) ||
	    listener_table_is_broadcast(core->tcp.listeners, remote, local->port))
		return 0;
	if (ip_addr_is_link_local(&local->addr) != is_local_scope)
		return ip_addr_is_link_local(&local->addr) ? 0 : WAY_BY_GATEWAY;
	if (!ip_addr_equal(&hop, remote))
		return WAY_BY_GATEWAY;
	return is_local_scope ? WAY_TO_ANY_LINK : WAY_ON_LINK + local->prefix_bits;
}

static int
choose_port(struct weir_core *core, struct flow_key *key, uint16_t local_port, uint64_t *hash)
{
	key->local_port = local_port;
	if (local_port != 0)
		return tcp_ephemeral_check(&core->tcp, key, hash);
	return tcp_ephemeral_choose(&core->tcp, key, hash);
}

/*
 * The address is given: it may be ours on several links, and then the best way decides.
 * One that another station may have is nobody's to connect from (RFC 4862, 5.4).
 */
static bool
is_wished(const struct weir_core *core, const struct weir_endpoint *local, uint16_t local_idx)
{
	const struct local_address *ours = listener_table_address(core->tcp.listeners, local_idx);
	struct ip_addr addr = ip_addr_of_ipv6(local->address);

	return (ip_addr_is_unspecified(&addr) || ip_addr_equal(&addr, &ours->addr)) &&
	       pipeline_may_use(core, local_idx);
}

/* The best rank among the addresses that are wished for; *is_any if there are any. */
static uint32_t
best_way(const struct weir_core *core, const struct weir_endpoint *local,
	 const struct ip_addr *remote, bool *is_any)
{
	const struct listener_table *listeners = core->tcp.listeners;
	uint32_t best = 0;

	*is_any = false;
	for (uint32_t i = 0; i < listener_table_address_count(listeners); i++) {
		const struct local_address *ours = listener_table_address(listeners, (uint16_t)i);

		if (!is_wished(core, local, (uint16_t)i))
			continue;
		*is_any = true;
		best = RTE_MAX(best, rank_way(core, ours, remote));
	}
	return best;
}

/* One of the equally good addresses that has a port left. */
static int
choose_local(struct weir_core *core, const struct weir_endpoint *local, struct flow_key *key,
	     uint64_t *hash)
{
	const struct listener_table *listeners = core->tcp.listeners;
	int error = -EADDRNOTAVAIL;
	bool is_any;
	uint32_t best = best_way(core, local, &key->remote, &is_any);

	if (best == 0)
		return is_any ? -ENETUNREACH : -EADDRNOTAVAIL;
	for (uint32_t i = 0; i < listener_table_address_count(listeners); i++) {
		const struct local_address *ours = listener_table_address(listeners, (uint16_t)i);

		if (!is_wished(core, local, (uint16_t)i) ||
		    rank_way(core, ours, &key->remote) != best)
			continue;
		key->local_idx = (uint16_t)i;
		error = choose_port(core, key, local->port, hash);
		if (error == 0)
			return 0;
	}
	if (error == -EADDRNOTAVAIL && local->port == 0)
		counter_increment(&core->counters, COUNTER_connect_port_exhausted);
	return error;
}

/* The address of the other end, if it is named, is of the same family (RFC 9293, 3.9.1.1). */
static bool
families_agree(const struct weir_connect *wish)
{
	struct ip_addr addr = ip_addr_of_ipv6(wish->local.address);

	return ip_addr_is_unspecified(&addr) || ip_addr_is_ipv4(&addr) == wish->remote.is_ipv4;
}

/* Does the remote lie behind a broadcast address of one of our subnets? */
static bool
is_broadcast(const struct weir_core *core, const struct ip_addr *remote)
{
	const struct listener_table *listeners = core->tcp.listeners;

	for (uint32_t i = 0; i < listener_table_address_count(listeners); i++) {
		uint8_t port = listener_table_address(listeners, (uint16_t)i)->port;

		if (listener_table_is_broadcast(listeners, remote, port))
			return true;
	}
	return false;
}

int
weir_core_connect(struct weir_core *core, const struct weir_connect *wish, struct weir_conn **conn)
{
	struct tcp_engine *engine = &core->tcp;
	struct flow_key key = {
		.remote = ip_addr_of_ipv6(wish->remote.address),
		.remote_port = wish->remote.port,
	};
	struct flow *flow;
	uint64_t hash = 0;
	uint32_t idx;
	int error;

	if (engine->is_stopping)
		return -ESHUTDOWN;
	if (!remote_is_valid(core, &wish->remote) || !families_agree(wish) ||
	    (addr_filter_may_have(&core->refused_sources, &key.remote) &&
	     is_broadcast(core, &key.remote)))
		return -EINVAL;
	if (engine->buffers_short || engine->flows.used == engine->flows.capacity)
		return -ENOBUFS;
	error = choose_local(core, &wish->local, &key, &hash);
	if (error != 0)
		return error;
	idx = tcp_connect_begin(engine, &key, hash, core->app_now);
	if (idx == FLOW_NONE)
		return -ENOBUFS;
	flow = flow_pool_get(&engine->flows, idx);
	flow->user = wish->user;
	*conn = (struct weir_conn *)flow;
	return 0;
}

bool
weir_conn_is_outgoing(const struct weir_conn *conn)
{
	return flow_is_outgoing((const struct flow *)conn);
}
