/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The configuration file.  A mistake is made in every key of the table, so a
 * key added there without a range, or with one that is not enforced, is found
 * here.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "config_file.h"
#include "config_show.h"
#include "config_text.h"

#define VALUE_BYTES 512

TEST(a_good_file_is_understood)
{
	assert_int_equal(load_text(good_config), 0);
	assert_string_equal(said, "");
	assert_int_equal(loaded.port_count, 2);
	assert_string_equal(loaded.ports[0].name, "wan");
	assert_string_equal(loaded.ports[0].device, "net_tap0,iface=weir0");
	assert_int_equal(loaded.ports[1].mtu, 9000);
	assert_int_equal(loaded.ports[0].mtu, 1500);
	assert_int_equal(loaded.address_count, 2);
	assert_int_equal(loaded.addresses[0].port, 0);
	assert_int_equal(loaded.addresses[1].port, 1);
	assert_int_equal(loaded.addresses[0].prefix_bits, 24);
	assert_memory_equal(loaded.addresses[0].address + 10, "\xff\xff\xc0\x00\x02\x01", 6);
	assert_memory_equal(loaded.addresses[0].gateway + 10, "\xff\xff\xc0\x00\x02\xfe", 6);
	assert_int_equal(loaded.addresses[1].address[0], 0x20);
	assert_int_equal(loaded.listener_count, 2);
	assert_int_equal(loaded.listeners[0].address, 0);
	assert_int_equal(loaded.listeners[1].address, UINT16_MAX);
	assert_int_equal(loaded.listeners[0].port_count, 12);
	assert_int_equal(loaded.listeners[0].ports[11], 8090);
	assert_string_equal(loaded.listeners[0].args, "body=a;b");
	assert_int_equal(loaded.core_count, 4);
	assert_int_equal(loaded.cores[3], 5);
	assert_int_equal(loaded.syn.cookies, WEIR_COOKIES_ALWAYS);
	assert_int_equal(loaded.tcp.ttl, 63);
	assert_int_equal(loaded.limits.flows, 1000);
	assert_string_equal(loaded.source, config_path);
}

/* Every value is refused with a line that names file, section and key, and what is allowed. */
static void
expect_bad(const struct config_key *key, const char *value)
{
	char where[128], allowed[CONFIG_ALLOWED_BYTES], expected[CONFIG_ALLOWED_BYTES + 16];

	if (load_with(header_of(key->section), key->name, value) == 0)
		fail_msg("[%s] %s = %s was accepted", header_of(key->section), key->name, value);
	snprintf(where, sizeof(where), "[%s] %s", header_of(key->section), key->name);
	snprintf(expected, sizeof(expected), "allowed: %s\n", config_key_allowed(key, allowed));
	expected[strlen(expected) - 1] = '\0';
	expect_said(where, expected);
}

static void
expect_bad_list(const struct config_key *key, const char *const *values)
{
	for (; *values != NULL; values++)
		expect_bad(key, *values);
}

static void
expect_bad_numbers(const struct config_key *key)
{
	static const char *const bad[] = {"",
					  "x",
					  "-1",
					  "+1",
					  "0x40",
					  "64 1",
					  "64k",
					  "64.0",
					  "1e3",
					  "99999999999999999999",
					  "18446744073709551680",
					  NULL};
	char value[VALUE_BYTES];

	expect_bad_list(key, bad);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)key->max + 1);
	expect_bad(key, value);
	if (key->min > 0) {
		snprintf(value, sizeof(value), "%llu", (unsigned long long)key->min - 1);
		expect_bad(key, value);
		expect_bad(key, "0");
	}
	if (key->type == TYPE_POWER_OF_TWO)
		expect_bad(key, "1000");
}

/* The ends of the range, on the other hand, are good. */
static void
expect_good_numbers(const struct config_key *key)
{
	char value[VALUE_BYTES];

	snprintf(value, sizeof(value), "%llu", (unsigned long long)key->min);
	assert_int_equal(load_with(header_of(key->section), key->name, value), 0);
	snprintf(value, sizeof(value), "%llu", (unsigned long long)key->max);
	assert_int_equal(load_with(header_of(key->section), key->name, value), 0);
}

static void
expect_bad_text(const struct config_key *key)
{
	char value[VALUE_BYTES];

	if (key->fallback == NULL)
		expect_bad(key, "");
	memset(value, 'x', 256);
	value[256] = '\0';
	assert_int_equal(load_with(header_of(key->section), key->name, value), 1);
	snprintf(value, sizeof(value), "[%s] %s", header_of(key->section), key->name);
	expect_said(value, "allowed: up to 255 octets");
	memset(value, 'x', 255);
	value[255] = '\0';
	assert_int_equal(load_with(header_of(key->section), key->name, value), 0);
}

