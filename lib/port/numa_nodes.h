/* SPDX-License-Identifier: BSD-3-Clause */

/* Memory nodes: where workers and devices are, and what is far from what. */
#ifndef WEIR_PORT_NUMA_NODES_H
#define WEIR_PORT_NUMA_NODES_H

#include <stdbool.h>

/* True where both are known and differ: each access would cross the machine's interconnect. */
bool numa_is_far(int socket_a, int socket_b);

/*
 * How many times as far it is from one node to the other as within one, by the
 * firmware's table; 0 if that does not say.
 */
double numa_times_as_far(int socket_a, int socket_b);

/* "NUMA node 1", or "no NUMA node" for a virtual device; `text` has 24 octets. */
const char *numa_text(int socket, char *text);

#endif
