/* SPDX-License-Identifier: BSD-3-Clause */

#include "recovery_law.h"

#include <stdarg.h>

#include "first_wrong.h"
#include "units.h"
#include "wrapping.h"

#define PROBE_MIN_NS (10 * NS_PER_MS)

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
srtt_ns(const struct recovery_law *law)
{
	return law->view.srtt_us * NS_PER_US;
}

__attribute__((format(printf, 2, 3))) static void
broken(struct recovery_law *law, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	first_wrong(law->wrong, sizeof(law->wrong), format, arguments);
	va_end(arguments);
}

static void
open_law(struct recovery_law *law, const struct recovery_view *view)
{
	struct recovery_law before = {
		.peer_reneges = law->peer_reneges,
		.late_ns = law->late_ns,
		.tally = law->tally,
		.view = *view,
		.is_open = true,
	};

	*law = before;
	sent_history_init(&law->history, view->snd_una);
}

/* What is out now is not judged. */
static void
be_blind(struct recovery_law *law)
{
	law->is_blind = true;
	law->blind_end = law->history.nxt;
}

/* -- what is heard --------------------------------------------------------- */

void
recovery_law_hear(struct recovery_law *law, const struct recovery_ack *ack)
{
	if (law->is_open && law->heard_count < RECOVERY_HEARD_MAX)
		law->heard[law->heard_count++] = *ack;
}

/* What tells that octets came twice (RFC 2883, 4), or old news. */
static bool
is_news(const struct sent_history *history, const struct recovery_ack *ack, uint32_t i)
{
	uint32_t left = ack->blocks[i].left, right = ack->blocks[i].right;

	if (!is_before(left, right) || !is_before(history->una, left) ||
	    is_before(history->nxt, right))
		return false;
	return i > 0 || ack->count < 2 || is_before(left, ack->blocks[1].left) ||
	       is_before(ack->blocks[1].right, right);
}

/*
 * RACK.rtt is that of what an ACK delivered and was sent last.  Of what was sent more
 * than once weir may take it that the first copy was answered, and leave it as it is.
 */
static void
note_round_trip(struct recovery_law *law, const struct sent_news *news, uint64_t now_ns)
{
	if (news->has_once) {
		law->rack_ns = now_ns - news->once_oldest_ns;
		law->has_rack = true;
	} else if (news->has_again) {
		law->rack_ns = later(law->rack_ns, now_ns - news->again_oldest_ns);
	}
}

static void
take_ack(struct recovery_law *law, const struct recovery_ack *ack, uint64_t now_ns)
{
	struct sent_history *history = &law->history;
	struct sent_news news = {0};

	if (is_before(ack->ack, history->una) || is_before(history->nxt, ack->ack))
		return;
	if (is_before(law->probe_end, ack->ack) && sent_history_measures(history, ack->ack))
		law->has_probe = false;
	sent_history_ack(history, ack->ack, &news);
	for (uint32_t i = 0; i < ack->count; i++) {
		if (is_news(history, ack, i))
			sent_history_sack(history, ack->blocks[i].left, ack->blocks[i].right,
					  &news);
	}
	law->delivered += news.octets;
	law->last_octets = news.octets;
	note_round_trip(law, &news, now_ns);
	/* Weir takes what left within a 32nd of a round trip for one. */
	sent_history_pass(history, &news, srtt_ns(law) / 8 + NS_PER_MS, now_ns);
}

static void
take_heard(struct recovery_law *law, const struct recovery_view *view, bool is_sure,
	   uint64_t now_ns)
{
	struct sent_history *history = &law->history;
	uint32_t una = history->una;

	for (uint32_t i = 0; is_sure && i < law->heard_count; i++)
		take_ack(law, &law->heard[i], now_ns);
	is_sure |= law->heard_count == 0;
	law->heard_count = 0;
	if (history->una != view->snd_una) {
		struct sent_news unused = {0};

		sent_history_ack(history, view->snd_una, &unused);
		is_sure = false;
	}
	if (!is_sure)
		law->has_rack = false;
	if (history->una != una)
		law->moved_ns = now_ns;
	if (law->is_repairing && !is_before(history->una, law->recover)) {
		law->is_repairing = law->is_slow = false;
		law->repaired_ns = now_ns;
	}
	law->is_blind &= is_before(history->una, law->blind_end);
	law->is_undone &= is_before(history->una, law->undone_end);
}

