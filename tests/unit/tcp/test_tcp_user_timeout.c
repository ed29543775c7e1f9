/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_user_timeout.h"
#include "test.h"
#include "units.h"

/* What weir_conn_set_user_timeout() takes. */
#define SHORTEST_MS 1000
#define LONGEST_MS  64800000

/* Never shorter than was asked for, and longer by a sixteenth at most. */
TEST(a_timeout_is_kept_to_a_sixteenth)
{
	for (uint32_t ms = 1200; ms <= LONGEST_MS; ms += ms / 100) {
		uint32_t asked = ticks_in_ms(ms);
		uint32_t kept = user_timeout_ticks(user_timeout_code(asked));

		assert_true(kept >= asked);
		assert_true(kept - asked <= asked / 16 + (1u << USER_TIMEOUT_UNIT_SHIFT));
	}
}

TEST(the_ends_of_the_range_have_codes)
{
	assert_int_equal(user_timeout_code(ticks_in_ms(SHORTEST_MS)), 1);
	assert_true(user_timeout_ticks(user_timeout_code(ticks_in_ms(LONGEST_MS))) >=
		    ticks_in_ms(LONGEST_MS));
	assert_int_equal(user_timeout_code(UINT32_MAX), UINT8_MAX);
}

TEST(every_code_stands_for_itself_and_they_ascend)
{
	for (uint32_t code = 1; code <= UINT8_MAX; code++) {
		uint32_t ticks = user_timeout_ticks((uint8_t)code);

		assert_int_equal(user_timeout_code(ticks), code);
		if (code < UINT8_MAX)
			assert_true(ticks < user_timeout_ticks((uint8_t)(code + 1)));
	}
}
