/* SPDX-License-Identifier: BSD-3-Clause */

/* Our addresses as the link sees them: probed, announced, disputed (neigh_dad.h). */
#ifndef WEIR_PORT_ADDRESSES_H
#define WEIR_PORT_ADDRESSES_H

#include "instance.h"
#include "refusal.h"

/* Lay out what the workers share; before they are created. */
int addresses_create(struct weir *weir, const struct refusal *refusal);
void addresses_destroy(struct weir *weir);

/* Links that are up now may be asked on. */
int addresses_begin(struct weir *weir, const struct refusal *refusal);

/* The link of a device came up. */
void addresses_link_is_up(struct weir *weir, const struct device *device);

/* By the main thread: tell the operator what has happened since. */
void addresses_poll(struct weir *weir);

#define ADDRESSES_MAC_BYTES 18 /* "02:00:00:00:00:01" */

struct address_report {
	const char *name; /* of the section */
	char ip[46];
	const char *state; /* "usable", "tentative" or "duplicate" */
	uint32_t conflicts;
	char rival[ADDRESSES_MAC_BYTES]; /* the other station heard last, or "" */
};

void addresses_report(const struct weir *weir, uint32_t idx, struct address_report *report);

#endif
