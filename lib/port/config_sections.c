/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The sections there may be many of: ports, addresses, listeners.  Judged in
 * that order, because each may trust the indices into the one before.
 */
#include "config_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define IPV6_MTU_MIN	   1280 /* RFC 8200, 5 */
#define ADDRESS_TEXT_BYTES INET6_ADDRSTRLEN

static const struct config_range port_ranges[] = {
	CONFIG_RANGE(weir_port_config, vlan_id, "vlan", 0, 4094),
	CONFIG_RANGE(weir_port_config, mtu, "mtu", 576, 9000),
	CONFIG_RANGE(weir_port_config, rx_descriptors, "rx_descriptors", 64, 32768),
	CONFIG_RANGE(weir_port_config, tx_descriptors, "tx_descriptors", 64, 32768),
	CONFIG_ONE_OF(weir_port_config, steering, "steering", WEIR_STEERING_SOFTWARE,
		      "auto, rss, software"),
	CONFIG_ONE_OF(weir_port_config, syn_queue, "syn_queue", WEIR_SYN_QUEUE_ON, "off, auto, on"),
};

static const struct config_range listener_ranges[] = {
	CONFIG_RANGE(weir_listener_config, port_count, "tcp", 1, WEIR_LISTENER_PORTS_MAX),
};

static bool
is_power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static int
check_port(struct config_verdict *v, uint32_t index)
{
	const struct weir_port_config *port = &v->config->ports[index];
	int rc;

	config_enter_section(v, "port", port->name);
	rc = config_check_text(v, "", port->name, sizeof(port->name), true);
	if (rc == 0)
		rc = config_check_text(v, "device", port->device, sizeof(port->device), true);
	if (rc == 0)
		rc = config_check_ranges(v, port, port_ranges, CONFIG_COUNT_OF(port_ranges));
	if (rc != 0)
		return rc;
	if (!is_power_of_two(port->rx_descriptors))
		return config_refuse(v, "rx_descriptors",
				     "%u is no power of two; allowed: 64 to 32768, a power of two",
				     port->rx_descriptors);
	if (!is_power_of_two(port->tx_descriptors))
		return config_refuse(v, "tx_descriptors",
				     "%u is no power of two; allowed: 64 to 32768, a power of two",
				     port->tx_descriptors);
	for (uint32_t i = 0; i < index; i++) {
		const struct weir_port_config *other = &v->config->ports[i];

		if (strcmp(port->name, other->name) == 0)
			return config_refuse(v, "", "there twice; allowed: one section per name");
		if (strcmp(port->device, other->device) == 0)
			return config_refuse(v, "device",
					     "\"%s\" is [port %s]'s; allowed: one port per device",
					     port->device, other->name);
	}
	return 0;
}

int
config_check_ports(struct config_verdict *v)
{
	uint32_t count = v->config->port_count;
	int rc = 0;

	config_enter_section(v, "port", "");
	if (count == 0 || count > WEIR_PORTS_MAX)
		return config_refuse(v, "", "%u sections [port NAME]; allowed: 1 to %d", count,
				     WEIR_PORTS_MAX);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = check_port(v, i);
	return rc;
}

static bool
is_ipv4(const uint8_t address[16])
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(address, prefix, sizeof(prefix)) == 0;
}

static bool
is_zero(const uint8_t address[16])
{
	static const uint8_t zero[16];

	return memcmp(address, zero, sizeof(zero)) == 0;
}

/* Neither unspecified, loopback, multicast nor broadcast. */
static bool
is_host_address(const uint8_t address[16])
{
	static const uint8_t loopback[16] = {[15] = 1};

	if (is_ipv4(address))
		return address[12] != 0 && address[12] != 127 && address[12] < 224;
	return !is_zero(address) && memcmp(address, loopback, sizeof(loopback)) != 0 &&
	       address[0] != 0xff;
}

static const char *
address_text(const uint8_t address[16], char text[ADDRESS_TEXT_BYTES])
{
	if (is_ipv4(address))
		inet_ntop(AF_INET, address + 12, text, ADDRESS_TEXT_BYTES);
	else
		inet_ntop(AF_INET6, address, text, ADDRESS_TEXT_BYTES);
	return text;
}

