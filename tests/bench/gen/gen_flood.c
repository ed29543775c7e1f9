/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_flood.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_prefetch.h>

#include "check.h"
#include "tcp_seg.h"
#include "wire_headers.h"

#define BURST_MAX 64
#define PART_MAX  1000000
#define PORT_LOW  1024

static const struct {
	const char *name;
	uint8_t protocol;
	uint8_t flags;
	bool is_fragment;
} kinds[GEN_FLOOD_N] = {
	[GEN_FLOOD_SYN] = {"syn", PROTOCOL_TCP, TH_SYN, false},
	[GEN_FLOOD_ACK] = {"ack", PROTOCOL_TCP, TH_ACK, false},
	[GEN_FLOOD_RST] = {"rst", PROTOCOL_TCP, TH_RST, false},
	[GEN_FLOOD_FIN] = {"fin", PROTOCOL_TCP, TH_FIN | TH_ACK, false},
	[GEN_FLOOD_SYN_ACK] = {"synack", PROTOCOL_TCP, TH_SYN | TH_ACK, false},
	[GEN_FLOOD_XMAS] = {"xmas", PROTOCOL_TCP, TH_FIN | TH_PSH | TH_URG, false},
	[GEN_FLOOD_NULL] = {"null", PROTOCOL_TCP, 0, false},
	[GEN_FLOOD_UDP] = {"udp", GEN_UDP, 0, false},
	[GEN_FLOOD_ICMP] = {"icmp", PROTOCOL_ICMP, 0, false},
	[GEN_FLOOD_FRAGMENT] = {"fragment", PROTOCOL_TCP, TH_SYN, true},
};

const char *
gen_flood_name(enum gen_flood_kind kind)
{
	return kinds[kind].name;
}

static int
kind_of(const char *name, size_t bytes)
{
	for (int i = 0; i < GEN_FLOOD_N; i++) {
		if (strlen(kinds[i].name) == bytes && memcmp(kinds[i].name, name, bytes) == 0)
			return i;
	}
	return -1;
}

/* One "name" or "name=part". */
static bool
parse_part(struct gen_flood_mix *mix, const char *text, size_t bytes)
{
	size_t name_bytes = strcspn(text, "=,");
	int kind = kind_of(text, name_bytes);
	unsigned long part = 1;
	char *end;

	if (kind < 0 || mix->part[kind] != 0)
		return false;
	if (name_bytes < bytes) {
		part = strtoul(text + name_bytes + 1, &end, 10);
		if (end != text + bytes || end == text + name_bytes + 1)
			return false;
	}
	mix->part[kind] = (uint32_t)part;
	return part > 0 && part <= PART_MAX;
}

bool
gen_flood_mix_parse(struct gen_flood_mix *mix, const char *text)
{
	memset(mix, 0, sizeof(*mix));
	if (strcmp(text, "none") == 0)
		return true;
	for (;;) {
		size_t bytes = strcspn(text, ",");

		if (!parse_part(mix, text, bytes))
			return false;
		if (text[bytes] == '\0')
			return true;
		text += bytes + 1;
	}
}

/* Slots by part, every kind at least one, then shuffled: a burst holds some of each. */
static void
make_schedule(struct gen_flood *flood, const struct gen_flood_mix *mix)
{
	uint64_t total = 0, before = 0;
	uint32_t at = 0;

	for (int i = 0; i < GEN_FLOOD_N; i++)
		total += mix->part[i];
	for (int i = 0; i < GEN_FLOOD_N; i++) {
		uint32_t end;

		if (mix->part[i] == 0)
			continue;
		before += mix->part[i];
		end = (uint32_t)(before * GEN_FLOOD_SLOTS / total);
		end = RTE_MAX(end, at + 1);
		while (at < RTE_MIN(end, (uint32_t)GEN_FLOOD_SLOTS))
			flood->schedule[at++] = (uint8_t)i;
		flood->kinds++;
	}
	for (uint32_t i = GEN_FLOOD_SLOTS - 1; i > 0; i--) {
		uint32_t k = rng_below(&flood->rng, i + 1);
		uint8_t kind = flood->schedule[i];

		flood->schedule[i] = flood->schedule[k];
		flood->schedule[k] = kind;
	}
}

