/* SPDX-License-Identifier: BSD-3-Clause */

/* What the SYN-ACKs of a port have in common, worked out once. */
#ifndef WEIR_TCP_TCP_SYN_SHEET_H
#define WEIR_TCP_TCP_SYN_SHEET_H

#include <rte_branch_prediction.h>

#include "syn_ack.h"
#include "tcp_engine.h"

/* All of a SYN-ACK but the SACK blocks and what is its own: the numbers, both timestamps. */
void tcp_syn_ack_fill(const struct tcp_engine *engine, uint8_t port, bool is_ipv6,
		      const struct cookie_options *agreed, struct syn_ack *syn_ack);

void tcp_syn_sheets_make(struct tcp_engine *engine, uint8_t port);

/* A DPDK port's sheet for a family; made with its first SYN-ACK, for the config never changes. */
static inline const struct syn_ack_sheet *
tcp_syn_sheet(struct tcp_engine *engine, uint16_t port, bool is_ipv6)
{
	if (unlikely((engine->syn_sheets.made >> port & 1) == 0))
		tcp_syn_sheets_make(engine, (uint8_t)port);
	return is_ipv6 ? &engine->syn_sheets.ipv6[port] : &engine->syn_sheets.ipv4[port];
}

#endif
