/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The keyed pseudo-random function behind cookies, initial sequence numbers and
 * flow hashes: fixed-length messages of one to four 16-octet blocks in, 16
 * octets out.
 *
 *	PRF_AES		AES-128 in CBC-MAC form.  Sound only while every message
 *			under one key has the same length, so a key carries its
 *			length and prf() checks it.
 *	PRF_AES_WIDE	The same values, four blocks to an instruction (VAES and
 *			AVX-512), which pays in bursts.
 *	PRF_SIPHASH	SipHash-2-4 twice, over the message and over the message
 *			with a domain octet, for machines without AES instructions.
 *
 * AES and SipHash do not agree with each other: machines that share cookies must
 * use one of them (config key `mac` in section [syn]).
 */
#ifndef WEIR_BASE_PRF_H
#define WEIR_BASE_PRF_H

#include <stdbool.h>
#include <stdint.h>

#define PRF_BLOCK_BYTES 16
#define PRF_BLOCKS_MAX	4
#define PRF_BURST_MAX	64

enum prf_kind {
	PRF_AES,
	PRF_SIPHASH,
	PRF_AES_WIDE,
};

struct prf_block {
	uint64_t q[2];
} __attribute__((aligned(16)));

struct prf_key {
	struct prf_block round[11]; /* AES key schedule; SipHash uses round[0] */
	enum prf_kind kind;
	uint32_t blocks; /* every message under this key has this many */
};

/* True where this CPU has AES instructions (and weir was built for it). */
bool prf_aes_is_available(void);

/* The same of the wide ones. */
bool prf_aes_wide_is_available(void);

/* The best kind this machine has; the second one without vectors longer than `simd_bits`. */
enum prf_kind prf_kind_best(void);
enum prf_kind prf_kind_within(uint32_t simd_bits);

/*
 * Prepare a key for messages of exactly `blocks` blocks (1 to PRF_BLOCKS_MAX).
 * PRF_AES must be available.
 */
void prf_key_init(struct prf_key *key, enum prf_kind kind, const uint8_t secret[16],
		  uint32_t blocks);

/* One message.  `message` holds key->blocks blocks. */
struct prf_block prf(const struct prf_key *key, const struct prf_block *message);

/*
 * Up to PRF_BURST_MAX messages: block b of message i is messages[b][i].  Same
 * values as prf(); several AES blocks are in flight at once.  `results` may be
 * one of the rows of `messages`.
 */
void prf_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
	       uint32_t count, struct prf_block *results);

/* A sub-key: 16 octets derived from `secret` for a named use and a number (an epoch, a core). */
void prf_derive(enum prf_kind kind, const uint8_t secret[16], const char *use, uint64_t number,
		uint8_t derived[16]);

#endif