int
gen_flood_open(struct gen_flood *flood, const struct gen_flood_setup *setup)
{
	struct gen_template_setup template = {
		.path = setup->path, .from = setup->from, .flavour = setup->flavour};
	char name[32];
	int error = 0;

	memset(flood, 0, sizeof(*flood));
	rng_init(&flood->rng, setup->seed);
	flood->seq_key = (uint32_t)rng_next(&flood->rng);
	make_schedule(flood, &setup->mix);
	for (int i = 0; i < GEN_FLOOD_N && error == 0; i++) {
		if (setup->mix.part[i] == 0)
			continue;
		template.protocol = kinds[i].protocol;
		template.flags = kinds[i].flags;
		template.is_fragment = kinds[i].is_fragment;
		gen_template_init(&flood->templates[i], &template);
		snprintf(name, sizeof(name), "flood_%s", kinds[i].name);
		error = gen_template_open(&flood->templates[i], name, setup->frames);
		flood->is_used[i] = true;
	}
	return error;
}

void
gen_flood_close(struct gen_flood *flood)
{
	for (int i = 0; i < GEN_FLOOD_N; i++) {
		if (flood->is_used[i])
			gen_template_close(&flood->templates[i]);
	}
}

static inline void
randomize(struct gen_flood *flood, const struct gen_template *t, struct rte_mbuf *m)
{
	uint64_t sender = rng_next(&flood->rng), numbers = rng_next(&flood->rng);
	struct gen_segment segment = {
		.host = t->is_ipv6 ? sender ^ numbers << 48 : sender >> 16,
		.port = (uint16_t)(PORT_LOW + ((sender & 0xffff) * (65536 - PORT_LOW) >> 16)),
		.ack = (uint32_t)numbers,
		.tsval = (uint32_t)(numbers >> 32),
		.tsecr = (uint32_t)(numbers >> 16),
	};
	uint64_t low = gen_prefix_low(t->base_low, t->host_mask, segment.host);

	segment.seq = gen_flood_seq(flood, low, segment.port);
	if (t == &flood->templates[GEN_FLOOD_SYN]) {
		segment.ack = 0;
		segment.tsecr = 0;
	}
	gen_template_patch(t, rte_pktmbuf_mtod(m, uint8_t *), &segment);
}

static uint32_t
make_kind(struct gen_flood *flood, uint8_t kind, struct rte_mbuf **frames, uint32_t count)
{
	const struct gen_template *t = &flood->templates[kind];

	if (!gen_template_take(t, frames, count))
		return 0;
	for (uint32_t i = 0; i < count; i++)
		rte_prefetch0((uint8_t *)frames[i] + sizeof(struct rte_mbuf) +
			      RTE_PKTMBUF_HEADROOM);
	for (uint32_t i = 0; i < count; i++)
		randomize(flood, t, frames[i]);
	flood->made[kind] += count;
	return count;
}

/* The next `count` slots of the schedule, gathered by kind and put back in their order. */
static uint32_t
make_mix(struct gen_flood *flood, struct rte_mbuf **frames, uint32_t count)
{
	struct rte_mbuf *made[BURST_MAX];
	uint32_t kept = 0;

	memset(frames, 0, count * sizeof(frames[0]));
	for (uint8_t kind = 0; kind < GEN_FLOOD_N; kind++) {
		uint32_t at[BURST_MAX], wanted = 0;

		for (uint32_t i = 0; i < count; i++) {
			if (flood->schedule[(flood->next + i) % GEN_FLOOD_SLOTS] == kind)
				at[wanted++] = i;
		}
		if (!flood->is_used[kind] || make_kind(flood, kind, made, wanted) < wanted)
			continue;
		for (uint32_t i = 0; i < wanted; i++)
			frames[at[i]] = made[i];
	}
	flood->next += count;
	for (uint32_t i = 0; i < count; i++) {
		if (frames[i] != NULL)
			frames[kept++] = frames[i];
	}
	return kept;
}

uint32_t
gen_flood_make(struct gen_flood *flood, struct rte_mbuf **frames, uint32_t count)
{
	check(count <= BURST_MAX);
	if (flood->kinds == 0 || count == 0)
		return 0;
	if (flood->kinds == 1)
		return make_kind(flood, flood->schedule[0], frames, count);
	return make_mix(flood, frames, count);
}
