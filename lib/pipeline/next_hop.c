/* SPDX-License-Identifier: BSD-3-Clause */

#include "next_hop.h"

#include <string.h>

#include "arp.h"
#include "check.h"
#include "ndp_ask.h"
#include "pipeline.h"
#include "tcp_connect.h"
#include "tcp_state.h"

/* How many of its 128 bits an address has in common with another. */
static uint32_t
common_bits(const struct ip_addr *a, const struct ip_addr *b)
{
	for (uint32_t i = 0; i < 2; i++) {
		uint64_t differ = rte_be_to_cpu_64(a->half[i] ^ b->half[i]);

		if (differ != 0)
			return 64 * i + (uint32_t)__builtin_clzll(differ);
	}
	return 128;
}

static bool
is_on_link(const struct local_address *local, const struct ip_addr *remote)
{
	uint32_t bits = local->prefix_bits;

	if (ip_addr_is_ipv4(&local->addr))
		bits += 96; /* they are kept as ::ffff:0:0/96 */
	else if (ip_addr_is_link_local(remote))
		return true;
	return common_bits(&local->addr, remote) >= bits;
}

bool
pipeline_hop_of(const struct local_address *local, const struct ip_addr *remote,
		struct ip_addr *hop)
{
	if (ip_addr_is_ipv4(&local->addr) != ip_addr_is_ipv4(remote))
		return false;
	*hop = is_on_link(local, remote) ? *remote : local->gateway;
	return !ip_addr_is_unspecified(hop);
}

/* The configuration does not change, so what was found at the beginning is found again. */
static struct neigh_key
key_of_flow(const struct weir_core *core, const struct flow *flow)
{
	const struct local_address *local =
		listener_table_address(core->tcp.listeners, flow->key.local_idx);
	struct neigh_key key = {.vlan_id = local->vlan_id, .port = local->port};

	check(pipeline_hop_of(local, &flow->key.remote, &key.addr));
	return key;
}

static void
ask(void *arg, const struct neigh_entry *entry)
{
	struct weir_core *core = arg;
	const struct local_address *local =
		listener_table_address(core->tcp.listeners, entry->local_idx);
	const uint8_t *target_mac = entry->state == NEIGH_PROBE ? entry->mac : NULL;
	struct rte_mbuf *m = tcp_engine_alloc(&core->tcp);

	if (m == NULL)
		return; /* as if lost: it is asked again */
	if (core->sharing.asked != NULL)
		core->sharing.asked(core->sharing.arg, &entry->key, core->tcp.now_ns);
	if (ip_addr_is_ipv4(&entry->key.addr)) {
		counter_increment(&core->counters, COUNTER_arp_requested);
		arp_emit_request(m, &(struct arp_question){
					    .sender = local->addr,
					    .target = entry->key.addr,
					    .our_mac = local->mac,
					    .target_mac = target_mac,
					    .vlan_id = entry->key.vlan_id,
				    });
	} else {
		counter_increment(&core->counters, COUNTER_nd_solicited);
		ndp_emit_solicitation(m, &(struct ndp_question){
						 .source = local->addr,
						 .target = entry->key.addr,
						 .our_mac = local->mac,
						 .target_mac = target_mac,
						 .vlan_id = entry->key.vlan_id,
					 });
	}
	m->port = entry->key.port;
	tcp_engine_send(&core->tcp, m);
}

/* The record may have become another connection's meanwhile: that one knows what it waits for. */
static void
tell(void *arg, uint32_t idx, const struct neigh_entry *entry, bool is_known)
{
	struct weir_core *core = arg;
	struct tcp_engine *engine = &core->tcp;
	struct neigh_key key;

	if (tcp_engine_tcb(engine, idx)->state != TCPS_SYN_SENT)
		return;
	key = key_of_flow(core, flow_pool_get(&engine->flows, idx));
	if (!neigh_key_equal(&key, &entry->key))
		return;
	if (is_known)
		tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
	else
		tcp_finish(engine, idx, WEIR_CLOSE_UNREACHABLE);
}

static void
doubt(void *arg, uint32_t idx)
{
	struct weir_core *core = arg;
	struct flow *flow = flow_pool_get(&core->tcp.flows, idx);
	struct neigh_key key = key_of_flow(core, flow);
	uint8_t mac[6];

	if (neigh_cache_doubt(&core->neighbours, &key, flow->key.local_idx, core->tcp.tick, mac))
		memcpy(flow->peer_mac, mac, sizeof(mac));
}

static void
confirm(void *arg, uint32_t idx)
{
	struct weir_core *core = arg;
	struct neigh_key key = key_of_flow(core, flow_pool_get(&core->tcp.flows, idx));

	neigh_cache_confirm(&core->neighbours, &key, core->tcp.tick);
}

void
pipeline_hops_init(struct weir_core *core)
{
	static const struct neigh_cache_ops ops = {.ask = ask, .tell = tell};

	neigh_cache_init(&core->neighbours, &ops, core);
	core->tcp.hop_advice = (struct tcp_hop_advice){
		.doubt = doubt,
		.confirm = confirm,
		.arg = core,
	};
}

/* Where the cache has no place to wait in, the connection's own timer tries again. */
bool
pipeline_send_syn(struct weir_core *core, uint32_t idx)
{
	struct tcp_engine *engine = &core->tcp;
	struct flow *flow = flow_pool_get(&engine->flows, idx);
	struct neigh_key key = key_of_flow(core, flow);

	if (engine->tx_count >= engine->tx_room)
		return true;
	flow->deferred &= (uint8_t)~TCP_DEFER_OUTPUT;
	if (neigh_cache_resolve(&core->neighbours, &key, flow->key.local_idx, engine->tick, idx,
				flow->peer_mac) == NEIGH_KNOWN)
		tcp_connect_send(engine, idx);
	return false;
}

static bool
take(struct weir_core *core, const struct neigh_news *news)
{
	if (!neigh_cache_answer(&core->neighbours, &news->key, news->has_mac ? news->mac : NULL,
				core->tcp.tick))
		return false;
	counter_increment(&core->counters, COUNTER_neighbour_learnt);
	return true;
}

bool
pipeline_hear_answer(struct weir_core *core, const struct neigh_news *news)
{
	const struct neigh_sharing *sharing = &core->sharing;
	bool was_asked = take(core, news);

	if (sharing->pass_on != NULL)
		was_asked |= sharing->pass_on(sharing->arg, news, core->tcp.now_ns);
	return was_asked;
}

void
pipeline_take_news(struct weir_core *core, const struct neigh_news *news)
{
	take(core, news);
}
