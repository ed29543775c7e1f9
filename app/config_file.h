/* SPDX-License-Identifier: BSD-3-Clause */

/* The configuration file: sections and keys of config_keys.c, read by DPDK's cfgfile. */
#ifndef WEIR_APP_CONFIG_FILE_H
#define WEIR_APP_CONFIG_FILE_H

#include "config_faults.h"
#include "weir/config.h"

/*
 * Read `path` into `config`, which weir_config_init() has prepared.  All faults
 * are reported; without any the caller goes on with weir_config_check().
 */
void config_file_load(const char *path, struct weir_config *config, struct config_faults *faults);

#endif
