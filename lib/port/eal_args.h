/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The argument list for DPDK's environment (EAL), from the configuration.
 *
 *	--lcores	lcore 0 is the main thread, lcore i + 1 worker i; they may
 *			share a CPU
 *	--vdev, -a	the devices; --no-pci where none of them is on PCI
 *	-m		memory; where there are no hugepages all there will ever be
 *	--file-prefix	unique to the process, so that instances do not collide
 *
 * Without hugepages memory is the process's alone, so no other process can
 * attach (dpdk-dumpcap, dpdk-proc-info) and nothing is laid out for one to try
 * (--no-shconf); telemetry works.  With hugepages both work.
 *
 * What the operator adds comes last and wins: where it sets cores, memory or
 * the prefix, ours is left out, since EAL refuses some options twice.
 */
#ifndef WEIR_PORT_EAL_ARGS_H
#define WEIR_PORT_EAL_ARGS_H

#include <stddef.h>
#include <stdint.h>

#include "refusal.h"
#include "weir/config.h"

#define EAL_ARGS_MAX   128
#define EAL_TEXT_BYTES 16384

struct eal_args {
	int argc;
	char *argv[EAL_ARGS_MAX + 1]; /* into text or the caller's argv; NULL at the end */
	char text[EAL_TEXT_BYTES];
	size_t text_bytes;
};

/* The prefix for our own instance in process `pid`; `prefix` has 32 octets. */
void eal_args_prefix(char *prefix, int pid);

/* `memory_mb` is for -m when the configuration leaves it open and there are no hugepages. */
int eal_args_build(struct eal_args *args, const struct weir_config *config, uint32_t memory_mb,
		   int argc, char *const *argv, int pid, const struct refusal *refusal);

#endif
