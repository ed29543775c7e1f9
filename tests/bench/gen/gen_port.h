/* SPDX-License-Identifier: BSD-3-Clause */

/* The device: one queue each way. */
#ifndef WEIR_TESTS_BENCH_GEN_PORT_H
#define WEIR_TESTS_BENCH_GEN_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "gen_batch.h"
#include "gen_options.h"

struct gen_port {
	uint16_t id;
	bool has_eal;
	bool is_started;
	uint8_t mac[6];
	struct rte_mempool *pool;
	uint64_t sent;
	uint64_t sent_octets; /* of frames, from Ethernet on */
	uint64_t refused;     /* times a frame was offered and not taken */
	uint64_t lost;	      /* frames given up because of that */
};

/* Start EAL and the device, and wait for its link.  False after a sentence on stderr. */
bool gen_port_open(struct gen_port *port, const struct gen_options *options);
void gen_port_close(struct gen_port *port);

/*
 * Offer all of the batch; what is not taken stays in it, or is lost if `loses`.
 * Returns how many were taken.
 */
uint32_t gen_port_send(struct gen_port *port, struct gen_batch *batch, bool loses);

#endif
