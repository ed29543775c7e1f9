/* SPDX-License-Identifier: BSD-3-Clause */

#include "fragments.h"

#include <errno.h>

#include <rte_malloc.h>

#define PLACES_PER_HASH 8 /* power of two */

int
fragments_create(struct worker *worker, const struct weir_config *config,
		 const struct refusal *refusal)
{
	uint32_t datagrams = config->limits.reassembly_datagrams;
	struct reassembly *fragments;

	if (datagrams == 0)
		return 0;
	fragments = rte_zmalloc_socket("weir_fragments", sizeof(*fragments), RTE_CACHE_LINE_SIZE,
				       worker->socket_id);
	worker->core->fragments = fragments;
	worker->core->hands_whole_back = config->core_count > 1;
	if (fragments != NULL)
		fragments->table = rte_ip_frag_table_create(
			RTE_MAX(datagrams / PLACES_PER_HASH, 1u), PLACES_PER_HASH, datagrams,
			REASSEMBLY_NS, worker->socket_id);
	if (fragments == NULL || fragments->table == NULL)
		return refuse(refusal, -ENOMEM,
			      "[limits] reassembly_datagrams: no room for %u on core %u", datagrams,
			      worker->index);
	return 0;
}

void
fragments_destroy(struct worker *worker)
{
	struct reassembly *fragments = worker->core == NULL ? NULL : worker->core->fragments;

	if (fragments == NULL)
		return;
	rte_pktmbuf_free_bulk(worker->core->whole, worker->core->whole_count);
	worker->core->whole_count = 0;
	if (fragments->table != NULL)
		rte_ip_frag_table_destroy(fragments->table);
	rte_free(fragments);
	worker->core->fragments = NULL;
}
