/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <ctype.h>

#include "counters.h"

TEST(every_reason_has_a_sentence_and_a_remedy)
{
	for (unsigned int i = DROP_NONE + 1; i < DROP_N; i++) {
		const char *sentence = drop_reason_sentence((enum drop_reason)i);
		const char *remedy = drop_reason_remedy((enum drop_reason)i);

		assert_true(strlen(sentence) > 10 && sentence[strlen(sentence) - 1] == '.');
		assert_true(strlen(remedy) > 3 && remedy[strlen(remedy) - 1] == '.');
	}
}

static void
expect_name(const char *name)
{
	assert_true(strlen(name) > 2);
	for (; *name != '\0'; name++)
		assert_true(islower((unsigned char)*name) || isdigit((unsigned char)*name) ||
			    *name == '_');
}

TEST(names_are_lower_case_words)
{
	for (unsigned int i = 0; i < COUNTER_N; i++)
		expect_name(counter_name((enum counter)i));
	for (unsigned int i = DROP_NONE + 1; i < DROP_N; i++)
		expect_name(drop_reason_name((enum drop_reason)i));
}

TEST(sums_balance_only_when_every_packet_is_explained)
{
	struct counters a = {0}, sum = {0};

	counter_add(&a, COUNTER_rx_packets, 5);
	counter_add(&a, COUNTER_rx_served, 3);
	a.drop[DROP_no_listener] = 1;
	assert_false(counters_balance(&a));
	a.drop[DROP_N - 1] = 1;
	assert_true(counters_balance(&a));
	assert_int_equal(counters_dropped(&a), 2);

	counters_add(&sum, &a);
	counters_add(&sum, &a);
	assert_int_equal(sum.value[COUNTER_rx_packets], 10);
	assert_true(counters_balance(&sum));
}
