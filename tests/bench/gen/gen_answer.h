/* SPDX-License-Identifier: BSD-3-Clause */

/* What came back: one frame, looked at no closer than it takes to tell what it is. */
#ifndef WEIR_TESTS_BENCH_GEN_ANSWER_H
#define WEIR_TESTS_BENCH_GEN_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "gen_prefix.h"

enum gen_answer_kind {
	GEN_ANSWER_SYN_ACK,
	GEN_ANSWER_RST,
	GEN_ANSWER_FIN,	 /* with text or without */
	GEN_ANSWER_DATA, /* text and no FIN */
	GEN_ANSWER_ACK,	 /* nothing but it */
	GEN_ANSWER_ICMP,
	GEN_ANSWER_NEIGHBOUR, /* ARP, and the same of IPv6 */
	GEN_ANSWER_OTHER,
	GEN_ANSWER_N,
};

struct gen_answer {
	uint64_t low; /* of the destination, see gen_address_low() */
	uint32_t seq;
	uint32_t ack;
	uint32_t tsval;	   /* 0 without the option */
	uint16_t port;	   /* the destination's */
	uint16_t l4_off;   /* of what follows only the TCP kinds have a meaning */
	uint16_t l4_bytes; /* by the IP header's word */
	uint16_t text_off;
	uint16_t text_bytes;
	uint8_t kind; /* enum gen_answer_kind */
	uint8_t flags;
	bool is_ipv6;
};

const char *gen_answer_name(enum gen_answer_kind kind);

/* Never fails: what is not understood is GEN_ANSWER_OTHER. */
void gen_answer_parse(const struct rte_mbuf *m, struct gen_answer *answer);

/* Of a TCP segment: IP header's (of IPv4) and TCP's checksum, computed over what is there. */
bool gen_answer_checksum_ok(const struct rte_mbuf *m, const struct gen_answer *answer);

static inline bool
gen_answer_is_tcp(const struct gen_answer *answer)
{
	return answer->kind <= GEN_ANSWER_ACK;
}

#endif