static bool
same_prefix(const uint8_t a[16], const uint8_t b[16], uint32_t bits)
{
	uint32_t whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));

	return memcmp(a, b, whole) == 0 && (bits % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

static int
check_gateway(const struct config_verdict *v, const struct weir_address_config *address)
{
	const uint8_t *gateway = address->gateway;
	char text[ADDRESS_TEXT_BYTES];
	uint32_t bits = address->prefix_bits;

	if (is_zero(gateway))
		return 0;
	address_text(gateway, text);
	if (is_ipv4(gateway) != is_ipv4(address->address))
		return config_refuse(v, "gateway",
				     "%s is of the other IP version; allowed: that of `ip`", text);
	if (!is_host_address(gateway) || memcmp(gateway, address->address, 16) == 0)
		return config_refuse(v, "gateway",
				     "%s cannot be a router; allowed: a neighbour's address", text);
	if (is_ipv4(gateway))
		bits += 96;
	else if (gateway[0] == 0xfe && (gateway[1] & 0xc0) == 0x80)
		return 0; /* link-local: on the link by definition */
	if (!same_prefix(gateway, address->address, bits))
		return config_refuse(v, "gateway",
				     "%s is outside the prefix; allowed: inside that of `ip`",
				     text);
	return 0;
}

static int
check_address(struct config_verdict *v, uint32_t index)
{
	const struct weir_config *config = v->config;
	const struct weir_address_config *address = &config->addresses[index];
	unsigned int bits_max = is_ipv4(address->address) ? 32 : 128;
	char text[ADDRESS_TEXT_BYTES];

	config_enter_section(v, "address", address->name);
	if (config_check_text(v, "", address->name, sizeof(address->name), true) != 0)
		return -EINVAL;
	if (address->port >= config->port_count)
		return config_refuse(v, "port",
				     "no such port; allowed: the name of a [port] section");
	if (!is_host_address(address->address))
		return config_refuse(v, "ip", "%s cannot be a host's; allowed: a unicast address",
				     address_text(address->address, text));
	if (address->prefix_bits > bits_max)
		return config_refuse(v, "ip", "prefix length %u is out of range; allowed: 0 to %u",
				     address->prefix_bits, bits_max);
	if (bits_max == 128 && config->ports[address->port].mtu < IPV6_MTU_MIN)
		return config_refuse(v, "ip",
				     "IPv6 needs an MTU of %d, [port %s] has %u; allowed: IPv4",
				     IPV6_MTU_MIN, config->ports[address->port].name,
				     config->ports[address->port].mtu);
	for (uint32_t i = 0; i < index; i++) {
		const struct weir_address_config *other = &config->addresses[i];

		if (strcmp(address->name, other->name) == 0)
			return config_refuse(v, "", "there twice; allowed: one section per name");
		if (memcmp(address->address, other->address, sizeof(address->address)) == 0)
			return config_refuse(v, "ip",
					     "%s is [address %s]'s; allowed: each address once",
					     address_text(address->address, text), other->name);
	}
	return check_gateway(v, address);
}

int
config_check_addresses(struct config_verdict *v)
{
	uint32_t count = v->config->address_count;
	int rc = 0;

	config_enter_section(v, "address", "");
	if (count == 0 || count > WEIR_ADDRESSES_MAX)
		return config_refuse(v, "", "%u sections [address NAME]; allowed: 1 to %d", count,
				     WEIR_ADDRESSES_MAX);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = check_address(v, i);
	return rc;
}

static int
check_app(const struct config_verdict *v, const struct weir_listener_config *listener)
{
	const struct weir_app_ops *ops = listener->ops;

	if (config_check_text(v, "application", listener->app, sizeof(listener->app), false) != 0 ||
	    config_check_text(v, "args", listener->args, sizeof(listener->args), false) != 0)
		return -EINVAL;
	if (ops == NULL)
		return config_refuse(v, "application", "missing; allowed: a built-in one or a .so");
	if (ops->version != WEIR_APP_VERSION)
		return config_refuse(v, "application", "made for interface version %u; allowed: %d",
				     ops->version, WEIR_APP_VERSION);
	return 0;
}

static bool
listens_at(const struct weir_listener_config *listener, uint16_t tcp_port)
{
	for (uint32_t i = 0; i < listener->port_count; i++) {
		if (listener->ports[i] == tcp_port)
			return true;
	}
	return false;
}

static int
check_tcp_ports(const struct config_verdict *v, const struct weir_listener_config *listener)
{
	for (uint32_t i = 0; i < listener->port_count; i++) {
		if (listener->ports[i] == 0)
			return config_refuse(v, "tcp",
					     "port 0 is out of range; allowed: 1 to 65535");
		for (uint32_t j = 0; j < i; j++) {
			if (listener->ports[i] == listener->ports[j])
				return config_refuse(v, "tcp",
						     "port %u is there twice; allowed: each once",
						     listener->ports[i]);
		}
	}
	return 0;
}

/* No address and TCP port may belong to two listeners. */
static int
check_collision(struct config_verdict *v, const struct weir_listener_config *listener,
		const struct weir_listener_config *other)
{
	config_enter_section(v, "listener", listener->name);
	if (strcmp(listener->name, other->name) == 0)
		return config_refuse(v, "", "there twice; allowed: one section per name");
	if (listener->address != other->address && listener->address != UINT16_MAX &&
	    other->address != UINT16_MAX)
		return 0;
	for (uint32_t i = 0; i < listener->port_count; i++) {
		if (listens_at(other, listener->ports[i]))
			return config_refuse(v, "tcp",
					     "port %u is [listener %s]'s too; allowed: one "
					     "listener per address and port",
					     listener->ports[i], other->name);
	}
	return 0;
}

static int
check_listener(struct config_verdict *v, uint32_t index)
{
	const struct weir_listener_config *listener = &v->config->listeners[index];
	int rc;

	config_enter_section(v, "listener", listener->name);
	rc = config_check_text(v, "", listener->name, sizeof(listener->name), true);
	if (rc == 0)
		rc = config_check_ranges(v, listener, listener_ranges,
					 CONFIG_COUNT_OF(listener_ranges));
	if (rc != 0)
		return rc;
	if (listener->address != UINT16_MAX && listener->address >= v->config->address_count)
		return config_refuse(
			v, "address",
			"no such address; allowed: all, the name of an [address] section");
	rc = check_tcp_ports(v, listener);
	return rc == 0 ? check_app(v, listener) : rc;
}

int
config_check_listeners(struct config_verdict *v)
{
	uint32_t count = v->config->listener_count;
	int rc = 0;

	config_enter_section(v, "listener", "");
	if (count == 0 || count > WEIR_LISTENERS_MAX)
		return config_refuse(v, "", "%u sections [listener NAME]; allowed: 1 to %d", count,
				     WEIR_LISTENERS_MAX);
	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = check_listener(v, i);
	for (uint32_t i = 0; i < count && rc == 0; i++) {
		for (uint32_t j = i + 1; j < count && rc == 0; j++)
			rc = check_collision(v, &v->config->listeners[i], &v->config->listeners[j]);
	}
	return rc;
}
