/* SPDX-License-Identifier: BSD-3-Clause */

/* The configuration in the units of the TCP engine. */
#ifndef WEIR_PORT_TCP_SETTINGS_H
#define WEIR_PORT_TCP_SETTINGS_H

#include "device.h"
#include "tcp_config.h"
#include "weir/config.h"

/* All but the ports. */
void tcp_settings_make(struct tcp_config *tcp, const struct weir_config *config);

/* What the engine must know of a device, at its port id. */
void tcp_settings_add_port(struct tcp_config *tcp, const struct device *device);

#endif
