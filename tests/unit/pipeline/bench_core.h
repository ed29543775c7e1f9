/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A core without EAL: port 0 has 192.0.2.1/24 and 2001:db8::1/64 untagged and
 * 198.51.100.1/24 and, as the last, 2001:db8:0:7::1/64 in VLAN 7, port 1 has
 * 203.0.113.1/24.  An application listens on TCP port 80 of all of port 0's.
 */
#ifndef WEIR_TESTS_UNIT_PIPELINE_BENCH_CORE_H
#define WEIR_TESTS_UNIT_PIPELINE_BENCH_CORE_H

#include "stages.h"

#define BENCH_FLOWS 8192

/* Of the cores to come.  PRF_SIPHASH, which every machine has, unless a test sets another. */
extern enum prf_kind bench_core_kind;

/* Connections of each /24 and /64 in the cores to come; 0: no limit. */
extern uint32_t bench_core_prefix_flows;

/* Always the same one, set up anew, its only application (if any) initialised. */
struct weir_core *bench_core(const struct weir_app_ops *ops);

/* The same without an application, with a limit on replies to each /24 and /64. */
struct weir_core *bench_core_limited(uint32_t prefix_replies);

/* An ESTABLISHED flow made by hand, its application told so. */
uint32_t bench_flow(struct weir_core *core, uint16_t remote_port);
uint32_t bench_flow_of(struct weir_core *core, const struct flow_key *key);

#endif
