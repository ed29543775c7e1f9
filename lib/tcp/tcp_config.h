/* SPDX-License-Identifier: BSD-3-Clause */

/* The settings of a core's TCP, in the engine's own units.  Read-only once packets flow. */
#ifndef WEIR_TCP_TCP_CONFIG_H
#define WEIR_TCP_TCP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "emit.h"
#include "source_list.h"
#include "tcp_cc_kind.h"

#define TCP_PORTS_MAX 8

enum tcp_cookies {
	TCP_COOKIES_AUTO,
	TCP_COOKIES_ALWAYS,
	TCP_COOKIES_NEVER,
};

/* What TCP must know of a DPDK port. */
struct tcp_port {
	struct emit_offload offload;
	uint16_t mtu;
	bool multi_segment; /* the port sends chains; else text is copied into one buffer */
};

struct tcp_config {
	struct tcp_port ports[TCP_PORTS_MAX]; /* by DPDK port id */
	uint32_t flows_max;
	uint32_t time_wait_max;
	uint32_t transfers_max;
	uint32_t reassembly_segments_max; /* per flow */
	uint32_t receive_buffer;	  /* octets, to begin with ... */
	uint32_t receive_buffer_max;	  /* ... and where it stops to grow; less: it does not */
	uint32_t send_buffer;
	uint32_t rto_min_us;
	uint32_t rto_max_us;
	uint32_t delayed_ack_ticks; /* 0: every segment is acknowledged at the end of its burst */
	uint32_t retransmit_ticks;  /* R2 */
	uint32_t connect_ticks;	    /* R2 for the SYN of a connection we open */
	uint32_t time_wait_ticks;   /* 2 MSL */
	uint32_t fin_wait_2_ticks;
	uint32_t pmtu_ticks;	  /* a smaller path MTU is believed for so long; below 2^31 */
	uint16_t pmtu_min;	  /* IPv4: no smaller one is believed */
	bool pmtu_discovery;	  /* believe routers at all */
	bool pmtu_blackhole;	  /* try smaller segments where full ones vanish */
	uint32_t idle_ticks;	  /* 0: never */
	uint32_t keepalive_ticks; /* of silence before the first probe ... */
	uint32_t keepalive_interval_ticks; /* ... and between probes */
	uint32_t keepalive_probes;	   /* unanswered ones after which the peer is given up */
	uint32_t stall_ticks;		   /* for a peer to move in; 0: any time */
	uint32_t stall_short_ticks;	   /* the same under pressure */
	uint32_t stall_rate;		   /* octets per second a peer should move by */
	uint32_t request_ticks;		   /* for what the peer owes; 0: no limit */
	uint32_t persist_ticks;		   /* 0: never */
	uint8_t ttl;
	uint8_t tos;	    /* DSCP << 2 */
	uint8_t rcv_wscale; /* our shift, when window scaling is agreed */
	bool keepalive;	    /* on for connections whose application does not say */
	bool timestamps;
	bool window_scaling;
	bool sack;
	bool ecn; /* agree to it where a client asks */
	enum tcp_cc_kind congestion_control;
	uint16_t local_port_first; /* of connections we open: to _last, both included */
	uint16_t local_port_last;
	uint32_t rst_rate; /* per second */
	uint32_t challenge_ack_rate;

	const struct source_list *sources; /* NULL: everybody is served */

	/* For each network of sources; 0: no limit. */
	uint32_t prefix_flows;
	uint32_t prefix_rate;	  /* new connections per second */
	uint32_t prefix_replies;  /* per second, to what belongs to no connection */
	uint8_t prefix_ipv4_bits; /* how much of an address is the network's */
	uint8_t prefix_ipv6_bits;

	enum tcp_cookies cookies;
	uint32_t syn_queue_max;
	uint32_t syn_retries_max;
	uint32_t syn_rate;    /* auto: cookies above this many SYN/s */
	uint64_t syn_hold_ns; /* auto: back to the queue after this long below it */
};

/* The smallest shift with which a window field can say `receive_buffer`. */
uint8_t tcp_config_wscale(uint32_t receive_buffer);

#endif
