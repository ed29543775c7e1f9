/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <getopt.h>
#include <stdio.h>

#include "gen_options.h"

/* Split at blanks and parse, after the two that must be there. */
static bool
parse(struct gen_options *options, const char *text)
{
	static char words[512];
	char *argv[32] = {"bench_gen"};
	int argc = 1;

	snprintf(words, sizeof(words), "--device net_null0 %s", text);
	for (char *at = strtok(words, " "); at != NULL; at = strtok(NULL, " "))
		argv[argc++] = at;
	optind = 0;
	opterr = 0;
	return gen_options_parse(options, argc, argv);
}

TEST(each_mode_has_its_defaults)
{
	struct gen_options o;

	assert_true(parse(&o, "--mode syn --ip 192.0.2.1"));
	assert_false(o.has_clients);
	assert_int_equal(o.mix.part[GEN_FLOOD_SYN], 1);
	assert_false(o.loses);
	assert_int_equal(o.verify, 64);
	assert_true(parse(&o, "--mode full --ip 192.0.2.1"));
	assert_true(o.has_clients);
	assert_int_equal(o.rate, 0);
	assert_int_equal(o.flows, 0);
	assert_int_equal(o.mix.part[GEN_FLOOD_SYN], 0);
	assert_true(parse(&o, "--mode honest --ip 192.0.2.1 --pps 5"));
	assert_int_equal(o.mix.part[GEN_FLOOD_SYN], 1);
	assert_int_equal(o.flows, 4);
	assert_int_equal(o.verify, 1);
	assert_true(o.loses);
	assert_true(parse(&o, "--mode syn --ip 192.0.2.1 --packets 7"));
	assert_int_equal(o.packets, 7);
	assert_int_equal(o.warmup, 0);
	assert_true(parse(&o, "--mode mixed --ip 192.0.2.1"));
	assert_int_equal(o.mix.part[GEN_FLOOD_ACK], 20);
	assert_true(parse(&o, "--mode rst=3,udp=4 --ip 192.0.2.1"));
	assert_int_equal(o.mix.part[GEN_FLOOD_UDP], 4);
}

TEST(the_family_follows_the_address)
{
	struct gen_options o;

	assert_true(parse(&o, "--mode syn --ip 2001:db8::1 --mac 02:00:00:00:00:09"));
	assert_true(o.is_ipv6 && o.flood_from.is_ipv6 && o.client_from.is_ipv6);
	assert_true(o.has_mac);
	assert_int_equal(o.mac[5], 9);
	assert_true(parse(&o, "--mode syn --ip 192.0.2.1 --flood-from 203.0.113.0/24"));
	assert_int_equal(o.flood_from.host_bits, 8);
}

TEST(numbers_in_use_become_powers_of_two)
{
	struct gen_options o;

	assert_true(parse(&o, "--mode full --ip 192.0.2.1 --clients 1000"));
	assert_int_equal(o.clients, 1024);
}

TEST(what_makes_no_sense_is_refused)
{
	static const char *const texts[] = {
		"",
		"--mode syn",
		"--mode syn --ip nowhere",
		"--mode sin --ip 192.0.2.1",
		"--mode syn --ip 192.0.2.1 --port 0",
		"--mode syn --ip 192.0.2.1 --port 65536",
		"--mode syn --ip 192.0.2.1 --pps -1",
		"--mode syn --ip 192.0.2.1 --pps 1k",
		"--mode syn --ip 192.0.2.1 --mix ack",
		"--mode syn --ip 192.0.2.1 --mac 02:00",
		"--mode syn --ip 192.0.2.1 --options bsd",
		"--mode syn --ip 192.0.2.1 --flood-from 2001:db8:f::/64",
		"--mode syn --ip 192.0.2.1 --flood-from 198.18.0.0/24",
		"--mode full --ip 192.0.2.1 --exchange gossip",
		"--mode full --ip 192.0.2.1 --close nobody",
		"--mode full --ip 192.0.2.1 --when-full panic",
		"--mode full --ip 192.0.2.1 --clients 4 --flows 8",
		"--mode full --ip 192.0.2.1 --packets 5",
		"--mode full --ip 192.0.2.1 more",
		"--mode full --ip 192.0.2.1 --colour red",
	};
	struct gen_options o;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parse(&o, texts[i]));
}
