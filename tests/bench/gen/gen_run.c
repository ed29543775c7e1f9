/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_run.h"

#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_pause.h>

#include "gen_neighbour.h"
#include "units.h"

#define BURST	      64
#define FLOOD_FRAMES  8191
#define CLIENT_FRAMES 8191
#define LATE_MAX      256.0 /* packets: a pause is not made up for */

static uint64_t
now_ns(const struct gen_run *run)
{
	uint64_t passed = rte_rdtsc() - run->start_tsc;

	return passed / run->hz * NS_PER_SECOND + passed % run->hz * NS_PER_SECOND / run->hz;
}

static bool
find_neighbour(struct gen_run *run)
{
	const struct gen_options *o = run->options;

	memcpy(run->path.mac_source, run->port.mac, sizeof(run->path.mac_source));
	run->path.destination = o->ip;
	run->path.port = (uint16_t)o->port;
	run->path.is_ipv6 = o->is_ipv6;
	if (o->has_mac) {
		memcpy(run->path.mac_destination, o->mac, sizeof(o->mac));
		return true;
	}
	if (gen_neighbour_find(&run->port, &run->path, &o->client_from, o->wait))
		return true;
	fprintf(stderr, "bench_gen: nobody answers for the address\n");
	return false;
}

static int
open_flood(struct gen_run *run)
{
	const struct gen_options *o = run->options;
	struct gen_flood_setup setup = {
		.path = &run->path,
		.from = &o->flood_from,
		.flavour = o->flavour,
		.mix = o->mix,
		.seed = o->seed,
		.frames = FLOOD_FRAMES + (uint32_t)o->descriptors,
	};

	run->flood_per_ns = (double)o->pps / (double)NS_PER_SECOND;
	return gen_flood_open(&run->flood, &setup);
}

static int
open_client(struct gen_run *run)
{
	const struct gen_options *o = run->options;
	struct gen_client_setup setup = {
		.path = &run->path,
		.from = &o->client_from,
		.flavour = o->flavour,
		.exchange = o->exchange,
		.server_closes = o->server_closes,
		.page = o->page,
		.slots = (uint32_t)o->clients,
		.flows = (uint32_t)o->flows,
		.hosts = (uint32_t)o->client_hosts,
		.rate = (double)o->rate,
		.flow_pause_ns = o->flow_pause * NS_PER_MS,
		.seed = o->seed + 1,
		.frames = CLIENT_FRAMES + (uint32_t)o->descriptors,
	};

	return gen_client_open(&run->client, &setup);
}

bool
gen_run_open(struct gen_run *run, const struct gen_options *options)
{
	int error;

	memset(run, 0, sizeof(*run));
	run->options = options;
	run->hz = rte_get_tsc_hz();
	rng_init(&run->rng, options->seed + 2);
	if (!gen_port_open(&run->port, options))
		return false;
	run->hz = rte_get_tsc_hz();
	if (!find_neighbour(run))
		return false;
	error = open_flood(run);
	if (error == 0 && options->has_clients)
		error = open_client(run);
	if (error != 0)
		fprintf(stderr, "bench_gen: no memory for frames: %s\n", strerror(-error));
	return error == 0;
}

void
gen_run_close(struct gen_run *run)
{
	if (run->options->has_clients)
		gen_client_close(&run->client);
	gen_flood_close(&run->flood);
	gen_port_close(&run->port);
}

static bool
is_to_be_verified(struct gen_run *run)
{
	if (run->options->verify == 0 || ++run->until_verify < run->options->verify)
		return false;
	run->until_verify = 0;
	return true;
}

/* False: the answer is damaged, and nobody is to see it. */
static bool
verify(struct gen_run *run, const struct rte_mbuf *m, const struct gen_answer *answer,
       bool is_clients)
{
	run->counts.verified++;
	if (!gen_answer_checksum_ok(m, answer)) {
		run->counts.checksum_bad++;
		return false;
	}
	if (!is_clients && answer->kind == GEN_ANSWER_SYN_ACK &&
	    answer->ack != gen_flood_seq(&run->flood, answer->low, answer->port) + 1)
		run->counts.syn_ack_wrong++;
	return true;
}

/* Returns whether the frame was taken over, as an answer of ours. */
static bool
take(struct gen_run *run, struct rte_mbuf *m, uint64_t ns)
{
	struct gen_answer answer;
	bool is_clients;

	gen_answer_parse(m, &answer);
	run->counts.received_octets += m->pkt_len;
	if (answer.kind == GEN_ANSWER_NEIGHBOUR) {
		run->counts.to_flood[answer.kind]++;
		if (!gen_neighbour_answer(m, &run->options->client_from, run->port.mac))
			return false;
		gen_batch_add(&run->batch, m);
		return true;
	}
	is_clients = run->options->has_clients && gen_client_owns(&run->client, &answer);
	if (gen_answer_is_tcp(&answer) && is_to_be_verified(run) &&
	    !verify(run, m, &answer, is_clients))
		return false;
	if (!is_clients) {
		run->counts.to_flood[answer.kind]++;
		return false;
	}
	run->counts.to_clients[answer.kind]++;
	if (gen_answer_is_tcp(&answer))
		gen_client_take(&run->client, m, &answer, ns, &run->batch);
	return false;
}

