/* SPDX-License-Identifier: BSD-3-Clause */

#include "rss.h"

#include <string.h>

void
rss_fill(struct rte_eth_rss_conf *conf, const struct device_plan *plan, uint8_t *key)
{
	memset(conf, 0, sizeof(*conf));
	conf->rss_hf = plan->rss_types;
	if (plan->rss_key_bytes > 0) {
		conf->rss_key = key;
		conf->rss_key_len = plan->rss_key_bytes;
	}
}

enum answer { OURS, ANOTHER, SILENCE };

static enum answer
ask(uint16_t port_id, const struct device_plan *plan, const uint8_t *key)
{
	uint8_t in_use[RSS_KEY_BYTES_MAX] = {0};
	struct rte_eth_rss_conf conf = {.rss_key = in_use, .rss_key_len = sizeof(in_use)};

	if (rte_eth_dev_rss_hash_conf_get(port_id, &conf) != 0)
		return SILENCE;
	return memcmp(in_use, key, plan->rss_key_bytes) == 0 ? OURS : ANOTHER;
}

bool
rss_confirm_key(uint16_t port_id, const struct device_plan *plan, uint8_t *key)
{
	struct rte_eth_rss_conf conf;

	if (ask(port_id, plan, key) != ANOTHER)
		return true;
	rss_fill(&conf, plan, key);
	return rte_eth_dev_rss_hash_update(port_id, &conf) == 0 && ask(port_id, plan, key) == OURS;
}
