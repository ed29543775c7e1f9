/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * No error ends a connection that has come to be, however hard it sounds (RFC 5927,
 * 5.2): if it is true the retransmissions end it, and the application hears
 * why.  One about octets that are not under way is nobody's (4.1).
 *
 * A connection that is still in SYN-SENT ends by a hard error about its SYN (RFC 9293,
 * 3.9.2.2): its number is as good a proof as an ACK's in a RST.  Soft ones, that is all
 * others, say at most why it takes so long.
 */
#include "tcp_icmp.h"

#include "tcp_pmtu.h"
#include "tcp_seq.h"
#include "tcp_state.h"
#include "weir/app.h"

static const enum weir_path_error path_errors[] = {
	[ICMP_ERROR_NETWORK] = WEIR_PATH_NETWORK,	[ICMP_ERROR_HOST] = WEIR_PATH_HOST,
	[ICMP_ERROR_PROTOCOL] = WEIR_PATH_PROTOCOL,	[ICMP_ERROR_PORT] = WEIR_PATH_PORT,
	[ICMP_ERROR_PROHIBITED] = WEIR_PATH_PROHIBITED, [ICMP_ERROR_EXPIRED] = WEIR_PATH_EXPIRED,
	[ICMP_ERROR_PARAMETER] = WEIR_PATH_PARAMETER,	[ICMP_ERROR_TOO_BIG] = WEIR_PATH_TOO_BIG,
};

static bool
is_under_way(const struct tcp_tcb *tcb, uint32_t seq)
{
	return seq_geq(seq, tcb->snd_una) && seq_lt(seq, tcb->snd_nxt);
}

/* For the application, until one of the octets under way is acknowledged. */
static void
remember(struct tcp_engine *engine, uint32_t idx, const struct icmp_error *error)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer;

	flow_pool_get(&engine->flows, idx)->path_error = path_errors[error->kind] & 0x1f;
	if (tcb->transfer == TCP_TRANSFER_NONE)
		return;
	transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	transfer->path = (uint8_t)(transfer->path | TCP_PATH_ERROR);
}

/* IPv4: protocol and port unreachable; IPv6: prohibited and port unreachable. */
static bool
is_hard(const struct icmp_error *error)
{
	return error->kind == ICMP_ERROR_PORT || error->kind == ICMP_ERROR_PROTOCOL ||
	       (error->kind == ICMP_ERROR_PROHIBITED && error->is_ipv6);
}

/* Nothing is sent in segments of any size yet. */
static void
take_before_open(struct tcp_engine *engine, uint32_t idx, const struct icmp_error *error)
{
	if (!is_hard(error))
		remember(engine, idx, error);
	else if (error->kind == ICMP_ERROR_PORT)
		tcp_finish(engine, idx, WEIR_CLOSE_REFUSED);
	else
		tcp_finish(engine, idx, WEIR_CLOSE_UNREACHABLE);
	counter_increment(engine->counters, COUNTER_icmp_error_taken);
}

enum drop_reason
tcp_icmp_error(struct tcp_engine *engine, uint32_t idx, const struct icmp_error *error)
{
	enum drop_reason reason = DROP_NONE;

	if (!is_under_way(tcp_engine_tcb(engine, idx), error->seq))
		return DROP_icmp_not_under_way;
	if (tcp_engine_tcb(engine, idx)->state == TCPS_SYN_SENT) {
		take_before_open(engine, idx, error);
		return DROP_NONE;
	}
	if (error->kind == ICMP_ERROR_TOO_BIG)
		reason = tcp_pmtu_claim(engine, idx, error);
	if (reason != DROP_NONE)
		return reason;
	remember(engine, idx, error);
	counter_increment(engine->counters, COUNTER_icmp_error_taken);
	return DROP_NONE;
}
