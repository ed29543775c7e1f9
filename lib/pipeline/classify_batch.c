/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments by sixteens: what the first stage does for those of a flood, where the CPU
 * has registers for sixteen at a time.  They have nothing but a lane in a batch, and
 * nearly all are served from there (segment_batch.c).
 */

#include "stages.h"
#include "tcp_syn_batch.h"

/* One address after another is the same, so the last answer is kept at hand. */
struct place {
	rte_be32_t address;
	uint16_t local_idx;
};

static inline uint16_t
local_of(struct weir_core *core, rte_be32_t address, uint8_t port, struct place *last)
{
	if (unlikely(address != last->address)) {
		last->address = address;
		last->local_idx =
			listener_memo_local_ipv4(&core->memo, core->tcp.listeners, address, port);
	}
	return last->local_idx;
}

/* Which of `lanes` are for us, from somebody who may send here. */
static uint32_t
for_us(struct weir_core *core, struct burst_batch *batch, uint32_t lanes, uint8_t port)
{
	struct place last = {.local_idx = LOCAL_NONE}; /* 0.0.0.0 is nobody's */
	uint32_t ours = 0;

	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(left);
		struct ip_addr source = ip_addr_of_ipv4(batch->in.source[lane]);

		batch->local_idx[lane] = local_of(core, batch->in.destination[lane], port, &last);
		if (likely(batch->local_idx[lane] != LOCAL_NONE &&
			   pipeline_may_send_from(core, &source, port)))
			ours |= left & -left;
	}
	return ours;
}

/* Their buckets are fetched while the rest of the burst is classified. */
static void
hash_batch(const struct tcp_engine *engine, struct burst_batch *batch)
{
	flow_hash_wide(&engine->flow_hash, batch->in.source, batch->in.ports, batch->local_idx,
		       batch->hash);
	for (uint32_t left = batch->lanes; left != 0; left &= left - 1)
		flow_pool_prefetch(&engine->flows, batch->hash[__builtin_ctz(left)]);
}

/* Few of a batch are freed one by one, so it is needed only where the port sums. */
static void
fetch_seconds(const struct tcp_engine *engine, const struct burst_batch *batch, uint8_t port)
{
	const struct emit_offload *offload = &engine->config->ports[port].offload;

	if (!offload->ipv4_checksum && !offload->tcp_checksum)
		return;
	for (uint32_t i = 0; i < WIDE_LANES; i++)
		pipeline_prefetch_second_line(batch->in.m[i]);
}

uint32_t
pipeline_classify_batch(struct weir_core *core, struct rte_mbuf *const *frames, uint32_t count,
			struct burst *burst)
{
	struct burst_batch *batch = &burst->batches[burst->batch_count];
	uint8_t port = (uint8_t)frames[0]->port;

	batch->segments = 0;
	batch->lanes = batch_read(&batch->in, frames, count, core->port_mac[port]);
	batch->lanes = for_us(core, batch, batch->lanes, port);
	if (batch->lanes != 0) {
		hash_batch(&core->tcp, batch);
		fetch_seconds(&core->tcp, batch, port);
		burst->batch_count++;
	}
	return batch->lanes;
}

static void
unbatch(struct burst *burst, uint32_t i)
{
	const struct burst_batch *batch = &burst->batches[burst->lane[i] / WIDE_LANES];
	uint32_t lane = burst->lane[i] % WIDE_LANES;
	struct ip_addr source = ip_addr_of_ipv4(batch->in.source[lane]);

	pipeline_prefetch_second_line(batch->in.m[lane]);
	batch_open(&batch->in, lane, &burst->plains[i]);
	burst_set_key(burst, i, &source, batch->in.ports[lane], batch->local_idx[lane]);
}

void
burst_unbatch_set(struct burst *burst, uint64_t segments)
{
	for (uint64_t left = segments; left != 0; left &= left - 1)
		unbatch(burst, (uint32_t)__builtin_ctzll(left));
	burst->batched &= ~segments;
}
