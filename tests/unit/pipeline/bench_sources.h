/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Lists of sources, for given.prepare (bench_burst.h) or a core at hand.  192.0.2.2 and
 * 2001:db8::2 are where clients are that have been given no other address.
 */
#ifndef WEIR_TESTS_UNIT_PIPELINE_BENCH_SOURCES_H
#define WEIR_TESTS_UNIT_PIPELINE_BENCH_SOURCES_H

#include "pipeline.h"

/* 10.0.0.0/8 is denied but for 10.128.0.0/9, which is allowed; 32.0.0.0/3 is denied. */
void sources_deny_some(struct weir_core *core);

/* All is denied but for 192.0.2.0/24 and 64.0.0.0/3. */
void sources_allow_few(struct weir_core *core);

/* 192.0.2.0/24 and 64.0.0.0/3 are allowed, and nothing is denied. */
void sources_allow_some(struct weir_core *core);

/* 2001:db8::/32 is denied, and no network of IPv4 is listed. */
void sources_deny_ipv6(struct weir_core *core);

/* 192.0.2.0/24 is denied. */
void sources_deny_clients(struct weir_core *core);

#endif
