/* SPDX-License-Identifier: BSD-3-Clause */

/* Memory that ends where nothing is mapped: one octet read too far is a crash. */
#ifndef WEIR_TESTS_HARNESS_GUARD_PAGE_H
#define WEIR_TESTS_HARNESS_GUARD_PAGE_H

#include <stddef.h>
#include <stdint.h>

/* A copy of `octets` (at most a page) that ends at an unmapped page.  Valid until the next call. */
uint8_t *guard_page_copy(const void *octets, size_t bytes);

#endif
