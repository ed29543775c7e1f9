/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A whole instance in the test's process, on a port whose wire is two rings.
 * The test is the client at the other end; workers run on lcores as always.
 */
#ifndef WEIR_TESTS_UNIT_PORT_BENCH_H
#define WEIR_TESTS_UNIT_PORT_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ring.h>

#include "instance.h"
#include "segment_frame.h"

#define BENCH_PORT 7

/* What the application has been told, over all cores; reset by bench_config(). */
struct bench_calls {
	_Atomic uint32_t init;
	_Atomic uint32_t fini;
	_Atomic uint32_t open;
	_Atomic uint32_t close[WEIR_CLOSE_ABORTED + 1]; /* by reason */
	_Atomic int init_error;				/* for init() to return */
};

struct bench {
	struct weir_config config;
	struct weir *weir;
	struct rte_ring *to_weir;
	struct rte_ring *from_weir;
	struct rte_mempool *pool;
	uint32_t buffers; /* free ones in the pool at first */
};

extern struct bench_calls bench_calls;

/* Start EAL, lay the wire, and configure one port, 192.0.2.1 and 2001:db8::1, an echo at port 7. */
void bench_init(struct bench *bench, uint32_t workers);

/* True where this machine gives us a CPU for each of so many workers. */
bool bench_has_cpus(uint32_t workers);

void bench_start(struct bench *bench);

/* The wire between the echo and client number `number`; the instance has been created. */
struct wire_path bench_path(const struct bench *bench, bool is_ipv6, uint16_t number);

/* Send a segment in packetdrill's notation, numbers absolute. */
void bench_send(struct bench *bench, const struct wire_path *path, const char *notation);

/* Wait for the next frame along `path`; others are thrown away.  Fails after long enough. */
void bench_receive(struct bench *bench, const struct wire_path *path, struct segment *segment);

/* Shake hands from initial sequence number 0; returns the server's. */
uint32_t bench_connect(struct bench *bench, const struct wire_path *path);

/* Destroy the instance (stopped or not); every buffer of the wire must have come back. */
void bench_fini(struct bench *bench);

#endif
