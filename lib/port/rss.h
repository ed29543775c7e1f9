/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * RSS: the hash by which a device spreads flows over its queues, and its key.
 *
 * The key is drawn at random at each start, as long as the device says, so that
 * nobody can compute which queue a packet meets and aim a flood at one worker.
 * Whether the device really took it is asked of the device.
 *
 * It is Toeplitz's hash, under the whole key, and not made symmetric (the same queue
 * for both directions of a flow).  Only connections that weir opens could want that,
 * and for those homing.h computes where answers will come, which takes a function
 * that is the same everywhere: what drivers call symmetric Toeplitz is not.  The
 * other way to symmetry, a key that repeats every 16 bits, is out of the question:
 * Toeplitz under such a key sees nothing of a packet but the XOR of its 16-bit words.
 * Whoever adds to the source port what he changes in the source address meets
 * one queue with all of his packets and need not know the key
 * (tests/unit/port/test_rss.c does).
 */
#ifndef WEIR_PORT_RSS_H
#define WEIR_PORT_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

#include "device_plan.h"

/* What the plan says of RSS; `key` has plan->rss_key_bytes octets and must outlive `conf`. */
void rss_fill(struct rte_eth_rss_conf *conf, const struct device_plan *plan, uint8_t *key);

/*
 * True if the started device hashes with `key`, or does not say what it hashes
 * with.  Where it has taken another it is told once more.
 */
bool rss_confirm_key(uint16_t port_id, const struct device_plan *plan, uint8_t *key);

#endif
