/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: DPDK keeps a command for the life of the process and calls it on
 * its own thread with no argument of ours.  Hence the one static of weir: which
 * instance to show, and a lock so that it does not go away meanwhile.  Counters
 * are read as they stand, without any lock.
 */
#include "telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_lcore.h>
#include <rte_telemetry.h>
#include <rte_version.h>

#include "addresses.h"
#include "counters.h"
#include "report.h"

#if RTE_VERSION < RTE_VERSION_NUM(23, 3, 0, 0)
#define rte_tel_data_add_dict_uint rte_tel_data_add_dict_u64
#endif

static struct {
	pthread_mutex_t lock;
	const struct weir *weir; /* NULL: none */
	bool is_registered;
} shown = {.lock = PTHREAD_MUTEX_INITIALIZER};

typedef int (*show_fn)(const struct weir *weir, const char *params, struct rte_tel_data *d);

static int
show(show_fn body, const char *params, struct rte_tel_data *d)
{
	int error = -ENODEV;

	pthread_mutex_lock(&shown.lock);
	if (shown.weir != NULL)
		error = body(shown.weir, params, d);
	pthread_mutex_unlock(&shown.lock);
	return error;
}

/* The cores asked for: all of them, or the one whose number is the parameter. */
static int
parse_cores(const struct weir *weir, const char *params, uint32_t *first, uint32_t *end)
{
	unsigned long core;
	char *rest;

	*first = 0;
	*end = weir->worker_count;
	if (params == NULL || *params == '\0')
		return 0;
	core = strtoul(params, &rest, 10);
	if (*rest != '\0' || core >= weir->worker_count)
		return -EINVAL;
	*first = (uint32_t)core;
	*end = *first + 1;
	return 0;
}

/*
 * Dictionaries within dictionaries, and none within arrays: older telemetry
 * shows no others.  So what would be an array is a dictionary by number.
 */
static int
add_entry(struct rte_tel_data *d, const char *name, struct rte_tel_data *entry)
{
	int error = rte_tel_data_add_dict_container(d, name, entry, 0);

	if (error != 0)
		rte_tel_data_free(entry);
	return error;
}

static int
add_numbered(struct rte_tel_data *d, uint32_t number, struct rte_tel_data *entry)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", number);
	return add_entry(d, name, entry);
}

/* DPDK takes no '.' in a name, so the drops stand in a dictionary of their own. */
static int
show_counters(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	struct rte_tel_data *drops;
	struct counters sum = {0};
	uint32_t first, end;

	if (parse_cores(weir, params, &first, &end) != 0)
		return -EINVAL;
	drops = rte_tel_data_alloc();
	if (drops == NULL)
		return -ENOMEM;
	for (uint32_t i = first; i < end; i++)
		counters_add(&sum, &weir->workers[i]->core->counters);
	rte_tel_data_start_dict(d);
	for (enum counter i = 0; i < COUNTER_N; i++)
		rte_tel_data_add_dict_uint(d, counter_name(i), sum.value[i]);
	rte_tel_data_start_dict(drops);
	for (enum drop_reason i = DROP_NONE + 1; i < DROP_N; i++)
		rte_tel_data_add_dict_uint(drops, drop_reason_name(i), sum.drop[i]);
	return add_entry(d, "drop", drops);
}

