/* SPDX-License-Identifier: BSD-3-Clause */

/* Keys: from the configuration where it has them, else from the operating system. */
#ifndef WEIR_PORT_SECRETS_H
#define WEIR_PORT_SECRETS_H

#include <stddef.h>
#include <stdint.h>

#include "refusal.h"
#include "tcp_engine.h"
#include "weir/config.h"

/* 0 or a negative errno; waits until the system has entropy. */
int secrets_random(void *octets, size_t bytes);

int secrets_make(struct tcp_secrets *secrets, const struct weir_syn_config *syn,
		 const struct refusal *refusal);

#endif
