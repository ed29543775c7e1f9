/* SPDX-License-Identifier: BSD-3-Clause */

#include "segment_laws.h"

#include <rte_common.h>

#include "wrapping.h"

#define MSS_DEFAULT_IPV4 536 /* RFC 9293, 3.7.1, MUST-15 */
#define MSS_DEFAULT_IPV6 1220
#define WSCALE_MAX	 14u

static uint32_t
later_of(uint32_t a, uint32_t b)
{
	return is_before(a, b) ? b : a;
}

static struct option_text *
option_of(const struct segment *segment, uint8_t kind)
{
	return option_list_find((struct option_list *)&segment->options, kind);
}

static struct segment_laws_syn
syn_of(const struct segment *segment)
{
	const struct option_text *mss = option_of(segment, TCPOPT_MSS);
	const struct option_text *wscale = option_of(segment, TCPOPT_WSCALE);

	struct segment_laws_syn syn = {
		.has_timestamps = option_of(segment, TCPOPT_TIMESTAMPS) != NULL,
		.has_wscale = wscale != NULL,
		.has_sack = option_of(segment, TCPOPT_SACK_PERMITTED) != NULL,
		.mss = mss != NULL ? (uint16_t)mss->number[0].value : 0,
	};
	if (wscale != NULL)
		syn.shift = (uint8_t)RTE_MIN(wscale->number[0].value, WSCALE_MAX);
	return syn;
}

/* The client has answered the server's SYN, or has opened at the same time. */
static void
note_answer(struct segment_laws *laws, const struct segment *segment)
{
	const struct segment_laws_syn *ours = &laws->offer_of_server;
	bool scales = ours->has_wscale && laws->syn.has_wscale;

	laws->is_opening = false;
	laws->is_open = true;
	laws->has_timestamps = ours->has_timestamps && laws->syn.has_timestamps;
	laws->has_tsval = laws->has_timestamps;
	laws->server_shift = scales ? ours->shift : 0;
	laws->client_shift = scales ? laws->syn.shift : 0;
	laws->mss = laws->syn.mss;
	laws->has_fin = laws->fin_acked = false;
	laws->ack = segment->seq.value + 1;
	laws->offer = laws->ack + laws->offer_wnd;
	laws->client_edge = laws->sent_end;
	if (segment->has_ack)
		laws->client_edge = segment->ack.value + segment->wnd.value;
	if (segment->flags & TH_FIN) {
		laws->has_fin = true;
		laws->fin_end = laws->ack + segment->text_bytes + 1;
	}
}

void
segment_laws_note(struct segment_laws *laws, const struct segment *segment)
{
	uint32_t edge;

	if ((segment->flags & (TH_SYN | TH_ACK | TH_RST)) == TH_SYN ||
	    ((segment->flags & TH_SYN) && laws->is_opening))
		laws->syn = syn_of(segment);
	if (laws->is_opening && (segment->flags & (TH_SYN | TH_RST)) == TH_SYN &&
	    (!segment->has_ack || segment->ack.value == laws->sent_end))
		note_answer(laws, segment);
	if (!laws->is_open || !segment->has_ack || segment->flags & TH_RST)
		return;
	if (segment->flags & TH_FIN) {
		laws->has_fin = true;
		laws->fin_end = segment->seq.value + segment->text_bytes + 1;
	}
	/* An acknowledgment of what was never sent offers nothing. */
	if (is_before(laws->sent_end, segment->ack.value))
		return;
	edge = segment->ack.value +
	       (segment->wnd.value << (segment->flags & TH_SYN ? 0 : laws->client_shift));
	laws->client_edge = later_of(laws->client_edge, edge);
}

/* A SYN begins a new connection; the same one again says the same. */
static const char *
judge_syn(struct segment_laws *laws, const struct segment *segment)
{
	const struct option_text *timestamps = option_of(segment, TCPOPT_TIMESTAMPS);

	if (segment->text_bytes > 0)
		return "a SYN with text";
	if (timestamps != NULL && timestamps->number[1].value != 0)
		return "a SYN that echoes a timestamp (RFC 7323, 3.2)";
	laws->is_open = false;
	laws->is_opening = true;
	laws->offer_of_server = syn_of(segment);
	laws->offer_wnd = (uint16_t)segment->wnd.value;
	laws->iss = segment->seq.value;
	laws->sent_end = segment->seq.value + 1;
	if (timestamps != NULL)
		laws->tsval = timestamps->number[0].value;
	return NULL;
}