/* -- timeouts ---------------------------------------------------------------- */

/* Until then RACK waits for what left at `sent_ns`, at the most. */
static uint64_t
patience_end(const struct recovery_law *law, const struct sent_range *range)
{
	uint64_t window_ns = later(srtt_ns(law), law->rack_ns);

	return later(range->passed_ns, range->sent_ns + law->rack_ns + window_ns) + law->late_ns;
}

static bool
is_overdue(const struct recovery_law *law, const struct sent_range *range, uint64_t now_ns)
{
	return range->passed_ns != SENT_NEVER && law->has_rack && patience_end(law, range) < now_ns;
}

/* Octets that may be under way. */
static uint64_t
pipe_most(const struct recovery_law *law, uint64_t now_ns)
{
	uint64_t octets = 0;

	for (uint32_t i = 0; i < law->history.count; i++) {
		const struct sent_range *range = &law->history.ranges[i];

		if (!range->is_sacked && !is_overdue(law, range, now_ns))
			octets += range->end - sent_history_begin(&law->history, i);
	}
	return octets;
}

/* Of the first hole, what one segment can take. */
static uint64_t
hole_octets(const struct recovery_law *law)
{
	const struct sent_history *history = &law->history;
	uint64_t octets = 0, mss = law->view.mss;

	for (uint32_t i = 0; i < history->count && !history->ranges[i].is_sacked; i++)
		octets += history->ranges[i].end - sent_history_begin(history, i);
	return octets < mss ? octets : mss;
}

/*
 * Must the first hole have been repaired?  Where it begins a recovery, it is sent
 * whatever the window.  Later it takes its turn, before all others.  Into an empty pipe
 * a segment may always go, and RFC 9937 keeps two in it: at each ACK as much leaves as
 * it said had come, or what was owed for ACKs before.
 */
static bool
had_turn(const struct recovery_law *law, uint64_t now_ns)
{
	uint64_t pipe = pipe_most(law, now_ns), mss = law->view.mss;

	if (!law->is_repairing)
		return law->repaired_ns + law->late_ns < now_ns;
	if (law->is_slow || pipe == 0)
		return pipe == 0;
	return pipe <= mss &&
	       (law->last_octets >= hole_octets(law) || law->delivered / 2 >= law->sent + 2 * mss);
}

static bool
has_sacked(const struct sent_history *history)
{
	for (uint32_t i = 0; i < history->count; i++) {
		if (history->ranges[i].is_sacked)
			return true;
	}
	return false;
}

/*
 * A probe leaves after two round trips at the latest, and the timeout is counted from
 * it.  Not so where a probe is out, or no round trip was measured since the last one, or
 * ever (RFC 8985, 7.3).
 */
static void
judge_unprobed(struct recovery_law *law, uint64_t now_ns)
{
	uint64_t since_ns = later(law->moved_ns, law->history.ranges[0].sent_ns);
	uint64_t rto_ns = law->view.rto_us * NS_PER_US;
	uint64_t probe_ns = later(2 * srtt_ns(law), PROBE_MIN_NS);

	if (law->is_repairing || law->has_probe || law->view.srtt_us == 0 ||
	    has_sacked(&law->history) || law->history.ranges[0].passed_ns != SENT_NEVER)
		return;
	if (probe_ns > rto_ns)
		probe_ns = rto_ns;
	if (now_ns - since_ns < rto_ns + probe_ns / 2)
		broken(law, "a timeout %.1f ms after the last that was heard, without a probe",
		       (double)(now_ns - since_ns) / 1e6);
}

