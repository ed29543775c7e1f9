/* SPDX-License-Identifier: BSD-3-Clause */

#include "sent_history.h"

#include <string.h>

#include "wrapping.h"

void
sent_history_init(struct sent_history *history, uint32_t una)
{
	history->una = history->nxt = una;
	history->count = 0;
	history->is_full = false;
}

static void
remove_at(struct sent_history *history, uint32_t i)
{
	history->count--;
	memmove(&history->ranges[i], &history->ranges[i + 1],
		(history->count - i) * sizeof(history->ranges[0]));
}

static bool
are_alike(const struct sent_range *a, const struct sent_range *b)
{
	return a->is_again == b->is_again && a->is_sacked == b->is_sacked &&
	       a->sent_ns == b->sent_ns && a->passed_ns == b->passed_ns;
}

static void
tidy(struct sent_history *history)
{
	uint32_t kept = 0;

	for (uint32_t i = 1; i < history->count; i++) {
		struct sent_range *last = &history->ranges[kept], *range = &history->ranges[i];

		if (are_alike(last, range))
			last->end = range->end;
		else
			history->ranges[++kept] = *range;
	}
	if (history->count > 0)
		history->count = kept + 1;
}

/* Let a range begin at `seq`.  Returns which; count if `seq` is nxt. */
static uint32_t
cut(struct sent_history *history, uint32_t seq)
{
	uint32_t i = 0;

	while (i < history->count && !is_before(seq, history->ranges[i].end))
		i++;
	if (i == history->count || sent_history_begin(history, i) == seq)
		return i;
	if (history->count == SENT_RANGES_MAX) {
		history->is_full = true;
		return i;
	}
	memmove(&history->ranges[i + 1], &history->ranges[i],
		(history->count - i) * sizeof(history->ranges[0]));
	history->count++;
	history->ranges[i].end = seq;
	return i + 1;
}

void
sent_history_new(struct sent_history *history, uint32_t end, uint64_t now_ns)
{
	struct sent_range range = {.end = end, .sent_ns = now_ns};
	struct sent_range *last;

	history->nxt = end;
	if (history->count > 0) {
		last = &history->ranges[history->count - 1];
		if (history->count == SENT_RANGES_MAX || are_alike(last, &range)) {
			history->is_full |= !are_alike(last, &range);
			last->end = end;
			return;
		}
	}
	history->ranges[history->count++] = range;
}

bool
sent_history_again(struct sent_history *history, uint32_t from, uint32_t to, uint64_t now_ns)
{
	uint32_t i = cut(history, from), last = cut(history, to);
	bool was_sacked = false;

	for (; i < last; i++) {
		struct sent_range *range = &history->ranges[i];

		was_sacked |= range->is_sacked;
		*range =
			(struct sent_range){.end = range->end, .is_again = true, .sent_ns = now_ns};
	}
	tidy(history);
	return was_sacked;
}

static void
take(const struct sent_range *range, uint32_t octets, uint32_t end, struct sent_news *news)
{
	news->octets += octets;
	if (range->is_again) {
		if (!news->has_again || range->sent_ns < news->again_oldest_ns)
			news->again_oldest_ns = range->sent_ns;
		news->has_again = true;
		return;
	}
	if (!news->has_once || range->sent_ns < news->once_oldest_ns)
		news->once_oldest_ns = range->sent_ns;
	if (!news->has_once || range->sent_ns > news->once_latest_ns)
		news->once_latest_ns = range->sent_ns;
	if (!news->has_once || is_before(news->once_end, end))
		news->once_end = end;
	news->has_once = true;
}

bool
sent_history_measures(const struct sent_history *history, uint32_t ack)
{
	uint32_t i = 0;

	while (i < history->count && is_before(history->ranges[i].end, ack))
		i++;
	return i < history->count && is_before(sent_history_begin(history, i), ack) &&
	       !history->ranges[i].is_again && !history->ranges[i].is_sacked;
}

void
sent_history_ack(struct sent_history *history, uint32_t ack, struct sent_news *news)
{
	while (history->count > 0 && is_before(history->una, ack)) {
		const struct sent_range *range = &history->ranges[0];
		uint32_t end = is_before(ack, range->end) ? ack : range->end;

		if (!range->is_sacked)
			take(range, end - history->una, end, news);
		history->una = end;
		if (end == range->end)
			remove_at(history, 0);
	}
	history->una = ack;
	if (history->count == 0)
		history->is_full = false;
}

void
sent_history_sack(struct sent_history *history, uint32_t from, uint32_t to, struct sent_news *news)
{
	uint32_t i = cut(history, from), last = cut(history, to);

	for (; i < last; i++) {
		struct sent_range *range = &history->ranges[i];

		if (!range->is_sacked)
			take(range, range->end - sent_history_begin(history, i), range->end, news);
		range->is_sacked = true;
	}
	tidy(history);
}

void
sent_history_pass(struct sent_history *history, const struct sent_news *news, uint64_t grain_ns,
		  uint64_t now_ns)
{
	if (!news->has_once)
		return;
	for (uint32_t i = 0; i < history->count; i++) {
		struct sent_range *range = &history->ranges[i];
		bool is_older = range->is_again ? range->sent_ns + grain_ns < news->once_latest_ns
						: !is_before(news->once_end, range->end);

		if (!range->is_sacked && is_older && range->passed_ns == SENT_NEVER)
			range->passed_ns = now_ns;
	}
}

void
sent_history_forget_sacks(struct sent_history *history)
{
	for (uint32_t i = 0; i < history->count; i++) {
		struct sent_range *range = &history->ranges[i];

		range->is_again |= range->is_sacked;
		range->is_sacked = false;
	}
}
