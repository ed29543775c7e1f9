/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Defaults of a configuration, and the judgement of one as a whole.
 *
 * The daemon's parser has refused bad numbers before this runs; a program that
 * links libweir has no parser, so everything is judged again here, and with it
 * what no single key can tell: references, duplicates, contradictions.
 */
#include "config_check.h"

#include <errno.h>
#include <string.h>

#include "prefix_list.h"

#define BUFFERS_IN_RESERVE 1024 /* beside those a port's descriptors hold */

static const struct config_range weir_ranges[] = {
	CONFIG_RANGE(weir_config, main_core, "main_core", 0, CONFIG_CPU_MAX),
	CONFIG_RANGE(weir_config, memory_mb, "memory", 0, 1048576),
	CONFIG_RANGE(weir_config, stats_interval_s, "stats_interval", 0, 86400),
	CONFIG_ONE_OF(weir_config, stop_policy, "stop", WEIR_STOP_FIN, "rst, fin"),
	CONFIG_RANGE(weir_config, stop_grace_ms, "stop_grace", 0, 600000),
};

static const struct config_range syn_ranges[] = {
	CONFIG_ONE_OF(weir_syn_config, cookies, "cookies", WEIR_COOKIES_NEVER,
		      "auto, always, never"),
	CONFIG_ONE_OF(weir_syn_config, mac, "mac", WEIR_MAC_SIPHASH, "auto, aes, siphash"),
	CONFIG_RANGE(weir_syn_config, queue, "queue", 1, 1048576),
	CONFIG_RANGE(weir_syn_config, rate, "rate", 1, 100000000),
	CONFIG_RANGE(weir_syn_config, hold_ms, "hold", 1, 3600000),
	CONFIG_RANGE(weir_syn_config, retries, "retries", 0, 10),
};

static const struct config_range tcp_ranges[] = {
	CONFIG_RANGE(weir_tcp_config, receive_buffer, "receive_buffer", 2048, 16777216),
	CONFIG_RANGE(weir_tcp_config, receive_buffer_max, "receive_buffer_max", 2048, 67108864),
	CONFIG_RANGE(weir_tcp_config, send_buffer, "send_buffer", 2048, 16777216),
	CONFIG_RANGE(weir_tcp_config, rto_min_ms, "rto_min", 1, 60000),
	CONFIG_RANGE(weir_tcp_config, rto_max_ms, "rto_max", 1000, 600000),
	CONFIG_RANGE(weir_tcp_config, delayed_ack_ms, "delayed_ack", 0, 499),
	CONFIG_RANGE(weir_tcp_config, retransmit_timeout_ms, "retransmit_timeout", 1000, 86400000),
	CONFIG_RANGE(weir_tcp_config, connect_timeout_ms, "connect_timeout", 1000, 86400000),
	CONFIG_RANGE(weir_tcp_config, local_port_first, "local_port_first", 1024, 65535),
	CONFIG_RANGE(weir_tcp_config, local_port_last, "local_port_last", 1024, 65535),
	CONFIG_RANGE(weir_tcp_config, msl_ms, "msl", 1, 120000),
	CONFIG_RANGE(weir_tcp_config, fin_wait_2_ms, "fin_wait_2", 1000, 86400000),
	CONFIG_RANGE(weir_tcp_config, keepalive_time_ms, "keepalive_time", 1000, 864000000),
	CONFIG_RANGE(weir_tcp_config, keepalive_interval_ms, "keepalive_interval", 1000, 3600000),
	CONFIG_RANGE(weir_tcp_config, keepalive_probes, "keepalive_probes", 1, 15),
	CONFIG_RANGE(weir_tcp_config, stall_rate, "stall_rate", 0, 1000000000),
	CONFIG_RANGE(weir_tcp_config, pmtu_min, "pmtu_min", 296, 1500),
	CONFIG_RANGE(weir_tcp_config, pmtu_expiry_ms, "pmtu_expiry", 1000, 86400000),
	CONFIG_RANGE(weir_tcp_config, ttl, "ttl", 1, 255),
	CONFIG_RANGE(weir_tcp_config, dscp, "dscp", 0, 63),
	CONFIG_ONE_OF(weir_tcp_config, congestion_control, "congestion_control", WEIR_CC_NEWRENO,
		      "cubic, newreno"),
	CONFIG_RANGE(weir_tcp_config, rst_rate, "rst_rate", 0, 1000000),
	CONFIG_RANGE(weir_tcp_config, challenge_ack_rate, "challenge_ack_rate", 1, 1000000),
};

