/* SPDX-License-Identifier: BSD-3-Clause */

/* Segments of handshakes with a core without EAL (bench_core.h), of all kinds. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_BENCH_HANDSHAKE_H
#define WEIR_TESTS_UNIT_PIPELINE_BENCH_HANDSHAKE_H

#include "bench_core.h"
#include "packet.h"
#include "test.h"

/*
 * TEST_OF_KINDS(name) { ... } is a test for each kind of PRF that the CPU has: with
 * the wide one segments are read in batches.
 */
#define TEST_OF_KINDS(name)                    \
	static void name(void);                \
	TEST(name##_with_siphash)              \
	{                                      \
		bench_core_kind = PRF_SIPHASH; \
		name();                        \
	}                                      \
	TEST(name##_with_wide_aes)             \
	{                                      \
		bench_use_wide();              \
		name();                        \
	}                                      \
	static void name(void)

/* PRF_AES_WIDE for the next cores; where there is none, the test is skipped, and says so. */
void bench_use_wide(void);

#define OPTION_LISTS 25

/* What SYNs are sent by. */
enum syn_kind { SYN_IPV4, SYN_IPV6, SYN_ECN, SYN_ECN_IPV6, SYN_VLAN_IPV6, SYN_VLAN, SYN_KINDS };

/* A SYN to port 80 with one of the lists of options. */
struct packet syn_of(unsigned int kind, size_t list);

/* The ACK that completes the handshake with the peer's `syn`; `forged` is XORed to its number. */
struct packet ack_for(const struct packet *syn, const uint8_t *syn_ack, uint32_t forged);

/* What a core agrees to, whatever is offered: all at first. */
struct agreeable {
	bool timestamps;
	bool window_scaling;
	bool sack;
	bool ecn;
};

extern struct agreeable agreeable;

/* The core anew; port 0 offloads what it is told, port 1 sums IPv4 headers. */
struct weir_core *core_with(const struct emit_offload *offload);

#endif
