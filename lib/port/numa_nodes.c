/* SPDX-License-Identifier: BSD-3-Clause */

#include "numa_nodes.h"

#include <numa.h>
#include <stdio.h>

#include <rte_memory.h>

#define TEXT_BYTES 24

bool
numa_is_far(int socket_a, int socket_b)
{
	return socket_a != SOCKET_ID_ANY && socket_b != SOCKET_ID_ANY && socket_a != socket_b;
}

/* 10 is the distance of a node to itself, by definition of the firmware's table. */
double
numa_times_as_far(int socket_a, int socket_b)
{
	int distance = numa_available() < 0 ? 0 : numa_distance(socket_a, socket_b);

	return distance / 10.0;
}

const char *
numa_text(int socket, char *text)
{
	if (socket == SOCKET_ID_ANY)
		snprintf(text, TEXT_BYTES, "no NUMA node");
	else
		snprintf(text, TEXT_BYTES, "NUMA node %d", socket);
	return text;
}
