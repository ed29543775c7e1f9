/* SPDX-License-Identifier: BSD-3-Clause */

/* Master keys rolled while an instance runs: which handshakes live on. */
#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "bench.h"

static struct bench bench;
static struct wire_path path;

static uint64_t
counter_of(const char *name)
{
	uint64_t value = 0;

	assert_int_equal(weir_get_counter(bench.weir, name, &value), 0);
	return value;
}

static struct weir_syn_config
keys(const char *secret, const char *secret_previous)
{
	struct weir_syn_config syn = bench.config.syn;

	syn.has_secret = secret != NULL;
	if (secret != NULL)
		memcpy(syn.secret, secret, sizeof(syn.secret));
	syn.has_secret_previous = secret_previous != NULL;
	if (secret_previous != NULL)
		memcpy(syn.secret_previous, secret_previous, sizeof(syn.secret_previous));
	return syn;
}

static void
start(const char *secret)
{
	bench_init(&bench, 1);
	bench.config.syn = keys(secret, NULL);
	bench.config.syn.cookies = WEIR_COOKIES_ALWAYS;
	bench_start(&bench);
	path = bench_path(&bench, false, 1);
}

static void
wait_for(const char *counter, uint64_t value)
{
	for (uint32_t i = 0; counter_of(counter) < value; i++) {
		if (i > 20000)
			fail_msg("%s does not reach %u", counter, (uint32_t)value);
		rte_delay_us_sleep(1000);
	}
}

static void
wait_for_keys(void)
{
	wait_for("cookie_key_rolled", atomic_load(&bench.weir->crew.keys.edition));
}

static void
roll(const char *secret, const char *secret_previous)
{
	struct weir_syn_config syn = keys(secret, secret_previous);
	char message[128] = "";

	if (weir_roll_secret(bench.weir, &syn, message, sizeof(message)) != 0)
		fail_msg("weir_roll_secret: %s", message);
	wait_for_keys();
}

/* Half a handshake; returns the number of the SYN-ACK. */
static uint32_t
send_syn(void)
{
	struct segment segment;

	bench_send(&bench, &path, "S 0:0(0) win 65535 <mss 1400>");
	bench_receive(&bench, &path, &segment);
	assert_int_equal(segment.flags, TH_SYN | TH_ACK);
	return segment.seq.value;
}

static void
send_ack(uint32_t iss)
{
	char notation[64];

	snprintf(notation, sizeof(notation), ". 1:1(0) ack %u win 65535", iss + 1);
	bench_send(&bench, &path, notation);
}

static void
expect_opened(uint32_t iss)
{
	send_ack(iss);
	wait_for("cookie_accepted", 1);
	assert_int_equal(counter_of("cookie_forged"), 0);
	bench_fini(&bench);
}

static void
expect_forged(uint32_t iss)
{
	send_ack(iss);
	wait_for("cookie_forged", 1);
	assert_int_equal(counter_of("cookie_accepted"), 0);
	bench_fini(&bench);
}

TEST(a_handshake_survives_a_roll_from_one_random_key_to_the_next)
{
	uint32_t iss;

	start(NULL);
	iss = send_syn();
	roll(NULL, NULL);
	assert_int_equal(bench.weir->secrets.cookie_count, 2);
	expect_opened(iss);
}

TEST(a_handshake_survives_a_roll_to_a_key_of_the_file)
{
	uint32_t iss;

	start("one master key..");
	iss = send_syn();
	roll("a new master key", NULL);
	expect_opened(iss);
}

TEST(a_handshake_survives_a_roll_when_both_keys_are_given)
{
	uint32_t iss;

	start("one master key..");
	iss = send_syn();
	roll("a new master key", "one master key..");
	assert_int_equal(bench.weir->crew.keys.retire_ns, 0); /* for as long as the file says so */
	expect_opened(iss);
}

