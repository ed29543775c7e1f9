/* SPDX-License-Identifier: BSD-3-Clause */

/* Where an RFC leaves the choice, or weir departs from it, a comment says so. */
#include "segment_tables.h"

static struct outcome
outcome(enum reply reply, enum tcp_state next)
{
	return (struct outcome){reply, next};
}

static bool
has(const struct segment_class *segment, uint8_t flag)
{
	return (segment->flags & flag) != 0;
}

/* SEG.LEN. */
static uint32_t
length(const struct segment_class *segment)
{
	return segment->text_bytes + has(segment, TH_SYN) + has(segment, TH_FIN);
}

/* 3.10.7.1 */
static struct outcome
closed(const struct segment_class *segment)
{
	if (has(segment, TH_RST))
		return outcome(REPLY_NONE, TCPS_CLOSED);
	return outcome(has(segment, TH_ACK) ? REPLY_RST : REPLY_RST_ACK, TCPS_CLOSED);
}

/* 3.10.7.2 */
static struct outcome
listen(const struct segment_class *segment, bool has_queue)
{
	if (has(segment, TH_RST))
		return outcome(REPLY_NONE, TCPS_CLOSED);
	if (has(segment, TH_ACK))
		return outcome(REPLY_RST, TCPS_CLOSED);
	/* SYN with FIN is a scan: dropped.  The RFC would take it for a SYN. */
	if (!has(segment, TH_SYN) || has(segment, TH_FIN))
		return outcome(REPLY_NONE, TCPS_CLOSED);
	return outcome(REPLY_SYN_ACK, has_queue ? TCPS_SYN_RECEIVED : TCPS_CLOSED);
}

/* 3.10.7.3; where SEG.SEQ stands says nothing before there is a RCV.NXT. */
static struct outcome
syn_sent(const struct segment_class *segment)
{
	if (has(segment, TH_ACK) && segment->ack != ACK_NXT)
		return outcome(has(segment, TH_RST) ? REPLY_NONE : REPLY_RST, TCPS_SYN_SENT);
	if (has(segment, TH_RST))
		return outcome(REPLY_NONE, has(segment, TH_ACK) ? TCPS_CLOSED : TCPS_SYN_SENT);
	if (!has(segment, TH_SYN))
		return outcome(REPLY_NONE, TCPS_SYN_SENT);
	if (has(segment, TH_ACK))
		return outcome(REPLY_ACK,
			       has(segment, TH_FIN) ? TCPS_CLOSE_WAIT : TCPS_ESTABLISHED);
	/* SYN with FIN and without ACK is a scan here as well: dropped. */
	if (has(segment, TH_FIN))
		return outcome(REPLY_NONE, TCPS_SYN_SENT);
	return outcome(REPLY_SYN_ACK, TCPS_SYN_RECEIVED);
}

/* 3.10.7.4, first: table 6, with a window that is open. */
static bool
is_acceptable(const struct segment_class *segment)
{
	switch (segment->seq) {
	case SEQ_AT:
	case SEQ_HOLE:
		return true;
	case SEQ_BELOW:
		return length(segment) > 1; /* its last octet is in the window */
	default:
		return false;
	}
}

/* Seventh and eighth, where the state takes text; `on_fin` is where a FIN leads. */
static struct outcome
take_text(const struct segment_class *segment, enum tcp_state state, enum tcp_state on_fin)
{
	bool has_fin = has(segment, TH_FIN) && segment->seq != SEQ_HOLE;

	if (length(segment) == 0)
		return outcome(REPLY_NONE, state);
	return outcome(REPLY_ACK, has_fin ? on_fin : state);
}

/* Fifth to eighth, in the states that are synchronized. */
static struct outcome
take_ack(enum tcp_state state, const struct segment_class *segment)
{
	bool fin_acked = segment->ack == ACK_NXT;

	switch (state) {
	case TCPS_ESTABLISHED:
		return take_text(segment, state, TCPS_CLOSE_WAIT);
	case TCPS_FIN_WAIT_1:
		return fin_acked ? take_text(segment, TCPS_FIN_WAIT_2, TCPS_TIME_WAIT)
				 : take_text(segment, state, TCPS_CLOSING);
	case TCPS_FIN_WAIT_2:
		return take_text(segment, state, TCPS_TIME_WAIT);
	case TCPS_CLOSING:
		return outcome(REPLY_NONE, fin_acked ? TCPS_TIME_WAIT : state);
	case TCPS_LAST_ACK:
		return outcome(REPLY_NONE, fin_acked ? TCPS_CLOSED : state);
	default: /* CLOSE-WAIT: what comes after the peer's FIN is ignored */
		return outcome(REPLY_NONE, state);
	}
}

