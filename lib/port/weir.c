/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An instance from beginning to end.  Creation is a list of steps; whatever
 * step fails, weir_destroy() undoes those before it, in reverse.
 */
#include "weir/weir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "addresses.h"
#include "balance.h"
#include "check.h"
#include "crew.h"
#include "homing.h"
#include "instance.h"
#include "key_roll.h"
#include "listeners.h"
#include "notice.h"
#include "numa_nodes.h"
#include "refusal.h"
#include "secrets.h"
#include "sources.h"
#include "tcp_settings.h"
#include "telemetry.h"
#include "units.h"

#define BALANCE_PERIOD_NS (10 * NS_PER_SECOND)

const char *
weir_version(void)
{
	return WEIR_VERSION;
}

static uint64_t
unix_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void
set_clock(struct weir *weir)
{
	clock_read(&weir->crew.clock, rte_rdtsc(), &weir->now_ns);
	clock_set_unix(&weir->crew.clock, weir->now_ns, unix_now_ns());
}

static int
start_clock(struct weir *weir, const struct refusal *refusal)
{
	(void)refusal;
	clock_init(&weir->crew.clock, rte_rdtsc(), clock_measure_hz());
	set_clock(weir);
	return 0;
}

static struct device_wish
wish_for(const struct weir_config *config, uint32_t port)
{
	struct device_wish wish = {
		.config = &config->ports[port],
		.workers = config->core_count,
		.puts_together = config->limits.reassembly_datagrams > 0,
	};

	for (uint32_t i = 0; i < config->address_count; i++) {
		struct ip_addr addr = ip_addr_of_ipv6(config->addresses[i].address);

		if (config->addresses[i].port != port)
			continue;
		if (ip_addr_is_ipv4(&addr))
			wish.has_ipv4 = true;
		else
			wish.has_ipv6 = true;
	}
	return wish;
}

static int
configure_devices(struct weir *weir, const struct refusal *refusal)
{
	for (uint32_t i = 0; i < weir->config.port_count; i++) {
		struct device_wish wish = wish_for(&weir->config, i);
		int error;

		weir->device_count = i + 1;
		error = device_open(&weir->devices[i], &wish, refusal);
		if (error == 0)
			error = device_configure(&weir->devices[i], refusal);
		if (error != 0)
			return error;
	}
	return 0;
}

/* The pool on the device's node, made when the first device there asks. */
static int
find_rx_pool(struct weir *weir, const struct device *device, struct rte_mempool **mempool,
	     const struct refusal *refusal)
{
	int socket_id = device->socket_id < 0 ? (int)rte_socket_id() : device->socket_id;
	uint32_t i = 0;
	char name[RTE_MEMPOOL_NAMESIZE];
	int error;

	while (i < weir->rx_pool_count && weir->rx_pool_sockets[i] != socket_id)
		i++;
	if (i == weir->rx_pool_count) {
		snprintf(name, sizeof(name), "weir_rx_%d", socket_id);
		error = buffers_pool_create(&weir->rx_pools[i], name,
					    buffers_rx_count(&weir->config),
					    buffers_room(&weir->config), socket_id, refusal);
		if (error != 0)
			return error;
		weir->rx_pool_sockets[i] = socket_id;
		weir->rx_pool_count++;
	}
	*mempool = weir->rx_pools[i].mempool;
	return 0;
}

