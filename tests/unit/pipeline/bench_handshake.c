/* SPDX-License-Identifier: BSD-3-Clause */

#include "bench_handshake.h"

#define IPV4_SYN(offset) ETHER("0800") IPV4("06") TCP(offset "002")
#define IPV6_SYN(offset) ETHER("86dd") IPV6("06") TCP(offset "002")
#define ECN_SYN(offset)	 ETHER("0800") IPV4("06") TCP(offset "0c2") /* ECE and CWR */
#define ECN6_SYN(offset) ETHER("86dd") IPV6("06") TCP(offset "0c2")
#define VLAN_SYN(offset) \
	ETHER("8100 0007") "0800 45000000 00004000 4006 0000 c6336402 c6336401 " TCP(offset "002")
#define VLAN6_SYN(offset)                                              \
	ETHER("8100 0007")                                             \
	"86dd 60000000 0000 0640 20010db8 00000007 00000000 00000002 " \
	"20010db8 00000007 00000000 00000001 " TCP(offset "002")

static const struct {
	const char *offset;
	const char *options;
} option_lists[] = {
	{"5", ""},
	{"6", "020405b4"},
	{"6", "01010402"},
	{"6", "01030307"},
	{"6", "02040000"},
	{"7", "020405b4 04020000"},
	{"7", "020405b4 01030302"},
	{"7", "01010402 01030302"},
	{"8", "0101080a 01020304 00000000"},
	{"8", "0402080a 01020304 00000000"},
	{"8", "020405b4 01030308 01010402"},
	{"9", "020405b4 0402080a 01020304 00000000"},
	{"9", "020405b4 0101080a 01020304 00000000"},
	{"9", "0101080a 01020304 00000000 01030307"},
	{"a", "020405b4 0402080a 01020304 00000000 01030307"},
	{"a", "02040218 0402080a ffffffff 12345678 0103030e"},
	{"b", "020405b4 01030306 0101080a 01020304 00000000 04020000"},
	{"6", "02040513"},
	{"6", "02040514"},
	{"8", "020405a0 01030305 01010402"},
	{"8", "0204ffff 0103030f 01010402"},
	{"8", "02040001 010303ff 01010402"},
	{"a", "02040000 0402080a 00000000 ffffffff 0103030f"},
	{"a", "0204ffff 0402080a 80000000 00000001 010303ff"},
	{"f", "01010101 01010101 01010101 01010101 01010101 020405b4 04020101 01030307 01010101 "
	      "01010101"},
};

struct packet
syn_of(unsigned int kind, size_t list)
{
	const char *offset = option_lists[list].offset;
	char hex[512];
	int bytes;

	static_assert(RTE_DIM(option_lists) == OPTION_LISTS, "as the header says");

	if (kind == 0)
		bytes = snprintf(hex, sizeof(hex), IPV4_SYN("%s") "%s", offset,
				 option_lists[list].options);
	else if (kind == 1)
		bytes = snprintf(hex, sizeof(hex), IPV6_SYN("%s") "%s", offset,
				 option_lists[list].options);
	else if (kind == 2)
		bytes = snprintf(hex, sizeof(hex), ECN_SYN("%s") "%s", offset,
				 option_lists[list].options);
	else if (kind == 3)
		bytes = snprintf(hex, sizeof(hex), ECN6_SYN("%s") "%s", offset,
				 option_lists[list].options);
	else if (kind == 4)
		bytes = snprintf(hex, sizeof(hex), VLAN6_SYN("%s") "%s", offset,
				 option_lists[list].options);
	else
		bytes = snprintf(hex, sizeof(hex), VLAN_SYN("%s") "%s", offset,
				 option_lists[list].options);
	assert_in_range(bytes, 1, sizeof(hex) - 1);
	return packet_sealed(hex);
}

struct agreeable agreeable = {true, true, true, true};

struct weir_core *
core_with(const struct emit_offload *offload)
{
	static const struct weir_app_ops ops = {.version = WEIR_APP_VERSION};
	static struct tcp_config config;
	struct weir_core *core = bench_core(&ops);

	config = *core->tcp.config;
	config.ports[0].offload = *offload;
	config.ports[1].offload.ipv4_checksum = true;
	config.ports[1].mtu = 1300;
	config.timestamps = agreeable.timestamps;
	config.window_scaling = agreeable.window_scaling;
	config.sack = agreeable.sack;
	config.ecn = agreeable.ecn;
	config.rcv_wscale = 3;
	core->tcp.config = &config;
	return core;
}

static rte_be32_t
word_at(const uint8_t *octets)
{
	rte_be32_t word;

	memcpy(&word, octets, sizeof(word));
	return word;
}

struct packet
ack_for(const struct packet *syn, const uint8_t *syn_ack, uint32_t forged)
{
	struct packet ack = *syn;
	size_t l4_off = syn->l4_off;
	/* After the MSS, and after SACK-permitted or two no-operations. */
	bool has_timestamps = syn_ack[l4_off + 12] >= 0x90 && syn_ack[l4_off + 26] == 8 &&
			      syn_ack[l4_off + 27] == 10;
	uint32_t seq = rte_cpu_to_be_32(rte_be_to_cpu_32(word_at(syn->octets + l4_off + 4)) + 1);
	uint32_t number =
		rte_cpu_to_be_32((rte_be_to_cpu_32(word_at(syn_ack + l4_off + 4)) + 1) ^ forged);

	memcpy(ack.octets + l4_off + 4, &seq, 4);
	memcpy(ack.octets + l4_off + 8, &number, 4);
	ack.octets[l4_off + 12] = has_timestamps ? 0x80 : 0x50;
	ack.octets[l4_off + 13] = TH_ACK;
	if (has_timestamps) {
		memcpy(ack.octets + l4_off + 20, "\x01\x01\x08\x0a\x01\x02\x03\x05", 8);
		memcpy(ack.octets + l4_off + 28, syn_ack + l4_off + 28, 4);
	}
	ack.bytes = l4_off + (has_timestamps ? 32 : 20);
	packet_seal(&ack);
	return ack;
}

void
bench_use_wide(void)
{
	if (!prf_aes_wide_is_available()) {
		print_message("# no wide registers on this machine: not tested\n");
		skip();
	}
	bench_core_kind = PRF_AES_WIDE;
}
