/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: error.message is the driver's and may be missing, and a refusal may
 * come with a positive errno in rte_errno only.
 */
#include "syn_queue.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>

#include "tcp_seg.h"

/* A driver that takes no mask for a default one would match every segment. */
void
syn_rule_make(struct syn_rule *rule, bool is_ipv6, bool is_tagged)
{
	struct rte_flow_item *item = rule->pattern;

	memset(rule, 0, sizeof(*rule));
	rule->attr.ingress = 1;
	rule->flags.hdr.tcp_flags = TH_SYN;
	rule->flags_mask.hdr.tcp_flags = TH_SYN | TH_ACK;
	(item++)->type = RTE_FLOW_ITEM_TYPE_ETH;
	if (is_tagged)
		(item++)->type = RTE_FLOW_ITEM_TYPE_VLAN;
	(item++)->type = is_ipv6 ? RTE_FLOW_ITEM_TYPE_IPV6 : RTE_FLOW_ITEM_TYPE_IPV4;
	*item++ = (struct rte_flow_item){
		.type = RTE_FLOW_ITEM_TYPE_TCP,
		.spec = &rule->flags,
		.mask = &rule->flags_mask,
	};
	item->type = RTE_FLOW_ITEM_TYPE_END;
	rule->queue.index = SYN_QUEUE;
	rule->actions[0] = (struct rte_flow_action){
		.type = RTE_FLOW_ACTION_TYPE_QUEUE,
		.conf = &rule->queue,
	};
	rule->actions[1].type = RTE_FLOW_ACTION_TYPE_END;
}

typedef int (*rule_fn)(uint16_t port_id, const struct syn_rule *rule, struct rte_flow_error *error);

static int
validate(uint16_t port_id, const struct syn_rule *rule, struct rte_flow_error *error)
{
	return rte_flow_validate(port_id, &rule->attr, rule->pattern, rule->actions, error);
}

static int
create(uint16_t port_id, const struct syn_rule *rule, struct rte_flow_error *error)
{
	if (rte_flow_create(port_id, &rule->attr, rule->pattern, rule->actions, error) != NULL)
		return 0;
	return rte_errno > 0 ? -rte_errno : -EINVAL;
}

static int
for_each_family(rule_fn body, uint16_t port_id, const struct device_wish *wish, char *why,
		size_t why_bytes)
{
	for (int is_ipv6 = 0; is_ipv6 <= 1; is_ipv6++) {
		struct rte_flow_error error = {0};
		struct syn_rule rule;
		int status;

		if (is_ipv6 ? !wish->has_ipv6 : !wish->has_ipv4)
			continue;
		syn_rule_make(&rule, is_ipv6, wish->config->vlan_id != 0);
		status = body(port_id, &rule, &error);
		if (status == 0)
			continue;
		snprintf(why, why_bytes, "the device refuses a rule for SYNs over IPv%d: %s",
			 is_ipv6 ? 6 : 4,
			 error.message != NULL ? error.message : rte_strerror(-status));
		return status;
	}
	return 0;
}

int
syn_queue_validate(uint16_t port_id, const struct device_wish *wish, char *why, size_t why_bytes)
{
	return for_each_family(validate, port_id, wish, why, why_bytes);
}

int
syn_queue_create(uint16_t port_id, const struct device_wish *wish, char *why, size_t why_bytes)
{
	return for_each_family(create, port_id, wish, why, why_bytes);
}