/* RFC 5961, 3.2 */
static struct outcome
take_rst(enum tcp_state state, const struct segment_class *segment)
{
	if (segment->seq == SEQ_AT)
		return outcome(REPLY_NONE, TCPS_CLOSED);
	return outcome(segment->seq == SEQ_HOLE ? REPLY_ACK : REPLY_NONE, state);
}

/*
 * A.2 and draft-gont-tcpm-tcp-seq-validation: one octet or none just below
 * RCV.NXT is answered as what it is, unacceptable, but its ACK counts: it may be
 * the only one to come.
 */
static struct outcome
take_probe(enum tcp_state state, const struct segment_class *segment)
{
	struct segment_class bare = *segment;
	struct outcome then;

	bare.flags = TH_ACK;
	bare.seq = SEQ_AT;
	bare.text_bytes = 0;
	if (!has(segment, TH_ACK) || (segment->ack != ACK_NXT && segment->ack != ACK_UNA))
		return outcome(REPLY_ACK, state);
	then = take_ack(state, &bare);
	/* Where nothing is left that could answer, nothing does. */
	return outcome(then.next == TCPS_CLOSED ? REPLY_NONE : REPLY_ACK, then.next);
}

/* 3.10.7.4 */
static struct outcome
synchronized(enum tcp_state state, const struct segment_class *segment)
{
	if (has(segment, TH_RST))
		return take_rst(state, segment);
	if (has(segment, TH_SYN)) /* RFC 5961, 4.2: whatever its number */
		return outcome(REPLY_ACK, state);
	if (!is_acceptable(segment))
		return segment->seq == SEQ_BELOW ? take_probe(state, segment)
						 : outcome(REPLY_ACK, state);
	if (!has(segment, TH_ACK))
		return outcome(REPLY_NONE, state);
	if (segment->ack == ACK_BEYOND || segment->ack == ACK_OLD) /* RFC 5961, 5.2 */
		return outcome(REPLY_ACK, state);
	return take_ack(state, segment);
}

static struct outcome
syn_received(const struct segment_class *segment)
{
	if (has(segment, TH_RST))
		return take_rst(TCPS_SYN_RECEIVED, segment);
	if (has(segment, TH_SYN)) {
		/* The client's SYN again: our answer was lost. */
		if (segment->seq == SEQ_BELOW && !has(segment, TH_ACK))
			return outcome(REPLY_SYN_ACK, TCPS_SYN_RECEIVED);
		/* Another one in the window: back to LISTEN, as it was opened passively. */
		if (segment->seq == SEQ_AT || segment->seq == SEQ_HOLE)
			return outcome(REPLY_NONE, TCPS_CLOSED);
		return outcome(REPLY_ACK, TCPS_SYN_RECEIVED);
	}
	if (!is_acceptable(segment))
		return outcome(REPLY_ACK, TCPS_SYN_RECEIVED);
	if (!has(segment, TH_ACK))
		return outcome(REPLY_NONE, TCPS_SYN_RECEIVED);
	if (segment->ack != ACK_NXT)
		return outcome(REPLY_RST, TCPS_SYN_RECEIVED);
	return take_text(segment, TCPS_ESTABLISHED, TCPS_CLOSE_WAIT);
}

/* 3.10.7.4 with RFC 6191, 2 (no timestamps here) and RFC 1337, F1. */
static struct outcome
time_wait(const struct segment_class *segment, bool has_queue)
{
	bool is_request = has(segment, TH_SYN) && !has(segment, TH_ACK);

	if (has(segment, TH_RST))
		return outcome(REPLY_NONE, TCPS_TIME_WAIT);
	if (is_request) {
		bool is_newer = segment->seq == SEQ_AT || segment->seq == SEQ_HOLE ||
				segment->seq == SEQ_BEYOND;

		/* With cookies the wait goes on until the cookie comes back. */
		if (is_newer && !has(segment, TH_FIN))
			return outcome(REPLY_SYN_ACK,
				       has_queue ? TCPS_SYN_RECEIVED : TCPS_TIME_WAIT);
		return outcome(REPLY_NONE, TCPS_TIME_WAIT);
	}
	/* The reference leaves open whether what asks for nothing is answered: it is not. */
	if (segment->seq == SEQ_AT && (length(segment) == 0 || !has(segment, TH_ACK)))
		return outcome(REPLY_NONE, TCPS_TIME_WAIT);
	return outcome(REPLY_ACK, TCPS_TIME_WAIT);
}

struct outcome
segment_tables_say(enum tcp_state state, const struct segment_class *segment, bool has_queue)
{
	switch (state) {
	case TCPS_CLOSED:
		return closed(segment);
	case TCPS_LISTEN:
		return listen(segment, has_queue);
	case TCPS_SYN_SENT:
		return syn_sent(segment);
	case TCPS_SYN_RECEIVED:
		return syn_received(segment);
	case TCPS_TIME_WAIT:
		return time_wait(segment, has_queue);
	default:
		return synchronized(state, segment);
	}
}
