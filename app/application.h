/* SPDX-License-Identifier: BSD-3-Clause */

/* From the name of an application to its callbacks. */
#ifndef WEIR_APP_APPLICATION_H
#define WEIR_APP_APPLICATION_H

#include "config_faults.h"
#include "weir/config.h"

/*
 * Find the application of every listener: a built-in one by its name, or what a
 * shared object exports as `weir_app`, by its path.  Objects stay loaded.
 */
void applications_resolve(struct weir_config *config, struct config_faults *faults);

#endif
