/* SPDX-License-Identifier: BSD-3-Clause */

/* The life of one weir instance, from a judged configuration to the exit status. */
#ifndef WEIR_APP_DAEMON_H
#define WEIR_APP_DAEMON_H

#include "weir/config.h"

/* Runs until a signal says stop.  EXIT_SUCCESS or EXIT_FAILURE. */
int daemon_run(const struct weir_config *config, int eal_argc, char *const *eal_argv);

#endif
