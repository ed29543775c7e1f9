/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TCP options.  Input: one octet whose lowest bit tells SYN, then the options.
 * Beside not reading past the end: what was understood survives being written
 * and read again.
 */
#include "fuzz_target.h"

#include <string.h>

#include "check.h"
#include "checksum.h"
#include "guard_page.h"
#include "tcp_options.h"

/* Write `options` and read them back; only SACK blocks may be lost, from the end. */
static void
check_round_trip(const struct tcp_options *options)
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	uint64_t sum;
	uint32_t bytes = tcp_options_emit(options, octets, &sum);
	struct tcp_options expected = *options, again;

	check(bytes <= sizeof(octets) && bytes % 4 == 0);
	check(bytes == tcp_options_bytes(options));
	check(checksum_finish(sum) == checksum_finish(checksum_sum(octets, bytes)));
	check(tcp_options_parse(&again, guard_page_copy(octets, bytes), bytes, true));
	check(again.sack_count <= expected.sack_count);
	for (uint32_t i = again.sack_count; i < expected.sack_count; i++)
		memset(&expected.sack[i], 0, sizeof(expected.sack[i]));
	expected.sack_count = again.sack_count;
	check(memcmp(&again, &expected, sizeof(again)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	struct tcp_options options;
	bool is_syn;

	if (bytes < 1 || bytes > 1 + TCP_OPTIONS_BYTES_MAX)
		return -1;
	is_syn = octets[0] & 1;
	bytes--;
	tcp_options_parse(&options, guard_page_copy(octets + 1, bytes), (uint32_t)bytes, is_syn);
	check(options.wscale <= TCP_WSCALE_MAX);
	check(options.sack_count <= TCP_SACK_BLOCKS_MAX);
	check(is_syn || !(options.has_mss || options.has_wscale || options.has_sack_permitted));
	check_round_trip(&options);
	return 0;
}