TEST(a_mistake_in_any_key_is_named_with_what_is_allowed)
{
	static const char *const bad[TYPE_N][12] = {
		[TYPE_CHOICE] = {"", "perhaps", "YES", "autos", "1"},
		[TYPE_CPUS] = {"", "x", "1024", "1-", "-1", "3-1", "1,1", "1,,2", "1,", "1 2",
			       "0-64"},
		[TYPE_PORT_NAME] = {"", "nosuch", "wa", "wan,lan"},
		[TYPE_IP_PREFIX] = {"", "192.0.2.1", "192.0.2.1/", "192.0.2.1/33", "192.0.2.300/24",
				    "2001:db8::1/129", "192.0.2.1/24x", "x/24", "/24",
				    "2001:db8:0000:0000:0000:0000:0000:0000:0000:0001/64"},
		[TYPE_IP] = {"x", "192.0.2", "192.0.2.254/24", "fe80::1%eth0"},
		[TYPE_ADDRESS_NAME] = {"", "nosuch", "v4,v6", "wan"},
		[TYPE_TCP_PORTS] = {"", "0", "65536", "0-5", "80,80", "90-80", "1-65", "http",
				    "1,2-", "80 81"},
		[TYPE_PREFIXES] = {"x", "198.51.100.0/33", "198.51.100.1/24", ",",
				   "198.51.100.0/24,", "198.51.100.0/24,,10.0.0.0/8",
				   "198.51.100.0/24 10.0.0.0/8", "2001:db8::1/64"},
		[TYPE_SECRET] = {"12", "0123456789abcdef0123456789abcdeg",
				 "0123456789abcdef0123456789abcdef0"},
	};

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		switch (key->type) {
		case TYPE_NUMBER:
		case TYPE_POWER_OF_TWO:
			expect_bad_numbers(key);
			expect_good_numbers(key);
			break;
		case TYPE_TEXT:
			expect_bad_text(key);
			break;
		default:
			assert_non_null(bad[key->type][0]);
			expect_bad_list(key, bad[key->type]);
			break;
		}
	}
}

TEST(a_secret_is_not_repeated_in_a_message)
{
	load_with("syn", "secret", "0123456789abcdef0123456789abcdeg");
	assert_null(strstr(said, "0123456789abcdef"));
}

TEST(a_secret_is_read_in_either_case)
{
	assert_int_equal(load_with("syn", "secret", "00112233445566778899aAbBcCdDeEfF"), 0);
	assert_true(loaded.syn.has_secret);
	assert_false(loaded.syn.has_secret_previous);
	assert_memory_equal(loaded.syn.secret,
			    "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
	assert_int_equal(load_with("syn", "secret_previous", "ffffffffffffffffffffffffffffffff"),
			 0);
	assert_true(loaded.syn.has_secret_previous);
	assert_false(loaded.syn.has_secret);
	assert_int_equal(loaded.syn.secret_previous[15], 0xff);
}

TEST(keys_that_may_be_absent_may_be_empty)
{
	assert_int_equal(load_with("syn", "secret", ""), 0);
	assert_false(loaded.syn.has_secret);
	assert_int_equal(load_with("address v4", "gateway", ""), 0);
	assert_int_equal(loaded.addresses[0].gateway[15], 0);
	assert_int_equal(load_with("weir", "eal", ""), 0);
}

TEST(networks_are_read_in_their_order)
{
	const struct weir_prefixes *allow = &loaded.sources.allow;

	assert_int_equal(
		load_with("sources", "allow", " 198.51.100.0/24 ,2001:db8::/32,\t203.0.113.7 "), 0);
	assert_int_equal(allow->count, 3);
	assert_int_equal(allow->prefix[0].address[12], 198);
	assert_int_equal(allow->prefix[0].bits, 24);
	assert_int_equal(allow->prefix[1].address[0], 0x20);
	assert_int_equal(allow->prefix[1].bits, 32);
	assert_int_equal(allow->prefix[2].address[15], 7);
	assert_int_equal(allow->prefix[2].bits, 32);
	assert_int_equal(loaded.sources.deny.count, 2);
	assert_int_equal(load_with("sources", "deny", ""), 0);
	assert_int_equal(loaded.sources.deny.count, 0);
}

TEST(a_required_key_is_missed)
{
	uint32_t required = 0;

	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		char text[64], where[64];

		if (key->fallback != NULL)
			continue;
		required++;
		snprintf(text, sizeof(text), "[%s x]\n", config_kinds[key->section].name);
		assert_true(load_text(text) > 0);
		snprintf(where, sizeof(where), "[%s x] %s", config_kinds[key->section].name,
			 key->name);
		expect_said(where, "missing; allowed: ");
	}
	assert_int_equal(required, 5);
}

TEST(an_unknown_key_is_named_with_those_there_are)
{
	for (enum config_section section = 0; section < SECTION_N; section++) {
		char where[64];

		assert_int_equal(load_with(header_of(section), "colour", "red"), 1);
		snprintf(where, sizeof(where), "[%s] colour", header_of(section));
		expect_said(where, "unknown key; allowed: ");
	}
	expect_said("[sources] colour", "deny, deny_file, allow, allow_file");
}

