/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What weir's card would see, written for Wireshark and tcpdump: a pcap file with
 * nanoseconds (draft-ietf-opsawg-pcap), as of its own host's byte order.
 */
#ifndef WEIR_TESTS_SIMULATION_CAPTURE_H
#define WEIR_TESTS_SIMULATION_CAPTURE_H

#include <stdint.h>
#include <stdio.h>

/* NULL where the file cannot be written. */
FILE *capture_open(const char *path);

/* Does nothing where `capture` is NULL. */
void capture_add(FILE *capture, uint64_t at_ns, const uint8_t *frame, uint32_t bytes);

#endif
