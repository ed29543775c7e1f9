/* SPDX-License-Identifier: BSD-3-Clause */

#include "counters.h"

#include "check.h"

struct words {
	const char *name;
	const char *sentence;
	const char *remedy;
};

static const struct words counter_words[COUNTER_N] = {
#define COUNTER(id, text) {#id, text, ""},
#include "counter.def"
#undef COUNTER
};

static const struct words drop_words[DROP_N] = {
	{"NONE", "The packet was served.", ""},
#define DROP(id, sentence, remedy) {#id, sentence, remedy},
#include "drop_reason.def"
#undef DROP
};

const char *
counter_name(enum counter id)
{
	check(id < COUNTER_N);
	return counter_words[id].name;
}

const char *
counter_text(enum counter id)
{
	check(id < COUNTER_N);
	return counter_words[id].sentence;
}

const char *
drop_reason_name(enum drop_reason reason)
{
	check(reason < DROP_N);
	return drop_words[reason].name;
}

const char *
drop_reason_sentence(enum drop_reason reason)
{
	check(reason < DROP_N);
	return drop_words[reason].sentence;
}

const char *
drop_reason_remedy(enum drop_reason reason)
{
	check(reason < DROP_N);
	return drop_words[reason].remedy;
}

void
counters_add(struct counters *sum, const struct counters *part)
{
	for (unsigned int i = 0; i < COUNTER_N; i++)
		sum->value[i] += part->value[i];
	for (unsigned int i = 0; i < DROP_N; i++)
		sum->drop[i] += part->drop[i];
}

uint64_t
counters_dropped(const struct counters *c)
{
	uint64_t dropped = 0;

	for (unsigned int i = DROP_NONE + 1; i < DROP_N; i++)
		dropped += c->drop[i];
	return dropped;
}

bool
counters_balance(const struct counters *c)
{
	return c->value[COUNTER_rx_packets] ==
	       c->value[COUNTER_rx_served] + counters_dropped(c);
}
