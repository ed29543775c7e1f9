/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Where packets of connections we open leave to: the remote itself if it is on the
 * link, else the gateway of the address they come from; and by what MAC address.
 *
 * With several cores the answer to a question comes in on whichever core receives
 * such frames.  Who asks notes it where all can see, and who receives an answer that
 * somebody waits for passes it on to all: struct neigh_sharing, which the port layer
 * provides.  Each core judges by its own cache what it takes.
 */
#ifndef WEIR_PIPELINE_NEXT_HOP_H
#define WEIR_PIPELINE_NEXT_HOP_H

#include <stdbool.h>
#include <stdint.h>

#include "listener_table.h"
#include "neigh_cache.h"

struct weir_core;

/* An answer, as it goes from core to core. */
struct neigh_news {
	struct neigh_key key;
	uint8_t mac[6];
	bool has_mac;
};

/* Both NULL where there is one core. */
struct neigh_sharing {
	void (*asked)(void *arg, const struct neigh_key *key, uint64_t now_ns);

	/* True if another core has asked lately: it, and all others, will hear. */
	bool (*pass_on)(void *arg, const struct neigh_news *news, uint64_t now_ns);
	void *arg;
};

void pipeline_hops_init(struct weir_core *core);

/* False if no way leads from `local` to `remote`. */
bool pipeline_hop_of(const struct local_address *local, const struct ip_addr *remote,
		     struct ip_addr *hop);

/*
 * A connection in SYN-SENT wants its SYN sent: send it, or ask first where to.
 * True if it must be seen again in the next turn.
 */
bool pipeline_send_syn(struct weir_core *core, uint32_t idx);

/* An answer came in on this core.  True if this one or another has asked for it. */
bool pipeline_hear_answer(struct weir_core *core, const struct neigh_news *news);

/* Another core has passed one on.  May be called between turns. */
void pipeline_take_news(struct weir_core *core, const struct neigh_news *news);

#endif
