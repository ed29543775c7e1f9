/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ARP (RFC 826), neighbour discovery (RFC 4861, 7.2.4) and echo (RFC 792,
 * RFC 1122 3.2.2.6, RFC 4443 4.2), each answered in the question's own buffer.
 *
 * From a question nothing is learned: a reply goes back to the station it came
 * from, so there is no cache to poison or to fill; and an answer counts only if we
 * have asked (neigh_cache.h).  The trap is who asks.  A
 * question that claims one of our own addresses as its source is a conflict or
 * an attack and gets no answer; one from no address at all is a probe (RFC 5227,
 * RFC 4862) and must get one, or the asker will take our address.
 */

#include "neigh.h"

#include "arp.h"
#include "check.h"
#include "icmp.h"
#include "ndp.h"
#include "ndp_ask.h"

static bool
is_ours(const struct neigh_host *host, const struct ip_addr *address)
{
	return host->is_ours(host->arg, address);
}

/* A reply to one of our addresses, from a station that may be one and is none of ours. */
static enum drop_reason
hear_arp(const struct arp_packet *arp, const struct neigh_host *host, enum counter *counter)
{
	static const uint8_t no_mac[6];

	if (!is_ours(host, &arp->target) || is_ours(host, &arp->sender))
		return DROP_arp_not_for_us;
	if (memcmp(arp->sender_mac, no_mac, sizeof(no_mac)) == 0)
		return DROP_arp_malformed;
	if (!host->heard(host->arg, &arp->sender, arp->sender_mac))
		return DROP_arp_unasked;
	*counter = NEIGH_HEARD;
	return DROP_NONE;
}

static enum drop_reason
hear_advertisement(const struct rte_mbuf *m, const struct frame *frame,
		   const struct neigh_host *host, enum counter *counter)
{
	struct ndp_advertisement advertisement;
	enum drop_reason reason = ndp_parse_advertisement(m, frame, &advertisement);

	if (reason != DROP_NONE)
		return reason;
	if (!is_ours(host, &frame->destination) || is_ours(host, &advertisement.target))
		return DROP_nd_not_for_us;
	if (!advertisement.is_solicited ||
	    !host->heard(host->arg, &advertisement.target,
			 advertisement.has_mac ? advertisement.mac : NULL))
		return DROP_nd_unasked;
	*counter = NEIGH_HEARD;
	return DROP_NONE;
}

static enum drop_reason
answer_arp(struct rte_mbuf *m, const struct frame *frame, const struct neigh_host *host,
	   enum counter *counter)
{
	struct arp_packet arp;
	enum drop_reason reason = arp_parse(m, frame, &arp);

	if (reason != DROP_NONE)
		return reason;
	if (!arp.is_request)
		return hear_arp(&arp, host, counter);
	if (!is_ours(host, &arp.target) || is_ours(host, &arp.sender))
		return DROP_arp_not_for_us;
	arp_emit_reply(m, frame, &arp, host->mac);
	*counter = COUNTER_arp_replied;
	return DROP_NONE;
}

static enum drop_reason
answer_solicitation(struct rte_mbuf *m, const struct frame *frame, const struct neigh_host *host,
		    enum counter *counter)
{
	struct ndp_solicitation solicitation;
	enum drop_reason reason = ndp_parse_solicitation(m, frame, &solicitation);

	if (reason != DROP_NONE)
		return reason;
	if (!is_ours(host, &solicitation.target))
		return DROP_nd_not_for_us;
	ndp_emit_advertisement(m, frame, &solicitation, host->mac);
	*counter = COUNTER_nd_replied;
	return DROP_NONE;
}

/* RFC 1122, 3.2.2.6 and RFC 4443, 2.4(e): only what was sent to us alone, by somebody. */
static enum drop_reason
answer_echo(struct rte_mbuf *m, const struct frame *frame, const struct neigh_host *host,
	    enum counter *counter)
{
	if (!is_ours(host, &frame->destination))
		return DROP_ip_destination_foreign;
	if (ip_addr_is_unspecified(&frame->source))
		return DROP_ip_source_invalid;
	icmp_emit_echo_reply(m, frame, host->mac, host->ttl);
	*counter = COUNTER_echo_replied;
	return DROP_NONE;
}

static enum drop_reason
answer_icmp(struct rte_mbuf *m, const struct frame *frame, const struct neigh_host *host,
	    enum counter *counter)
{
	enum icmp_kind kind;
	enum drop_reason reason = icmp_parse(m, frame, &kind);

	if (reason != DROP_NONE)
		return reason;
	if (is_ours(host, &frame->source))
		return DROP_ip_source_invalid;
	switch (kind) {
	case ICMP_ECHO_REQUEST:
		return answer_echo(m, frame, host, counter);
	case ICMP_NEIGHBOUR_SOLICITATION:
		return answer_solicitation(m, frame, host, counter);
	case ICMP_NEIGHBOUR_ADVERTISEMENT:
		return hear_advertisement(m, frame, host, counter);
	case ICMP_OTHER:
		break;
	}
	return DROP_icmp_unwanted;
}

enum drop_reason
neigh_answer(struct rte_mbuf *m, const struct frame *frame, const struct neigh_host *host,
	     enum counter *counter)
{
	check(frame->kind != FRAME_TCP);
	if (frame->kind == FRAME_ARP)
		return answer_arp(m, frame, host, counter);
	return answer_icmp(m, frame, host, counter);
}