static int
add_drop(struct rte_tel_data *d, enum drop_reason reason, uint64_t count)
{
	struct rte_tel_data *entry = rte_tel_data_alloc();

	if (entry == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_uint(entry, "packets", count);
	rte_tel_data_add_dict_string(entry, "sentence", drop_reason_sentence(reason));
	rte_tel_data_add_dict_string(entry, "remedy", drop_reason_remedy(reason));
	return add_entry(d, drop_reason_name(reason), entry);
}

static int
show_drops(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	struct counters sum = {0};
	int error = 0;

	(void)params;
	for (uint32_t i = 0; i < weir->worker_count; i++)
		counters_add(&sum, &weir->workers[i]->core->counters);
	rte_tel_data_start_dict(d);
	for (enum drop_reason i = DROP_NONE + 1; error == 0 && i < DROP_N; i++) {
		if (sum.drop[i] > 0)
			error = add_drop(d, i, sum.drop[i]);
	}
	return error;
}

static int
add_port(const struct weir *weir, uint32_t i, struct rte_tel_data *d)
{
	const struct device *device = &weir->devices[i];
	const struct device_losses *losses = &weir->losses[i];
	struct rte_tel_data *entry = rte_tel_data_alloc();

	if (entry == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "name", device->wish.config->name);
	rte_tel_data_add_dict_int(entry, "port_id", device->port_id);
	rte_tel_data_add_dict_string(entry, "driver", device->driver);
	rte_tel_data_add_dict_int(entry, "numa_node", device->socket_id);
	rte_tel_data_add_dict_int(entry, "rx_queues", device->plan.rx_queues);
	rte_tel_data_add_dict_int(entry, "tx_queues", device->plan.tx_queues);
	rte_tel_data_add_dict_string(entry, "steering",
				     report_steering_text(device->plan.steering));
	rte_tel_data_add_dict_string(entry, "steering_reason", device->plan.steering_reason);
	rte_tel_data_add_dict_int(entry, "mtu", device->plan.mtu);
	rte_tel_data_add_dict_int(entry, "link_up", device->link_is_up);
	rte_tel_data_add_dict_uint(entry, "rx_missed", losses->rx_missed);
	rte_tel_data_add_dict_uint(entry, "rx_no_buffer", losses->rx_no_mbuf);
	rte_tel_data_add_dict_uint(entry, "rx_errors", losses->rx_errors);
	rte_tel_data_add_dict_uint(entry, "tx_errors", losses->tx_errors);
	return add_numbered(d, i, entry);
}

static int
show_ports(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	int error = 0;

	(void)params;
	rte_tel_data_start_dict(d);
	for (uint32_t i = 0; error == 0 && i < weir->device_count; i++)
		error = add_port(weir, i, d);
	return error;
}

/* How many packets each source brought; a name takes no '.', so "port/queue" by DPDK's numbers. */
static int
add_sources(struct rte_tel_data *d, const struct worker *worker)
{
	struct rte_tel_data *entry = rte_tel_data_alloc();
	uint64_t steered = 0;
	char name[24];

	if (entry == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(entry);
	for (uint32_t i = 0; i < worker->source_count + worker->syn_source_count; i++) {
		const struct rx_source *source =
			i < worker->source_count ? &worker->sources[i]
						 : &worker->syn_sources[i - worker->source_count];

		if (source->ring != NULL) {
			steered += source->packets;
			continue;
		}
		snprintf(name, sizeof(name), "%u/%u", source->port_id, source->queue);
		rte_tel_data_add_dict_uint(entry, name, source->packets);
	}
	rte_tel_data_add_dict_uint(entry, "other_cores", steered);
	return add_entry(d, "received_from", entry);
}

static bool
is_overloaded(const struct worker *worker)
{
	bool any = false;

	for (uint32_t i = 0; i < worker->source_count; i++)
		any |= worker->sources[i].is_overloaded;
	return any;
}

static int
add_worker(const struct weir *weir, uint32_t i, struct rte_tel_data *d)
{
	const struct worker *worker = weir->workers[i];
	const struct counters *counters = &worker->core->counters;
	struct rte_tel_data *entry = rte_tel_data_alloc();
	int error;

	if (entry == NULL)
		return -ENOMEM;
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_int(entry, "cpu", weir->config.cores[i]);
	rte_tel_data_add_dict_int(entry, "lcore", (int)worker->lcore);
	rte_tel_data_add_dict_int(entry, "numa_node", worker->socket_id);
	rte_tel_data_add_dict_uint(entry, "poll_busy", counters->value[COUNTER_poll_busy]);
	rte_tel_data_add_dict_uint(entry, "poll_idle", counters->value[COUNTER_poll_idle]);
	rte_tel_data_add_dict_int(entry, "cookies", worker->core->tcp.syn_policy.use_cookies);
	rte_tel_data_add_dict_int(entry, "buffers_short", worker->core->tcp.buffers_short);
	rte_tel_data_add_dict_uint(entry, "rx_packets", counters->value[COUNTER_rx_packets]);
	rte_tel_data_add_dict_uint(entry, "dropped", counters_dropped(counters));
	rte_tel_data_add_dict_int(entry, "overloaded", is_overloaded(worker));
	rte_tel_data_add_dict_int(entry, "overtaxed", weir->overtaxed == i);
	error = add_sources(entry, worker);
	if (error != 0) {
		rte_tel_data_free(entry);
		return error;
	}
	return add_numbered(d, i, entry);
}

static int
show_workers(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	int error = 0;

	(void)params;
	rte_tel_data_start_dict(d);
	for (uint32_t i = 0; error == 0 && i < weir->worker_count; i++)
		error = add_worker(weir, i, d);
	return error;
}

static int
show_flows(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	struct weir_occupancy occupancy = {0};
	uint32_t first, end;

	if (parse_cores(weir, params, &first, &end) != 0)
		return -EINVAL;
	for (uint32_t i = first; i < end; i++)
		report_add_occupancy(&occupancy, weir->workers[i]);
	rte_tel_data_start_dict(d);
	rte_tel_data_add_dict_uint(d, "flows", occupancy.flows);
	rte_tel_data_add_dict_uint(d, "time_wait", occupancy.time_wait);
	rte_tel_data_add_dict_uint(d, "syn_queue", occupancy.syn_queue);
	if (end - first == weir->worker_count)
		rte_tel_data_add_dict_uint(d, "buffers_used", report_buffers_used(weir));
	return 0;
}

static int
add_listener(const struct weir *weir, uint32_t i, struct rte_tel_data *d)
{
	const struct weir_listener_config *config = &weir->config.listeners[i];
	struct rte_tel_data *entry = rte_tel_data_alloc();
	uint64_t flows = 0;

	if (entry == NULL)
		return -ENOMEM;
	for (uint32_t w = 0; w < weir->worker_count; w++)
		flows += weir->workers[w]->core->tcp.listener_flows[i];
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "name", config->name);
	rte_tel_data_add_dict_string(entry, "application", config->app);
	rte_tel_data_add_dict_uint(entry, "flows", flows);
	rte_tel_data_add_dict_uint(entry, "flows_max", config->flows_max);
	return add_numbered(d, i, entry);
}

static int
show_listeners(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	int error = 0;

	(void)params;
	rte_tel_data_start_dict(d);
	for (uint32_t i = 0; error == 0 && i < weir->config.listener_count; i++)
		error = add_listener(weir, i, d);
	return error;
}

static int
add_address(const struct weir *weir, uint32_t i, struct rte_tel_data *d)
{
	struct rte_tel_data *entry = rte_tel_data_alloc();
	struct address_report report;

	if (entry == NULL)
		return -ENOMEM;
	addresses_report(weir, i, &report);
	rte_tel_data_start_dict(entry);
	rte_tel_data_add_dict_string(entry, "name", report.name);
	rte_tel_data_add_dict_string(entry, "ip", report.ip);
	rte_tel_data_add_dict_string(entry, "state", report.state);
	rte_tel_data_add_dict_uint(entry, "conflicts", report.conflicts);
	rte_tel_data_add_dict_string(entry, "rival", report.rival);
	return add_numbered(d, i, entry);
}

static int
show_addresses(const struct weir *weir, const char *params, struct rte_tel_data *d)
{
	int error = 0;

	(void)params;
	rte_tel_data_start_dict(d);
	for (uint32_t i = 0; error == 0 && i < weir->config.address_count; i++)
		error = add_address(weir, i, d);
	return error;
}

#define COMMAND(name)                                                                              \
	static int command_##name(const char *command, const char *params, struct rte_tel_data *d) \
	{                                                                                          \
		(void)command;                                                                     \
		return show(show_##name, params, d);                                               \
	}

COMMAND(counters)
COMMAND(drops)
COMMAND(ports)
COMMAND(workers)
COMMAND(flows)
COMMAND(listeners)
COMMAND(addresses)

static const struct {
	const char *name;
	telemetry_cb callback;
	const char *help;
} commands[] = {
	{"/weir/counters", command_counters, "Every counter and drop. Parameter: a core, or all."},
	{"/weir/drops", command_drops, "Why packets were not served, and what to do about it."},
	{"/weir/ports", command_ports, "How each port is used, and what it lost. No parameter."},
	{"/weir/workers", command_workers, "Each worker core. No parameter."},
	{"/weir/flows", command_flows, "Connections now. Parameter: a core, or all."},
	{"/weir/addresses", command_addresses, "Each address, and who disputes it. No parameter."},
	{"/weir/listeners", command_listeners, "Each listener's connections now. No parameter."},
};

int
telemetry_begin(struct weir *weir, const struct refusal *refusal)
{
	int error = 0;

	pthread_mutex_lock(&shown.lock);
	for (size_t i = 0; !shown.is_registered && error == 0 && i < RTE_DIM(commands); i++)
		error = rte_telemetry_register_cmd(commands[i].name, commands[i].callback,
						   commands[i].help);
	if (error == 0) {
		shown.is_registered = true;
		shown.weir = weir;
	}
	pthread_mutex_unlock(&shown.lock);
	if (error != 0)
		return refuse(refusal, error, "DPDK takes no more telemetry commands");
	return 0;
}

void
telemetry_end(const struct weir *weir)
{
	pthread_mutex_lock(&shown.lock);
	if (shown.weir == weir)
		shown.weir = NULL;
	pthread_mutex_unlock(&shown.lock);
}
