/* SPDX-License-Identifier: BSD-3-Clause */

/* Between the text of a value and the field of struct weir_config it stands for. */
#ifndef WEIR_APP_CONFIG_VALUE_H
#define WEIR_APP_CONFIG_VALUE_H

#include <stdio.h>

#include "config_keys.h"
#include "weir/config.h"

/* The structure a section's keys have their offsets in; `index` counts named sections. */
void *config_section_base(struct weir_config *config, enum config_section section, uint32_t index);

/*
 * Set the field of `key` in `base` from `text`, or -EINVAL and in `why` what is
 * wrong with the text.  Names are looked up in `config`.
 */
int config_value_parse(const struct config_key *key, const struct weir_config *config, void *base,
		       const char *text, char *why, size_t why_bytes);

/* The opposite.  A secret is not shown. */
void config_value_emit(const struct config_key *key, const struct weir_config *config,
		       const void *base, FILE *stream);

#endif
