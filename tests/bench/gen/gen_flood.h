/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Floods: packets from random hosts of a prefix, in one kind or in a mix of them.
 *
 * A flood's sequence number is a function of its sender's address and port, so
 * that the SYN-ACK that comes back can be judged without remembering the SYN.
 */
#ifndef WEIR_TESTS_BENCH_GEN_FLOOD_H
#define WEIR_TESTS_BENCH_GEN_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include "gen_template.h"
#include "rng.h"

enum gen_flood_kind {
	GEN_FLOOD_SYN,
	GEN_FLOOD_ACK,
	GEN_FLOOD_RST,
	GEN_FLOOD_FIN,
	GEN_FLOOD_SYN_ACK,
	GEN_FLOOD_XMAS, /* FIN, PSH and URG */
	GEN_FLOOD_NULL, /* no flag at all */
	GEN_FLOOD_UDP,
	GEN_FLOOD_ICMP, /* echo requests */
	GEN_FLOOD_FRAGMENT,
	GEN_FLOOD_N,
};

#define GEN_FLOOD_SLOTS 256 /* of the schedule of a mix */

/* How much of what: a part for each kind, all 0 for no flood. */
struct gen_flood_mix {
	uint32_t part[GEN_FLOOD_N];
};

struct gen_flood {
	struct gen_template templates[GEN_FLOOD_N];
	bool is_used[GEN_FLOOD_N];
	uint8_t schedule[GEN_FLOOD_SLOTS];
	uint32_t next;
	uint32_t kinds;
	uint32_t seq_key;
	struct rng rng;
	uint64_t made[GEN_FLOOD_N];
};

struct gen_flood_setup {
	const struct gen_path *path;
	const struct gen_prefix *from;
	enum gen_flavour flavour;
	struct gen_flood_mix mix;
	uint64_t seed;
	uint32_t frames; /* of each kind */
};

const char *gen_flood_name(enum gen_flood_kind kind);

/* "syn", or "syn=70,ack=20,udp=10"; "none" is an empty mix. */
bool gen_flood_mix_parse(struct gen_flood_mix *mix, const char *text);

/* 0, or a negative errno; after either, close it. */
int gen_flood_open(struct gen_flood *flood, const struct gen_flood_setup *setup);
void gen_flood_close(struct gen_flood *flood);

/* Up to `count` (64 at most) frames, ready to send; returns how many. */
uint32_t gen_flood_make(struct gen_flood *flood, struct rte_mbuf **frames, uint32_t count);

/* SEG.SEQ of what the flood sent from there. */
static inline uint32_t
gen_flood_seq(const struct gen_flood *flood, uint64_t source_low, uint16_t port)
{
	uint64_t x = (source_low << 16 | port) ^ flood->seq_key;

	return (uint32_t)((x * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

#endif
