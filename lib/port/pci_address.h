/* SPDX-License-Identifier: BSD-3-Clause */

/* Telling PCI devices from virtual ones in the key `device` of a [port] section. */
#ifndef WEIR_PORT_PCI_ADDRESS_H
#define WEIR_PORT_PCI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True where `device` starts with a PCI address, with or without its domain,
 * and perhaps driver arguments after a comma.  `name` then gets it in the form
 * DDDD:BB:DD.F, without arguments.
 */
bool pci_address_normalize(const char *device, char *name, size_t bytes);

#endif
