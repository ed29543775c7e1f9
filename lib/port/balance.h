/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Is one worker given much more than the others?  With RSS, flows are spread
 * well and packets are not: one flow, or a flood of few tuples, meets one queue.
 */
#ifndef WEIR_PORT_BALANCE_H
#define WEIR_PORT_BALANCE_H

#include <stdint.h>

#define BALANCE_NONE	    UINT32_MAX
#define BALANCE_FACTOR	    2	  /* times what the others get on average */
#define BALANCE_PACKETS_MIN 10000 /* in a period, over all workers; fewer say nothing */

/* The worker that got more than BALANCE_FACTOR times the others' mean, or BALANCE_NONE. */
uint32_t balance_overtaxed(const uint64_t *packets, uint32_t workers);

#endif
