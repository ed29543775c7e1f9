/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TCP options: end of list, no-operation, MSS (RFC 9293, 3.7.1), window scale
 * and timestamps (RFC 7323), SACK-permitted and SACK (RFC 2018).  Others are
 * skipped by their length (MUST-6).
 */
#ifndef WEIR_WIRE_TCP_OPTIONS_H
#define WEIR_WIRE_TCP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#define TCP_OPTIONS_BYTES_MAX 40
#define TCP_WSCALE_MAX	      14 /* RFC 7323, 2.3: larger is taken as 14 */
#define TCP_SACK_BLOCKS_MAX   4

enum tcp_option_kind {
	TCPOPT_EOL = 0,
	TCPOPT_NOP = 1,
	TCPOPT_MSS = 2,
	TCPOPT_WSCALE = 3,
	TCPOPT_SACK_PERMITTED = 4,
	TCPOPT_SACK = 5,
	TCPOPT_TIMESTAMPS = 8,
};

struct tcp_sack_block {
	uint32_t left;	/* first octet held, host order */
	uint32_t right; /* first octet not held */
};

struct tcp_options {
	bool has_mss;
	bool has_wscale;
	bool has_sack_permitted;
	bool has_timestamps;
	uint8_t wscale; /* 0 to 14, already clamped */
	uint8_t sack_count;
	uint16_t mss; /* as received, may be 0 */
	uint32_t tsval;
	uint32_t tsecr;
	struct tcp_sack_block sack[TCP_SACK_BLOCKS_MAX];
};

/*
 * Parse `bytes` (0 to 40) octets of options.  MSS, window scale and
 * SACK-permitted are taken only if `is_syn` (MUST-65, RFC 7323, 2.2).  The first
 * of a repeated option wins; a known option with a wrong length is skipped.
 * False when an option's length is 0, 1 or runs past the end (MUST-7): `options`
 * then holds what came before it.
 */
bool tcp_options_parse(struct tcp_options *options, const uint8_t *octets, uint32_t bytes,
		       bool is_syn);

/*
 * Write the options that are present.  Each is led to a word's end by
 * no-operations before it, so the padding of MUST-69 is never needed.  At most
 * 40 octets; SACK blocks that do not fit are left out.  Returns the length, a
 * multiple of four, and in `sum` what checksum_sum() would make of them.
 */
uint32_t tcp_options_emit(const struct tcp_options *options, uint8_t *octets, uint64_t *sum);

/* The same two for options without SACK blocks, in line: a SYN-ACK's. */
static inline uint32_t
tcp_options_syn_bytes(const struct tcp_options *options)
{
	uint32_t bytes = options->has_mss ? 4 : 0;

	if (options->has_timestamps)
		bytes += 12;
	else if (options->has_sack_permitted)
		bytes += 4;
	return bytes + (options->has_wscale ? 4 : 0);
}

/* Where the next word goes, and the sum of those before it in wire order. */
struct tcp_options_writer {
	uint8_t *at;
	uint64_t sum;
};

static inline void
tcp_options_put(struct tcp_options_writer *writer, uint32_t value)
{
	uint32_t word = rte_cpu_to_be_32(value);

	memcpy(writer->at, &word, sizeof(word));
	writer->at += sizeof(word);
	writer->sum += word;
}

static inline struct tcp_options_writer
tcp_options_emit_syn(const struct tcp_options *options, uint8_t *octets)
{
	struct tcp_options_writer writer = {.at = octets};

	if (options->has_mss)
		tcp_options_put(&writer, 0x02040000 | options->mss);
	if (options->has_timestamps) {
		/* SACK-permitted takes the place of the two no-operations. */
		tcp_options_put(&writer, options->has_sack_permitted ? 0x0402080a : 0x0101080a);
		tcp_options_put(&writer, options->tsval);
		tcp_options_put(&writer, options->tsecr);
	} else if (options->has_sack_permitted) {
		tcp_options_put(&writer, 0x01010402);
	}
	if (options->has_wscale)
		tcp_options_put(&writer, 0x01030300 | options->wscale);
	return writer;
}

/* The length that tcp_options_emit() will return. */
uint32_t tcp_options_bytes(const struct tcp_options *options);

#endif
