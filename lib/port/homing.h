/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Which worker will receive the answers to a connection that weir opens, so that
 * the worker which opens it can choose a local port whose answers come home.
 *
 *	one worker	it has them all
 *	software	the keyed hash of steering.h
 *	RSS		Toeplitz under the device's key, and its redirection table
 *
 * For RSS key, table and what is hashed are asked of the started device.  Where it
 * does not say, or what it says can not be what it does, nothing is guessed: no
 * connection is opened through that port by more than one worker.
 */
#ifndef WEIR_PORT_HOMING_H
#define WEIR_PORT_HOMING_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"
#include "steering.h"
#include "tcp_ephemeral.h"

/* The longest table any driver has is 2048 places today. */
#define HOMING_TABLE_MAX 2048

/* How a started device spreads, by RSS. */
struct homing_spread {
	uint8_t key[RSS_KEY_BYTES_MAX];
	uint64_t types;	       /* RTE_ETH_RSS_ */
	uint32_t table_places; /* a power of two; 0: not known */
	uint16_t table[HOMING_TABLE_MAX];
};

/* Ask a started device that spreads by RSS.  False, and *obstacle says why, if it does not tell. */
bool homing_ask(struct homing_spread *spread, const struct device *device, const char **obstacle);

/* The queue of packets from key->remote to `local`, or UINT32_MAX where it is not known. */
uint32_t homing_queue(const struct homing_spread *spread, const struct flow_key *key,
		      const struct ip_addr *local);

struct weir;

/* For each worker, once the devices have started: see weir_create(). */
int homing_create(struct weir *weir, const struct refusal *refusal);
void homing_destroy(struct weir *weir);

#endif
