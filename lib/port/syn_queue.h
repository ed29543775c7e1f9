/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A receive queue for SYNs alone: a rule in the device (rte_flow) puts segments
 * with SYN and without ACK there, so that a flood of them fills that queue and
 * not the one of connections.  The worker polls it after the others.
 *
 * Only where one worker receives all that a port brings: with RSS, a SYN in a
 * queue by another rule than the segments that follow it could meet another
 * worker than they do, and DPDK does not promise that a rule's own RSS maps
 * hashes to workers as the port's does.
 */
#ifndef WEIR_PORT_SYN_QUEUE_H
#define WEIR_PORT_SYN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_flow.h>

#include "device_plan.h"

#define SYN_QUEUE 1 /* the ordinary one is 0 */

/* Ethernet, perhaps a tag, IPv4 or IPv6, TCP, and the end of it. */
#define SYN_RULE_ITEMS 5

/* Holds what its pattern points to, and must not be moved. */
struct syn_rule {
	struct rte_flow_attr attr;
	struct rte_flow_item pattern[SYN_RULE_ITEMS];
	struct rte_flow_action actions[2];
	struct rte_flow_action_queue queue;
	struct rte_flow_item_tcp flags;
	struct rte_flow_item_tcp flags_mask;
};

/* Bare SYNs of one family, in tagged frames or in untagged ones, to SYN_QUEUE. */
void syn_rule_make(struct syn_rule *rule, bool is_ipv6, bool is_tagged);

/*
 * Ask whether the device would take the rules its addresses need, or give them
 * to it.  0, or a negative errno and the device's words in `why`.  What has been
 * created is flushed when the device is closed.
 */
int syn_queue_validate(uint16_t port_id, const struct device_wish *wish, char *why,
		       size_t why_bytes);
int syn_queue_create(uint16_t port_id, const struct device_wish *wish, char *why, size_t why_bytes);

#endif
