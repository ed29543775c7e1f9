/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What dpdk-telemetry.py can ask:
 *
 *	/weir/counters[,CORE]	every counter, and the drops by reason
 *	/weir/drops		the reasons that are not zero: sentence and remedy
 *	/weir/ports		by number: driver, queues, steering, link, losses
 *	/weir/workers		by core: where it runs, how busy it is
 *	/weir/flows[,CORE]	connections now
 *	/weir/listeners		by number: its connections now
 *	/weir/addresses		by number: whether it is in use, and who disputes it
 */
#ifndef WEIR_PORT_TELEMETRY_H
#define WEIR_PORT_TELEMETRY_H

#include "instance.h"
#include "refusal.h"

/* Register the commands, if that has not been done, and let them show `weir`. */
int telemetry_begin(struct weir *weir, const struct refusal *refusal);

/* They show nothing any more, and none of them is at work when this returns. */
void telemetry_end(const struct weir *weir);

#endif
