/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The rule that sorts out SYNs, given to a device which is this program: no
 * virtual device of DPDK takes a rule about TCP flags.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>

#include "syn_queue.h"
#include "tcp_seg.h"

static struct weir_port_config config;
static char why[128];

static struct {
	enum rte_flow_item_type refuses; /* END: nothing */
	const char *words;
	unsigned int validated;
	unsigned int created;
} device;

static bool
refuses(const struct rte_flow_item *pattern, struct rte_flow_error *error)
{
	for (; pattern->type != RTE_FLOW_ITEM_TYPE_END; pattern++) {
		if (device.refuses == pattern->type) {
			error->message = device.words;
			return true;
		}
	}
	return false;
}

int
rte_flow_validate(uint16_t port_id, const struct rte_flow_attr *attr,
		  const struct rte_flow_item pattern[], const struct rte_flow_action actions[],
		  struct rte_flow_error *error)
{
	(void)port_id, (void)attr, (void)actions;
	device.validated++;
	return refuses(pattern, error) ? -ENOSYS : 0;
}

struct rte_flow *
rte_flow_create(uint16_t port_id, const struct rte_flow_attr *attr,
		const struct rte_flow_item pattern[], const struct rte_flow_action actions[],
		struct rte_flow_error *error)
{
	(void)port_id, (void)attr, (void)actions;
	if (refuses(pattern, error)) {
		rte_errno = ENOSPC;
		return NULL;
	}
	device.created++;
	return (struct rte_flow *)&device;
}

static struct device_wish
begin(bool has_ipv4, bool has_ipv6)
{
	memset(&device, 0, sizeof(device));
	memset(&config, 0, sizeof(config));
	why[0] = '\0';
	return (struct device_wish){
		.config = &config, .workers = 1, .has_ipv4 = has_ipv4, .has_ipv6 = has_ipv6};
}

/* True if a segment with these flags meets the rule. */
static bool
matches(const struct syn_rule *rule, uint8_t flags)
{
	const struct rte_flow_item *item = rule->pattern;
	const struct rte_flow_item_tcp *spec, *mask;

	while (item->type != RTE_FLOW_ITEM_TYPE_TCP)
		item++;
	spec = item->spec;
	mask = item->mask;
	assert_null(item->last);
	return (flags & mask->hdr.tcp_flags) == (spec->hdr.tcp_flags & mask->hdr.tcp_flags);
}

TEST(the_rule_takes_syns_without_ack_and_nothing_else)
{
	struct syn_rule rule;

	syn_rule_make(&rule, false, false);
	assert_true(matches(&rule, TH_SYN));
	assert_true(matches(&rule, TH_SYN | TH_ECE | TH_CWR));
	assert_false(matches(&rule, TH_SYN | TH_ACK));
	assert_false(matches(&rule, TH_ACK));
	assert_false(matches(&rule, TH_ACK | TH_PSH | TH_FIN));
	assert_false(matches(&rule, TH_RST));
	assert_false(matches(&rule, 0));
}

TEST(only_the_flags_are_compared)
{
	struct rte_flow_item_tcp mask;
	struct syn_rule rule;

	syn_rule_make(&rule, false, false);
	mask = rule.flags_mask;
	mask.hdr.tcp_flags = 0;
	for (size_t i = 0; i < sizeof(mask); i++)
		assert_int_equal(((const uint8_t *)&mask)[i], 0);
}

TEST(the_rule_ends_in_the_queue_for_syns)
{
	const struct rte_flow_action_queue *queue;
	struct syn_rule rule;

	syn_rule_make(&rule, true, false);
	assert_true(rule.attr.ingress);
	assert_false(rule.attr.egress);
	assert_int_equal(rule.actions[0].type, RTE_FLOW_ACTION_TYPE_QUEUE);
	queue = rule.actions[0].conf;
	assert_int_equal(queue->index, SYN_QUEUE);
	assert_int_equal(rule.actions[1].type, RTE_FLOW_ACTION_TYPE_END);
}

TEST(a_tagged_port_has_a_tagged_rule)
{
	static const enum rte_flow_item_type expected[] = {
		RTE_FLOW_ITEM_TYPE_ETH, RTE_FLOW_ITEM_TYPE_VLAN, RTE_FLOW_ITEM_TYPE_IPV6,
		RTE_FLOW_ITEM_TYPE_TCP, RTE_FLOW_ITEM_TYPE_END,
	};
	struct syn_rule rule;

	syn_rule_make(&rule, true, true);
	for (size_t i = 0; i < RTE_DIM(expected); i++)
		assert_int_equal(rule.pattern[i].type, expected[i]);
}

TEST(each_family_with_an_address_has_its_rule)
{
	struct device_wish wish = begin(true, true);

	assert_int_equal(syn_queue_validate(0, &wish, why, sizeof(why)), 0);
	assert_int_equal(syn_queue_create(0, &wish, why, sizeof(why)), 0);
	assert_int_equal(device.validated, 2);
	assert_int_equal(device.created, 2);
	wish = begin(true, false);
	device.refuses = RTE_FLOW_ITEM_TYPE_IPV6;
	assert_int_equal(syn_queue_create(0, &wish, why, sizeof(why)), 0);
	assert_int_equal(device.created, 1);
}

TEST(a_refusal_is_told_in_the_devices_words)
{
	struct device_wish wish = begin(true, true);

	device.refuses = RTE_FLOW_ITEM_TYPE_IPV6;
	device.words = "no IPv6 on Sundays";
	assert_int_equal(syn_queue_validate(0, &wish, why, sizeof(why)), -ENOSYS);
	assert_non_null(strstr(why, "IPv6: no IPv6 on Sundays"));
}

TEST(a_device_without_words_is_given_some)
{
	struct device_wish wish = begin(true, false);

	device.refuses = RTE_FLOW_ITEM_TYPE_TCP;
	assert_int_equal(syn_queue_create(0, &wish, why, sizeof(why)), -ENOSPC);
	assert_non_null(strstr(why, "No space left"));
	assert_int_equal(device.created, 0);
}
