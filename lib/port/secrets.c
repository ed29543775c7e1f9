/* SPDX-License-Identifier: BSD-3-Clause */

/* rte_vect_get_max_simd_bitwidth() is called experimental up to DPDK 22.11. */
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

static int
choose_kind(enum prf_kind *kind, enum weir_mac mac, const struct refusal *refusal)
{
	*kind = prf_kind_within(rte_vect_get_max_simd_bitwidth());
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
