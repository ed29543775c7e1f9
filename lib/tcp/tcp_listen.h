/* SPDX-License-Identifier: BSD-3-Clause */

/* LISTEN, for those who come to it from another state. */
#ifndef WEIR_TCP_TCP_LISTEN_H
#define WEIR_TCP_TCP_LISTEN_H

#include "tcp_open.h"

/*
 * Answer a SYN that may open a connection.  `iss_floor`, if not NULL, is a number
 * that a stateful ISN must lie beyond: that of an old connection (MAY-2).
 */
enum drop_reason tcp_listen_take_syn(struct tcp_engine *engine, const struct tcp_request *request,
				     const uint32_t *iss_floor, struct tcp_seg *seg);

/* Judge the cookie that an ACK carries. */
enum cookie_verdict tcp_listen_check_cookie(const struct tcp_engine *engine,
					    const struct tcp_request *request,
					    const struct tcp_seg *seg,
					    struct cookie_options *options, uint32_t *rtt_ms);

/* Count `count` cookies that are not valid; the reason to drop their ACKs. */
enum drop_reason tcp_listen_refuse_cookies(struct tcp_engine *engine, enum cookie_verdict verdict,
					   uint32_t count);

#endif