static uint32_t
receive(struct gen_run *run, uint64_t ns)
{
	struct rte_mbuf *frames[BURST];
	uint16_t count = rte_eth_rx_burst(run->port.id, 0, frames, BURST);
	uint32_t kept = 0;

	run->counts.received += count;
	for (uint16_t i = 0; i < count; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], void *));
	for (uint16_t i = 0; i < count; i++) {
		if (!take(run, frames[i], ns))
			frames[kept++] = frames[i];
	}
	rte_pktmbuf_free_bulk(frames, kept);
	return count;
}

static uint32_t
flood_due(struct gen_run *run, uint64_t passed_ns)
{
	uint32_t due = (uint32_t)run->options->burst;

	if (run->options->packets > 0)
		due = (uint32_t)RTE_MIN(due, run->options->packets - run->flooded);
	if (run->options->pps == 0)
		return due;
	run->allowance += run->flood_per_ns * (double)passed_ns;
	run->allowance = RTE_MIN(run->allowance, LATE_MAX);
	return RTE_MIN(due, (uint32_t)run->allowance);
}

/* The clients' frames have no better places in a burst than the flood's. */
static void
shuffle_in(struct gen_run *run, uint32_t clients_count)
{
	struct gen_batch *batch = &run->batch;

	for (uint32_t i = 0; i < clients_count; i++) {
		uint32_t k = rng_below(&run->rng, batch->count);
		struct rte_mbuf *m = batch->frames[i];

		batch->frames[i] = batch->frames[k];
		batch->frames[k] = m;
	}
}

static void
flood(struct gen_run *run, uint64_t passed_ns)
{
	struct gen_batch *batch = &run->batch;
	uint32_t clients_count = batch->count, made;

	if (run->flood.kinds == 0 || batch->count >= BURST)
		return;
	made = gen_flood_make(&run->flood, batch->frames + batch->count, flood_due(run, passed_ns));
	for (uint32_t i = 0; i < made; i++)
		batch->octets += batch->frames[batch->count + i]->pkt_len;
	batch->count += made;
	run->flooded += made;
	if (run->options->pps != 0)
		run->allowance -= made;
	if (run->options->loses && made > 0)
		shuffle_in(run, clients_count);
}

/* With nothing to do the other end's cache lines are left alone for a moment. */
static void
turn(struct gen_run *run, uint64_t ns)
{
	uint64_t passed_ns = ns - run->turned_ns;
	uint32_t count = receive(run, ns);

	run->counts.idle_ns += run->was_idle ? passed_ns : 0;
	run->turned_ns = ns;
	if (run->options->has_clients)
		gen_client_poll(&run->client, ns, &run->batch);
	flood(run, passed_ns);
	if (run->batch.count > 0)
		count += gen_port_send(&run->port, &run->batch, run->options->loses);
	run->was_idle = count == 0;
	if (run->was_idle)
		rte_pause();
}

/* What is counted elsewhere, gathered. */
static struct gen_counts
counts_now(const struct gen_run *run)
{
	struct gen_counts counts = run->counts;

	counts.sent = run->port.sent;
	counts.sent_octets = run->port.sent_octets;
	counts.refused = run->port.refused;
	counts.lost = run->port.lost + run->batch.overflows;
	memcpy(counts.made, run->flood.made, sizeof(counts.made));
	return counts;
}

/* Every member is a 64-bit number. */
static void
subtract(struct gen_counts *counts, const struct gen_counts *before)
{
	uint64_t *number = (uint64_t *)counts;
	const uint64_t *less = (const uint64_t *)before;

	for (size_t i = 0; i < sizeof(*counts) / sizeof(*number); i++)
		number[i] -= less[i];
}

static bool
is_over(const struct gen_run *run)
{
	return run->options->packets > 0 && run->flooded == run->options->packets &&
	       run->batch.count == 0;
}

void
gen_run_all(struct gen_run *run, const volatile sig_atomic_t *stop)
{
	const struct gen_options *o = run->options;
	uint64_t ns, begin_ns, end_ns, drained_ns;
	struct gen_counts before;

	run->start_tsc = rte_rdtsc();
	for (ns = 0; ns < o->warmup * NS_PER_SECOND && !*stop; ns = now_ns(run))
		turn(run, ns);

	before = counts_now(run);
	run->client.is_counting = true;
	begin_ns = ns;
	end_ns = begin_ns + o->seconds * NS_PER_SECOND;
	for (; ns < end_ns && !*stop && !is_over(run); ns = now_ns(run))
		turn(run, ns);
	run->client.is_counting = false;
	run->client.is_opening = false;
	run->window = counts_now(run);
	subtract(&run->window, &before);
	run->window_completed = run->client.stats.completed;
	run->seconds = (double)(ns - begin_ns) / (double)NS_PER_SECOND;

	drained_ns = ns + o->drain * NS_PER_SECOND;
	for (; ns < drained_ns && run->client.counted_busy > 0 && !*stop; ns = now_ns(run))
		turn(run, ns);
	run->unfinished = run->client.counted_busy;
}
