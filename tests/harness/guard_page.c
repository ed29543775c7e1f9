/* SPDX-License-Identifier: BSD-3-Clause */

#include "guard_page.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

uint8_t *
guard_page_copy(const void *octets, size_t bytes)
{
	static uint8_t *page;
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *copy;

	check(bytes <= page_bytes);
	if (page == NULL) {
		page = mmap(NULL, 2 * page_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		check(page != MAP_FAILED);
		check(mprotect(page + page_bytes, page_bytes, PROT_NONE) == 0);
	}
	memset(page, 0, page_bytes);
	copy = page + page_bytes - bytes;
	if (bytes > 0)
		memcpy(copy, octets, bytes);
	return copy;
}
