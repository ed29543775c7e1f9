/* SPDX-License-Identifier: BSD-3-Clause */

#include "ack_forger.h"

#include <string.h>

#include <rte_byteorder.h>

#include "check.h"
#include "emit.h"

#define ADDRESS_MASK 0x3fffffffu

/* Where in a frame without VLAN and IP options the numbers are. */
enum place {
	AT_SOURCE = 14 + 12,
	AT_SOURCE_PORT = 34,
	AT_SEQ = 38,
	AT_ACK = 42,
	AT_OPTIONS = 54,
	AT_TSVAL = 58,
	AT_TSECR = 62,
};

static const uint8_t client_mac[6] = {0x02, 0, 0, 0, 0, 0xc1};
static const uint8_t server_mac[6] = {0x02, 0, 0, 0, 0, 0x51};

static void
make_template(struct ack_template *template, struct bed *bed, const struct tcp_options *options)
{
	static const struct emit_offload software = {false, false};
	struct emit_path path = {
		.destination = ip_addr_of_ipv4(rte_cpu_to_be_32(BED_SERVER_IPV4)),
		.source = ip_addr_of_ipv4(rte_cpu_to_be_32(FORGED_ADDRESS_FIRST)),
		.vlan_id = VLAN_NONE,
		.ttl = 64,
	};
	struct emit_tcp tcp = {
		.destination_port = BED_SERVER_PORT,
		.wnd = 64240,
		.flags = TH_ACK,
		.options = options,
	};
	struct rte_mbuf *m = rte_pktmbuf_alloc(bed->frames);

	check(m != NULL);
	emit_reset_mbuf(m);
	memcpy(path.mac_source, client_mac, sizeof(client_mac));
	memcpy(path.mac_destination, server_mac, sizeof(server_mac));
	emit_tcp_headers(m, &path, &tcp, &software);
	check(m->data_len <= FORGED_BYTES);
	template->bytes = m->data_len;
	memcpy(template->octets, rte_pktmbuf_mtod(m, void *), m->data_len);
	rte_pktmbuf_free(m);
}

void
ack_forger_init(struct ack_forger *forger, struct bed *bed)
{
	static const struct tcp_options none;
	static const struct tcp_options timestamps = {.has_timestamps = true};
	static const uint8_t layout[4] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_TIMESTAMPS, 10};

	forger->bed = bed;
	make_template(&forger->plain, bed, &none);
	make_template(&forger->timestamps, bed, &timestamps);
	check(forger->timestamps.bytes == FORGED_BYTES);
	check(memcmp(&forger->timestamps.octets[AT_OPTIONS], layout, sizeof(layout)) == 0);
}

struct guess
guess_at_random(struct rng *rng)
{
	uint64_t who = rng_next(rng), numbers = rng_next(rng), times = rng_next(rng);

	return (struct guess){
		.address = FORGED_ADDRESS_FIRST + ((uint32_t)who & ADDRESS_MASK),
		.port = (uint16_t)(who >> 32 | 1), /* never 0, which is refused by itself */
		.seq = (uint32_t)numbers,
		.ack = (uint32_t)(numbers >> 32),
		.tsval = (uint32_t)times,
		.tsecr = (uint32_t)(times >> 32),
	};
}

static void
put16(uint8_t *at, uint16_t number)
{
	number = rte_cpu_to_be_16(number);
	memcpy(at, &number, sizeof(number));
}

static void
put32(uint8_t *at, uint32_t number)
{
	number = rte_cpu_to_be_32(number);
	memcpy(at, &number, sizeof(number));
}

void
forge_ack(const struct ack_forger *forger, struct rte_mbuf *m, const struct guess *guess,
	  bool has_timestamps)
{
	const struct ack_template *template = has_timestamps ? &forger->timestamps : &forger->plain;
	uint8_t *octets = rte_pktmbuf_mtod(m, uint8_t *);

	memcpy(octets, template->octets, FORGED_BYTES);
	put32(octets + AT_SOURCE, guess->address);
	put16(octets + AT_SOURCE_PORT, guess->port);
	put32(octets + AT_SEQ, guess->seq);
	put32(octets + AT_ACK, guess->ack);
	if (has_timestamps) {
		put32(octets + AT_TSVAL, guess->tsval);
		put32(octets + AT_TSECR, guess->tsecr);
	}
	m->data_len = template->bytes;
	m->pkt_len = template->bytes;
	m->port = 0;
	m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}