static void
judge_timeout(struct recovery_law *law, uint64_t now_ns)
{
	const struct sent_range *hole = &law->history.ranges[0];

	if (law->is_blind || law->history.is_full) {
		law->tally.blind++;
		return;
	}
	if (law->is_undone) {
		law->tally.undone++;
		return;
	}
	if (law->starved_ns > hole->sent_ns) {
		law->tally.starved++;
		return;
	}
	if (is_overdue(law, hole, now_ns) && !had_turn(law, now_ns)) {
		law->tally.limited++;
		return;
	}
	law->tally.judged++;
	law->tally.told += hole->passed_ns != SENT_NEVER;
	if (is_overdue(law, hole, now_ns))
		broken(law,
		       "a timeout repairs what left %.1f ms ago, and what left later was told "
		       "to be there %.1f ms ago",
		       (double)(now_ns - hole->sent_ns) / 1e6,
		       (double)(now_ns - hole->passed_ns) / 1e6);
	judge_unprobed(law, now_ns);
}

static void
begin_repair(struct recovery_law *law, bool is_slow)
{
	law->is_repairing = true;
	law->is_slow = is_slow;
	law->recover = law->history.nxt;
	law->delivered = law->sent = 0;
}

static void
note_timeout(struct recovery_law *law, uint64_t now_ns)
{
	if (!law->view.has_sack)
		law->tally.plain++;
	else if (law->view.backoff > 0)
		law->tally.doubled++;
	else
		judge_timeout(law, now_ns);
}

void
recovery_law_turn(struct recovery_law *law, const struct recovery_view *view,
		  const struct recovery_events *events, uint64_t now_ns)
{
	if (!view->is_there) {
		law->is_open = false;
		law->heard_count = 0;
		return;
	}
	if (!law->is_open || is_before(view->snd_una, law->history.una) ||
	    is_before(law->history.nxt, view->snd_una)) {
		open_law(law, view);
		return;
	}
	if (events->starved)
		law->starved_ns = now_ns;
	take_heard(law, view, !events->dropped, now_ns);
	if (view->has_sack && events->reneged) {
		if (!law->peer_reneges)
			broken(law, "an honest peer is said to renege");
		sent_history_forget_sacks(&law->history);
	}
	if (events->forgot)
		be_blind(law);
	if (events->undone) {
		law->is_undone = true;
		law->undone_end = law->history.nxt;
	}
	if (events->resized)
		begin_repair(law, true);
	if (view->backoff > law->view.backoff && law->history.count > 0)
		note_timeout(law, now_ns);
	/* At its limit the backoff does not say whose timeout it was. */
	if (events->timed_out && view->backoff > 0) {
		sent_history_forget_sacks(&law->history);
		begin_repair(law, true);
	}
	law->is_probing = events->probed;
	law->view = *view;
}

/* -- what is sent ------------------------------------------------------------ */

static void
send_again(struct recovery_law *law, uint32_t from, uint32_t to, uint64_t now_ns)
{
	bool was_there;

	if (!law->is_repairing)
		begin_repair(law, false);
	law->sent += to - from;
	was_there = sent_history_again(&law->history, from, to, now_ns);
	if (was_there && law->view.has_sack && !law->is_blind && !law->history.is_full)
		broken(law, "octets are sent again that a SACK block has told are there");
}

void
recovery_law_send(struct recovery_law *law, uint32_t seq, uint32_t octets, uint64_t now_ns)
{
	struct sent_history *history = &law->history;
	uint32_t end = seq + octets;

	if (!law->is_open || octets == 0)
		return;
	if (is_before(history->nxt, seq)) {
		law->is_open = false; /* another connection's already */
		return;
	}
	if (is_before(seq, history->una))
		seq = history->una;
	if (is_before(seq, history->nxt) && is_before(seq, end))
		send_again(law, seq, is_before(end, history->nxt) ? end : history->nxt, now_ns);
	if (is_before(history->nxt, end)) {
		if (history->count == 0)
			law->moved_ns = now_ns;
		law->sent += end - history->nxt;
		sent_history_new(history, end, now_ns);
	}
	if (law->is_probing) {
		law->has_probe = true;
		law->probe_end = history->nxt;
	}
}

void
recovery_tally_add(struct recovery_tally *sum, const struct recovery_tally *part)
{
	sum->judged += part->judged;
	sum->told += part->told;
	sum->blind += part->blind;
	sum->undone += part->undone;
	sum->starved += part->starved;
	sum->limited += part->limited;
	sum->doubled += part->doubled;
	sum->plain += part->plain;
}
