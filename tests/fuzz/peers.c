/* SPDX-License-Identifier: BSD-3-Clause */

#include "peers.h"

#include <string.h>

#include "net_octets.h"
#include "tcp_seq.h"

#define CLIENT_LAST 1
#define SERVER_LAST 80

/* Beside 192.0.2.0/24 and 2001:db8::/64, which the rig has. */
#define VLAN_NETWORK   UINT32_C(0xc6336400) /* 198.51.100.0/24 */
#define PORT_1_NETWORK UINT32_C(0xcb007100) /* 203.0.113.0/24 */

static struct ip_addr
in_network(uint32_t network, uint8_t last)
{
	return ip_addr_of_ipv4(rte_cpu_to_be_32(network + last));
}

static struct ip_addr
in_vlan_ipv6(uint8_t last)
{
	uint8_t octets[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 7};

	octets[15] = last;
	return ip_addr_of_ipv6(octets);
}

void
peers_set_up(struct rig_setup *setup)
{
	static struct local_address more[] = {
		{.mac = {0x02, 0, 0, 0, 0, 0x51}, .vlan_id = PEERS_VLAN, .prefix_bits = 24},
		{.mac = {0x02, 0, 0, 0, 0, 0x51}, .vlan_id = PEERS_VLAN, .prefix_bits = 64},
		{.mac = {0x02, 0, 0, 0, 0, 0x52},
		 .vlan_id = VLAN_NONE,
		 .port = 1,
		 .prefix_bits = 24},
	};

	more[0].addr = in_network(VLAN_NETWORK, SERVER_LAST);
	more[1].addr = in_vlan_ipv6(SERVER_LAST);
	more[2].addr = in_network(PORT_1_NETWORK, SERVER_LAST);
	setup->more = more;
	setup->more_count = RTE_DIM(more);
	setup->tcp.ports[1] = (struct tcp_port){.mtu = 1300, .offload.ipv4_checksum = true};
}

static void
set_link(struct wire_path *path, const struct rig_setup *setup, bool is_ipv6, uint16_t vlan_id,
	 uint32_t network)
{
	rig_path(setup, is_ipv6, 0, path);
	path->vlan_id = vlan_id;
	if (is_ipv6 && vlan_id != VLAN_NONE) {
		path->client.addr = in_vlan_ipv6(CLIENT_LAST);
		path->server.addr = in_vlan_ipv6(SERVER_LAST);
	}
	if (network == 0)
		return;
	path->client.addr = in_network(network, CLIENT_LAST);
	path->server.addr = in_network(network, SERVER_LAST);
	if (network == PORT_1_NETWORK)
		path->server.mac[5] = 0x52;
}

void
peers_init(struct peers *peers, const struct rig_setup *setup)
{
	set_link(&peers->paths[LINK_IPV4], setup, false, VLAN_NONE, 0);
	set_link(&peers->paths[LINK_IPV6], setup, true, VLAN_NONE, 0);
	set_link(&peers->paths[LINK_IPV4_VLAN], setup, false, PEERS_VLAN, VLAN_NETWORK);
	set_link(&peers->paths[LINK_IPV6_VLAN], setup, true, PEERS_VLAN, 0);
	set_link(&peers->paths[LINK_IPV4_PORT_1], setup, false, VLAN_NONE, PORT_1_NETWORK);
	memset(peers->of, 0, sizeof(peers->of));
	for (uint32_t i = 0; i < LINKS * PEERS; i++) {
		struct peer *peer = &peers->of[i / PEERS][i % PEERS];

		peer->isn = UINT32_C(0xfffff000) + i * 0x1111;
		peer->snd_nxt = peer->isn;
	}
}

static enum peers_link
link_of(bool is_ipv6, bool is_tagged, uint8_t port)
{
	if (port != 0)
		return LINK_IPV4_PORT_1;
	if (is_tagged)
		return is_ipv6 ? LINK_IPV6_VLAN : LINK_IPV4_VLAN;
	return is_ipv6 ? LINK_IPV6 : LINK_IPV4;
}

/* The TSval, where weir puts it: behind MSS and two more octets, or behind two alone. */
static void
learn_times(struct peer *peer, const uint8_t *tcp, uint32_t header_bytes, bool is_syn)
{
	const uint8_t *times = tcp + (is_syn ? 26 : 22);

	if (is_syn)
		peer->has_timestamps = false;
	if (header_bytes < (is_syn ? 36u : 32u) || times[0] != 8 || times[1] != 10)
		return;
	peer->has_timestamps = true;
	peer->heard_ms = get32(times + 2);
}

static void
learn(struct peer *peer, const uint8_t *tcp, uint32_t bytes)
{
	uint32_t header_bytes = (uint32_t)(tcp[12] >> 4) * 4, seq = get32(tcp + 4), end;
	uint8_t flags = tcp[13];

	if (header_bytes > bytes || (flags & TH_RST) != 0)
		return;
	learn_times(peer, tcp, header_bytes, (flags & TH_SYN) != 0);
	end = seq + bytes - header_bytes + ((flags & TH_FIN) != 0);
	if ((flags & TH_SYN) != 0) {
		peer->rcv_nxt = seq + 1;
		peer->snd_nxt = get32(tcp + 8);
		return;
	}
	if (seq_gt(end, peer->rcv_nxt))
		peer->rcv_nxt = end;
	if (seq_gt(get32(tcp + 8), peer->snd_nxt))
		peer->snd_nxt = get32(tcp + 8);
}

void
peers_hear(struct peers *peers, const uint8_t *frame, uint32_t bytes, uint8_t port)
{
	uint32_t l3 = get16(frame + 12) == 0x8100 ? 18 : 14, l4, l4_bytes, number;
	bool is_ipv6 = get16(frame + l3 - 2) == 0x86dd;
	enum peers_link link = link_of(is_ipv6, l3 == 18, port);

	if (!is_ipv6 && get16(frame + l3 - 2) != 0x0800)
		return;
	l4 = l3 + (is_ipv6 ? 40 : 20);
	if (bytes < l4 + 20 || frame[is_ipv6 ? l3 + 6 : l3 + 9] != 6)
		return;
	l4_bytes = is_ipv6 ? get16(frame + l3 + 4) : get16(frame + l3 + 2) - 20;
	number = get16(frame + l4 + 2) - peers->paths[link].client.port;
	if (number < PEERS && l4 + l4_bytes <= bytes)
		learn(&peers->of[link][number], frame + l4, l4_bytes);
}
