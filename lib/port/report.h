/* SPDX-License-Identifier: BSD-3-Clause */

/* What an instance says of itself, in words and numbers. */
#ifndef WEIR_PORT_REPORT_H
#define WEIR_PORT_REPORT_H

#include "instance.h"

/* "none", "rss" or "software". */
const char *report_steering_text(enum steering_kind steering);

/* Add one worker's connections; buffers belong to all and are not counted here. */
void report_add_occupancy(struct weir_occupancy *occupancy, const struct worker *worker);

/* Buffers in use beyond those that fill the receive queues. */
uint64_t report_buffers_used(const struct weir *weir);

#endif