TEST(after_a_roll_cookies_are_made_with_the_new_key)
{
	uint32_t iss;

	start("one master key..");
	roll("a new master key", NULL);
	iss = send_syn();
	roll("a new master key", "a third one.....");
	expect_opened(iss);
}

TEST(a_key_that_is_announced_makes_no_cookies_yet)
{
	uint32_t iss;

	start("one master key..");
	roll("one master key..", "a new master key");
	iss = send_syn();
	roll("one master key..", NULL); /* withdrawn */
	assert_int_equal(bench.weir->secrets.cookie_count, 1);
	expect_opened(iss);
}

TEST(after_two_rolls_the_first_key_is_foreign)
{
	uint32_t iss;

	start(NULL);
	iss = send_syn();
	roll(NULL, NULL);
	roll(NULL, NULL);
	expect_forged(iss);
}

TEST(a_roll_to_two_other_keys_loses_what_is_under_way)
{
	uint32_t iss;

	start("one master key..");
	iss = send_syn();
	roll("a new master key", "and another one.");
	expect_forged(iss);
}

TEST(the_key_before_is_dropped_when_its_time_is_up)
{
	uint32_t iss;

	start(NULL);
	iss = send_syn();
	roll(NULL, NULL);
	weir_main_poll(bench.weir);
	assert_int_equal(bench.weir->secrets.cookie_count, 2);
	assert_true(bench.weir->crew.keys.retire_ns > bench.weir->now_ns);
	bench.weir->crew.keys.retire_ns = bench.weir->now_ns;
	weir_main_poll(bench.weir);
	assert_int_equal(bench.weir->secrets.cookie_count, 1);
	wait_for_keys();
	expect_forged(iss);
}

TEST(keys_are_not_overwritten_while_a_worker_has_yet_to_take_them)
{
	struct weir_syn_config syn;
	char message[128] = "";

	bench_init(&bench, 1);
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)), 0);
	syn = keys("a new master key", NULL);
	bench.weir->is_running = true; /* but no worker turns */
	assert_int_equal(weir_roll_secret(bench.weir, &syn, message, sizeof(message)), 0);
	assert_int_equal(weir_roll_secret(bench.weir, &syn, message, sizeof(message)), -EBUSY);
	assert_non_null(strstr(message, "try again"));
	bench.weir->crew.keys.retire_ns = bench.weir->now_ns;
	weir_main_poll(bench.weir);
	assert_int_equal(bench.weir->secrets.cookie_count, 2);
	bench.weir->is_running = false;
	bench_fini(&bench);
}

TEST(keys_given_before_the_start_are_those_of_the_start)
{
	struct weir_syn_config syn;
	char message[128] = "";
	uint32_t iss;

	bench_init(&bench, 1);
	bench.config.syn.cookies = WEIR_COOKIES_ALWAYS;
	assert_int_equal(weir_create(&bench.config, &bench.weir, message, sizeof(message)), 0);
	syn = keys("a new master key", NULL);
	assert_int_equal(weir_roll_secret(bench.weir, &syn, message, sizeof(message)), 0);
	assert_int_equal(weir_start(bench.weir), 0);
	wait_for_keys();
	path = bench_path(&bench, false, 1);
	iss = send_syn();
	roll("a third one.....", "a new master key");
	expect_opened(iss);
}

TEST(the_kind_of_mac_can_not_change)
{
	struct weir_syn_config syn;
	char message[128] = "";

	bench_init(&bench, 1);
	bench.config.syn.mac = WEIR_MAC_SIPHASH;
	bench_start(&bench);
	if (prf_kind_best() == PRF_AES) {
		syn = keys("a new master key", NULL);
		syn.mac = WEIR_MAC_AES;
		assert_int_equal(weir_roll_secret(bench.weir, &syn, message, sizeof(message)),
				 -EINVAL);
		assert_string_equal(message, "[syn] mac: it can not change while weir runs");
	}
	assert_int_equal(counter_of("cookie_key_rolled"), 0);
	bench_fini(&bench);
}
