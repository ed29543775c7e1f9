/* SPDX-License-Identifier: BSD-3-Clause */

/* The AES half of prf.h.  Only prf.c calls it, and only where the CPU can. */
#ifndef WEIR_BASE_PRF_AES_H
#define WEIR_BASE_PRF_AES_H

#include "prf.h"

#define PRF_AES_WIDE_BITS 512

void prf_aes_schedule(struct prf_key *key, const uint8_t secret[16]);
struct prf_block prf_aes(const struct prf_key *key, const struct prf_block *message);

/* As many of a burst as fill all lanes; returns how many. */
uint32_t prf_aes_burst(const struct prf_key *key, const struct prf_block (*messages)[PRF_BURST_MAX],
		       uint32_t count, struct prf_block *results);

/* All of them, where prf_aes_wide_is_available(). */
void prf_aes_burst_wide(const struct prf_key *key,
			const struct prf_block (*messages)[PRF_BURST_MAX], uint32_t count,
			struct prf_block *results);

#endif
