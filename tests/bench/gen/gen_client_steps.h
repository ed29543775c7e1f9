/* SPDX-License-Identifier: BSD-3-Clause */

/* What gen_client.c and gen_client_take.c share. */
#ifndef WEIR_TESTS_BENCH_GEN_CLIENT_STEPS_H
#define WEIR_TESTS_BENCH_GEN_CLIENT_STEPS_H

#include "gen_client.h"

#define GEN_PORT_BITS 15 /* ports 32768 to 65535 */

/* How a connection ended. */
enum gen_end { GEN_END_COMPLETE, GEN_END_RESET, GEN_END_TIMEOUT, GEN_END_WRONG };

/* Send `frame` with sequence number `seq`; RCV.NXT and timestamps are the connection's. */
void gen_client_send(struct gen_client *client, const struct gen_connection *connection,
		     enum gen_client_frame frame, uint32_t seq, uint64_t now_ns,
		     struct gen_batch *out);

/* The next thing this side has to say on an open connection. */
void gen_client_ask(struct gen_client *client, struct gen_connection *connection, uint64_t now_ns,
		    struct gen_batch *out);
void gen_client_send_fin(struct gen_client *client, struct gen_connection *connection,
			 enum gen_client_state state, uint64_t now_ns, struct gen_batch *out);

void gen_client_end(struct gen_client *client, struct gen_connection *connection, enum gen_end end,
		    uint64_t now_ns);

#endif
