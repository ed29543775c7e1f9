/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: what a driver claims and what it does differ.  RSS types are
 * claimed by drivers that refuse a key, offloads by drivers that refuse them
 * at configuration; hence device_plan_relax().
 */
#include "device_plan.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "driver_traits.h"
#include "syn_queue.h"

#define RX_CHECKSUMS (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define TX_CHECKSUMS (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)

/* RSS over addresses alone keeps a flow on one queue too, it only spreads less. */
#define RSS_IPV4 (RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_IPV4)
#define RSS_IPV6 (RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV6)

static bool
has_trait(const struct rte_eth_dev_info *info, uint32_t trait)
{
	return (driver_traits(info->driver_name) & trait) != 0;
}

/* Why the device cannot spread flows over the workers, or NULL. */
static const char *
rss_obstacle(const struct device_wish *wish, const struct rte_eth_dev_info *info)
{
	if (wish->puts_together)
		return "fragments are put together, and the device cannot spread what they make";
	if (info->max_rx_queues < wish->workers)
		return "the device has fewer receive queues than there are workers";
	if (has_trait(info, DRIVER_ALL_QUEUES))
		return "the device spreads frames over its queues in its own way";
	if (has_trait(info, DRIVER_MOVES_FLOWS))
		return "the device moves flows between its queues";
	if (wish->has_ipv4 && (info->flow_type_rss_offloads & RSS_IPV4) == 0)
		return "the device has no RSS over IPv4";
	if (wish->has_ipv6 && (info->flow_type_rss_offloads & RSS_IPV6) == 0)
		return "the device has no RSS over IPv6";
	if ((info->flow_type_rss_offloads & (RSS_IPV4 | RSS_IPV6)) == 0)
		return "the device has no RSS";
	return NULL;
}

static void
plan_rss(struct device_plan *plan, const struct device_wish *wish,
	 const struct rte_eth_dev_info *info)
{
	plan->steering = STEERING_RSS;
	plan->steering_reason = "the device spreads flows over its queues";
	plan->rx_queues = (uint16_t)wish->workers;
	plan->rss_types = info->flow_type_rss_offloads & (RSS_IPV4 | RSS_IPV6);
	if (info->hash_key_size <= RSS_KEY_BYTES_MAX)
		plan->rss_key_bytes = info->hash_key_size;
}

/* Why the device cannot have a queue for SYNs, as far as is known before it is asked. */
static const char *
syn_queue_obstacle(const struct device_plan *plan, const struct rte_eth_dev_info *info)
{
	if (plan->steering == STEERING_RSS)
		return "with RSS a SYN could meet another worker than what follows it";
	if (has_trait(info, DRIVER_ALL_QUEUES | DRIVER_MOVES_FLOWS))
		return "the device spreads frames over its queues in its own way";
	if (info->max_rx_queues <= SYN_QUEUE)
		return "the device has one receive queue";
	return NULL;
}

static void
plan_syn_queue(struct device_plan *plan, const struct device_wish *wish,
	       const struct rte_eth_dev_info *info)
{
	plan->has_syn_queue = false;
	plan->syn_queue_obstacle = NULL;
	if (wish->config->syn_queue == WEIR_SYN_QUEUE_OFF)
		return;
	plan->syn_queue_obstacle = syn_queue_obstacle(plan, info);
	if (plan->syn_queue_obstacle != NULL)
		return;
	plan->has_syn_queue = true;
	plan->rx_queues = SYN_QUEUE + 1;
}

static void
plan_software(struct device_plan *plan, const struct device_wish *wish,
	      const struct rte_eth_dev_info *info, const char *reason)
{
	plan->steering = wish->workers == 1 ? STEERING_NONE : STEERING_SOFTWARE;
	plan->steering_reason = wish->workers == 1 ? "there is one worker" : reason;
	plan->rx_queues = has_trait(info, DRIVER_ALL_QUEUES) ? info->max_rx_queues : 1;
	plan->rss_types = 0;
	plan->rss_key_bytes = 0;
}

