/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The applications' calls.  A connection is its flow record: the pointer they
 * hold is the pool's.  It stays theirs until on_close, so these calls may meet a
 * flow that is CLOSED already and only waits to be told about.
 */

#include "check.h"
#include "pipeline.h"
#include "tcp_state.h"
#include "tcp_user.h"

static uint32_t
index_of(const struct weir_core *core, const struct weir_conn *conn)
{
	uint32_t idx = flow_pool_index(&core->tcp.flows, (const struct flow *)conn);

	check(idx < core->tcp.flows.capacity);
	return idx;
}

int
weir_conn_send(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain)
{
	return tcp_user_send(&core->tcp, index_of(core, conn), chain);
}

int
weir_conn_send_copy(struct weir_core *core, struct weir_conn *conn, const void *text,
		    uint32_t bytes)
{
	return tcp_user_send_copy(&core->tcp, index_of(core, conn), text, bytes);
}

uint32_t
weir_conn_send_room(struct weir_core *core, struct weir_conn *conn)
{
	return tcp_user_send_room(&core->tcp, index_of(core, conn));
}

void
weir_conn_shutdown(struct weir_core *core, struct weir_conn *conn)
{
	uint32_t idx = index_of(core, conn);

	if (tcp_engine_tcb(&core->tcp, idx)->state != TCPS_CLOSED)
		tcp_user_close(&core->tcp, idx);
}

/* Without TCB_OPENED the application stage has nothing more to say about it. */
void
weir_conn_abort(struct weir_core *core, struct weir_conn *conn)
{
	uint32_t idx = index_of(core, conn);

	tcb_clear(tcp_engine_tcb(&core->tcp, idx), TCB_OPENED);
	tcp_user_abort(&core->tcp, idx);
}

void
weir_conn_pause(struct weir_core *core, struct weir_conn *conn)
{
	tcp_user_pause(&core->tcp, index_of(core, conn));
}

/* What waits is told at the end of this turn, never from within this call. */
void
weir_conn_resume(struct weir_core *core, struct weir_conn *conn)
{
	tcp_user_resume(&core->tcp, index_of(core, conn));
}

void
weir_conn_expect(struct weir_core *core, struct weir_conn *conn, bool request)
{
	tcp_user_expect(&core->tcp, index_of(core, conn), request);
}

void
weir_conn_set_nodelay(struct weir_core *core, struct weir_conn *conn, bool nodelay)
{
	uint32_t idx = index_of(core, conn);
	struct tcp_tcb *tcb = tcp_engine_tcb(&core->tcp, idx);

	if (!nodelay) {
		tcb_clear(tcb, TCB_NODELAY);
		return;
	}
	tcb_set(tcb, TCB_NODELAY);
	if (tcp_state_is_synchronized(tcb)) /* in SYN-SENT it would be the SYN that goes again */
		tcp_defer(&core->tcp, idx, TCP_DEFER_OUTPUT);
}

void
weir_conn_set_keepalive(struct weir_core *core, struct weir_conn *conn, bool keepalive)
{
	tcp_user_keepalive(&core->tcp, index_of(core, conn), keepalive);
}

int
weir_conn_set_user_timeout(struct weir_core *core, struct weir_conn *conn, uint32_t timeout_ms)
{
	return tcp_user_timeout(&core->tcp, index_of(core, conn), timeout_ms);
}

void
weir_conn_set_user(struct weir_conn *conn, void *user)
{
	((struct flow *)conn)->user = user;
}

void *
weir_conn_user(const struct weir_conn *conn)
{
	return ((const struct flow *)conn)->user;
}

uint64_t *
weir_conn_scratch(struct weir_conn *conn)
{
	return &((struct flow *)conn)->scratch;
}

static void
set_endpoint(struct weir_endpoint *endpoint, const struct ip_addr *address, uint16_t port)
{
	memcpy(endpoint->address, address->octet, sizeof(endpoint->address));
	endpoint->port = port;
	endpoint->is_ipv4 = ip_addr_is_ipv4(address);
}

void
weir_conn_local(const struct weir_core *core, const struct weir_conn *conn,
		struct weir_endpoint *endpoint)
{
	const struct flow_key *key = &((const struct flow *)conn)->key;

	set_endpoint(endpoint, &listener_table_address(core->tcp.listeners, key->local_idx)->addr,
		     key->local_port);
}

void
weir_conn_remote(__attribute__((unused)) const struct weir_core *core, const struct weir_conn *conn,
		 struct weir_endpoint *endpoint)
{
	const struct flow_key *key = &((const struct flow *)conn)->key;

	set_endpoint(endpoint, &key->remote, key->remote_port);
}

void
weir_conn_get_info(const struct weir_core *core, const struct weir_conn *conn,
		   struct weir_conn_info *info)
{
	const struct tcp_tcb *tcb = tcp_engine_tcb(&core->tcp, index_of(core, conn));
	const struct tcp_transfer *transfer;

	*info = (struct weir_conn_info){
		.state = tcp_state_name(tcb->state),
		.srtt_us = tcb->srtt_us,
		.mss = tcb->mss,
		.snd_wnd = tcb_snd_wnd(tcb),
		.path_error = ((const struct flow *)conn)->path_error,
	};
	if (tcb->transfer == TCP_TRANSFER_NONE)
		return;
	transfer = &core->tcp.transfers.transfers[tcb->transfer];
	info->cwnd = transfer->cwnd;
	info->queued_bytes = transfer->send.bytes;
}

struct rte_mbuf *
weir_core_alloc_mbuf(struct weir_core *core)
{
	if (core->tcp.buffers_short)
		return NULL;
	return tcp_engine_alloc(&core->tcp);
}

uint32_t
weir_core_index(const struct weir_core *core)
{
	return core->index;
}

uint64_t
weir_core_now_ns(const struct weir_core *core)
{
	return core->tcp.now_ns;
}
