/* SPDX-License-Identifier: BSD-3-Clause */

#include "homing.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>
#include <rte_thash.h>
#include <rte_version.h>

#include "check.h"
#include "instance.h"
#include "notice.h"

#define KEY_BYTES_MIN 40 /* for the nine words of an IPv6 tuple */

/* Asked for one flow: everything a worker must know. */
struct homing {
	const struct weir *weir;
	uint32_t worker;
};

static bool
is_power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static bool
ask_table(struct homing_spread *spread, const struct device *device)
{
	struct rte_eth_rss_reta_entry64 groups[HOMING_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE] = {0};
	uint32_t places = device->capabilities.reta_size;

	if (!is_power_of_two(places) || places > HOMING_TABLE_MAX)
		return false;
	for (uint32_t i = 0; i < RTE_DIM(groups); i++)
		groups[i].mask = UINT64_MAX;
	if (rte_eth_dev_rss_reta_query(device->port_id, groups, (uint16_t)places) != 0)
		return false;
	for (uint32_t i = 0; i < places; i++) {
		spread->table[i] =
			groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
		if (spread->table[i] >= device->plan.rx_queues)
			return false;
	}
	spread->table_places = places;
	return true;
}

/* Some drivers answer with a key of zeros, under which all packets would meet one queue. */
static bool
is_zero(const uint8_t *key, uint32_t bytes)
{
	uint8_t all = 0;

	for (uint32_t i = 0; i < bytes; i++)
		all |= key[i];
	return all == 0;
}

bool
homing_ask(struct homing_spread *spread, const struct device *device, const char **obstacle)
{
	struct rte_eth_rss_conf conf = {.rss_key = spread->key};

	memset(spread, 0, sizeof(*spread));
	conf.rss_key_len = device->capabilities.hash_key_size;
	*obstacle = "it does not tell its RSS key";
	if (conf.rss_key_len < KEY_BYTES_MIN || conf.rss_key_len > sizeof(spread->key) ||
	    rte_eth_dev_rss_hash_conf_get(device->port_id, &conf) != 0 ||
	    is_zero(spread->key, device->capabilities.hash_key_size))
		return false;
	*obstacle = "it does not tell its RSS table";
	if (!ask_table(spread, device))
		return false;
#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
	*obstacle = "its RSS hash is not plain Toeplitz";
	if (conf.algorithm != RTE_ETH_HASH_FUNCTION_DEFAULT &&
	    conf.algorithm != RTE_ETH_HASH_FUNCTION_TOEPLITZ)
		return false;
#endif
	spread->types = conf.rss_hf;
	return true;
}

/* Source, destination, ports, as in the packet that will come.  Returns how many words. */
static uint32_t
write_tuple(uint32_t words[9], const struct flow_key *key, const struct ip_addr *local)
{
	uint32_t each = ip_addr_is_ipv4(local) ? 1 : 4;

	for (uint32_t i = 0; i < each; i++) {
		words[i] = rte_be_to_cpu_32(key->remote.word[4 - each + i]);
		words[each + i] = rte_be_to_cpu_32(local->word[4 - each + i]);
	}
	words[2 * each] = (uint32_t)key->remote_port << 16 | key->local_port;
	return 2 * each;
}

uint32_t
homing_queue(const struct homing_spread *spread, const struct flow_key *key,
	     const struct ip_addr *local)
{
	bool v4 = ip_addr_is_ipv4(local);
	uint64_t with_ports = v4 ? RTE_ETH_RSS_NONFRAG_IPV4_TCP : RTE_ETH_RSS_NONFRAG_IPV6_TCP;
	uint64_t without = v4 ? RTE_ETH_RSS_IPV4 : RTE_ETH_RSS_IPV6;
	uint32_t words[9];
	uint32_t count = write_tuple(words, key, local);
	uint32_t hash;

	if (spread->table_places == 0 || (spread->types & (with_ports | without)) == 0)
		return UINT32_MAX;
	if (spread->types & with_ports)
		count++;
	hash = rte_softrss(words, count, spread->key);
	return spread->table[hash & (spread->table_places - 1)];
}

static const struct device *
device_of(const struct weir *weir, uint8_t port, uint32_t *index)
{
	for (*index = 0; *index < weir->device_count; (*index)++) {
		if (weir->devices[*index].port_id == port)
			return &weir->devices[*index];
	}
	check(false);
	return NULL;
}

static enum tcp_home
home_of(const void *arg, uint8_t port, const struct flow_key *key, const struct ip_addr *local)
{
	const struct homing *homing = arg;
	const struct weir *weir = homing->weir;
	uint32_t index, worker;
	const struct device *device = device_of(weir, port, &index);

	if (device->plan.steering == STEERING_SOFTWARE)
		worker = steering_owner(&weir->steering, &key->remote, key->remote_port, local,
					key->local_port);
	else
		worker = homing_queue(weir->spreads[index], key, local);
	if (worker == UINT32_MAX)
		return TCP_HOME_UNKNOWN;
	return worker == homing->worker ? TCP_HOME_HERE : TCP_HOME_ELSEWHERE;
}

static int
learn_spread(struct weir *weir, uint32_t i, const struct refusal *refusal)
{
	const struct device *device = &weir->devices[i];
	const char *obstacle;

	if (device->plan.steering != STEERING_RSS)
		return 0;
	weir->spreads[i] = rte_zmalloc("weir_spread", sizeof(*weir->spreads[i]), 0);
	if (weir->spreads[i] == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for an RSS table");
	if (!homing_ask(weir->spreads[i], device, &obstacle))
		notice("port %s: applications can not open connections through %s, %s: which of "
		       "the cores an answer meets is not known",
		       device->wish.config->name, device->driver, obstacle);
	return 0;
}

int
homing_create(struct weir *weir, const struct refusal *refusal)
{
	int error = 0;

	if (weir->worker_count < 2)
		return 0;
	for (uint32_t i = 0; error == 0 && i < weir->device_count; i++)
		error = learn_spread(weir, i, refusal);
	if (error != 0)
		return error;
	weir->homings = rte_zmalloc("weir_homings", weir->worker_count * sizeof(struct homing),
				    RTE_CACHE_LINE_SIZE);
	if (weir->homings == NULL)
		return refuse(refusal, -ENOMEM, "[weir] memory: no room for what cores receive");
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		weir->homings[i] = (struct homing){.weir = weir, .worker = i};
		weir->workers[i]->core->tcp.ephemeral.homing =
			(struct tcp_homing){.of = home_of, .arg = &weir->homings[i]};
	}
	return 0;
}

void
homing_destroy(struct weir *weir)
{
	for (uint32_t i = 0; i < weir->device_count; i++)
		rte_free(weir->spreads[i]);
	rte_free(weir->homings);
	weir->homings = NULL;
}
