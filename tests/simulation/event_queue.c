/* SPDX-License-Identifier: BSD-3-Clause */

#include "event_queue.h"

#include <stdlib.h>

#include "check.h"

static bool
is_earlier(const struct event *a, const struct event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void
swap(struct event *a, struct event *b)
{
	struct event c = *a;

	*a = *b;
	*b = c;
}

void
event_queue_add(struct event_queue *queue, const struct event *event)
{
	size_t i = queue->count;

	if (queue->count == queue->room) {
		queue->room = queue->room == 0 ? 64 : 2 * queue->room;
		queue->heap = realloc(queue->heap, queue->room * sizeof(queue->heap[0]));
		check(queue->heap != NULL);
	}
	queue->heap[i] = *event;
	queue->heap[i].number = queue->next_number++;
	queue->count++;
	for (; i > 0 && is_earlier(&queue->heap[i], &queue->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&queue->heap[i], &queue->heap[(i - 1) / 2]);
}

static void
sink(struct event_queue *queue)
{
	size_t i = 0, child;

	while ((child = 2 * i + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    is_earlier(&queue->heap[child + 1], &queue->heap[child]))
			child++;
		if (!is_earlier(&queue->heap[child], &queue->heap[i]))
			return;
		swap(&queue->heap[i], &queue->heap[child]);
		i = child;
	}
}

bool
event_queue_take(struct event_queue *queue, struct event *event)
{
	if (queue->count == 0)
		return false;
	*event = queue->heap[0];
	queue->heap[0] = queue->heap[--queue->count];
	sink(queue);
	return true;
}

void
event_queue_free(struct event_queue *queue)
{
	free(queue->heap);
	*queue = (struct event_queue){0};
}
