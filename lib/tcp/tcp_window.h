/* SPDX-License-Identifier: BSD-3-Clause */

/* The receive window: how much we tell the peer it may send (RFC 9293, 3.8.6; RFC 7323, 2). */
#ifndef WEIR_TCP_TCP_WINDOW_H
#define WEIR_TCP_TCP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_config.h"
#include "tcp_tcb.h"

/* SEG.WND for a SYN-ACK: never scaled (RFC 7323, 2.2). */
uint16_t tcp_window_of_syn(const struct tcp_config *config);

/*
 * An ACK of RCV.NXT leaves now, with `unread` octets waiting for the application:
 * choose SEG.WND and remember what was promised.
 */
uint16_t tcp_window_advertise(const struct tcp_config *config, struct tcp_tcb *tcb,
			      uint32_t unread);

/* The window has opened so much since the last ACK that the peer should be told. */
bool tcp_window_has_opened(const struct tcp_config *config, const struct tcp_tcb *tcb,
			   uint32_t unread);

#endif