static const struct config_range limits_ranges[] = {
	CONFIG_RANGE(weir_limits_config, flows, "flows", 64, 100000000),
	CONFIG_RANGE(weir_limits_config, time_wait, "time_wait", 64, 100000000),
	CONFIG_RANGE(weir_limits_config, transfers, "transfers", 64, 100000000),
	CONFIG_RANGE(weir_limits_config, buffers, "buffers", 1024, 16777216),
	CONFIG_RANGE(weir_limits_config, reassembly_segments, "reassembly_segments", 1, 4096),
	CONFIG_RANGE(weir_limits_config, reassembly_datagrams, "reassembly_datagrams", 0, 65536),
	CONFIG_RANGE(weir_limits_config, prefix_flows, "prefix_flows", 0, 100000000),
	CONFIG_RANGE(weir_limits_config, prefix_rate, "prefix_rate", 0, 1000000),
	CONFIG_RANGE(weir_limits_config, prefix_replies, "prefix_replies", 0, 1000000),
	CONFIG_RANGE(weir_limits_config, prefix_ipv4, "prefix_ipv4", 0, 32),
	CONFIG_RANGE(weir_limits_config, prefix_ipv6, "prefix_ipv6", 0, 128),
};

static void
section_defaults(struct weir_config *config)
{
	for (uint32_t i = 0; i < WEIR_PORTS_MAX; i++) {
		struct weir_port_config *port = &config->ports[i];

		port->mtu = 1500;
		port->rx_descriptors = 1024;
		port->tx_descriptors = 1024;
		port->steering = WEIR_STEERING_AUTO;
		port->offload = true;
		port->shed = true;
		port->dad = true;
	}
	for (uint32_t i = 0; i < WEIR_LISTENERS_MAX; i++)
		config->listeners[i].address = UINT16_MAX;
}

static void
syn_defaults(struct weir_syn_config *syn)
{
	syn->cookies = WEIR_COOKIES_AUTO;
	syn->mac = WEIR_MAC_AUTO;
	syn->queue = 1024;
	syn->rate = 100000;
	syn->hold_ms = 10000;
	syn->retries = 5;
}

static void
tcp_defaults(struct weir_tcp_config *tcp)
{
	tcp->receive_buffer = 65536;
	tcp->receive_buffer_max = 4194304;
	tcp->send_buffer = 262144;
	tcp->rto_min_ms = 1000;	 /* RFC 6298, 2.4 */
	tcp->rto_max_ms = 60000; /* RFC 6298, 2.5: at least that */
	tcp->delayed_ack_ms = 40;
	tcp->retransmit_timeout_ms = 100000; /* RFC 9293, 3.8.3: at least that */
	tcp->connect_timeout_ms = 180000;    /* RFC 9293, 3.8.3, MUST-23 */
	tcp->local_port_first = 32768;
	tcp->local_port_last = 65535;
	tcp->msl_ms = 30000; /* RFC 9293, 3.4.2 says two minutes; see config/README.md */
	tcp->fin_wait_2_ms = 60000;
	tcp->keepalive_time_ms = 7200000; /* RFC 9293, 3.8.4: two hours at least (MUST-28) */
	tcp->keepalive_interval_ms = 75000;
	tcp->keepalive_probes = 9;
	tcp->request_timeout_ms = 60000;
	tcp->stall_timeout_short_ms = 10000;
	tcp->stall_rate = 50;
	tcp->pmtu_discovery = true;
	tcp->pmtu_blackhole = true;
	tcp->pmtu_min = 552;
	tcp->pmtu_expiry_ms = 600000; /* RFC 1191, 6.3 */
	tcp->ttl = 64;
	tcp->timestamps = true;
	tcp->window_scaling = true;
	tcp->sack = true;
	tcp->ecn = true;
	tcp->congestion_control = WEIR_CC_CUBIC;
	tcp->rst_rate = 1000;
	tcp->challenge_ack_rate = 1000;
}

static void
limits_defaults(struct weir_limits_config *limits)
{
	limits->flows = 65536;
	limits->time_wait = 65536;
	limits->transfers = 8192;
	limits->buffers = 32768;
	limits->reassembly_segments = 256;
	limits->prefix_replies = 250;
	limits->prefix_ipv4 = 24;
	limits->prefix_ipv6 = 64;
}

void
weir_config_init(struct weir_config *config)
{
	memset(config, 0, sizeof(*config));
	config->cores[0] = 1;
	config->core_count = 1;
	config->stop_policy = WEIR_STOP_RST;
	config->stop_grace_ms = 2000;
	config->memory_mb = 1024;
	section_defaults(config);
	syn_defaults(&config->syn);
	tcp_defaults(&config->tcp);
	limits_defaults(&config->limits);
}

static int
check_cores(const struct config_verdict *v)
{
	const struct weir_config *config = v->config;

	if (config->core_count == 0 || config->core_count > WEIR_CORES_MAX)
		return config_refuse(v, "cores", "%u workers; allowed: 1 to %d", config->core_count,
				     WEIR_CORES_MAX);
	for (uint32_t i = 0; i < config->core_count; i++) {
		if (config->cores[i] > CONFIG_CPU_MAX)
			return config_refuse(v, "cores", "CPU %u is out of range; allowed: 0 to %d",
					     config->cores[i], CONFIG_CPU_MAX);
		for (uint32_t j = 0; j < i; j++) {
			if (config->cores[i] == config->cores[j])
				return config_refuse(
					v, "cores",
					"CPU %u is there twice; allowed: one worker per CPU",
					config->cores[i]);
		}
	}
	return 0;
}

