/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the listener at a place, an address and a port of ours, says to whoever comes.
 * In a burst nearly all come to one place, so the last answer is kept.
 */
#ifndef WEIR_PIPELINE_DOOR_H
#define WEIR_PIPELINE_DOOR_H

#include <rte_branch_prediction.h>

#include "pipeline.h"
#include "tcp_open.h"

struct door {
	uint32_t place; /* local_idx and local port in one word */
	bool is_known;	/* the rest has been asked for this place */
	bool is_there;	/* there is a listener */
	bool is_open;	/* it lets SYNs in now */
};

static inline void
door_knock(struct door *door, struct weir_core *core, uint16_t local_idx, uint16_t local_port)
{
	uint16_t listener;

	if (likely(door->is_known && door->place == ((uint32_t)local_idx << 16 | local_port)))
		return;
	listener = listener_memo_find(&core->memo, core->tcp.listeners, local_idx, local_port);
	door->place = (uint32_t)local_idx << 16 | local_port;
	door->is_known = true;
	door->is_there = listener != LISTENER_NONE;
	door->is_open = door->is_there && tcp_open_admit(&core->tcp, listener) == DROP_NONE;
}

#endif
