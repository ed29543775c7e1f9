/* SPDX-License-Identifier: BSD-3-Clause */

/* Preloaded into weir: its books do not balance, whatever they say. */
#include <weir/weir.h>

bool
weir_counters_balance(__attribute__((unused)) const struct weir *weir)
{
	return false;
}
