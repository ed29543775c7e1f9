/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Bursts to a core without EAL (bench_core.h), each of whose frames must get what it
 * gets alone, the slow way: the answer and the connection that is there afterwards.
 * The counters must not tell which way it was.  A segment goes the slow way if it has
 * some padding in a second buffer.
 */
#ifndef WEIR_TESTS_UNIT_PIPELINE_BENCH_BURST_H
#define WEIR_TESTS_UNIT_PIPELINE_BENCH_BURST_H

#include "bench_handshake.h"

/*
 * What clients send by where nobody says otherwise: SYN_IPV4, SYN_IPV6, SYN_VLAN or
 * SYN_VLAN_IPV6.
 */
extern enum syn_kind net;

/*
 * TEST_OF_NETS(name) { ... } is a test for each net with the widest PRF, so that
 * segments are read in batches, and one of all nets with SipHash, where they are not.
 */
#define TEST_OF_NETS(name)                     \
	static void name(void);                \
	TEST(name##_with_siphash)              \
	{                                      \
		bench_core_kind = PRF_SIPHASH; \
		in_net(SYN_IPV6, name);        \
		in_net(SYN_VLAN, name);        \
		in_net(SYN_VLAN_IPV6, name);   \
		in_net(SYN_IPV4, name);        \
	}                                      \
	TEST(name##_over_ipv6)                 \
	{                                      \
		bench_use_wide();              \
		in_net(SYN_IPV6, name);        \
	}                                      \
	TEST(name##_in_a_vlan)                 \
	{                                      \
		bench_use_wide();              \
		in_net(SYN_VLAN, name);        \
	}                                      \
	TEST(name##_over_ipv6_in_a_vlan)       \
	{                                      \
		bench_use_wide();              \
		in_net(SYN_VLAN_IPV6, name);   \
	}                                      \
	TEST(name##_over_ipv4)                 \
	{                                      \
		bench_use_wide();              \
		in_net(SYN_IPV4, name);        \
	}                                      \
	static void name(void)

void in_net(enum syn_kind of, void (*test)(void));

/* A burst, and what is to be there before it comes. */
struct given {
	uint32_t count;
	struct packet packet[PIPELINE_BURST_MAX];
	uint16_t port[PIPELINE_BURST_MAX];
	struct emit_offload offload; /* of port 0 */
	uint64_t now_ns;
	void (*prepare)(struct weir_core *core);
};

extern struct given given;

/* When a burst comes, if nobody says otherwise. */
#define NOW (2 * NS_PER_SECOND)

/* An empty one to a core that agrees to all and is asked for no offload. */
void begin_burst(void);

void add(const struct packet *packet, uint16_t port);
void add_hex(const char *hex);

/* What came of one frame. */
struct outcome {
	uint32_t bytes; /* of the answer; 0: none */
	uint64_t ol_flags;
	uint64_t tx_offload;
	uint8_t octets[256];
	bool has_flow;
	struct tcp_tcb tcb;
	struct flow flow;
};

/* Of a burst that came frame by frame, or at once. */
struct run {
	struct outcome of[PIPELINE_BURST_MAX];
	struct outcome others[PIPELINE_BURST_MAX]; /* sent in buffers of the pool's */
	uint32_t other_count;
	struct counters counters;
	struct tcp_syn_policy policy;
};

/* Of the last expect_alike(). */
extern struct run alone, together;

/*
 * The burst, frame by frame and at once: all must be alike, and each buffer sent or
 * freed once.  No two frames may be of one connection, unless their ranks leave them
 * in the order they have.  Returns what was counted.
 */
struct counters expect_alike(void);

/* What connections send is in buffers from the first; both have 255. */
struct rte_mempool *pool_of(unsigned int which);

/*
 * Segments of clients of their own: 192.0.2.2 (or what it is in that net), port
 * 0x4000 + client.
 */
#define CLIENT_PORT(client) (0x4000 + (client))

void give_client(struct packet *packet, uint32_t client);
struct packet client_syn(unsigned int kind, size_t list, uint32_t client);
struct packet port_1_syn(size_t list, uint32_t client);

/* One whose SYN was answered at `then_ns`; `forged` as for ack_for(). */
struct packet client_ack(unsigned int kind, size_t list, uint32_t client, uint64_t then_ns,
			 uint32_t forged);

void put_text(struct packet *packet, size_t bytes);

/* Lists of options that batches know, by syn_of()'s number. */
#define LIST_NONE    0
#define LIST_MSS     1
#define LIST_WINDOWS 10
#define LIST_LINUX   14

/* Of clients 0 to `count` - 1, in tags with any priority. */
void add_syns(uint32_t count);

/* Of all lists: good ones, and ones whose number or echo is not what we have sent. */
void add_acks(uint32_t count, uint64_t then_ns);

/* For given.prepare: the core's config, to be changed for this core alone. */
struct tcp_config *own_config(struct weir_core *core);

/* Nobody is sent a RST any more. */
void spend_resets(struct weir_core *core);

/* The key of a TCP segment that came in on that port; false if there is no place for it. */
bool key_of(const struct weir_core *core, const struct packet *packet, uint16_t port,
	    struct flow_key *key);

/* That of a client's connection to port 80. */
struct flow_key client_key(const struct weir_core *core, uint32_t client);

/* It is in TIME-WAIT. */
void enter_time_wait(struct weir_core *core, uint32_t client, uint32_t rcv_nxt);

/* One of that client's is over, with these numbers, and its cookie may still be good. */
void leave_tombstone(struct weir_core *core, uint32_t client, uint32_t snd_nxt, uint32_t rcv_nxt);

#endif
