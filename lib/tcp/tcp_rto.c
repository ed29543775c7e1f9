/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_rto.h"

#include <rte_common.h>

#include "units.h"

#define RTT_US_MAX 60000000u

uint32_t
tcp_rto_us(const struct tcp_config *config, const struct tcp_tcb *tcb, uint8_t backoff)
{
	uint64_t us;

	/* Before ESTABLISHED the variance field counts retransmissions. */
	if (tcb->srtt_us == 0)
		us = tcb->state < TCPS_ESTABLISHED || tcb->rttvar_us == 0 ? TCP_RTO_INITIAL_US
									  : tcb->rttvar_us;
	else
		us = tcb->srtt_us +
		     RTE_MAX(UINT64_C(4) * tcb->rttvar_us, (UINT64_C(1) << TICK_SHIFT) / NS_PER_US);
	us = RTE_MAX(us, config->rto_min_us);
	us <<= RTE_MIN(backoff, TCP_BACKOFF_MAX);
	return (uint32_t)RTE_MIN(us, config->rto_max_us);
}

uint32_t
tcp_rto_ticks(const struct tcp_config *config, const struct tcp_tcb *tcb, uint8_t backoff)
{
	return ticks_in_ns((uint64_t)tcp_rto_us(config, tcb, backoff) * NS_PER_US);
}

void
tcp_rto_sample(struct tcp_tcb *tcb, uint32_t rtt_us)
{
	uint32_t srtt_us = tcb->srtt_us, rttvar_us = tcb->rttvar_us, deviation;

	/* 0 means "no sample"; anything above a minute is a peer's lie or a clock's. */
	rtt_us = RTE_MIN(RTE_MAX(rtt_us, 1u), RTT_US_MAX);
	if (srtt_us == 0) {
		srtt_us = rtt_us;
		rttvar_us = rtt_us / 2;
	} else {
		deviation = srtt_us > rtt_us ? srtt_us - rtt_us : rtt_us - srtt_us;
		rttvar_us = rttvar_us - rttvar_us / 4 + deviation / 4;
		srtt_us = RTE_MAX(srtt_us - srtt_us / 8 + rtt_us / 8, 1u);
	}
	tcb->rttvar_us = RTE_MIN(rttvar_us, TCP_RTTVAR_US_MAX) & TCP_RTTVAR_US_MAX;
	tcb->srtt_us = srtt_us & TCP_SRTT_US_MAX;
}
