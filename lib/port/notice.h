/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Lines for the operator's log, under DPDK's log type "weir" (so that EAL's
 * --log-level governs them).  For set-up and housekeeping; never per packet.
 */
#ifndef WEIR_PORT_NOTICE_H
#define WEIR_PORT_NOTICE_H

__attribute__((format(printf, 1, 2))) void notice(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warning(const char *format, ...);

#endif