TEST(a_key_is_known_in_its_own_section_only)
{
	assert_int_equal(load_with("tcp", "mtu", "1500"), 1);
	expect_said("[tcp] mtu", "unknown key");
}

TEST(an_unknown_section_is_named_with_those_there_are)
{
	assert_int_equal(load_text("[prot wan]\n"), 1);
	expect_said("[prot wan]", "unknown section; allowed: [weir], [port NAME], [address NAME], "
				  "[listener NAME], [syn], [tcp], [limits], [sources]");
	assert_int_equal(load_text("[GLOBAL]\n"), 1);
	expect_said("[GLOBAL]", "unknown section");
	assert_int_equal(load_text("[Weir]\n"), 1);
	expect_said("[Weir]", "unknown section");
}

TEST(a_section_has_a_name_where_it_needs_one)
{
	assert_int_equal(load_text("[port]\n[port a b]\n[port ab/c]\n[weir x]\n"
				   "[port abcdefghijabcdefghijabcdefghij12]\n"),
			 5);
	expect_said("[port]", "bad name; allowed: [port NAME], 1 to 31 letters");
	expect_said("[port a b]", "bad name");
	expect_said("[port ab/c]", "bad name");
	expect_said("[port abcdefghijabcdefghijabcdefghij12]", "bad name");
	expect_said("[weir x]", "takes no name; allowed: [weir]");
}

TEST(duplicates_are_refused)
{
	assert_int_equal(load_with("tcp", "dscp", "1\ndscp = 1"), 1);
	expect_said("[tcp] dscp", "there twice; allowed: once");
	assert_int_equal(load_text("[tcp]\nsack = no\n[syn]\n[tcp]\n"), 1);
	expect_said("[tcp]", "there twice");
	assert_int_equal(load_text("[port wan]\ndevice = a\n[port  wan]\ndevice = b\n"), 1);
	expect_said("[port  wan]", "there twice; allowed: one section per name");
}

TEST(sections_have_a_limit)
{
	static char text[CONFIG_TEXT_BYTES];
	size_t used = 0;

	for (int i = 0; i < WEIR_PORTS_MAX + 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "[port p%d]\ndevice = d%d\n", i, i);
	assert_int_equal(load_text(text), 1);
	expect_said("[port p8]", "allowed: up to 8 sections [port]");

	used = 0;
	for (int i = 0; i < WEIR_LISTENERS_MAX + 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "[listener l%d]\napplication = echo\ntcp = %d\n", i,
					 i + 1);
	assert_int_equal(load_text(text), 1);
	expect_said("[listener l256]", "allowed: up to 256 sections [listener]");
}

TEST(all_faults_are_told_at_once)
{
	assert_int_equal(load_text("[tcp]\nttl = 0\ncolour = red\n[limit]\n[port x]\n"), 4);
	expect_said("[tcp] ttl", "0 is out of range; allowed: 1 to 255");
	expect_said("[tcp] colour", "unknown key");
	expect_said("[limit]", "unknown section");
	expect_said("[port x] device", "missing");
}

TEST(a_file_that_cannot_be_read_is_an_error)
{
	struct config_faults faults = {.file = "/nowhere/weir.conf"};

	memset(said, 0, sizeof(said));
	faults.stream = fmemopen(said, sizeof(said), "w");
	config_file_load("/nowhere/weir.conf", &loaded, &faults);
	config_file_load("/tmp", &loaded, &faults);
	fclose(faults.stream);
	assert_int_equal(faults.count, 2);
	assert_non_null(strstr(said, "/nowhere/weir.conf: cannot be opened: No such file"));
	assert_non_null(strstr(said, "no regular file"));
}

static char *
shown(void)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	assert_non_null(stream);
	config_show(&loaded, stream);
	fclose(stream);
	return text;
}

TEST(what_is_shown_reads_the_same)
{
	char *first, *second;

	assert_int_equal(load_text(good_config), 0);
	first = shown();
	assert_non_null(strstr(first, "\ntcp = 80,8080-8090\n"));
	assert_non_null(strstr(first, "\ncores = 1-3,5\n"));
	assert_non_null(strstr(first, "\nip = 2001:db8::1/64\n"));
	assert_int_equal(load_text(first), 0);
	second = shown();
	assert_string_equal(first, second);
	free(first);
	free(second);
}

TEST(a_secret_is_not_shown)
{
	char *text;

	assert_int_equal(load_with("syn", "secret", "00112233445566778899aabbccddeeff"), 0);
	text = shown();
	assert_null(strstr(text, "00112233"));
	assert_non_null(strstr(text, "\nsecret = ; set, not shown\n"));
	free(text);
}
