/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What will happen, in order of virtual time; of what happens at one time, what
 * was scheduled first.  So a run depends on its seed alone.
 */
#ifndef WEIR_TESTS_SIMULATION_EVENT_QUEUE_H
#define WEIR_TESTS_SIMULATION_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
	uint64_t at_ns;
	uint64_t number; /* given by the queue */
	uint32_t kind;	 /* the owner's */
	uint32_t who;
	void *what; /* the owner's */
};

struct event_queue {
	struct event *heap;
	size_t count;
	size_t room;
	uint64_t next_number;
};

void event_queue_add(struct event_queue *queue, const struct event *event);

/* The earliest event, out of the queue; false if there is none. */
bool event_queue_take(struct event_queue *queue, struct event *event);

/* What is still in the queue is the caller's: take it first. */
void event_queue_free(struct event_queue *queue);

#endif
