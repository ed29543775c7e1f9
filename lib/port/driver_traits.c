/* SPDX-License-Identifier: BSD-3-Clause */

#include "driver_traits.h"

#include <stddef.h>
#include <string.h>

#include <rte_common.h>

static const struct {
	const char *driver;
	uint32_t traits;
} table[] = {
	/* PACKET_FANOUT: a hash, and another queue when one is full (22.11 to 26.07). */
	{"net_af_packet", DRIVER_ALL_QUEUES},

	/* A queue for each of the kernel interface's; its rings go down with it (22.11). */
	{"net_af_xdp", DRIVER_ALL_QUEUES | DRIVER_KEEPS_BUFFERS},

	/* A queue for each file. */
	{"net_pcap", DRIVER_ALL_QUEUES},

	/*
	 * The kernel chooses the queue by the sender's own flow hash, which Linux
	 * draws anew when a connection has to retransmit.  The text of a chain is
	 * summed segment by segment as if each began at an even octet, so an odd
	 * one spoils the frame and each of its retransmissions (22.11).
	 */
	{"net_tap", DRIVER_MOVES_FLOWS | DRIVER_SUMS_CHAINS_WRONGLY | DRIVER_SHARES_MAC},
};

uint32_t
driver_traits(const char *driver)
{
	for (unsigned int i = 0; driver != NULL && i < RTE_DIM(table); i++) {
		if (strcmp(driver, table[i].driver) == 0)
			return table[i].traits;
	}
	return 0;
}
