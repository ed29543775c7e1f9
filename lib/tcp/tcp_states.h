/* SPDX-License-Identifier: BSD-3-Clause */

/* SEGMENT ARRIVES by state: one function, one file each. */
#ifndef WEIR_TCP_TCP_STATES_H
#define WEIR_TCP_TCP_STATES_H

#include "tcp_engine.h"
#include "tcp_seg.h"

typedef enum drop_reason (*tcp_input_fn)(struct tcp_engine *engine, uint32_t idx,
					 struct tcp_seg *seg);

enum drop_reason tcp_input_syn_sent(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);
enum drop_reason tcp_input_syn_received(struct tcp_engine *engine, uint32_t idx,
					struct tcp_seg *seg);
enum drop_reason tcp_input_established(struct tcp_engine *engine, uint32_t idx,
				       struct tcp_seg *seg);
enum drop_reason tcp_input_close_wait(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);
enum drop_reason tcp_input_fin_wait_1(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);
enum drop_reason tcp_input_fin_wait_2(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);
enum drop_reason tcp_input_closing(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);
enum drop_reason tcp_input_last_ack(struct tcp_engine *engine, uint32_t idx, struct tcp_seg *seg);

#endif