/* A new SYN-ACK begins a new connection; the same one again does not. */
static const char *
judge_syn_ack(struct segment_laws *laws, const struct segment *segment)
{
	const struct option_text *wscale = option_of(segment, TCPOPT_WSCALE);
	const struct option_text *timestamps = option_of(segment, TCPOPT_TIMESTAMPS);

	if ((wscale != NULL && !laws->syn.has_wscale) ||
	    (timestamps != NULL && !laws->syn.has_timestamps) ||
	    (option_of(segment, TCPOPT_SACK_PERMITTED) != NULL && !laws->syn.has_sack))
		return "the SYN-ACK has an option that the SYN had not";
	laws->is_open = true;
	laws->has_timestamps = timestamps != NULL;
	laws->server_shift = wscale != NULL ? (uint8_t)wscale->number[0].value : 0;
	laws->client_shift = wscale != NULL ? laws->syn.shift : 0;
	laws->mss = laws->syn.mss;
	laws->has_fin = laws->fin_acked = false;
	laws->iss = segment->seq.value;
	laws->sent_end = segment->seq.value + 1;
	laws->ack = segment->ack.value;
	laws->offer = segment->ack.value + segment->wnd.value;
	laws->client_edge = laws->sent_end;
	laws->has_tsval = timestamps != NULL;
	if (timestamps != NULL)
		laws->tsval = timestamps->number[0].value;
	return NULL;
}

static const char *
judge_timestamps(struct segment_laws *laws, const struct segment *segment)
{
	const struct option_text *timestamps = option_of(segment, TCPOPT_TIMESTAMPS);

	if (!laws->has_timestamps)
		return timestamps == NULL ? NULL : "timestamps that were not agreed";
	if (timestamps == NULL)
		return "timestamps were agreed and are missing (RFC 7323, 3.2)";
	if (laws->has_tsval && is_before(timestamps->number[0].value, laws->tsval))
		return "TSval goes back (RFC 7323, 5.4)";
	laws->has_tsval = true;
	laws->tsval = timestamps->number[0].value;
	return NULL;
}

static const char *
judge_text(struct segment_laws *laws, const struct segment *segment, bool is_ipv6)
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	uint32_t mss_default = is_ipv6 ? MSS_DEFAULT_IPV6 : MSS_DEFAULT_IPV4;
	/* Every host takes the default, and a cookie may know nothing smaller. */
	uint32_t mss = RTE_MAX(laws->mss, mss_default);
	uint32_t end = segment->seq.value + segment->text_bytes;
	uint32_t options_bytes = (uint32_t)option_list_encode(&segment->options, octets);

	if (segment->text_bytes > 1 && segment->text_bytes + options_bytes > mss)
		return "more text than the peer's MSS allows (MUST-14, MUST-15, MUST-16)";
	/* One octet beyond the window is a probe (RFC 9293, 3.8.6.1). */
	if (segment->text_bytes > 1 && is_before(laws->client_edge, end))
		return "text beyond the window the peer offered";
	if (segment->flags & TH_FIN)
		end++;
	laws->sent_end = later_of(laws->sent_end, end);
	return NULL;
}

static const char *
judge_offer(struct segment_laws *laws, const struct segment *segment)
{
	uint32_t edge = segment->ack.value + (segment->wnd.value << laws->server_shift);
	uint32_t grain = (1u << laws->server_shift) - 1;

	if (is_before(segment->ack.value, laws->ack))
		return "an acknowledgment is taken back";
	laws->ack = segment->ack.value;
	if (laws->has_fin && laws->ack == laws->fin_end)
		laws->fin_acked = true;
	if (laws->fin_acked)
		return NULL; /* who will send no more needs no window */
	if (is_before(edge + grain, laws->offer))
		return "the right edge of our window moves left (SHLD-14)";
	laws->offer = later_of(laws->offer, edge);
	return NULL;
}

const char *
segment_laws_judge(struct segment_laws *laws, const struct segment *segment, bool is_ipv6)
{
	const char *wrong;

	if (segment->flags & TH_RST)
		return segment->text_bytes == 0 ? NULL : "a RST with text";
	if ((segment->flags & TH_SYN) && !segment->has_ack)
		return judge_syn(laws, segment);
	if (segment->flags & TH_SYN) {
		if (laws->is_open && segment->seq.value == laws->iss)
			return NULL;
		return judge_syn_ack(laws, segment);
	}
	if (!segment->has_ack)
		return "neither SYN, RST nor ACK";
	if (!laws->is_open)
		return "a segment of a connection that never began";
	wrong = judge_timestamps(laws, segment);
	if (wrong == NULL)
		wrong = judge_text(laws, segment, is_ipv6);
	return wrong != NULL ? wrong : judge_offer(laws, segment);
}
