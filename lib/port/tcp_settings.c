/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_settings.h"

#include <string.h>

#include <rte_common.h>

#include "check.h"
#include "units.h"

/* Deadlines are told apart from the past by half the range of a tick: 26 days. */
#define TICKS_MAX (UINT32_MAX / 2 - 1)

static uint32_t
bounded_ticks(uint32_t ms)
{
	uint32_t ticks = ticks_in_ms(ms);

	return ticks > TICKS_MAX ? TICKS_MAX : ticks;
}

static enum tcp_cookies
cookies_of(enum weir_cookies cookies)
{
	switch (cookies) {
	case WEIR_COOKIES_ALWAYS:
		return TCP_COOKIES_ALWAYS;
	case WEIR_COOKIES_NEVER:
		return TCP_COOKIES_NEVER;
	default:
		return TCP_COOKIES_AUTO;
	}
}

static enum tcp_cc_kind
congestion_control_of(enum weir_congestion_control kind)
{
	return kind == WEIR_CC_NEWRENO ? TCP_CC_NEWRENO : TCP_CC_CUBIC;
}

static void
set_times(struct tcp_config *tcp, const struct weir_tcp_config *config)
{
	tcp->rto_min_us = config->rto_min_ms * 1000;
	tcp->rto_max_us = config->rto_max_ms * 1000;
	tcp->delayed_ack_ticks = bounded_ticks(config->delayed_ack_ms);
	tcp->retransmit_ticks = bounded_ticks(config->retransmit_timeout_ms);
	tcp->connect_ticks = bounded_ticks(config->connect_timeout_ms);
	tcp->time_wait_ticks = bounded_ticks(2 * config->msl_ms);
	tcp->fin_wait_2_ticks = bounded_ticks(config->fin_wait_2_ms);
	tcp->request_ticks = bounded_ticks(config->request_timeout_ms);
	tcp->stall_ticks = bounded_ticks(config->stall_timeout_ms);
	tcp->stall_short_ticks = bounded_ticks(config->stall_timeout_short_ms);
	tcp->stall_rate = config->stall_rate;
	tcp->idle_ticks = bounded_ticks(config->idle_timeout_ms);
	tcp->keepalive_ticks = bounded_ticks(config->keepalive_time_ms);
	tcp->keepalive_interval_ticks = bounded_ticks(config->keepalive_interval_ms);
	tcp->keepalive_probes = config->keepalive_probes;
	tcp->persist_ticks = bounded_ticks(config->persist_timeout_ms);
}

static void
set_pmtu(struct tcp_config *tcp, const struct weir_tcp_config *config)
{
	tcp->pmtu_ticks = bounded_ticks(config->pmtu_expiry_ms);
	tcp->pmtu_min = config->pmtu_min;
	tcp->pmtu_discovery = config->pmtu_discovery;
	tcp->pmtu_blackhole = config->pmtu_blackhole;
}

static void
set_prefix(struct tcp_config *tcp, const struct weir_limits_config *config)
{
	tcp->prefix_flows = config->prefix_flows;
	tcp->prefix_rate = config->prefix_rate;
	tcp->prefix_replies = config->prefix_replies;
	tcp->prefix_ipv4_bits = config->prefix_ipv4;
	tcp->prefix_ipv6_bits = config->prefix_ipv6;
}

static void
set_syn(struct tcp_config *tcp, const struct weir_syn_config *config)
{
	tcp->cookies = cookies_of(config->cookies);
	tcp->syn_queue_max = config->queue;
	tcp->syn_retries_max = config->retries;
	tcp->syn_rate = config->rate;
	tcp->syn_hold_ns = config->hold_ms * NS_PER_MS;
}

void
tcp_settings_make(struct tcp_config *tcp, const struct weir_config *config)
{
	memset(tcp, 0, sizeof(*tcp));
	tcp->flows_max = config->limits.flows;
	tcp->time_wait_max = config->limits.time_wait;
	tcp->transfers_max = config->limits.transfers;
	tcp->reassembly_segments_max = config->limits.reassembly_segments;
	tcp->receive_buffer = config->tcp.receive_buffer;
	tcp->receive_buffer_max =
		RTE_MAX(config->tcp.receive_buffer, config->tcp.receive_buffer_max);
	tcp->send_buffer = config->tcp.send_buffer;
	set_times(tcp, &config->tcp);
	set_pmtu(tcp, &config->tcp);
	tcp->ttl = config->tcp.ttl;
	tcp->tos = (uint8_t)(config->tcp.dscp << 2);
	tcp->rcv_wscale = tcp_config_wscale(tcp->receive_buffer_max);
	tcp->keepalive = config->tcp.keepalive;
	tcp->timestamps = config->tcp.timestamps;
	tcp->window_scaling = config->tcp.window_scaling;
	tcp->sack = config->tcp.sack;
	tcp->ecn = config->tcp.ecn;
	tcp->congestion_control = congestion_control_of(config->tcp.congestion_control);
	tcp->local_port_first = config->tcp.local_port_first;
	tcp->local_port_last = config->tcp.local_port_last;
	tcp->rst_rate = config->tcp.rst_rate;
	tcp->challenge_ack_rate = config->tcp.challenge_ack_rate;
	set_syn(tcp, &config->syn);
	set_prefix(tcp, &config->limits);
}

void
tcp_settings_add_port(struct tcp_config *tcp, const struct device *device)
{
	const struct device_plan *plan = &device->plan;
	struct tcp_port *port;

	check(device->port_id < TCP_PORTS_MAX);
	port = &tcp->ports[device->port_id];
	port->offload.ipv4_checksum = (plan->tx_offloads & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
	port->offload.tcp_checksum = (plan->tx_offloads & RTE_ETH_TX_OFFLOAD_TCP_CKSUM) != 0;
	port->mtu = plan->mtu;
	port->multi_segment = (plan->tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
}
