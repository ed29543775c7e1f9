/* SPDX-License-Identifier: BSD-3-Clause */

/* DPDK's environment for a test program: no device, no hugepage, no thread, no word printed. */
#ifndef WEIR_TESTS_HARNESS_EAL_ONCE_H
#define WEIR_TESTS_HARNESS_EAL_ONCE_H

/* The first call starts it; later ones do nothing. */
void eal_once(void);

#endif
