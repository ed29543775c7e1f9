/* SPDX-License-Identifier: BSD-3-Clause */

/* The send side: what leaves for a connection, when the burst is over. */
#ifndef WEIR_TCP_TCP_OUTPUT_H
#define WEIR_TCP_TCP_OUTPUT_H

#include "tcp_engine.h"

/*
 * Send what windows allow: lost text again, new text, the FIN, or else the ACK
 * that is owed.  True if there is more but no room in tx: call again next turn.
 */
bool tcp_output(struct tcp_engine *engine, uint32_t idx);

/*
 * The persist timer went off (RFC 9293, 3.8.6.1): send what a small window
 * allows, however little, or ask a shut one.
 */
void tcp_output_probe(struct tcp_engine *engine, uint32_t idx);

/*
 * Nothing was heard of the last text for two round trips (RFC 8985, 7.3): send one
 * segment more, or the last one again, so that the peer tells what it has.
 */
void tcp_output_tail_probe(struct tcp_engine *engine, uint32_t idx);

#endif
