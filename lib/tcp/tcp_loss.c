/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_loss.h"

#include <rte_common.h>

#include "tcp_cc.h"
#include "tcp_recovery.h"
#include "tcp_rto.h"
#include "tcp_seq.h"

#define DUPACKS_FOR_LOSS 3

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

void
tcp_loss_init(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, enum tcp_cc_kind cc)
{
	transfer->cwnd = initial_window(tcb);
	transfer->ssthresh = TCP_CWND_MAX;
	transfer->cc = (uint8_t)cc;
}

/* One reduction for each window of octets, however many of them tell of congestion. */
void
tcp_loss_reduce(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t bytes,
		enum tcp_congestion congestion)
{
	transfer->ssthresh = tcp_cc_of(transfer)->on_congestion(tcb, transfer, bytes, congestion);
	transfer->cwr_owed = true;
}

void
tcp_loss_restart(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	transfer->cwnd = RTE_MIN(transfer->cwnd, initial_window(tcb));
	tcp_cc_of(transfer)->on_restart(transfer);
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
		tcp_loss_reduce(tcb, transfer, flight(tcb), CONGESTION_TIMEOUT);
	transfer->unanswered = true;
	if (transfer->backoff < TCP_BACKOFF_MAX)
		transfer->backoff++;
	transfer->cwnd = tcb->mss;
	transfer->dupacks = 0;
	transfer->recovery = RECOVERY_TIMEOUT;
	transfer->recover = tcb->snd_nxt;
	resend(transfer, tcb->snd_una, tcb->snd_nxt);
}

void
tcp_loss_resized(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t mss_before)
{
	uint64_t cwnd = (uint64_t)transfer->cwnd * tcb->mss / mss_before;

	transfer->cwnd = RTE_MAX((uint32_t)cwnd, (uint32_t)tcb->mss);
	tcp_cc_of(transfer)->on_restart(transfer);
	transfer->dupacks = 0;
	if (tcb_has(tcb, TCB_SACK)) {
		tcp_recovery_resend_all(tcb, transfer);
		return;
	}
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

	/*
	 * What limited transmit sent beyond the window does not count (RFC 5681, 3.2, step
	 * 2), nor does a loss in a window that was reduced already (RFC 3168, 6.1.2).
	 */
	if (transfer->recovery != RECOVERY_CWR)
		tcp_loss_reduce(tcb, transfer, RTE_MIN(flight(tcb), transfer->cwnd),
				CONGESTION_LOSS);
	transfer->dupacks = 0;
	transfer->recovery = RECOVERY_FAST;
	transfer->recover = tcb->snd_nxt;
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

/* RFC 5681, 3.1: in slow start at most one segment per ACK, and octets count, not ACKs. */
void
tcp_loss_grow(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked,
	      uint32_t now_ms)
{
	/* RFC 5681, 3.1, and RFC 9438, 5.8: what was not made use of proves nothing. */
	if (transfer->cwnd >= TCP_CWND_MAX || !transfer->cwnd_full)
		return;
	if (transfer->cwnd < transfer->ssthresh)
		transfer->cwnd += RTE_MIN(acked, (uint32_t)tcb->mss);
	else
		tcp_cc_of(transfer)->avoid(tcb, transfer, acked, now_ms);
}

void
tcp_loss_ack(const struct tcp_tcb *tcb, struct tcp_transfer *transfer, uint32_t acked,
	     uint32_t now_ms)
{
	transfer->dupacks = 0;
	transfer->unanswered = false;
	if (transfer->recovery == RECOVERY_FAST) {
		ack_in_fast_recovery(tcb, transfer, acked);
		return;
	}
	if (transfer->recovery == RECOVERY_CWR) {
		if (seq_geq(tcb->snd_una, transfer->recover))
			leave_recovery(tcb, transfer);
		return;
	}
	tcp_loss_grow(tcb, transfer, acked, now_ms);
	if (transfer->recovery == RECOVERY_TIMEOUT) {
		transfer->rtx_nxt = seq_max(transfer->rtx_nxt, tcb->snd_una);
		if (seq_geq(tcb->snd_una, transfer->recover))
			leave_recovery(tcb, transfer);
	}
}

bool
tcp_loss_congestion(const struct tcp_tcb *tcb, struct tcp_transfer *transfer)
{
	if (transfer->recovery != RECOVERY_NONE || flight(tcb) == 0)
		return false;
	tcp_loss_reduce(tcb, transfer, RTE_MIN(flight(tcb), transfer->cwnd), CONGESTION_ECN);
	transfer->cwnd = transfer->ssthresh;
	transfer->recovery = RECOVERY_CWR;
	transfer->recover = tcb->snd_nxt;
	return true;
}

uint32_t
tcp_loss_window(const struct tcp_tcb *tcb, const struct tcp_transfer *transfer)
{
	/* RFC 3042: each of the first two duplicate ACKs lets one new segment go. */
	return transfer->cwnd + (uint32_t)transfer->dupacks * tcb->mss;
}
