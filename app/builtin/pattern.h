/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Text for answers of any length: octet i is pattern_octets[i % PATTERN_PERIOD],
 * lines of 63 characters.  A client can verify it, and nothing is held in memory
 * but these few pieces.
 */
#ifndef WEIR_APP_BUILTIN_PATTERN_H
#define WEIR_APP_BUILTIN_PATTERN_H

#include <stdint.h>

#define PATTERN_PERIOD 64
#define PATTERN_BYTES  16384

extern const char pattern_octets[PATTERN_BYTES + 1];

/* What to send next after `sent` octets, `*bytes` at most; sets `*bytes`, never to 0. */
static inline const char *
pattern_piece(uint64_t sent, uint32_t *bytes)
{
	uint32_t offset = (uint32_t)(sent % PATTERN_PERIOD);

	if (*bytes > PATTERN_BYTES - offset)
		*bytes = PATTERN_BYTES - offset;
	return pattern_octets + offset;
}

#endif
