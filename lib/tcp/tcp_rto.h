/* SPDX-License-Identifier: BSD-3-Clause */

/* Round-trip time and retransmission timeout (RFC 6298). */
#ifndef WEIR_TCP_TCP_RTO_H
#define WEIR_TCP_TCP_RTO_H

#include <stdint.h>

#include "tcp_config.h"
#include "tcp_tcb.h"

#define TCP_RTO_INITIAL_US     1000000u /* RFC 6298, 2.1 */
#define TCP_RTO_AFTER_SYN_LOSS 3000000u /* RFC 6298, 5.7 */
#define TCP_BACKOFF_MAX	       16	/* doublings; the upper bound of the RTO comes sooner */

/* The timeout after `backoff` doublings. */
uint32_t tcp_rto_us(const struct tcp_config *config, const struct tcp_tcb *tcb, uint8_t backoff);
uint32_t tcp_rto_ticks(const struct tcp_config *config, const struct tcp_tcb *tcb, uint8_t backoff);

/* One measured round trip.  Never of an octet that was sent twice, unless timestamps tell. */
void tcp_rto_sample(struct tcp_tcb *tcb, uint32_t rtt_us);

#endif
