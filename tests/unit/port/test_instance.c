/* SPDX-License-Identifier: BSD-3-Clause */

/* An instance from weir_create() to weir_destroy(): service, steering, the end. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

static struct bench bench;

static uint64_t
counter_of(const char *name)
{
	uint64_t value = 0;

	assert_int_equal(weir_get_counter(bench.weir, name, &value), 0);
	return value;
}

/* Nothing is left of the traffic, and every packet is explained. */
static void
expect_rest(void)
{
	struct weir_occupancy occupancy;

	weir_get_occupancy(bench.weir, &occupancy);
	assert_int_equal(occupancy.flows, 0);
	assert_int_equal(occupancy.syn_queue, 0);
	assert_true(weir_counters_balance(bench.weir));
	assert_int_equal(counter_of("flow_opened"), counter_of("flow_closed"));
	assert_int_equal(bench_calls.init, bench.config.core_count);
	assert_int_equal(bench_calls.fini, bench.config.core_count);
}

/* What weir sends lies in our ring when it stops: only then may buffers be counted. */
static void
stop(void)
{
	void *m;

	weir_stop(bench.weir);
	while (rte_ring_dequeue(bench.from_weir, &m) == 0)
		rte_pktmbuf_free(m);
	assert_int_equal(instance_buffers_held(bench.weir), 0);
}

/* Send 23 octets behind the handshake and wait until they are back. */
static void
echo_once(const struct wire_path *path, uint32_t iss)
{
	struct segment segment = {0};
	char notation[128];

	snprintf(notation, sizeof(notation), "P. 1:24(23) ack %u win 65535", iss + 1);
	bench_send(&bench, path, notation);
	while (segment.text_bytes == 0)
		bench_receive(&bench, path, &segment);
	assert_int_equal(segment.text_bytes, 23);
	assert_int_equal(segment.ack.value, 24);
	snprintf(notation, sizeof(notation), ". 24:24(0) ack %u win 65535", iss + 24);
	bench_send(&bench, path, notation);
}

static void
serve_and_reset(bool is_ipv6)
{
	struct wire_path path;
	char notation[128];
	uint32_t iss;

	bench_init(&bench, 1);
	bench_start(&bench);
	path = bench_path(&bench, is_ipv6, 1);
	iss = bench_connect(&bench, &path);
	echo_once(&path, iss);
	snprintf(notation, sizeof(notation), "R. 24:24(0) ack %u win 0", iss + 24);
	bench_send(&bench, &path, notation);
	while (bench_calls.close[WEIR_CLOSE_RESET] == 0)
		rte_delay_us_sleep(1000);
	stop();
	expect_rest();
	assert_int_equal(counter_of("rx_data_bytes"), 23);
	assert_int_equal(counter_of("flow_reset_by_peer"), 1);
	bench_fini(&bench);
}

TEST(a_connection_over_ipv4_is_served)
{
	serve_and_reset(false);
}

TEST(a_connection_over_ipv6_is_served)
{
	serve_and_reset(true);
}

TEST(stopping_resets_live_connections)
{
	struct wire_path path;
	struct segment segment = {0};
	uint32_t iss;

	bench_init(&bench, 1);
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
	iss = bench_connect(&bench, &path);
	echo_once(&path, iss);
	weir_stop(bench.weir);
	while ((segment.flags & TH_RST) == 0)
		bench_receive(&bench, &path, &segment);
	assert_int_equal(segment.seq.value, iss + 24);
	assert_int_equal(bench_calls.close[WEIR_CLOSE_SHUTDOWN], 1);
	stop();
	expect_rest();
	bench_fini(&bench);
}

TEST(stopping_with_fin_resets_who_stays_on)
{
	struct wire_path path;
	struct segment segment = {0};
	uint32_t iss;

	bench_init(&bench, 1);
	bench.config.stop_policy = WEIR_STOP_FIN;
	bench.config.stop_grace_ms = 100;
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
	iss = bench_connect(&bench, &path);
	echo_once(&path, iss);
	weir_stop(bench.weir);
	while ((segment.flags & TH_FIN) == 0)
		bench_receive(&bench, &path, &segment);
	assert_int_equal(segment.seq.value, iss + 24);
	while ((segment.flags & TH_RST) == 0)
		bench_receive(&bench, &path, &segment);
	stop();
	expect_rest();
	bench_fini(&bench);
}

