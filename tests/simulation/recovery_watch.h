/* SPDX-License-Identifier: BSD-3-Clause */

/* What the laws of recovery_law.h ask of a core, after each of its turns. */
#ifndef WEIR_TESTS_SIMULATION_RECOVERY_WATCH_H
#define WEIR_TESTS_SIMULATION_RECOVERY_WATCH_H

#include "recovery_law.h"
#include "rig.h"

/* Turns are 50 ms apart at most where nothing comes; and timers have a grain. */
#define RECOVERY_LATE_NS (60 * NS_PER_MS)

/* A core's counters as they were. */
struct recovery_watch {
	struct recovery_events events; /* of the last turn */
	uint64_t dropped, timed_out, forgot, reneged, undone, probed, resized;
};

void recovery_watch_turn(struct recovery_watch *watch, const struct rig *rig);

/* Of the connection along `path`. */
void recovery_watch_conn(const struct recovery_watch *watch, const struct rig *rig,
			 const struct wire_path *path, struct recovery_law *law);

/* The acknowledgment in a segment with absolute numbers; false if there is none. */
bool recovery_ack_of(const struct segment *segment, struct recovery_ack *ack);

/* Weir sends this. */
void recovery_watch_send(struct recovery_law *law, const struct segment *segment, uint64_t now_ns);

/* "timeouts: ..." */
void recovery_tally_print(const struct recovery_tally *tally, FILE *to);

#endif
