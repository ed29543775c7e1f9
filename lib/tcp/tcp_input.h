/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SEGMENT ARRIVES (RFC 9293, 3.10.7).  Each call takes one parsed segment and
 * says what became of it: DROP_NONE, or why it was not served.  seg->m is left
 * set if nobody took the buffer; the caller frees it.
 *
 * Order of use, per segment: tcp_input_flow() if the flow table knows it; else
 * tcp_input_time_wait() if the TIME-WAIT table does; else tcp_input_listen() if
 * something listens there; else tcp_input_closed().
 */
#ifndef WEIR_TCP_TCP_INPUT_H
#define WEIR_TCP_TCP_INPUT_H

#include "tcp_engine.h"
#include "tcp_seg.h"

enum drop_reason tcp_input_flow(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);

enum drop_reason tcp_input_time_wait(struct tcp_engine *engine, uint32_t tw_idx,
				     const struct flow_key *key, uint64_t hash, uint16_t listener,
				     struct tcp_seg *seg);

/* `finding` is what an ACK's cookie has been found to be, NULL if nobody has looked. */
enum drop_reason tcp_input_listen(struct tcp_engine *engine, const struct flow_key *key,
				  uint64_t hash, uint16_t listener,
				  const struct cookie_finding *finding, struct tcp_seg *seg);

enum drop_reason tcp_input_closed(struct tcp_engine *engine, struct tcp_seg *seg);

#endif
