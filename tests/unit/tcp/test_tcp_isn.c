/* SPDX-License-Identifier: BSD-3-Clause */

/* Initial sequence numbers after RFC 6528. */
#include "test.h"

#include "tcp_isn.h"
#include "units.h"

static const uint8_t secret[16] = "the isn's secret";

static void
for_each_kind(void (*body)(const struct tcp_isn_key *isn_key))
{
	struct tcp_isn_key isn_key;

	tcp_isn_key_init(&isn_key, PRF_SIPHASH, secret);
	body(&isn_key);
	if (!prf_aes_is_available())
		return;
	tcp_isn_key_init(&isn_key, PRF_AES, secret);
	body(&isn_key);
}

static struct flow_key
key_ipv4(void)
{
	return (struct flow_key){
		.remote = ip_addr_of_ipv4(RTE_BE32(0xc6336401)),
		.remote_port = 49152,
		.local_port = 443,
		.local_idx = 3,
	};
}

static struct flow_key
key_ipv6(void)
{
	static const uint8_t remote[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x99};
	struct flow_key key = key_ipv4();

	key.remote = ip_addr_of_ipv6(remote);
	return key;
}

static void
tick(const struct tcp_isn_key *isn_key)
{
	struct flow_key keys[2] = {key_ipv4(), key_ipv6()};

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t first = tcp_isn_of(isn_key, &keys[i], 0).iss;

		assert_int_equal(tcp_isn_of(isn_key, &keys[i], 3999).iss - first, 0);
		assert_int_equal(tcp_isn_of(isn_key, &keys[i], 4000).iss - first, 1);
		assert_int_equal(tcp_isn_of(isn_key, &keys[i], NS_PER_MS).iss - first, 250);
		assert_int_equal(tcp_isn_of(isn_key, &keys[i], 3600 * NS_PER_SECOND).iss - first,
				 900000000);
	}
}

TEST(an_isn_advances_every_four_microseconds) /* MUST-8 */
{
	for_each_kind(tick);
}

TEST(the_clock_wraps_after_2_to_the_32_ticks)
{
	struct flow_key key = key_ipv4();
	struct tcp_isn_key isn_key;

	tcp_isn_key_init(&isn_key, PRF_SIPHASH, secret);
	assert_int_equal(tcp_isn_of(&isn_key, &key, (UINT64_C(1) << 32) * 4000).iss,
			 tcp_isn_of(&isn_key, &key, 0).iss);
	assert_int_equal(tcp_isn_of(&isn_key, &key, UINT64_MAX).iss -
				 tcp_isn_of(&isn_key, &key, 0).iss,
			 (uint32_t)(UINT64_MAX / 4000));
}

/* Flip each bit of the key but those of its `zero`. */
static void
tell_keys_apart(const struct tcp_isn_key *isn_key)
{
	struct flow_key keys[2] = {key_ipv4(), key_ipv6()};

	for (uint32_t i = 0; i < 2; i++) {
		struct tcp_isn before = tcp_isn_of(isn_key, &keys[i], NS_PER_SECOND);

		for (size_t bit = 0; bit < 8 * offsetof(struct flow_key, zero); bit++) {
			struct flow_key other = keys[i];
			struct tcp_isn after;

			((uint8_t *)&other)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			after = tcp_isn_of(isn_key, &other, NS_PER_SECOND);
			assert_int_not_equal(after.iss, before.iss);
			assert_int_not_equal(after.ts_offset, before.ts_offset);
		}
	}
}

TEST(connections_differ_in_isn_and_timestamp_offset) /* MUST-9 */
{
	for_each_kind(tell_keys_apart);
}

TEST(isns_depend_on_the_secret)
{
	struct tcp_isn_key mine, foreign;
	struct flow_key key = key_ipv4();
	uint8_t other[16];

	memcpy(other, secret, sizeof(other));
	other[15] ^= 1;
	for (int kind = PRF_AES; kind <= PRF_SIPHASH; kind++) {
		if (kind == PRF_AES && !prf_aes_is_available())
			continue;
		tcp_isn_key_init(&mine, (enum prf_kind)kind, secret);
		tcp_isn_key_init(&foreign, (enum prf_kind)kind, other);
		assert_int_not_equal(tcp_isn_of(&mine, &key, 0).iss,
				     tcp_isn_of(&foreign, &key, 0).iss);
		assert_int_not_equal(tcp_isn_of(&mine, &key, 0).ts_offset,
				     tcp_isn_of(&foreign, &key, 0).ts_offset);
	}
}

static void
hold_offset(const struct tcp_isn_key *isn_key)
{
	struct flow_key key = key_ipv4();
	struct tcp_isn first = tcp_isn_of(isn_key, &key, 0);

	for (uint64_t s = 1; s < 100; s++)
		assert_int_equal(tcp_isn_of(isn_key, &key, s * NS_PER_SECOND).ts_offset,
				 first.ts_offset);
}

/* So timestamps ascend from one incarnation to the next (RFC 6191). */
TEST(the_timestamp_offset_does_not_move)
{
	for_each_kind(hold_offset);
}

/*
 * Over many connections every bit of iss, of ts_offset and of their XOR is set
 * half the time: were one computed from the other, the last would not be.
 * 10000 draws have a deviation of 50; 400 is eight of them.
 */
static void
count_bits(const struct tcp_isn_key *isn_key)
{
	uint32_t set[3][32] = {0};

	for (uint32_t port = 0; port < 10000; port++) {
		struct flow_key key = key_ipv4();
		struct tcp_isn isn;
		uint32_t numbers[3];

		key.remote_port = (uint16_t)port;
		isn = tcp_isn_of(isn_key, &key, 0);
		numbers[0] = isn.iss;
		numbers[1] = isn.ts_offset;
		numbers[2] = isn.iss ^ isn.ts_offset;
		for (uint32_t i = 0; i < 3 * 32; i++)
			set[i / 32][i % 32] += numbers[i / 32] >> i % 32 & 1;
	}
	for (uint32_t i = 0; i < 3 * 32; i++)
		assert_in_range(set[i / 32][i % 32], 4600, 5400);
}

TEST(the_timestamp_offset_says_nothing_of_the_isn)
{
	for_each_kind(count_bits);
}
