/* SPDX-License-Identifier: BSD-3-Clause */

/* What `weir --check` and `weir --help-config` print. */
#ifndef WEIR_APP_CONFIG_SHOW_H
#define WEIR_APP_CONFIG_SHOW_H

#include <stdio.h>

#include "weir/config.h"

/* The whole of `config` as a configuration file: defaults too, secrets not. */
void config_show(struct weir_config *config, FILE *stream);

/* Every key with what it may be, its default and its meaning. */
void config_show_keys(FILE *stream);

#endif
