/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_user.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "check.h"
#include "tcp_connect.h"
#include "tcp_pressure.h"
#include "tcp_state.h"
#include "tcp_steps.h"
#include "tcp_timers.h"
#include "tcp_user_timeout.h"
#include "tcp_window.h"
#include "units.h"
#include "weir/app.h"

static bool
may_send(const struct tcp_tcb *tcb)
{
	return (tcb->state == TCPS_ESTABLISHED || tcb->state == TCPS_CLOSE_WAIT) &&
	       !tcb_has(tcb, TCB_FIN_QUEUED);
}

/* Why may_send() said no. */
static int
refusal(const struct tcp_tcb *tcb)
{
	return tcb->state == TCPS_SYN_SENT || tcb->state == TCPS_SYN_RECEIVED ? -ENOTCONN : -EPIPE;
}

uint32_t
tcp_user_send_room(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	uint32_t queued = 0;

	if (!may_send(tcb))
		return 0;
	if (tcb->transfer != TCP_TRANSFER_NONE)
		queued = tcp_transfer_get(&engine->transfers, tcb->transfer)->send.bytes;
	if (queued >= engine->config->send_buffer) {
		tcb_set(tcb, TCB_WANT_WRITABLE);
		return 0;
	}
	return engine->config->send_buffer - queued;
}

/*
 * What is short may be short for long and for thousands of flows: each tries
 * again when an ACK frees some of its text, or if it has none, in the next tick.
 */
static int
wait_for_buffers(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	tcb_set(tcb, TCB_WANT_WRITABLE);
	if (tcb->transfer == TCP_TRANSFER_NONE ||
	    tcp_transfer_get(&engine->transfers, tcb->transfer)->send.bytes == 0)
		tcp_timer_soon(engine, idx);
	return -ENOBUFS;
}

int
tcp_user_send(struct tcp_engine *engine, uint32_t idx, struct rte_mbuf *chain)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer;

	if (!may_send(tcb))
		return refusal(tcb);
	if (tcp_user_send_room(engine, idx) == 0)
		return -EAGAIN;
	transfer = tcp_need_transfer(engine, idx);
	if (transfer == NULL)
		return wait_for_buffers(engine, idx);
	text_queue_append(&transfer->send, chain);
	tcp_pressure_settle(engine, idx);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
	return 0;
}

/* A chain of fresh buffers with a copy of the text, or NULL. */
static struct rte_mbuf *
copy_text(struct tcp_engine *engine, const uint8_t *text, uint32_t bytes)
{
	struct rte_mbuf *head = NULL;

	while (bytes > 0) {
		struct rte_mbuf *m = tcp_engine_alloc(engine);
		uint32_t here;

		if (m == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		here = RTE_MIN(bytes, (uint32_t)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(m, (uint16_t)here), text, here);
		text += here;
		bytes -= here;
		if (head == NULL)
			head = m;
		else if (rte_pktmbuf_chain(head, m) != 0) {
			rte_pktmbuf_free(m);
			rte_pktmbuf_free(head);
			return NULL;
		}
	}
	return head;
}

int
tcp_user_send_copy(struct tcp_engine *engine, uint32_t idx, const void *text, uint32_t bytes)
{
	struct rte_mbuf *chain = NULL;
	int error;

	if (!may_send(tcp_engine_tcb(engine, idx)))
		return refusal(tcp_engine_tcb(engine, idx));
	if (bytes == 0)
		return 0;
	if (tcp_user_send_room(engine, idx) == 0)
		return -EAGAIN;
	if (!engine->buffers_short)
		chain = copy_text(engine, text, bytes);
	if (chain == NULL)
		return wait_for_buffers(engine, idx);
	error = tcp_user_send(engine, idx, chain);
	if (error != 0)
		rte_pktmbuf_free(chain);
	return error;
}

struct rte_mbuf *
tcp_user_receive(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);
	struct tcp_transfer *transfer;
	struct rte_mbuf *chain;

	if (tcb->transfer == TCP_TRANSFER_NONE)
		return NULL;
	transfer = tcp_transfer_get(&engine->transfers, tcb->transfer);
	counter_add(engine->counters, COUNTER_rx_data_bytes, transfer->receive.bytes);
	chain = text_queue_take(&transfer->receive);
	if (chain == NULL || tcb->state == TCPS_CLOSED)
		return chain;
	tcp_pressure_settle(engine, idx);
	tcp_window_note_read(engine->config, tcb, transfer, engine->now_us, engine->buffers_short);
	if (tcp_window_has_opened(
		    tcp_window_buffer(engine->config, transfer, engine->buffers_short), tcb, 0))
		tcp_defer(engine, idx, TCP_DEFER_ACK);
	return chain;
}

void
tcp_user_pause(struct tcp_engine *engine, uint32_t idx)
{
	tcb_set(tcp_engine_tcb(engine, idx), TCB_PAUSED);
}

void
tcp_user_resume(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (!tcb_has(tcb, TCB_PAUSED))
		return;
	tcb_clear(tcb, TCB_PAUSED);
	/* Text, and behind it a FIN or the end, may have been waiting for this. */
	tcp_defer(engine, idx, TCP_DEFER_TEXT);
}

void
tcp_user_expect(struct tcp_engine *engine, uint32_t idx, bool request)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->state == TCPS_ESTABLISHED)
		tcp_timer_await(engine, idx, request ? TCP_AWAITS_REQUEST : TCP_AWAITS_NOTHING);
}

void
tcp_user_keepalive(struct tcp_engine *engine, uint32_t idx, bool on)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->state == TCPS_CLOSED || tcb->keepalive == on)
		return;
	tcb->keepalive = on;
	tcb->keepalive_probes = 0;
	tcp_timer_reconsider_idle(engine, idx);
}

int
tcp_user_timeout(struct tcp_engine *engine, uint32_t idx, uint32_t ms)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (ms != 0 && (ms < WEIR_USER_TIMEOUT_MS_MIN || ms > WEIR_USER_TIMEOUT_MS_MAX))
		return -EINVAL;
	tcb->user_timeout = ms == 0 ? 0 : user_timeout_code(ticks_in_ms(ms));
	return 0;
}

void
tcp_user_close(struct tcp_engine *engine, uint32_t idx)
{
	struct tcp_tcb *tcb = tcp_engine_tcb(engine, idx);

	if (tcb->state == TCPS_SYN_SENT || tcb->state == TCPS_SYN_RECEIVED)
		tcp_connect_close(engine, idx);
	if (!may_send(tcb))
		return;
	/* From now on a shut window has a limit: tcp_timers.c, persist_limit(). */
	if (tcb->transfer != TCP_TRANSFER_NONE)
		tcp_transfer_get(&engine->transfers, tcb->transfer)->since = engine->tick;
	tcb_set(tcb, TCB_FIN_QUEUED);
	tcp_enter(tcb, tcb->state == TCPS_ESTABLISHED ? TCPS_FIN_WAIT_1 : TCPS_LAST_ACK);
	tcp_defer(engine, idx, TCP_DEFER_OUTPUT);
}
