/* SPDX-License-Identifier: BSD-3-Clause */

/* Memory nodes: where workers and devices are, and what is far from what. */
#ifndef WEIR_PORT_NUMA_H
#define WEIR_PORT_NUMA_H

#include <stdbool.h>

/* True where both are known and differ: each access would cross the machine's interconnect. */
bool numa_is_far(int socket_a, int socket_b);

/* "NUMA node 1", or "no NUMA node" for a virtual device; `text` has 24 octets. */
const char *numa_text(int socket, char *text);

#endif
