/* SPDX-License-Identifier: BSD-3-Clause */

/* rte_vect_get_max_simd_bitwidth() and its like are called experimental up to DPDK 22.11. */
#define ALLOW_EXPERIMENTAL_API

#include "secrets.h"

#include <errno.h>
#include <string.h>

#include <sys/random.h>

#include <rte_vect.h>

int
secrets_random(void *octets, size_t bytes)
{
	uint8_t *at = octets;

	while (bytes > 0) {
		ssize_t got = getrandom(at, bytes, 0);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0) {
			at += got;
			bytes -= (size_t)got;
		}
	}
	return 0;
}

/*
 * EAL allows 256 bits if nobody says otherwise, for the sake of CPUs that lower their
 * clock beyond that: generations before those that have what PRF_AES_WIDE needs.  So
 * only what somebody said counts.  EAL tells it by letting nobody change it; what was
 * not said is put back, for drivers go by it.
 */
static uint32_t
simd_bits(void)
{
	uint16_t bits = rte_vect_get_max_simd_bitwidth();

	if (rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_512) != 0)
		return bits;
	rte_vect_set_max_simd_bitwidth(bits);
	return RTE_VECT_SIMD_512;
}

static int
choose_kind(enum prf_kind *kind, enum weir_mac mac, const struct refusal *refusal)
{
	*kind = prf_kind_within(simd_bits());
	if (mac == WEIR_MAC_SIPHASH)
		*kind = PRF_SIPHASH;
	if (mac == WEIR_MAC_AES && *kind == PRF_SIPHASH)
		return refuse(
			refusal, -ENOTSUP,
			"[syn] mac: this CPU has no AES instructions; allowed: auto, siphash");
	return 0;
}

int
secrets_make(struct tcp_secrets *secrets, const struct weir_syn_config *syn,
	     const struct refusal *refusal)
{
	int error;

	/* All of it is random at first; what the configuration gives replaces its part. */
	error = secrets_random(secrets, sizeof(*secrets));
	if (error != 0)
		return refuse(refusal, error, "The system gives no random numbers: %s",
			      strerror(-error));
	error = choose_kind(&secrets->kind, syn->mac, refusal);
	if (error != 0)
		return error;
	secrets->cookie_count = 1;
	if (syn->has_secret)
		memcpy(secrets->cookie[0], syn->secret, sizeof(secrets->cookie[0]));
	if (syn->has_secret_previous) {
		memcpy(secrets->cookie[1], syn->secret_previous, sizeof(secrets->cookie[1]));
		secrets->cookie_count = 2;
	}
	return 0;
}
