/* SPDX-License-Identifier: BSD-3-Clause */

#include "stream.h"

/* Octets up to the next place where one of the quotients changes are a plain series. */
static uint32_t
run_at(uint64_t at, uint32_t bytes)
{
	uint32_t to_251 = (uint32_t)(251 - at % 251), to_65521 = (uint32_t)(65521 - at % 65521);
	uint32_t run = to_251 < to_65521 ? to_251 : to_65521;

	return run < bytes ? run : bytes;
}

void
stream_fill(uint32_t stream, uint64_t at, uint8_t *text, uint32_t bytes)
{
	while (bytes > 0) {
		uint32_t run = run_at(at, bytes);
		uint8_t octet = stream_octet(stream, at);

		for (uint32_t i = 0; i < run; i++)
			text[i] = (uint8_t)(octet + i);
		at += run;
		text += run;
		bytes -= run;
	}
}

bool
stream_is(uint32_t stream, uint64_t at, const uint8_t *text, uint32_t bytes)
{
	while (bytes > 0) {
		uint32_t run = run_at(at, bytes);
		uint8_t octet = stream_octet(stream, at), wrong = 0;

		for (uint32_t i = 0; i < run; i++)
			wrong |= (uint8_t)(text[i] ^ (uint8_t)(octet + i));
		if (wrong != 0)
			return false;
		at += run;
		text += run;
		bytes -= run;
	}
	return true;
}
