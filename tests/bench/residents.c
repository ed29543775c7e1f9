/* SPDX-License-Identifier: BSD-3-Clause */

#include "residents.h"

#include "ack_forger.h"
#include "check.h"
#include "syn_cookie.h"

#define TEXT_ROOM (TCP_TX_MAX - TCP_TX_RESERVE)
#define BURST	  PIPELINE_BURST_MAX
#define BURST_NS  1000

/* The acknowledgment of a SYN-ACK that was never sent, with timestamps as most have. */
static struct guess
acknowledgment(const struct bed *bed, uint32_t number)
{
	struct guess guess = {
		.address = FORGED_ADDRESS_FIRST + number,
		.port = (uint16_t)(1024 + number % 60000),
		.seq = number,
		.tsval = 1,
	};
	struct cookie_tuple tuple = {
		.remote = ip_addr_of_ipv4(rte_cpu_to_be_32(guess.address)),
		.local = ip_addr_of_ipv4(rte_cpu_to_be_32(BED_SERVER_IPV4)),
		.remote_port = guess.port,
		.local_port = BED_SERVER_PORT,
		.irs = guess.seq - 1,
	};
	struct cookie_options options = {
		.has_timestamps = true,
		.has_wscale = true,
		.wscale = 7,
		.sack_permitted = true,
		.mss = 1460,
	};
	struct cookie cookie = syn_cookie_make(&bed->core->tcp.cookies, &tuple, &options);

	guess.ack = cookie.iss + 1;
	guess.tsecr = cookie.tsval;
	return guess;
}

static void
open_burst(struct bed *bed, const struct ack_forger *forger, uint32_t first, uint32_t count)
{
	struct rte_mbuf *frames[BURST];
	uint32_t sent;

	check(rte_pktmbuf_alloc_bulk(bed->frames, frames, count) == 0);
	for (uint32_t i = 0; i < count; i++) {
		struct guess guess = acknowledgment(bed, first + i);

		forge_ack(forger, frames[i], &guess, true);
	}
	bed->now_ns += BURST_NS;
	sent = pipeline_poll(bed->core, bed->now_ns, frames, count, TEXT_ROOM);
	rte_pktmbuf_free_bulk(bed->core->tcp.tx, sent);
}

void
residents_open(struct bed *bed, uint32_t count)
{
	uint32_t before = bed->core->tcp.flows.used;
	struct ack_forger forger;

	ack_forger_init(&forger, bed);
	for (uint32_t i = 0; i < count; i += BURST)
		open_burst(bed, &forger, i, RTE_MIN(count - i, (uint32_t)BURST));
	check(bed->core->tcp.flows.used == before + count);
	bed->residents = count;
}
