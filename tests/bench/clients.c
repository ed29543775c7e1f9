/* SPDX-License-Identifier: BSD-3-Clause */

#include "clients.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "emit.h"
#include "frame.h"
#include "rng.h"

#define ADDRESSES_FIRST \
	RTE_IPV4(10, 0, 0, 1) /* one for each client, so that it can be found again */

static const uint8_t client_mac[6] = {0x02, 0, 0, 0, 0, 0xc1};

void
clients_open(struct clients *clients, struct bed *bed, uint32_t count, uint64_t seed)
{
	struct rng rng;

	rng_init(&rng, seed);
	*clients = (struct clients){
		.bed = bed,
		.list = calloc(count, sizeof(struct client)),
		.frames = calloc(count, sizeof(struct rte_mbuf *)),
		.count = count,
		.answers = calloc(CLIENTS_ANSWERS_MAX, sizeof(struct rte_mbuf *)),
	};
	check(clients->list != NULL && clients->frames != NULL && clients->answers != NULL);
	for (uint32_t i = 0; i < count; i++) {
		clients->list[i].address = ADDRESSES_FIRST + i;
		clients->list[i].port = (uint16_t)(1024 + rng_below(&rng, 64000));
		clients->list[i].snd_nxt = (uint32_t)rng_next(&rng);
	}
}

void
clients_close(struct clients *clients)
{
	for (uint32_t i = 0; i < clients->count; i++)
		rte_pktmbuf_free(clients->frames[i]);
	free(clients->answers);
	free(clients->frames);
	free(clients->list);
}

/* From a client to the server. */
static struct emit_path
path_of(const struct clients *clients, const struct client *client)
{
	const struct local_address *server = &bed_servers[clients->net];
	struct emit_path path = {
		.source = server->addr,
		.destination = server->addr,
		.vlan_id = server->vlan_id,
		.ttl = 64,
		.is_ipv6 = !ip_addr_is_ipv4(&server->addr),
	};

	path.source.word[3] = rte_cpu_to_be_32(client->address);
	memcpy(path.mac_source, client_mac, sizeof(client_mac));
	memcpy(path.mac_destination, server->mac, sizeof(server->mac));
	return path;
}

static void
make(struct clients *clients, uint32_t i, uint8_t flags, uint32_t ack,
     const struct tcp_options *options, uint32_t text_bytes)
{
	static const struct emit_offload software = {false, false};
	const struct client *client = &clients->list[i];
	struct emit_path path = path_of(clients, client);
	struct emit_tcp tcp = {
		.source_port = client->port,
		.destination_port = BED_SERVER_PORT,
		.seq = client->snd_nxt,
		.ack = ack,
		.wnd = 64240,
		.flags = flags,
		.options = options,
	};
	struct rte_mbuf *m = clients->frames[i];

	if (m == NULL)
		m = rte_pktmbuf_alloc(clients->bed->frames);
	check(m != NULL);
	emit_reset_mbuf(m);
	if (text_bytes > 0)
		memset(rte_pktmbuf_append(m, (uint16_t)text_bytes), 'w', text_bytes);
	emit_tcp_headers(m, &path, &tcp, &software);
	m->port = 0;
	m->ol_flags = 0;
	if (clients->bed->config.ports[0].offload.tcp_checksum)
		m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	clients->frames[i] = m;
}

void
clients_make_syns(struct clients *clients)
{
	struct tcp_options options = {
		.has_mss = true,
		.mss = 1460,
		.has_sack_permitted = true,
		.has_timestamps = true,
		.tsval = 1,
		.has_wscale = true,
		.wscale = 7,
	};

	for (uint32_t i = 0; i < clients->count; i++)
		make(clients, i, TH_SYN, 0, &options, 0);
}

static struct tcp_options
timestamps_of(const struct client *client)
{
	return (struct tcp_options){.has_timestamps = true, .tsval = 2, .tsecr = client->ts_recent};
}

void
clients_make_acks(struct clients *clients)
{
	for (uint32_t i = 0; i < clients->count; i++) {
		struct tcp_options options = timestamps_of(&clients->list[i]);

		make(clients, i, TH_ACK, clients->list[i].rcv_nxt, &options, 0);
	}
}

void
clients_make_resets(struct clients *clients)
{
	static const struct tcp_options none;

	for (uint32_t i = 0; i < clients->count; i++)
		make(clients, i, TH_RST, 0, &none, 0);
}

void
clients_make_forged_acks(struct clients *clients)
{
	for (uint32_t i = 0; i < clients->count; i++) {
		struct tcp_options options = timestamps_of(&clients->list[i]);

		make(clients, i, TH_ACK, clients->list[i].rcv_nxt ^ 0x5a5a5a5a, &options, 0);
	}
}

void
clients_make_text(struct clients *clients, uint32_t bytes)
{
	for (uint32_t i = 0; i < clients->count; i++) {
		struct tcp_options options = timestamps_of(&clients->list[i]);

		make(clients, i, TH_ACK | TH_PSH, clients->list[i].rcv_nxt, &options, bytes);
		clients->list[i].snd_nxt += bytes;
	}
}

/* Returns whose answer it is. */
static uint32_t
learn(struct clients *clients, struct rte_mbuf *m)
{
	struct frame frame;
	struct tcp_seg seg;
	struct client *client;
	uint32_t i;

	m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	check(frame_parse(m, &frame) == DROP_NONE);
	check(tcp_seg_parse(m, &frame, &seg) == DROP_NONE);
	i = rte_be_to_cpu_32(frame.destination.word[3]) - ADDRESSES_FIRST;
	check(i < clients->count);
	client = &clients->list[i];
	client->rcv_nxt = seg.end;
	if (seg.options.has_timestamps)
		client->ts_recent = seg.options.tsval;
	if (seg.flags & TH_SYN)
		client->snd_nxt = seg.ack;
	return i;
}

void
clients_learn(struct clients *clients, uint32_t count)
{
	for (uint32_t k = 0; k < count; k++) {
		struct rte_mbuf *m = clients->answers[k];
		uint32_t i = learn(clients, m);

		if (m->pool == clients->bed->frames && clients->frames[i] == NULL)
			clients->frames[i] = m;
		else
			rte_pktmbuf_free(m);
	}
}