static int
setup_queues(struct weir *weir, const struct refusal *refusal)
{
	for (uint32_t i = 0; i < weir->device_count; i++) {
		struct rte_mempool *mempool;
		int error = find_rx_pool(weir, &weir->devices[i], &mempool, refusal);

		if (error == 0)
			error = device_setup_queues(&weir->devices[i], mempool, refusal);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
make_settings(struct weir *weir, const struct refusal *refusal)
{
	uint8_t steering_secret[16];
	int error = secrets_make(&weir->secrets, &weir->config.syn, refusal);

	if (error == 0)
		error = secrets_random(steering_secret, sizeof(steering_secret));
	if (error != 0)
		return error;
	steering_init(&weir->steering, weir->secrets.kind, steering_secret,
		      weir->config.core_count);
	tcp_settings_make(&weir->tcp, &weir->config);
	for (uint32_t i = 0; i < weir->device_count; i++)
		tcp_settings_add_port(&weir->tcp, &weir->devices[i]);
	return 0;
}

static int
start_devices(struct weir *weir, const struct refusal *refusal)
{
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < weir->device_count; i++)
		error = device_start(&weir->devices[i], refusal);
	return error;
}

static int
warn_of_distance(struct weir *weir, const struct refusal *refusal)
{
	(void)refusal;
	for (uint32_t d = 0; d < weir->device_count; d++) {
		const struct device *device = &weir->devices[d];

		for (uint32_t w = 0; w < weir->worker_count; w++) {
			if (!numa_is_far(device->socket_id, weir->workers[w]->socket_id))
				continue;
			warning("core %u (CPU %u, NUMA node %d) is far from port %s (NUMA node %d):"
				" memory is %.1f times as far as its own; expect less of it",
				w, weir->config.cores[w], weir->workers[w]->socket_id,
				device->wish.config->name, device->socket_id,
				numa_times_as_far(weir->workers[w]->socket_id, device->socket_id));
		}
	}
	return 0;
}

typedef int (*create_step)(struct weir *weir, const struct refusal *refusal);

static const create_step create_steps[] = {
	start_clock,	  configure_devices, setup_queues,    make_settings,   sources_create,
	listeners_create, addresses_create,  crew_create,     crew_connect,    warn_of_distance,
	start_devices,	  homing_create,     addresses_begin, crew_start_apps, telemetry_begin,
};

int
weir_create(const struct weir_config *config, struct weir **weir, char *message,
	    size_t message_bytes)
{
	struct refusal refusal = {.message = message, .bytes = message_bytes};
	int error = weir_config_check(config, message, message_bytes);
	struct weir *new;

	if (error != 0)
		return error;
	new = rte_zmalloc("weir", sizeof(*new), RTE_CACHE_LINE_SIZE);
	if (new == NULL)
		return refuse(&refusal, -ENOMEM, "[weir] memory: EAL has none left");
	new->config = *config;
	new->overtaxed = BALANCE_NONE;
	for (size_t i = 0; error == 0 && i < RTE_DIM(create_steps); i++)
		error = create_steps[i](new, &refusal);
	if (error != 0) {
		weir_destroy(new);
		return error;
	}
	*weir = new;
	return 0;
}

void
weir_destroy(struct weir *weir)
{
	if (weir == NULL)
		return;
	telemetry_end(weir);
	weir_stop(weir);
	crew_end_apps(weir);
	for (uint32_t i = weir->device_count; i-- > 0;)
		device_close(&weir->devices[i]);
	crew_destroy(weir);
	homing_destroy(weir);
	addresses_destroy(weir);
	listeners_destroy(weir);
	sources_destroy(weir);
	for (uint32_t i = weir->rx_pool_count; i-- > 0;)
		buffers_pool_destroy(&weir->rx_pools[i]);
	explicit_bzero(weir, sizeof(*weir));
	rte_free(weir);
}

uint32_t
instance_buffers_held(const struct weir *weir)
{
	uint32_t held = 0;

	for (uint32_t i = 0; i < weir->rx_pool_count; i++)
		held += buffers_pool_used(&weir->rx_pools[i]);
	for (uint32_t i = 0; i < weir->worker_count; i++)
		held += buffers_pool_used(&weir->workers[i]->tx_pool);
	return held;
}

void
instance_read_losses(struct weir *weir)
{
	for (uint32_t i = 0; i < weir->device_count; i++) {
		struct rte_eth_stats stats;

		if (!weir->devices[i].is_started ||
		    rte_eth_stats_get(weir->devices[i].port_id, &stats) != 0)
			continue;
		weir->losses[i] = (struct device_losses){
			.rx_missed = stats.imissed,
			.rx_no_mbuf = stats.rx_nombuf,
			.rx_errors = stats.ierrors,
			.tx_errors = stats.oerrors,
		};
	}
}

int
weir_start(struct weir *weir)
{
	check(!weir->is_running && !weir->is_at_rest);
	set_clock(weir);
	weir->buffers_at_start = instance_buffers_held(weir);
	weir->is_running = true;
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		struct worker *worker = weir->workers[i];
		int error = rte_eal_remote_launch(worker_run, worker, worker->lcore);

		if (error != 0) {
			weir->crew.workers = i; /* those who will come to an end */
			weir_stop(weir);
			return error;
		}
	}
	return 0;
}

