/* SPDX-License-Identifier: BSD-3-Clause */

/* The AES half of prf.h.  Only prf.c calls it, and only where prf_aes_is_available(). */
#ifndef WEIR_BASE_PRF_AES_H
#define WEIR_BASE_PRF_AES_H

#include "prf.h"

void prf_aes_schedule(struct prf_key *key, const uint8_t secret[16]);
struct prf_block prf_aes(const struct prf_key *key, const struct prf_block *message);
void prf_aes_burst(const struct prf_key *key, const struct prf_block *messages, uint32_t count,
		   struct prf_block *results);

#endif
