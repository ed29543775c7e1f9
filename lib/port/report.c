/* SPDX-License-Identifier: BSD-3-Clause */

#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "counters.h"
#include "numa_nodes.h"
#include "syn_queue.h"

#define DROP_PREFIX "drop."

const char *
report_steering_text(enum steering_kind steering)
{
	switch (steering) {
	case STEERING_RSS:
		return "rss";
	case STEERING_SOFTWARE:
		return "software";
	default:
		return "none";
	}
}

static const char *
who(uint64_t offloads, uint64_t bit)
{
	return (offloads & bit) != 0 ? "port" : "weir";
}

static void
describe_port(const struct device *device, FILE *stream)
{
	const struct device_plan *plan = &device->plan;
	const uint8_t *mac = device->mac;
	bool chains = (plan->tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
	char node[24];

	fprintf(stream,
		"port %s: %s by driver %s, %s, MAC %02x:%02x:%02x:%02x:%02x:%02x, link %s\n",
		device->wish.config->name, device->wish.config->device, device->driver,
		numa_text(device->socket_id, node), mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		device->link_is_up ? "up" : "down");
	fprintf(stream, "port %s: %u receive queues of %u, %u send queues of %u; steering %s (%s)",
		device->wish.config->name, plan->rx_queues, device->rx_descriptors, plan->tx_queues,
		device->tx_descriptors, report_steering_text(plan->steering),
		plan->steering_reason);
	if (plan->steering == STEERING_RSS)
		fprintf(stream, ", %s key", plan->rss_key_bytes > 0 ? "random" : "the driver's");
	if (plan->has_syn_queue)
		fprintf(stream, "; SYNs in queue %d", SYN_QUEUE);
	else if (plan->syn_queue_obstacle != NULL)
		fprintf(stream, "; no queue for SYNs: %s", plan->syn_queue_obstacle);
	fprintf(stream,
		"\nport %s: checksums received: IPv4 by %s, TCP by %s; sent: IPv4 by %s, TCP by %s; "
		"MTU %u; text sent %s\n",
		device->wish.config->name, who(plan->rx_offloads, RTE_ETH_RX_OFFLOAD_IPV4_CKSUM),
		who(plan->rx_offloads, RTE_ETH_RX_OFFLOAD_TCP_CKSUM),
		who(plan->tx_offloads, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM),
		who(plan->tx_offloads, RTE_ETH_TX_OFFLOAD_TCP_CKSUM), plan->mtu,
		chains ? "without copying" : "copied into one buffer");
}

static void
describe_worker(const struct weir *weir, const struct worker *worker, FILE *stream)
{
	char node[24];

	fprintf(stream,
		"core %u: CPU %u, lcore %u, %s; up to %u connections and %u in TIME-WAIT in %zu "
		"MiB%s\n",
		worker->index, weir->config.cores[worker->index], worker->lcore,
		numa_text(worker->socket_id, node), weir->tcp.flows_max, weir->tcp.time_wait_max,
		pipeline_bytes(&weir->tcp) >> 20,
		worker->shares_cpu ? "; shares its CPU with the main thread" : "");
}

static const char *
prf_text(enum prf_kind kind)
{
	switch (kind) {
	case PRF_AES_WIDE:
		return "AES with AVX-512; floods are served sixteen packets at a time";
	case PRF_AES:
		return "AES; floods are served packet by packet";
	default:
		return "SipHash-2-4; floods are served packet by packet";
	}
}

void
weir_describe(const struct weir *weir, FILE *stream)
{
	for (uint32_t i = 0; i < weir->device_count; i++)
		describe_port(&weir->devices[i], stream);
	for (uint32_t i = 0; i < weir->worker_count; i++)
		describe_worker(weir, weir->workers[i], stream);
	fprintf(stream, "cookies and flow table: %s\n", prf_text(weir->secrets.kind));
}

static void
print_line(FILE *stream, const char *prefix, const char *name, uint64_t value, const char *sentence)
{
	if (value != 0)
		fprintf(stream, "%s%s %" PRIu64 "  %s\n", prefix, name, value, sentence);
}

static void
sum_counters(const struct weir *weir, struct counters *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (uint32_t i = 0; i < weir->worker_count; i++)
		counters_add(sum, &weir->workers[i]->core->counters);
}

static void
print_losses(const struct weir *weir, FILE *stream)
{
	struct device_losses sum = {0};

	for (uint32_t i = 0; i < weir->device_count; i++) {
		sum.rx_missed += weir->losses[i].rx_missed;
		sum.rx_no_mbuf += weir->losses[i].rx_no_mbuf;
		sum.rx_errors += weir->losses[i].rx_errors;
		sum.tx_errors += weir->losses[i].tx_errors;
	}
	print_line(stream, "port_", "rx_missed", sum.rx_missed,
		   "Frames the ports dropped because no core fetched them in time.");
	print_line(stream, "port_", "rx_no_buffer", sum.rx_no_mbuf,
		   "Times a port had no buffer to receive into.");
	print_line(stream, "port_", "rx_errors", sum.rx_errors,
		   "Frames the ports received with an error.");
	print_line(stream, "port_", "tx_errors", sum.tx_errors, "Frames the ports could not send.");
}

void
weir_print_counters(const struct weir *weir, FILE *stream)
{
	struct weir_occupancy now;
	struct counters sum;

	sum_counters(weir, &sum);
	for (enum counter i = 0; i < COUNTER_N; i++)
		print_line(stream, "", counter_name(i), sum.value[i], counter_text(i));
	for (enum drop_reason i = DROP_NONE + 1; i < DROP_N; i++)
		print_line(stream, DROP_PREFIX, drop_reason_name(i), sum.drop[i],
			   drop_reason_sentence(i));
	print_losses(weir, stream);
	weir_get_occupancy(weir, &now);
	print_line(stream, "", "flows", now.flows, "Connections now, from ESTABLISHED on.");
	print_line(stream, "", "time_wait", now.time_wait, "Connections now in TIME-WAIT.");
	print_line(stream, "", "syn_queue", now.syn_queue, "Handshakes now in the SYN queues.");
	print_line(stream, "", "buffers_used", now.buffers_used,
		   "Packet buffers now in use, beside those in receive queues.");
	if (weir->is_at_rest)
		print_line(stream, "", "buffers_lost", weir->buffers_lost,
			   "Packet buffers nobody gave back.  Please report this.");
}

/* Another thread's numbers: each is whole, but they are not of one moment. */
void
report_add_occupancy(struct weir_occupancy *occupancy, const struct worker *worker)
{
	const struct tcp_engine *tcp = &worker->core->tcp;
	uint32_t half_open = tcp->syn_policy.half_open;
	uint32_t used = tcp->flows.used;

	occupancy->flows += used > half_open ? used - half_open : 0;
	occupancy->syn_queue += half_open;
	occupancy->time_wait += tcp->time_wait.live;
}

uint64_t
report_buffers_used(const struct weir *weir)
{
	uint32_t held = instance_buffers_held(weir);

	if (weir->is_at_rest)
		return 0;
	return held > weir->buffers_at_start ? held - weir->buffers_at_start : 0;
}

void
weir_get_occupancy(const struct weir *weir, struct weir_occupancy *occupancy)
{
	memset(occupancy, 0, sizeof(*occupancy));
	for (uint32_t i = 0; i < weir->worker_count; i++)
		report_add_occupancy(occupancy, weir->workers[i]);
	occupancy->buffers_used = report_buffers_used(weir);
}

int
weir_get_counter(const struct weir *weir, const char *name, uint64_t *value)
{
	struct counters sum;

	sum_counters(weir, &sum);
	if (strncmp(name, DROP_PREFIX, strlen(DROP_PREFIX)) == 0) {
		for (enum drop_reason i = DROP_NONE + 1; i < DROP_N; i++) {
			if (strcmp(name + strlen(DROP_PREFIX), drop_reason_name(i)) == 0) {
				*value = sum.drop[i];
				return 0;
			}
		}
		return -ENOENT;
	}
	for (enum counter i = 0; i < COUNTER_N; i++) {
		if (strcmp(name, counter_name(i)) == 0) {
			*value = sum.value[i];
			return 0;
		}
	}
	return -ENOENT;
}

bool
weir_counters_balance(const struct weir *weir)
{
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		if (!counters_balance(&weir->workers[i]->core->counters))
			return false;
	}
	return true;
}
