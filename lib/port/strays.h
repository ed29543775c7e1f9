/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * ICMP errors between workers.  A device that spreads packets by RSS puts an error
 * by the addresses of the router it is from, and which worker has the connection
 * whose segment it quotes can not be computed.  So what its receiver finds no
 * connection for, all others are shown: what was read of it, by a ring of each,
 * not the packet.  There are at most 1000 such a second from each worker, and they
 * wait until the worker's housekeeping: some hundred turns of the loop.
 *
 * Where software steers this is not needed: steering.h knows the owner.
 */
#ifndef WEIR_PORT_STRAYS_H
#define WEIR_PORT_STRAYS_H

#include "instance.h"
#include "refusal.h"

/* Rings for all workers, if a device spreads over several of them. */
int strays_create(struct weir *weir, const struct refusal *refusal);
void strays_destroy(struct weir *weir);

/* Show what ours could not place to the others, and place what they show us. */
void strays_exchange(struct worker *worker);

#endif