static int
plan_steering(struct device_plan *plan, const struct device_wish *wish,
	      const struct rte_eth_dev_info *info, const struct refusal *refusal)
{
	const char *obstacle = rss_obstacle(wish, info);
	enum weir_steering wanted = wish->config->steering;

	if (wanted == WEIR_STEERING_SOFTWARE)
		plan_software(plan, wish, info, "the configuration says so");
	else if (wish->workers == 1)
		plan_software(plan, wish, info, "");
	else if (obstacle == NULL)
		plan_rss(plan, wish, info);
	else if (wanted == WEIR_STEERING_AUTO)
		plan_software(plan, wish, info, obstacle);
	else
		return refuse(refusal, -ENOTSUP, "[port %s] steering: rss cannot be had, %s",
			      wish->config->name, obstacle);
	plan_syn_queue(plan, wish, info);
	if (plan->syn_queue_obstacle != NULL && wish->config->syn_queue == WEIR_SYN_QUEUE_ON)
		return refuse(refusal, -ENOTSUP, "[port %s] syn_queue: on cannot be had, %s",
			      wish->config->name, plan->syn_queue_obstacle);
	return 0;
}

/* Some drivers state a longest frame and no MTU. */
static uint32_t
mtu_max(const struct rte_eth_dev_info *info)
{
	uint32_t overhead = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;

	if (info->max_mtu != UINT16_MAX || info->max_rx_pktlen <= overhead)
		return info->max_mtu;
	return RTE_MIN(info->max_rx_pktlen - overhead, (uint32_t)UINT16_MAX);
}

int
device_plan_make(struct device_plan *plan, const struct device_wish *wish,
		 const struct rte_eth_dev_info *info, const struct refusal *refusal)
{
	int error;

	check(wish->workers > 0);
	memset(plan, 0, sizeof(*plan));
	if (info->max_rx_queues == 0 || info->max_tx_queues == 0)
		return refuse(refusal, -ENOTSUP,
			      "[port %s] device: %s cannot both receive and send",
			      wish->config->name, wish->config->device);
	if (wish->config->mtu > mtu_max(info))
		return refuse(refusal, -ENOTSUP,
			      "[port %s] mtu: %u is more than the device takes; allowed: 576 to %u",
			      wish->config->name, wish->config->mtu, mtu_max(info));
	error = plan_steering(plan, wish, info, refusal);
	if (error != 0)
		return error;
	plan->mtu = wish->config->mtu;
	plan->tx_queues = (uint16_t)RTE_MIN(wish->workers, (uint32_t)info->max_tx_queues);
	plan->tx_offloads = info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (wish->config->offload) {
		plan->rx_offloads = info->rx_offload_capa & RX_CHECKSUMS;
		plan->tx_offloads |= info->tx_offload_capa & TX_CHECKSUMS;
		if (has_trait(info, DRIVER_SUMS_CHAINS_WRONGLY))
			plan->tx_offloads &= ~RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
	}
	return 0;
}

const char *
device_plan_relax(struct device_plan *plan, const struct device_wish *wish,
		  const struct rte_eth_dev_info *info)
{
	if (plan->tx_queues != plan->rx_queues && plan->rx_queues <= info->max_tx_queues) {
		plan->tx_queues = plan->rx_queues; /* net_tap and net_af_xdp want as many of each */
		return "send queues unequal in number to receive queues";
	}
	if (plan->has_syn_queue && wish->config->syn_queue == WEIR_SYN_QUEUE_AUTO) {
		plan->has_syn_queue = false;
		plan->syn_queue_obstacle = "the driver refused a second receive queue";
		plan->rx_queues = 1;
		return "a queue for SYNs";
	}
	if (plan->rss_key_bytes > 0) {
		plan->rss_key_bytes = 0;
		return "a random RSS key (who knows the driver's can aim at one worker)";
	}
	if (plan->steering == STEERING_RSS && wish->config->steering == WEIR_STEERING_AUTO) {
		plan_software(plan, wish, info, "the driver refused RSS");
		plan_syn_queue(plan, wish, info);
		return "RSS";
	}
	if (((plan->rx_offloads & RX_CHECKSUMS) | (plan->tx_offloads & TX_CHECKSUMS)) != 0) {
		plan->rx_offloads &= ~RX_CHECKSUMS;
		plan->tx_offloads &= ~TX_CHECKSUMS;
		return "checksum offload";
	}
	return NULL;
}
