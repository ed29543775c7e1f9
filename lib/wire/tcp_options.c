/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TCP options (RFC 9293, 3.1 and 3.2; RFC 7323; RFC 2018).
 *
 * The trap is MUST-7: an option's length is the peer's word.  Every step forward
 * is by a length of at least one that was compared with what is left.
 */

#include "tcp_options.h"

#include <string.h>

#include <rte_byteorder.h>

#include "check.h"
#include "octets.h"

#define MSS_BYTES	     4
#define WSCALE_BYTES	     3
#define SACK_PERMITTED_BYTES 2
#define TIMESTAMPS_BYTES     10
#define SACK_BLOCK_BYTES     8

static void
take_timestamps(struct tcp_options *options, const uint8_t *option)
{
	options->has_timestamps = true;
	options->tsval = rte_be_to_cpu_32(octets_load32(option + 2));
	options->tsecr = rte_be_to_cpu_32(octets_load32(option + 6));
}

static void
take_sack(struct tcp_options *options, const uint8_t *option, uint32_t length)
{
	uint32_t count = (length - 2) / SACK_BLOCK_BYTES;

	if (length != 2 + count * SACK_BLOCK_BYTES)
		return;
	check(count <= TCP_SACK_BLOCKS_MAX); /* more do not fit 40 octets */
	options->sack_count = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++) {
		options->sack[i].left =
			rte_be_to_cpu_32(octets_load32(option + 2 + i * SACK_BLOCK_BYTES));
		options->sack[i].right =
			rte_be_to_cpu_32(octets_load32(option + 6 + i * SACK_BLOCK_BYTES));
	}
}

/* One whole option of a SYN; the caller has seen that `length` octets are there. */
static void
take_syn_option(struct tcp_options *options, const uint8_t *option, uint32_t length)
{
	switch (option[0]) {
	case TCPOPT_MSS:
		if (length == MSS_BYTES && !options->has_mss) {
			options->has_mss = true;
			options->mss = (uint16_t)(option[2] << 8 | option[3]);
		}
		break;
	case TCPOPT_WSCALE:
		if (length == WSCALE_BYTES && !options->has_wscale) {
			options->has_wscale = true;
			options->wscale = option[2] < TCP_WSCALE_MAX ? option[2] : TCP_WSCALE_MAX;
		}
		break;
	case TCPOPT_SACK_PERMITTED:
		if (length == SACK_PERMITTED_BYTES)
			options->has_sack_permitted = true;
		break;
	}
}

/* One whole option of any segment. */
static void
take_option(struct tcp_options *options, const uint8_t *option, uint32_t length, bool is_syn)
{
	switch (option[0]) {
	case TCPOPT_TIMESTAMPS:
		if (length == TIMESTAMPS_BYTES && !options->has_timestamps)
			take_timestamps(options, option);
		break;
	case TCPOPT_SACK:
		if (options->sack_count == 0)
			take_sack(options, option, length);
		break;
	default:
		if (is_syn)
			take_syn_option(options, option, length);
		break;
	}
}

bool
tcp_options_parse(struct tcp_options *options, const uint8_t *octets, uint32_t bytes, bool is_syn)
{
	uint32_t at = 0, length;

	check(bytes <= TCP_OPTIONS_BYTES_MAX);
	memset(options, 0, sizeof(*options));
	/* What nearly every segment of an established connection carries. */
	if (bytes == 12 && rte_be_to_cpu_32(octets_load32(octets)) == 0x0101080a) {
		take_timestamps(options, octets + 2);
		return true;
	}
	while (at < bytes && octets[at] != TCPOPT_EOL) {
		if (octets[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (bytes - at < 2)
			return false;
		length = octets[at + 1];
		if (length < 2 || length > bytes - at)
			return false;
		take_option(options, octets + at, length, is_syn);
		at += length;
	}
	return true;
}

/* SACK blocks for which there is room after `used` octets of other options. */
static uint32_t
sack_blocks_fitting(const struct tcp_options *options, uint32_t used)
{
	uint32_t room = TCP_OPTIONS_BYTES_MAX - used;
	uint32_t fitting = room < 4 ? 0 : (room - 4) / SACK_BLOCK_BYTES;

	return options->sack_count < fitting ? options->sack_count : fitting;
}

uint32_t
tcp_options_bytes(const struct tcp_options *options)
{
	uint32_t bytes = tcp_options_syn_bytes(options);
	uint32_t blocks = sack_blocks_fitting(options, bytes);

	return blocks == 0 ? bytes : bytes + 4 + blocks * SACK_BLOCK_BYTES;
}

uint32_t
tcp_options_emit(const struct tcp_options *options, uint8_t *octets, uint64_t *sum)
{
	uint32_t blocks = sack_blocks_fitting(options, tcp_options_syn_bytes(options));
	struct tcp_options_writer writer = tcp_options_emit_syn(options, octets);

	check(options->sack_count <= TCP_SACK_BLOCKS_MAX);
	if (blocks > 0)
		tcp_options_put(&writer, 0x01010500 | (2 + blocks * SACK_BLOCK_BYTES));
	for (uint32_t i = 0; i < blocks; i++) {
		tcp_options_put(&writer, options->sack[i].left);
		tcp_options_put(&writer, options->sack[i].right);
	}
	*sum = writer.sum;
	return (uint32_t)(writer.at - octets);
}
