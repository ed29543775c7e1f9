/* SPDX-License-Identifier: BSD-3-Clause */

#include "pci_address.h"

#include <stdio.h>
#include <string.h>

bool
pci_address_normalize(const char *device, char *name, size_t bytes)
{
	unsigned int domain = 0;
	unsigned int bus, slot, function;
	int used = 0;

	if (sscanf(device, "%8x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &used) != 4) {
		domain = 0;
		used = 0;
		if (sscanf(device, "%2x:%2x.%1x%n", &bus, &slot, &function, &used) != 3)
			return false;
	}
	if (device[used] != '\0' && device[used] != ',')
		return false;
	if (slot > 0x1f || function > 7)
		return false;
	snprintf(name, bytes, "%.4x:%.2x:%.2x.%x", domain, bus, slot, function);
	return true;
}
