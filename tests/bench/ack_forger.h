/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Acknowledgments to a listener, by the hundred million: a template of each form,
 * into which the numbers of a guess are written.  Checksums are not computed:
 * the frames say that the NIC found them good.
 */
#ifndef WEIR_TESTS_BENCH_ACK_FORGER_H
#define WEIR_TESTS_BENCH_ACK_FORGER_H

#include "bed.h"
#include "rng.h"

/* What an attacker may choose. */
struct guess {
	uint32_t address; /* host order, as all of it */
	uint16_t port;
	uint32_t seq;
	uint32_t ack;
	uint32_t tsval;
	uint32_t tsecr;
};

/* 11.0.0.0 to 74.255.255.255: nobody's broadcast, multicast or loopback, and not ours. */
#define FORGED_ADDRESS_FIRST RTE_IPV4(11, 0, 0, 0)

#define FORGED_BYTES 66 /* with timestamps; without them 54 */

struct ack_template {
	uint8_t octets[FORGED_BYTES];
	uint16_t bytes;
};

struct ack_forger {
	struct bed *bed;
	struct ack_template plain;
	struct ack_template timestamps;
};

void ack_forger_init(struct ack_forger *forger, struct bed *bed);

/* Numbers all at random: one of 2^30 addresses, none of them special. */
struct guess guess_at_random(struct rng *rng);

/* Write the guess into `m`, a buffer fresh from the pool. */
void forge_ack(const struct ack_forger *forger, struct rte_mbuf *m, const struct guess *guess,
	       bool has_timestamps);

#endif
