/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_loss.h"

#include <rte_common.h>

#include "tcp_rto.h"
#include "tcp_seq.h"

#define DUPACKS_FOR_LOSS 3
#define CWND_MAX	 (1u << 30)

/* RFC 6928, 2. */
static uint32_t
initial_window(const struct tcp_tcb *tcb)
{
	uint32_t mss = tcb->mss;

	return RTE_MIN(10 * mss, RTE_MAX(2 * mss, 14600u));
}

static uint32_t
flight(const struct tcp_tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una;
}

/* RFC 5681, equation 4. */
static uint32_t
halved(const struct tcp_tcb *tcb, uint32_t bytes)
{
	return RTE_MAX(bytes / 2, 2u * tcb->mss);
}

void
tcp_loss_init(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	transfer->cwnd = initial_window(tcb);
	transfer->ssthresh = CWND_MAX;
}

void
tcp_loss_restart(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	transfer->cwnd = RTE_MIN(transfer->cwnd, initial_window(tcb));
}

/* Let [from, to) be sent again. */
static void
resend(struct tcp_transfer *transfer, uint32_t from, uint32_t to)
{
	transfer->rtx_nxt = from;
	transfer->rtx_end = to;
	transfer->again.m = NULL;     /* what it points at may be long freed */
	transfer->rtt_timing = false; /* Karn: what is out is now ambiguous */
}

void
tcp_loss_timeout(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	/* A second timeout for the same octets is no second sign of congestion. */
	if (!transfer->unanswered)
		transfer->ssthresh = halved(tcb, flight(tcb));
	transfer->unanswered = true;
	if (transfer->backoff < TCP_BACKOFF_MAX)
		transfer->backoff++;
	transfer->cwnd = tcb->mss;
	transfer->ca_acked = 0;
	transfer->dupacks = 0;
	transfer->recovery = RECOVERY_TIMEOUT;
	transfer->recover = tcb->snd_nxt;
	resend(transfer, tcb->snd_una, tcb->snd_nxt);
}

/* One segment from SND.UNA on. */
static void
resend_first(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	resend(transfer, tcb->snd_una, tcb->snd_una + RTE_MIN(flight(tcb), (uint32_t)tcb->mss));
}

bool
tcp_loss_duplicate(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	if (transfer->recovery == RECOVERY_FAST) {
		/* Another segment has left the network; never more than are in it. */
		transfer->cwnd =
			RTE_MIN(transfer->cwnd + tcb->mss, transfer->ssthresh + flight(tcb));
		return false;
	}
	if (transfer->recovery == RECOVERY_TIMEOUT)
		return false;
	if (transfer->dupacks < DUPACKS_FOR_LOSS)
		transfer->dupacks++;
	if (transfer->dupacks < DUPACKS_FOR_LOSS)
		return false;

	transfer->dupacks = 0;
	transfer->recovery = RECOVERY_FAST;
	transfer->recover = tcb->snd_nxt;
	/* What limited transmit sent beyond the window does not count (RFC 5681, 3.2, step 2). */
	transfer->ssthresh = halved(tcb, RTE_MIN(flight(tcb), transfer->cwnd));
	transfer->cwnd = transfer->ssthresh + DUPACKS_FOR_LOSS * tcb->mss;
	resend_first(tcb, transfer);
	return true;
}

static void
leave_recovery(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	transfer->recovery = RECOVERY_NONE;
	transfer->rtx_nxt = tcb->snd_una;
	transfer->rtx_end = tcb->snd_una;
}

/* RFC 6582, 3.2, step 3. */
static void
ack_in_fast_recovery(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked)
{
	if (seq_geq(tcb->snd_una, transfer->recover)) {
		transfer->cwnd = RTE_MIN(transfer->ssthresh,
					 RTE_MAX(flight(tcb), (uint32_t)tcb->mss) + tcb->mss);
		leave_recovery(tcb, transfer);
		return;
	}
	/* A partial ACK: the next hole begins at SND.UNA. */
	transfer->cwnd -= RTE_MIN(acked, transfer->cwnd - tcb->mss);
	if (acked >= tcb->mss)
		transfer->cwnd += tcb->mss;
	resend_first(tcb, transfer);
}

/* RFC 5681, 3.1: at most one segment per ACK, and octets are counted, not ACKs. */
static void
grow(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked)
{
	if (transfer->cwnd >= CWND_MAX)
		return;
	if (transfer->cwnd < transfer->ssthresh) {
		transfer->cwnd += RTE_MIN(acked, (uint32_t)tcb->mss);
		return;
	}
	transfer->ca_acked += acked;
	if (transfer->ca_acked >= transfer->cwnd) {
		transfer->ca_acked -= transfer->cwnd;
		transfer->cwnd += tcb->mss;
	}
}

void
tcp_loss_ack(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked)
{
	transfer->dupacks = 0;
	transfer->unanswered = false;
	if (transfer->recovery == RECOVERY_FAST) {
		ack_in_fast_recovery(tcb, transfer, acked);
		return;
	}
	grow(tcb, transfer, acked);
	if (transfer->recovery == RECOVERY_TIMEOUT) {
		transfer->rtx_nxt = seq_max(transfer->rtx_nxt, tcb->snd_una);
		if (seq_geq(tcb->snd_una, transfer->recover))
			leave_recovery(tcb, transfer);
	}
}

uint32_t
tcp_loss_window(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer)
{
	/* RFC 3042: each of the first two duplicate ACKs lets one new segment go. */
	return transfer->cwnd + (uint32_t)transfer->dupacks * tcb->mss;
}
