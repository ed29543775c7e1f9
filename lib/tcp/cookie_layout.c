/* SPDX-License-Identifier: BSD-3-Clause */

#include "cookie_layout.h"

const uint16_t cookie_mss_ipv4[4] = {0, 1300, 1440, 1460};
const uint16_t cookie_mss_ipv6[4] = {0, 1420, 1440, 8940};

/* Index 0 is no window scale at all; that entry's value is not used. */
static const uint8_t wscales[8] = {0, 0, 1, 2, 4, 6, 7, 8};

const uint32_t cookie_wscale_codes[16] = {1, 2, 3, 3, 4, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7};

static uint32_t
mss_code(uint16_t mss, bool is_ipv6)
{
	const uint16_t *table = is_ipv6 ? cookie_mss_ipv6 : cookie_mss_ipv4;
	uint32_t code = 3;

	while (table[code] > mss)
		code--;
	return code;
}

static uint32_t
wscale_code(const struct cookie_options *options)
{
	if (!options->has_wscale)
		return 0;
	return cookie_wscale_codes[options->wscale < 15 ? options->wscale : 15];
}

uint32_t
cookie_pack_octet(const struct cookie_options *options, bool is_ipv6)
{
	return mss_code(options->mss, is_ipv6) << N_MSS_SHIFT |
	       (options->sack_permitted ? N_SACK : 0) | wscale_code(options);
}

void
cookie_unpack_octet(struct cookie_options *options, bool is_ipv6, uint32_t fields)
{
	const uint16_t *table = is_ipv6 ? cookie_mss_ipv6 : cookie_mss_ipv4;
	uint32_t code = fields & 7;

	*options = (struct cookie_options){
		.has_wscale = code != 0,
		.wscale = wscales[code],
		.sack_permitted = (fields & N_SACK) != 0,
		.mss = table[(fields >> N_MSS_SHIFT) & 3],
	};
}

void
cookie_unpack_timestamp(struct cookie_options *options, uint32_t fields)
{
	uint32_t wscale = fields >> T_WSCALE_SHIFT;

	*options = (struct cookie_options){
		.has_timestamps = true,
		.has_wscale = wscale != T_WSCALE_NONE,
		.wscale = wscale != T_WSCALE_NONE ? (uint8_t)wscale : 0,
		.sack_permitted = (fields & T_SACK) != 0,
		.ecn = (fields & T_ECN) != 0,
		.mss = (uint16_t)((fields >> T_MSS_SHIFT & T_MSS_MAX) * T_MSS_UNIT),
	};
}
