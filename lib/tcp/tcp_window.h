/* SPDX-License-Identifier: BSD-3-Clause */

/* The receive window: how much we tell the peer it may send (RFC 9293, 3.8.6; RFC 7323, 2). */
#ifndef WEIR_TCP_TCP_WINDOW_H
#define WEIR_TCP_TCP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp_config.h"
#include "tcp_tcb.h"
#include "tcp_transfer.h"

/* SEG.WND for a SYN-ACK: never scaled (RFC 7323, 2.2). */
uint16_t tcp_window_of_syn(const struct tcp_config *config);

/*
 * How much text a connection may hold for its application: what the configuration
 * says, and what it has grown by since.  Where packet buffers are short the growth
 * does not count: what was promised stays, but nothing is promised beyond that.
 */
static inline uint32_t
tcp_window_buffer(const struct tcp_config *config, const struct tcp_transfer *transfer,
		  bool buffers_short)
{
	return config->receive_buffer + (buffers_short ? 0 : transfer->grown);
}

/*
 * An ACK of RCV.NXT leaves now, with `unread` octets of a buffer of `buffer` waiting
 * for the application: choose SEG.WND and remember what was promised.
 */
uint16_t tcp_window_advertise(uint32_t buffer, struct tcp_tcb *tcb, uint32_t unread);

/* The window has opened so much since the last ACK that the peer should be told. */
bool tcp_window_has_opened(uint32_t buffer, const struct tcp_tcb *tcb, uint32_t unread);

/*
 * The application has read all text up to RCV.NXT: let its buffer grow, if that is
 * what keeps the peer from sending faster.
 */
void tcp_window_note_read(const struct tcp_config *config, const struct tcp_tcb *tcb,
			  struct tcp_transfer *transfer, uint32_t now_us, bool buffers_short);

#endif
