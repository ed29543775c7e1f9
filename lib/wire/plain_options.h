/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The options of plain segments.  Nearly all SYNs come from a few systems, each of
 * which writes its options in one order; those are known by sight, the others go to
 * tcp_options_parse().  Nothing here sets the SACK blocks.
 */
#ifndef WEIR_WIRE_PLAIN_OPTIONS_H
#define WEIR_WIRE_PLAIN_OPTIONS_H

#include "plain_syn.h"
#include "tcp_options.h"

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

/* The form of `bytes` octets of options, by length and looks. */
static inline enum plain_form
plain_form_of(const uint8_t *octets, uint32_t bytes)
{
	enum plain_form form = PLAIN_FORM_OTHER;

	if (bytes == 0)
		form = PLAIN_FORM_NONE;
	else if (bytes == PLAIN_MSS_BYTES)
		form = PLAIN_FORM_MSS;
	else if (bytes == PLAIN_WINDOWS_BYTES)
		form = PLAIN_FORM_WINDOWS;
	else if (bytes == PLAIN_LINUX_BYTES)
		form = PLAIN_FORM_LINUX;
	return plain_options_differ(octets, form) == 0 ? form : PLAIN_FORM_OTHER;
}

/* What options of a known form say. */
static inline void
plain_take_form(struct tcp_options *options, const uint8_t *octets, enum plain_form form)
{
	plain_no_options(options);
	if (form == PLAIN_FORM_NONE)
		return;
	plain_take_mss(options, octets);
	if (form == PLAIN_FORM_MSS)
		return;
	options->has_sack_permitted = true;
	if (form == PLAIN_FORM_LINUX)
		plain_take_timestamps(options, octets + 8);
	plain_take_wscale(options, octets[form == PLAIN_FORM_LINUX ? 19 : 7]);
}

/* False if they are bad (MUST-7). */
static inline bool
plain_syn_options(const struct plain *syn, struct tcp_options *options)
{
	const uint8_t *octets = plain_l4(syn) + sizeof(struct wire_tcp);
	uint32_t bytes = syn->head_bytes - (uint32_t)sizeof(struct wire_tcp);
	enum plain_form form = plain_form_of(octets, bytes);

	if (form == PLAIN_FORM_OTHER)
		return tcp_options_parse(options, octets, bytes, true);
	plain_take_form(options, octets, form);
	return true;
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
