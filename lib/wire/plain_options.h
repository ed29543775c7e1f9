/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The options of plain segments.  Nearly all SYNs come from a few systems, each of
 * which writes its options in one order; those are known by sight, the others go to
 * tcp_options_parse().  Nothing here sets the SACK blocks.
 */
#ifndef WEIR_WIRE_PLAIN_OPTIONS_H
#define WEIR_WIRE_PLAIN_OPTIONS_H

#include "plain.h"
#include "tcp_options.h"

/* Eight octets of options, and which of them must be as they are here. */
#define PLAIN_MSS_SACK_TS      RTE_BE64(0x020400000402080a) /* MSS, SACK-permitted, timestamps */
#define PLAIN_MSS_WSCALE       RTE_BE64(0x0204000001030300) /* MSS, NOP, window scale */
#define PLAIN_MSS_SACK_TS_MASK RTE_BE64(0xffff0000ffffffff)
#define PLAIN_MSS_WSCALE_MASK  RTE_BE64(0xffff0000ffffff00)
#define PLAIN_MSS_WORD	       RTE_BE32(0x02040000)
#define PLAIN_MSS_WORD_MASK    RTE_BE32(0xffff0000)
#define PLAIN_WSCALE_WORD      RTE_BE32(0x01030300)
#define PLAIN_WSCALE_WORD_MASK RTE_BE32(0xffffff00)
#define PLAIN_SACK_WORD	       RTE_BE32(0x01010402)
#define PLAIN_TS_WORD	       RTE_BE32(0x0101080a)

static inline void
plain_take_mss(struct tcp_options *options, const uint8_t *octets)
{
	options->has_mss = true;
	options->mss = rte_be_to_cpu_16(octets_load16(octets + 2));
}

static inline void
plain_take_wscale(struct tcp_options *options, uint8_t shift)
{
	options->has_wscale = true;
	options->wscale = shift < TCP_WSCALE_MAX ? shift : TCP_WSCALE_MAX;
}

static inline void
plain_take_timestamps(struct tcp_options *options, const uint8_t *tsval)
{
	options->has_timestamps = true;
	options->tsval = rte_be_to_cpu_32(octets_load32(tsval));
	options->tsecr = rte_be_to_cpu_32(octets_load32(tsval + 4));
}

static inline void
plain_no_options(struct tcp_options *options)
{
	options->has_mss = false;
	options->has_wscale = false;
	options->has_sack_permitted = false;
	options->has_timestamps = false;
	options->wscale = 0;
	options->sack_count = 0;
	options->mss = 0;
	options->tsval = 0;
	options->tsecr = 0;
}

/* Linux, Android: MSS, SACK-permitted, timestamps, NOP, window scale. */
static inline bool
plain_is_linux_syn(const uint8_t *octets, uint32_t bytes)
{
	return bytes == 20 &&
	       (octets_load64(octets) & PLAIN_MSS_SACK_TS_MASK) == PLAIN_MSS_SACK_TS &&
	       (octets_load32(octets + 16) & PLAIN_WSCALE_WORD_MASK) == PLAIN_WSCALE_WORD;
}

/* Windows: MSS, NOP, window scale, NOP, NOP, SACK-permitted. */
static inline bool
plain_is_windows_syn(const uint8_t *octets, uint32_t bytes)
{
	return bytes == 12 && (octets_load64(octets) & PLAIN_MSS_WSCALE_MASK) == PLAIN_MSS_WSCALE &&
	       octets_load32(octets + 8) == PLAIN_SACK_WORD;
}

/* False if they are bad (MUST-7). */
static inline bool
plain_syn_options(const struct plain *syn, struct tcp_options *options)
{
	const uint8_t *octets = plain_l4(syn) + sizeof(struct wire_tcp);
	uint32_t bytes = syn->head_bytes - (uint32_t)sizeof(struct wire_tcp);

	plain_no_options(options);
	if (bytes == 0)
		return true;
	if (plain_is_linux_syn(octets, bytes)) {
		plain_take_mss(options, octets);
		options->has_sack_permitted = true;
		plain_take_timestamps(options, octets + 8);
		plain_take_wscale(options, octets[19]);
		return true;
	}
	if (plain_is_windows_syn(octets, bytes)) {
		plain_take_mss(options, octets);
		plain_take_wscale(options, octets[7]);
		options->has_sack_permitted = true;
		return true;
	}
	if (bytes == 4 && (octets_load32(octets) & PLAIN_MSS_WORD_MASK) == PLAIN_MSS_WORD) {
		plain_take_mss(options, octets);
		return true;
	}
	return tcp_options_parse(options, octets, bytes, true);
}

/* Of a segment that is no SYN: timestamps. */
static inline bool
plain_ack_options(const struct plain *ack, struct tcp_options *options)
{
	const uint8_t *octets = plain_l4(ack) + sizeof(struct wire_tcp);
	uint32_t bytes = ack->head_bytes - (uint32_t)sizeof(struct wire_tcp);

	plain_no_options(options);
	if (bytes == 0)
		return true;
	if (bytes == 12 && octets_load32(octets) == PLAIN_TS_WORD) {
		plain_take_timestamps(options, octets + 4);
		return true;
	}
	return tcp_options_parse(options, octets, bytes, false);
}

#endif
