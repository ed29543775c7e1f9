/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Two cores that were given the same: what may not differ between them, however each
 * has gone about it.  NULL, or a name of what does.
 */
#ifndef WEIR_TESTS_HARNESS_ALIKE_H
#define WEIR_TESTS_HARNESS_ALIKE_H

#include "counters.h"
#include "tcp_engine.h"

/* Each of them, and that they balance. */
const char *alike_counters(const struct counters *a, const struct counters *b);

/* All of it but which transfer it has: that is a matter of order. */
const char *alike_tcb(const struct tcp_tcb *a, const struct tcp_tcb *b);

/* All but the key: which record it is, and its neighbours in the timer's slot, may differ. */
const char *alike_flow(const struct flow *a, const struct flow *b);

const char *alike_policy(const struct tcp_syn_policy *a, const struct tcp_syn_policy *b);

#endif