TEST(stopping_empties_the_syn_queue)
{
	struct wire_path path;
	struct segment segment;

	bench_init(&bench, 1);
	bench.config.syn.cookies = WEIR_COOKIES_NEVER;
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
	bench_send(&bench, &path, "S 0:0(0) win 65535 <mss 1400>");
	bench_receive(&bench, &path, &segment);
	stop();
	expect_rest();
	assert_int_equal(counter_of("syn_queue_entered"), 1);
	bench_fini(&bench);
}

TEST(two_workers_share_the_flows_of_one_queue)
{
	enum { FLOWS = 64 };
	uint64_t opened[2];

	if (!bench_has_cpus(2))
		skip();
	bench_init(&bench, 2);
	bench_start(&bench);
	assert_int_equal(bench.weir->devices[0].plan.steering, STEERING_SOFTWARE);
	for (uint16_t i = 0; i < FLOWS; i++) {
		struct wire_path path = bench_path(&bench, i & 1, i);

		echo_once(&path, bench_connect(&bench, &path));
	}
	for (unsigned int i = 0; i < 2; i++)
		opened[i] = bench.weir->workers[i]->core->counters.value[COUNTER_flow_opened];
	assert_int_equal(opened[0] + opened[1], FLOWS);
	assert_in_range(opened[0], 8, FLOWS - 8);
	stop();
	expect_rest();
	assert_true(counter_of("steered_in") > 0);
	assert_int_equal(counter_of("steered_in"), counter_of("steered_out"));
	assert_int_equal(bench_calls.close[WEIR_CLOSE_SHUTDOWN], FLOWS);
	bench_fini(&bench);
}

TEST(an_instance_that_never_ran_is_destroyed)
{
	char message[256];

	bench_init(&bench, 1);
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)), 0);
	assert_int_equal(bench_calls.init, 1);
	bench_fini(&bench);
	assert_int_equal(bench_calls.fini, 1);
}

TEST(a_running_instance_may_be_destroyed_at_once)
{
	struct wire_path path;

	bench_init(&bench, 1);
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
	echo_once(&path, bench_connect(&bench, &path));
	bench_fini(&bench);
	assert_int_equal(bench_calls.close[WEIR_CLOSE_SHUTDOWN], 1);
	assert_int_equal(bench_calls.fini, 1);
}

TEST(an_application_may_refuse_to_start)
{
	char message[256] = "";

	bench_init(&bench, 1);
	bench_calls.init_error = -ENOENT;
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)),
			 -ENOENT);
	assert_non_null(strstr(message, "init()"));
	assert_null(bench.weir);
	bench_fini(&bench);
	assert_int_equal(bench_calls.fini, 0);
}

TEST(a_device_that_is_not_there_is_named)
{
	char message[256] = "";

	bench_init(&bench, 1);
	snprintf(bench.config.ports[0].device, sizeof(bench.config.ports[0].device), "net_nix0");
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)),
			 -ENODEV);
	assert_non_null(strstr(message, "[port wire] device:"));
	assert_non_null(strstr(message, "net_nix0"));
	bench_fini(&bench);
}

TEST(counters_are_printed_with_their_sentences)
{
	struct wire_path path;
	char *text = NULL;
	size_t bytes;
	FILE *stream;

	bench_init(&bench, 1);
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
	echo_once(&path, bench_connect(&bench, &path));
	stop();
	stream = open_memstream(&text, &bytes);
	weir_print_counters(bench.weir, stream);
	fclose(stream);
	assert_non_null(strstr(text, "flow_opened 1  Connections that reached ESTABLISHED.\n"));
	assert_null(strstr(text, "tx_refused"));
	free(text);
	bench_fini(&bench);
}

TEST(an_unknown_counter_is_no_counter)
{
	char message[256];
	uint64_t value;

	bench_init(&bench, 1);
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)), 0);
	assert_int_equal(weir_get_counter(bench.weir, "no_such", &value), -ENOENT);
	assert_int_equal(weir_get_counter(bench.weir, "drop.no_such", &value), -ENOENT);
	assert_int_equal(weir_get_counter(bench.weir, "drop.no_listener", &value), 0);
	bench_fini(&bench);
}
