/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN cookies: the whole half-open connection in the SYN-ACK's own numbers.
 * The layout, its argument and its odds stand at the top of syn_cookie.c.
 *
 * Any core and any machine with the same master key and a clock within half a
 * second may check what another has made: nothing here depends on a core.
 */
#ifndef WEIR_TCP_SYN_COOKIE_H
#define WEIR_TCP_SYN_COOKIE_H

#include <stdbool.h>
#include <stdint.h>

#include "ip_addr.h"
#include "prf.h"

#define COOKIE_EPOCH_NS (UINT64_C(16) * 1000000000)
#define COOKIE_SKEW_NS	(UINT64_C(500) * 1000000)

/* Epoch keys held: e-2 (to tell expired from forged), e-1, e, e+1 (a clock ahead of ours). */
#define COOKIE_EPOCHS 4

/* Master keys accepted: the current one, and the one before it while keys are rolled. */
#define COOKIE_SECRETS_MAX 2

/* What names a handshake. */
struct cookie_tuple {
	struct ip_addr remote;
	struct ip_addr local;
	uint16_t remote_port; /* host order */
	uint16_t local_port;
	uint32_t irs; /* the client's initial sequence number */
	bool is_ipv6;
};

/* What a cookie remembers of the SYN's options. */
struct cookie_options {
	bool has_timestamps;
	bool has_wscale;
	bool sack_permitted;
	bool ecn;	/* with timestamps only */
	uint8_t wscale; /* 0 to 14; without timestamps rounded down to a table */
	uint16_t mss;	/* 0: the SYN had none; rounded down: to 8, or to a table */
};

/* The same as it lies in a cookie, epoch and clock zero: cookie_pack() in cookie_layout.h. */
struct cookie_fields {
	uint32_t bits;
	bool has_timestamps;
};

/* The handshakes of a burst, all of one family, as the PRF takes them. */
#define COOKIE_BURST_MAX PRF_BURST_MAX

struct cookie_tuples {
	bool is_ipv6;
	struct prf_block block[3][COOKIE_BURST_MAX]; /* IPv4: one, IPv6: three blocks each */
};

/* `ports` is the first word of a TCP header that the client sent; `irs` is in host order. */
static inline void
cookie_tuples_put(struct cookie_tuples *tuples, uint32_t i, const struct ip_addr *remote,
		  const struct ip_addr *local, rte_be32_t ports, uint32_t irs)
{
	uint64_t ports_and_irs = (uint64_t)irs << 32 | rte_be_to_cpu_32(ports);

	if (!tuples->is_ipv6) {
		tuples->block[0][i] = (struct prf_block){
			{(uint64_t)remote->word[3] << 32 | local->word[3], ports_and_irs}};
		return;
	}
	tuples->block[0][i] = (struct prf_block){{remote->half[0], remote->half[1]}};
	tuples->block[1][i] = (struct prf_block){{local->half[0], local->half[1]}};
	tuples->block[2][i] = (struct prf_block){{ports_and_irs, 0}};
}

/* The same of IPv4 as it lies in a header: source and destination; ports and SEG.SEQ. */
static inline void
cookie_tuples_put_ipv4(struct cookie_tuples *tuples, uint32_t i, uint64_t addresses,
		       uint64_t ports_and_seq)
{
	uint64_t ports_and_irs = rte_bswap64(ports_and_seq);

	tuples->block[0][i] = (struct prf_block){
		{addresses << 32 | addresses >> 32, ports_and_irs << 32 | ports_and_irs >> 32}};
}

/* The numbers of the SYN-ACK. */
struct cookie {
	uint32_t iss;
	uint32_t tsval; /* 0 without timestamps */
};

enum cookie_verdict {
	COOKIE_VALID,
	COOKIE_EXPIRED, /* made by us, too long ago */
	COOKIE_FORGED,	/* not made by us */
};

/* What an acknowledgment says, to be judged: `iss` is SEG.ACK - 1. */
struct cookie_claim {
	uint32_t iss;
	uint32_t tsecr; /* counts only if has_timestamps */
	bool has_timestamps;
};

struct cookie_finding {
	enum cookie_verdict verdict;
	uint32_t rtt_ms;	       /* as of syn_cookie_check() */
	struct cookie_options options; /* set if COOKIE_VALID */
};

struct cookie_epoch_keys {
	struct prf_key mac;
};

struct cookie_secret {
	uint8_t master[16];
	struct prf_key tuple_ipv4;		       /* S: one block */
	struct prf_key tuple_ipv6;		       /* S: three blocks */
	struct cookie_epoch_keys epoch[COOKIE_EPOCHS]; /* by epoch modulo 4 */
};

/* One per core: keys derived from the master keys and the time.  Not shared. */
struct syn_cookie {
	enum prf_kind kind;
	uint32_t secret_count;
	uint64_t unix_ns; /* of the last syn_cookie_set_time() */
	uint64_t epoch;
	struct cookie_secret secrets[COOKIE_SECRETS_MAX]; /* the first makes, all check */
};

/* `unix_ns` is the time since 1970 (UTC). */
void syn_cookie_init(struct syn_cookie *cookies, enum prf_kind kind, const uint8_t (*masters)[16],
		     uint32_t count, uint64_t unix_ns);

/* The time now.  Cheap within an epoch; a step back is ignored. Call once per burst. */
void syn_cookie_set_time(struct syn_cookie *cookies, uint64_t unix_ns);

/* The cookie for a SYN; the same SYN gets the same ISS all through an epoch. */
struct cookie syn_cookie_make(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
			      const struct cookie_options *options);

/*
 * The same for up to COOKIE_BURST_MAX SYNs at once, with the PRF's blocks side by
 * side; `tuples` is used up by it.
 */
void syn_cookie_make_burst(const struct syn_cookie *cookies, struct cookie_tuples *tuples,
			   const struct cookie_fields *fields, uint32_t count, struct cookie *made);

/*
 * Judge an acknowledgment: `iss` is SEG.ACK - 1, tuple->irs is SEG.SEQ - 1,
 * `tsecr` counts only if `has_timestamps`.  On COOKIE_VALID `options` holds what
 * the cookie remembers and *rtt_ms the time since the SYN-ACK, up to 32 s, not
 * authenticated; UINT32_MAX where it is unknown: without timestamps, or made by a
 * clock ahead of ours.
 */
enum cookie_verdict syn_cookie_check(const struct syn_cookie *cookies,
				     const struct cookie_tuple *tuple, uint32_t iss,
				     bool has_timestamps, uint32_t tsecr,
				     struct cookie_options *options, uint32_t *rtt_ms);

/* The same for up to COOKIE_BURST_MAX at once; the tuples' IRS is SEG.SEQ - 1. */
void syn_cookie_check_burst(const struct syn_cookie *cookies, const struct cookie_tuples *tuples,
			    const struct cookie_claim *claims, uint32_t count,
			    struct cookie_finding *findings);

#endif
