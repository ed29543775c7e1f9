/* SPDX-License-Identifier: BSD-3-Clause */

#include "walled.h"

#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PLACES	   256
#define PAGE_BYTES 4096
#define NOBODY	   UINT32_MAX

static uint8_t *pages; /* each with a wall behind it */
static struct rte_mbuf_ext_shared_info shared[PLACES];
static uint32_t next_free[PLACES]; /* a list */
static uint32_t first_free, free_count;

static uint8_t *
page_of(uint32_t place)
{
	return pages + (size_t)place * 2 * PAGE_BYTES;
}

static void
take_back(__attribute__((unused)) void *addr, void *arg)
{
	uint32_t place = (uint32_t)(uintptr_t)arg;

	next_free[place] = first_free;
	first_free = place;
	free_count++;
}

static void
set_up_once(void)
{
	if (pages != NULL)
		return;
	pages = mmap(NULL, (size_t)PLACES * 2 * PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(pages != MAP_FAILED);
	first_free = NOBODY;
	for (uint32_t i = PLACES; i-- > 0;) {
		check(mprotect(page_of(i) + PAGE_BYTES, PAGE_BYTES, PROT_NONE) == 0);
		shared[i].free_cb = take_back;
		shared[i].fcb_opaque = (void *)(uintptr_t)i;
		take_back(NULL, shared[i].fcb_opaque);
	}
}

uint32_t
walled_free_count(void)
{
	set_up_once();
	return free_count;
}

struct rte_mbuf *
walled_mbuf(struct rte_mempool *pool, const uint8_t *octets, uint32_t bytes, uint32_t tail)
{
	uint32_t room = RTE_PKTMBUF_HEADROOM + bytes + tail, place;
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	set_up_once();
	place = first_free;
	check(m != NULL && room <= PAGE_BYTES && place != NOBODY);
	first_free = next_free[place];
	free_count--;
	rte_mbuf_ext_refcnt_set(&shared[place], 1);
	rte_pktmbuf_attach_extbuf(m, page_of(place) + PAGE_BYTES - room, RTE_BAD_IOVA,
				  (uint16_t)room, &shared[place]);
	m->data_off = RTE_PKTMBUF_HEADROOM;
	memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), octets, bytes);
	memset(rte_pktmbuf_mtod_offset(m, uint8_t *, bytes), 0xa5, tail);
	return m;
}