void
weir_stop(struct weir *weir)
{
	if (!weir->is_running)
		return;
	atomic_store(&weir->crew.stop_is_wanted, true);
	for (uint32_t i = 0; i < weir->worker_count; i++)
		rte_eal_wait_lcore(weir->workers[i]->lcore);
	weir->is_running = false;
	crew_end_apps(weir);

	instance_read_losses(weir);
	for (uint32_t i = weir->device_count; i-- > 0;)
		device_close(&weir->devices[i]);
	crew_drain(weir);
	weir->buffers_lost = instance_buffers_held(weir);
	for (uint32_t i = 0; i < weir->device_count; i++)
		weir->buffers_lost -=
			RTE_MIN(weir->buffers_lost, device_buffers_kept(&weir->devices[i]));
	weir->is_at_rest = true;
	if (weir->buffers_lost > 0)
		warning("buffers lost: %u", weir->buffers_lost);
}

int
weir_roll_secret(struct weir *weir, const struct weir_syn_config *syn, char *message,
		 size_t message_bytes)
{
	struct refusal refusal = {.message = message, .bytes = message_bytes};

	return key_roll_begin(weir, syn, &refusal);
}

/* The engine changes by itself between SYN queue and cookies; the operator reads of it here. */
static void
report_cookie_mode(struct weir *weir)
{
	uint64_t entered = 0, left = 0;

	for (uint32_t i = 0; i < weir->worker_count; i++) {
		const struct counters *counters = &weir->workers[i]->core->counters;

		entered += counters->value[COUNTER_cookie_mode_entered];
		left += counters->value[COUNTER_cookie_mode_left];
	}
	if (entered != weir->cookie_mode_entered)
		notice("SYN cookies have taken over on a core: its SYN queue was full or SYNs came "
		       "faster than `rate` in [syn]");
	if (left != weir->cookie_mode_left)
		notice("a core has gone back from SYN cookies to its SYN queue");
	weir->cookie_mode_entered = entered;
	weir->cookie_mode_left = left;
}

/* What to do about it is the operator's to decide: config/README.md, "Uneven cores". */
static void
report_balance(struct weir *weir)
{
	uint64_t packets[WEIR_CORES_MAX];
	uint32_t overtaxed;

	if (weir->now_ns - weir->balance_ns < BALANCE_PERIOD_NS)
		return;
	weir->balance_ns = weir->now_ns;
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		uint64_t now = weir->workers[i]->core->counters.value[COUNTER_rx_packets];

		packets[i] = now - weir->balance_packets[i];
		weir->balance_packets[i] = now;
	}
	overtaxed = balance_overtaxed(packets, weir->worker_count);
	if (overtaxed != weir->overtaxed && overtaxed != BALANCE_NONE)
		notice("core %u gets more than %d times the packets of the others", overtaxed,
		       BALANCE_FACTOR);
	else if (overtaxed != weir->overtaxed)
		notice("the cores get about as many packets each again");
	weir->overtaxed = overtaxed;
}

void
weir_main_poll(struct weir *weir)
{
	set_clock(weir);
	instance_read_losses(weir);
	report_cookie_mode(weir);
	report_balance(weir);
	key_roll_poll(weir);
	addresses_poll(weir);
	for (uint32_t i = 0; i < weir->device_count; i++) {
		struct device *device = &weir->devices[i];

		if (!device->is_started || !device_update_link(device))
			continue;
		notice("port %s: the link is %s", device->wish.config->name,
		       device->link_is_up ? "up" : "down");
		if (device->link_is_up)
			addresses_link_is_up(weir, device);
	}
}
