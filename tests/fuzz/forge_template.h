/* SPDX-License-Identifier: BSD-3-Clause */

/* The templates that forge.h tells of: right, but for checksums, and without a tag. */
#ifndef WEIR_TESTS_FUZZ_FORGE_TEMPLATE_H
#define WEIR_TESTS_FUZZ_FORGE_TEMPLATE_H

#include "draft.h"
#include "forge.h"

void forge_put_template(struct draft *draft, const struct forge *forge, struct client *client,
			uint8_t choice);

#endif
