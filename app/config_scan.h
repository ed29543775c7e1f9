/* SPDX-License-Identifier: BSD-3-Clause */

/* A look at the file for what DPDK's parser would pass over without a word. */
#ifndef WEIR_APP_CONFIG_SCAN_H
#define WEIR_APP_CONFIG_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "config_faults.h"

#define CONFIG_SCAN_SECTION_BYTES 64

struct config_scan {
	struct config_faults *faults;
	uint32_t line; /* number of the line last seen */
	char section[CONFIG_SCAN_SECTION_BYTES];
};

/* Judge the next line: `bytes` octets, with or without its end. */
void config_scan_line(struct config_scan *scan, const char *text, size_t bytes);

/* Judge the whole file. */
void config_scan_file(const char *path, struct config_faults *faults);

#endif
