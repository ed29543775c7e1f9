/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What drivers do that their capabilities do not tell.  Each trait was seen, in
 * the driver's source or on the wire, with the DPDK version named.
 */
#ifndef WEIR_PORT_DRIVER_TRAITS_H
#define WEIR_PORT_DRIVER_TRAITS_H

#include <stdint.h>

/*
 * Frames are spread over all the queues the device was created with, whoever
 * reads them, and by rules that are not RSS: every queue must be read.
 */
#define DRIVER_ALL_QUEUES 0x01u

/* A flow may change its queue while it lives, RSS or not. */
#define DRIVER_MOVES_FLOWS 0x02u

/* The TCP checksum of a chain is wrong after a segment of odd length. */
#define DRIVER_SUMS_CHAINS_WRONGLY 0x04u

/*
 * The device's MAC address is that of the kernel's interface, which is the other
 * end of the wire.  Two stations must not share one: the kernel would take our
 * answers for its own, and a bridge would keep our frames to itself.
 */
#define DRIVER_SHARES_MAC 0x08u

/* The buffers in its rings are never given back when the device is closed. */
#define DRIVER_KEEPS_BUFFERS 0x10u

/* The DRIVER_ traits of a driver by its name, which may be NULL. */
uint32_t driver_traits(const char *driver);

#endif
