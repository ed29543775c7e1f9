/* SPDX-License-Identifier: BSD-3-Clause */

/* SipHash-2-4 (Aumasson and Bernstein, 2012): the keyed hash where there is no AES instruction. */
#ifndef WEIR_BASE_SIPHASH_H
#define WEIR_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash_2_4(const uint8_t key[16], const void *message, size_t bytes);

#endif
