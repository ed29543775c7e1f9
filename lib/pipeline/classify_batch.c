/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Segments by sixteens: what the first stage does for those of a flood, where the CPU
 * has registers for sixteen at a time.  They have nothing but a lane in a batch, and
 * nearly all are served from there (segment_batch.c).
 */

#include "stages.h"
#include "tcp_syn_batch.h"

/* As classify_syn() finds it, or classify_plain(). */
static uint16_t
find_local(struct weir_core *core, const struct batch *batch, uint32_t lane, uint8_t port)
{
	const struct listener_table *listeners = core->tcp.listeners;
	struct ip_addr destination;
	uint16_t local_idx;

	if (likely(!batch->shape.is_ipv6 && !batch->shape.is_tagged))
		return listener_memo_local_ipv4(&core->memo, listeners, batch->destination[3][lane],
						port);
	destination = batch_destination(batch, lane);
	local_idx = listener_memo_local(&core->memo, listeners, &destination, port,
					batch_vlan(batch, lane));
	if (local_idx != LOCAL_NONE && !pipeline_may_use(core, local_idx))
		return LOCAL_NONE;
	return local_idx;
}

/* Which of `lanes` come to an address of ours.  Nearly always all go to one. */
static uint32_t
to_us(struct weir_core *core, struct burst_batch *batch, uint32_t lanes, uint8_t port)
{
	uint32_t ours = 0;

	while (lanes != 0) {
		uint32_t first = (uint32_t)__builtin_ctz(lanes);
		uint32_t same = batch_to_same_place(&batch->in, first) & lanes;
		uint16_t local_idx = find_local(core, &batch->in, first, port);

		for (uint32_t i = 0; i < WIDE_LANES; i++)
			batch->local_idx[i] =
				(same >> i & 1) != 0 ? local_idx : batch->local_idx[i];
		ours |= local_idx != LOCAL_NONE ? same : 0;
		lanes &= ~same;
	}
	return ours;
}

/* In line, so that there is straight code for each family. */
static inline __attribute__((always_inline)) uint32_t
may_send(const struct weir_core *core, const struct batch *batch, uint32_t lanes, uint8_t port,
	 bool is_ipv6)
{
	uint32_t allowed = 0;

	for (uint32_t left = lanes; left != 0; left &= left - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(left);
		struct ip_addr source = batch_address(batch->source, lane, is_ipv6);

		allowed |= pipeline_may_send_from(core, &source, port) ? left & -left : 0;
	}
	return allowed;
}

/* Which of `lanes` are for us, from somebody who may send here. */
static uint32_t
for_us(struct weir_core *core, struct burst_batch *batch, uint32_t lanes, uint8_t port)
{
	lanes = to_us(core, batch, lanes, port);
	return batch->in.shape.is_ipv6 ? may_send(core, &batch->in, lanes, port, true)
				       : may_send(core, &batch->in, lanes, port, false);
}

/* Their buckets are fetched while the rest of the burst is classified. */
static void
hash_batch(const struct tcp_engine *engine, struct burst_batch *batch)
{
	flow_hash_wide(&engine->flow_hash, batch->in.shape.is_ipv6, batch->in.source,
		       batch->in.ports, batch->local_idx, batch->hash);
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
			uint32_t wanted, struct burst *burst, uint32_t *others)
{
	struct burst_batch *batch = &burst->batches[burst->batch_count];
	uint8_t port = (uint8_t)frames[0]->port;

	batch->segments = 0;
	batch->lanes = batch_read(&batch->in, frames, count, wanted, core->port_mac[port], others);
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
	struct ip_addr source = batch_source(&batch->in, lane);

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
