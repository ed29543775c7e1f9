/* SPDX-License-Identifier: BSD-3-Clause */

/* Frames that a batch of some shape takes, and frames that it does not. */
#ifndef WEIR_TESTS_UNIT_WIRE_BATCH_FRAMES_H
#define WEIR_TESTS_UNIT_WIRE_BATCH_FRAMES_H

#include "packet.h"

/* The shapes in the order in which batch_read() prefers them where as many have each. */
enum shape { IPV4_PLAIN, IPV6_PLAIN, IPV4_TAGGED, IPV6_TAGGED, SHAPES };

#define BATCH_KNOWN  20
#define BATCH_OTHERS 43

/* The i-th of BATCH_KNOWN: all forms, with usual values and with all others. */
struct packet batch_known(enum shape shape, size_t i);

/* The i-th of BATCH_OTHERS: other segments, and bad headers; some are of another shape. */
struct packet batch_other(enum shape shape, size_t i);

#endif
