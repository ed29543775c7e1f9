/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_ephemeral.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "tcp_engine.h"

#define KEY_BLOCKS 2
static_assert(sizeof(struct flow_key) <= KEY_BLOCKS * PRF_BLOCK_BYTES, "the whole key counts");

void
tcp_ephemeral_init(struct tcp_ephemeral *ephemeral, enum prf_kind kind, const uint8_t secret[16],
		   uint16_t first, uint16_t last, struct rng *rng)
{
	uint8_t derived[16];

	check(first <= last);
	memset(ephemeral, 0, sizeof(*ephemeral));
	prf_derive(kind, secret, "tcp port", 0, derived);
	prf_key_init(&ephemeral->key, kind, derived, KEY_BLOCKS);
	ephemeral->first = first;
	ephemeral->count = (uint32_t)last - first + 1;
	for (uint32_t i = 0; i < TCP_EPHEMERAL_COUNTERS; i++)
		ephemeral->counters[i] = rng_below(rng, ephemeral->count);
}

static enum tcp_home
home_of(const struct tcp_engine *engine, const struct flow_key *key)
{
	const struct tcp_homing *homing = &engine->ephemeral.homing;
	const struct local_address *local =
		listener_table_address(engine->listeners, key->local_idx);

	if (homing->of == NULL)
		return TCP_HOME_HERE;
	return homing->of(homing->arg, local->port, key, &local->addr);
}

/* No connection has this key, and none had it lately. */
static bool
is_free(const struct tcp_engine *engine, const struct flow_key *key, uint64_t *hash)
{
	*hash = flow_hash_of(&engine->flow_hash, key);
	return flow_pool_lookup(&engine->flows, *hash, key) == FLOW_NONE &&
	       time_wait_table_lookup(&engine->time_wait, *hash) == TIME_WAIT_NONE;
}

static bool
is_listened_on(const struct tcp_engine *engine, const struct flow_key *key)
{
	return listener_table_find(engine->listeners, key->local_idx, key->local_port) !=
	       LISTENER_NONE;
}

/* RFC 6056, 3.3.4: `offset` is its F, the counter that of its G. */
static uint32_t *
counter_of(struct tcp_ephemeral *ephemeral, struct flow_key *key, uint32_t *offset)
{
	struct prf_block message[KEY_BLOCKS] = {0};
	struct prf_block block;

	key->local_port = 0;
	memcpy(message, key, sizeof(*key));
	block = prf(&ephemeral->key, message);
	*offset = (uint32_t)(((block.q[0] >> 32) * ephemeral->count) >> 32);
	return &ephemeral->counters[block.q[1] % TCP_EPHEMERAL_COUNTERS];
}

static uint16_t
next_port(const struct tcp_ephemeral *ephemeral, uint32_t offset, uint32_t *counter)
{
	uint32_t number = offset + *counter;

	*counter = *counter + 1 < ephemeral->count ? *counter + 1 : 0;
	if (number >= ephemeral->count)
		number -= ephemeral->count;
	return (uint16_t)(ephemeral->first + number);
}

int
tcp_ephemeral_choose(struct tcp_engine *engine, struct flow_key *key, uint64_t *hash)
{
	struct tcp_ephemeral *ephemeral = &engine->ephemeral;
	uint32_t offset, tried = 0;
	uint32_t *counter = counter_of(ephemeral, key, &offset);

	for (uint32_t i = 0; i < ephemeral->count && tried < TCP_EPHEMERAL_TRIES; i++) {
		key->local_port = next_port(ephemeral, offset, counter);
		switch (home_of(engine, key)) {
		case TCP_HOME_UNKNOWN:
			return -EOPNOTSUPP;
		case TCP_HOME_ELSEWHERE:
			continue;
		case TCP_HOME_HERE:
			break;
		}
		if (!is_listened_on(engine, key) && is_free(engine, key, hash))
			return 0;
		tried++;
	}
	return -EADDRNOTAVAIL;
}

int
tcp_ephemeral_check(const struct tcp_engine *engine, const struct flow_key *key, uint64_t *hash)
{
	switch (home_of(engine, key)) {
	case TCP_HOME_UNKNOWN:
		return -EOPNOTSUPP;
	case TCP_HOME_ELSEWHERE:
		return -EADDRNOTAVAIL;
	case TCP_HOME_HERE:
		break;
	}
	return is_free(engine, key, hash) ? 0 : -EADDRINUSE;
}
