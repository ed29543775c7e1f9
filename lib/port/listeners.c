/* SPDX-License-Identifier: BSD-3-Clause */

#include "listeners.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "check.h"
#include "frame.h"

static_assert(WEIR_LISTENERS_MAX <= LISTENERS_MAX, "each section is one listener");
static_assert(WEIR_LISTENERS_MAX <= PIPELINE_APPS_MAX, "each listener is one application");
static_assert(WEIR_ADDRESSES_MAX <= LOCAL_ADDRESSES_MAX, "each section is one address");

static int
add_address(struct weir *weir, uint32_t i, const struct refusal *refusal)
{
	const struct weir_address_config *config = &weir->config.addresses[i];
	const struct device *device = &weir->devices[config->port];
	const struct weir_port_config *port = device->wish.config;
	struct local_address local = {
		.addr = ip_addr_of_ipv6(config->address),
		.gateway = ip_addr_of_ipv6(config->gateway),
		.vlan_id = port->vlan_id == 0 ? VLAN_NONE : port->vlan_id,
		.port = (uint8_t)device->port_id,
		.prefix_bits = config->prefix_bits,
	};
	int index;

	memcpy(local.mac, device->mac, sizeof(local.mac));
	index = listener_table_add_address(weir->listeners, &local);
	if (index < 0)
		return refuse(refusal, index, "[address %s] ip: %s", config->name,
			      index == -EEXIST ? "its port has this address already"
					       : "one address too many");
	check((uint32_t)index == i);
	return 0;
}

static int
bind_ports(struct weir *weir, uint16_t listener, uint16_t local_idx, const struct refusal *refusal)
{
	const struct weir_listener_config *config = &weir->config.listeners[listener];

	for (uint32_t i = 0; i < config->port_count; i++) {
		int error =
			listener_table_bind(weir->listeners, listener, local_idx, config->ports[i]);

		if (error != 0)
			return refuse(refusal, error, "[listener %s] tcp: port %u %s", config->name,
				      config->ports[i],
				      error == -EEXIST ? "has another listener at this address"
						       : "is one too many");
	}
	return 0;
}

static int
add_listener(struct weir *weir, uint32_t i, const struct refusal *refusal)
{
	const struct weir_listener_config *config = &weir->config.listeners[i];
	uint32_t workers = weir->config.core_count;
	struct listener listener = {
		.app = (uint16_t)i,
		.flows_max = config->flows_max / workers + (config->flows_max % workers != 0),
		.name_idx = (uint16_t)i,
	};
	int index = listener_table_add_listener(weir->listeners, &listener);
	int error = 0;

	if (index < 0)
		return refuse(refusal, index, "[listener %s]: too many listeners", config->name);
	if (config->ops == NULL)
		return refuse(refusal, -EINVAL, "[listener %s] application: none was given",
			      config->name);
	check((uint32_t)index == i);
	weir->app_ops[i] = config->ops;
	weir->app_args[i] = config->args;

	if (config->address != UINT16_MAX)
		return bind_ports(weir, (uint16_t)index, config->address, refusal);
	for (uint32_t a = 0; error == 0 && a < weir->config.address_count; a++)
		error = bind_ports(weir, (uint16_t)index, (uint16_t)a, refusal);
	return error;
}

int
listeners_create(struct weir *weir, const struct refusal *refusal)
{
	void *memory = rte_zmalloc("weir_listeners", listener_table_bytes(), RTE_CACHE_LINE_SIZE);
	int error = 0;

	if (memory == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for the listeners");
	weir->listeners = listener_table_init(memory);
	for (uint32_t i = 0; error == 0 && i < weir->config.address_count; i++)
		error = add_address(weir, i, refusal);
	for (uint32_t i = 0; error == 0 && i < weir->config.listener_count; i++)
		error = add_listener(weir, i, refusal);
	return error;
}

void
listeners_destroy(struct weir *weir)
{
	rte_free(weir->listeners);
	weir->listeners = NULL;
}