static int
check_weir(struct config_verdict *v)
{
	const struct weir_config *config = v->config;
	int rc;

	config_enter_section(v, "weir", "");
	rc = check_cores(v);
	if (rc == 0)
		rc = config_check_ranges(v, config, weir_ranges, CONFIG_COUNT_OF(weir_ranges));
	if (rc == 0)
		rc = config_check_text(v, "eal", config->eal_arguments,
				       sizeof(config->eal_arguments), false);
	return rc;
}

static int
check_tcp(struct config_verdict *v)
{
	const struct weir_tcp_config *tcp = &v->config->tcp;
	int rc;

	config_enter_section(v, "tcp", "");
	rc = config_check_ranges(v, tcp, tcp_ranges, CONFIG_COUNT_OF(tcp_ranges));
	if (rc == 0 && tcp->rto_min_ms > tcp->rto_max_ms)
		rc = config_refuse(v, "rto_min", "%u is more than rto_max; allowed: 1 to %u",
				   tcp->rto_min_ms, tcp->rto_max_ms);
	if (rc == 0 && tcp->local_port_first > tcp->local_port_last)
		rc = config_refuse(v, "local_port_first",
				   "%u is more than local_port_last; allowed: 1024 to %u",
				   tcp->local_port_first, tcp->local_port_last);
	return rc;
}

/* Every worker has its own buffers, and of every port a queue of each kind to fill with them. */
static int
check_limits(struct config_verdict *v)
{
	const struct weir_limits_config *limits = &v->config->limits;
	uint32_t needed = BUFFERS_IN_RESERVE;
	int rc;

	config_enter_section(v, "limits", "");
	rc = config_check_ranges(v, limits, limits_ranges, CONFIG_COUNT_OF(limits_ranges));
	for (uint32_t i = 0; i < v->config->port_count; i++) {
		needed += v->config->ports[i].rx_descriptors;
		if (v->config->ports[i].syn_queue != WEIR_SYN_QUEUE_OFF)
			needed += v->config->ports[i].rx_descriptors;
		needed += v->config->ports[i].tx_descriptors;
	}
	if (rc == 0 && limits->buffers < needed)
		rc = config_refuse(
			v, "buffers",
			"%u are too few for the ports' descriptors; allowed: %u to 16777216",
			limits->buffers, needed);
	return rc;
}

static int
check_prefixes(const struct config_verdict *v, const struct weir_prefixes *named, const char *key)
{
	const char *wrong;

	if (named->count > WEIR_PREFIXES_MAX)
		return config_refuse(v, key, "%u networks; allowed: up to %d", named->count,
				     WEIR_PREFIXES_MAX);
	for (uint32_t i = 0; i < named->count; i++) {
		wrong = prefix_wrong(&named->prefix[i]);
		if (wrong != NULL)
			return config_refuse(v, key,
					     "network %u: %s; allowed: such as "
					     "198.51.100.0/24, 2001:db8::/32",
					     i + 1, wrong);
	}
	return 0;
}

/* A file is read here for what it says, and once more when it is used. */
static int
check_list(const struct config_verdict *v, const struct weir_prefixes *named, const char *key,
	   const char *path, const char *path_key)
{
	struct refusal refusal = {.message = v->message, .bytes = v->message_bytes};
	struct prefix_list list;
	int rc = check_prefixes(v, named, key);

	if (rc == 0)
		rc = config_check_text(v, path_key, path, WEIR_TEXT_BYTES, false);
	if (rc == 0)
		rc = prefix_list_load(&list, named, path, path_key, &refusal);
	if (rc == 0)
		prefix_list_free(&list);
	return rc;
}

static int
check_sources(struct config_verdict *v)
{
	const struct weir_sources_config *sources = &v->config->sources;
	int rc;

	config_enter_section(v, "sources", "");
	rc = check_list(v, &sources->deny, "deny", sources->deny_file, "deny_file");
	if (rc == 0)
		rc = check_list(v, &sources->allow, "allow", sources->allow_file, "allow_file");
	return rc;
}

int
weir_config_check(const struct weir_config *config, char *message, size_t message_bytes)
{
	struct config_verdict v = {
		.config = config, .message = message, .message_bytes = message_bytes};

	if (check_weir(&v) != 0 || config_check_ports(&v) != 0 || config_check_addresses(&v) != 0 ||
	    config_check_listeners(&v) != 0)
		return -EINVAL;
	config_enter_section(&v, "syn", "");
	if (config_check_ranges(&v, &config->syn, syn_ranges, CONFIG_COUNT_OF(syn_ranges)) != 0)
		return -EINVAL;
	if (check_tcp(&v) != 0 || check_limits(&v) != 0 || check_sources(&v) != 0)
		return -EINVAL;
	return 0;
}
