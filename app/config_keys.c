/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The table of keys.  A range here must be the one in lib/port/config.c, and a
 * default the one of weir_config_init(): a test compares them.
 */
#include "config_keys.h"

#include <stdio.h>
#include <string.h>

#include "weir/config.h"

#define PORT_ALLOWED   "the name of a [port] section"
#define PREFIXES_ALLOWED "up to 64 networks, as a list such as 198.51.100.0/24, 2001:db8::/32"
#define FILE_ALLOWED	 "the path of a file with one network a line, up to 255 octets"
#define SECRET_ALLOWED "32 hexadecimal digits"

const struct config_kind config_kinds[SECTION_N] = {
	[SECTION_WEIR] = {"weir", false, "The process: CPUs, memory, how it reports and stops."},
	[SECTION_PORT] = {"port", true, "A network port, one section each."},
	[SECTION_ADDRESS] = {"address", true, "An IP address of ours, one section each."},
	[SECTION_LISTENER] = {"listener", true, "TCP ports and the application behind them."},
	[SECTION_SYN] = {"syn", false, "The handshake under attack and without."},
	[SECTION_TCP] = {"tcp", false, "Connections."},
	[SECTION_LIMITS] = {"limits", false, "How much memory is laid out; nothing grows later."},
	[SECTION_SOURCES] = {"sources", false, "Who is served and who is not, by source address."},
};

static const struct config_choice no_yes[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};

static const struct config_choice stop_choices[] = {
	{"rst", WEIR_STOP_RST}, {"fin", WEIR_STOP_FIN}, {NULL, 0}};

static const struct config_choice steering_choices[] = {{"auto", WEIR_STEERING_AUTO},
							{"rss", WEIR_STEERING_RSS},
							{"software", WEIR_STEERING_SOFTWARE},
							{NULL, 0}};

static const struct config_choice syn_queue_choices[] = {{"off", WEIR_SYN_QUEUE_OFF},
							 {"auto", WEIR_SYN_QUEUE_AUTO},
							 {"on", WEIR_SYN_QUEUE_ON},
							 {NULL, 0}};

static const struct config_choice cookies_choices[] = {{"auto", WEIR_COOKIES_AUTO},
						       {"always", WEIR_COOKIES_ALWAYS},
						       {"never", WEIR_COOKIES_NEVER},
						       {NULL, 0}};

static const struct config_choice mac_choices[] = {
	{"auto", WEIR_MAC_AUTO}, {"aes", WEIR_MAC_AES}, {"siphash", WEIR_MAC_SIPHASH}, {NULL, 0}};

static const struct config_choice congestion_choices[] = {
	{"cubic", WEIR_CC_CUBIC}, {"newreno", WEIR_CC_NEWRENO}, {NULL, 0}};

#define PLACE(type, field) \
	.offset = offsetof(struct type, field), .bytes = sizeof(((struct type *)0)->field)

/* clang-format off */

#define NUMBER(sec, key_name, place, key_unit, low, high, text, what) \
	{.section = sec, .name = key_name, .type = TYPE_NUMBER, .unit = key_unit, \
	 .fallback = text, .meaning = what, .min = low, .max = high, place}
#define CHOICE(sec, key_name, place, list, text, what) \
	{.section = sec, .name = key_name, .type = TYPE_CHOICE, .unit = "", \
	 .fallback = text, .meaning = what, .choices = list, place}
#define OTHER(sec, key_name, kind, place, values, text, what) \
	{.section = sec, .name = key_name, .type = kind, .unit = "", .allowed = values, \
	 .fallback = text, .meaning = what, place}
#define DESCRIPTORS(key_name, place, what) \
	{.section = SECTION_PORT, .name = key_name, .type = TYPE_POWER_OF_TWO, .unit = "packets", \
	 .allowed = "64 to 32768, a power of two", .fallback = "1024", .meaning = what, \
	 .min = 64, .max = 32768, place}

#define WEIR(field)	PLACE(weir_config, field)
#define PORT(field)	PLACE(weir_port_config, field)
#define ADDRESS(field)	PLACE(weir_address_config, field)
#define LISTENER(field) PLACE(weir_listener_config, field)
#define SYN(field)	PLACE(weir_syn_config, field)
#define TCP(field)	PLACE(weir_tcp_config, field)
#define LIMITS(field)	PLACE(weir_limits_config, field)
#define SOURCES(field)	PLACE(weir_sources_config, field)

const struct config_key config_keys[] = {
	OTHER(SECTION_WEIR, "cores", TYPE_CPUS, WEIR(cores),
	      "CPUs 0 to 1023, as a list such as 1,3 or 1-3, up to 64 of them", "1",
	      "CPUs of the workers, one worker each."),
	NUMBER(SECTION_WEIR, "main_core", WEIR(main_core), "CPU", 0, 1023, "0",
	       "CPU of the thread that does the rest."),
	CHOICE(SECTION_WEIR, "hugepages", WEIR(hugepages), no_yes, "no",
	       "Take memory from hugepages."),
	NUMBER(SECTION_WEIR, "memory", WEIR(memory_mb), "MiB", 0, 1048576, "1024",
	       "Memory DPDK may take; 0 lets DPDK decide."),
	NUMBER(SECTION_WEIR, "stats_interval", WEIR(stats_interval_s), "s", 0, 86400, "0",
	       "Time between two printings of the counters; 0 prints them at exit only."),
	CHOICE(SECTION_WEIR, "stop", WEIR(stop_policy), stop_choices, "rst",
	       "What live connections get when weir stops."),
	NUMBER(SECTION_WEIR, "stop_grace", WEIR(stop_grace_ms), "ms", 0, 600000, "2000",
	       "With stop = fin: time for connections to end before they get a RST."),
	OTHER(SECTION_WEIR, "eal", TYPE_TEXT, WEIR(eal_arguments), "up to 255 octets", "",
	      "Further arguments for DPDK, separated by blanks."),

	OTHER(SECTION_PORT, "device", TYPE_TEXT, PORT(device),
	      "a PCI address or a virtual device such as net_tap0,iface=weir0, up to 255 octets",
	      NULL, "DPDK's name of the device."),
	NUMBER(SECTION_PORT, "vlan", PORT(vlan_id), "", 0, 4094, "0",
	       "VLAN tag of all traffic; 0 is untagged."),
	NUMBER(SECTION_PORT, "mtu", PORT(mtu), "octets", 576, 9000, "1500",
	       "Longest IP packet."),
	DESCRIPTORS("rx_descriptors", PORT(rx_descriptors), "Length of each receive queue."),
	DESCRIPTORS("tx_descriptors", PORT(tx_descriptors), "Length of each send queue."),
	CHOICE(SECTION_PORT, "steering", PORT(steering), steering_choices, "auto",
	       "How packets find the worker that owns their connection."),
	CHOICE(SECTION_PORT, "syn_queue", PORT(syn_queue), syn_queue_choices, "off",
	       "A receive queue for SYNs alone, where the port can sort them out."),
	CHOICE(SECTION_PORT, "offload", PORT(offload), no_yes, "yes",
	       "Let the port do the checksums it can do."),
	CHOICE(SECTION_PORT, "promiscuous", PORT(promiscuous), no_yes, "no",
	       "Receive frames for other stations too."),
	CHOICE(SECTION_PORT, "shed", PORT(shed), no_yes, "yes",
	       "In overload, drop SYNs so that connections lose nothing."),
	CHOICE(SECTION_PORT, "dad", PORT(dad), no_yes, "yes",
	       "Ask whether another station has an IPv6 address before using it."),

	OTHER(SECTION_ADDRESS, "port", TYPE_PORT_NAME, ADDRESS(port), PORT_ALLOWED, NULL,
	      "Port the address is reached through."),
	OTHER(SECTION_ADDRESS, "ip", TYPE_IP_PREFIX, ADDRESS(address),
	      "an IPv4 address with /0 to /32 or an IPv6 address with /0 to /128", NULL,
	      "The address and the length of its network's prefix."),
	OTHER(SECTION_ADDRESS, "gateway", TYPE_IP, ADDRESS(gateway),
	      "an address inside the prefix of ip, or an IPv6 link-local one", "",
	      "Router for connections that weir opens."),

	OTHER(SECTION_LISTENER, "address", TYPE_ADDRESS_NAME, LISTENER(address),
	      "all, the name of an [address] section", "all", "Where to listen."),
	OTHER(SECTION_LISTENER, "tcp", TYPE_TCP_PORTS, LISTENER(ports),
	      "TCP ports 1 to 65535, as a list such as 80,8080-8090, up to 64 of them", NULL,
	      "The TCP ports to listen at."),
	OTHER(SECTION_LISTENER, "application", TYPE_TEXT, LISTENER(app),
	      "discard, echo, chargen, http, the path of a .so with a / in it", NULL,
	      "What answers."),
	OTHER(SECTION_LISTENER, "args", TYPE_TEXT, LISTENER(args), "up to 255 octets", "",
	      "Arguments of the application."),
	NUMBER(SECTION_LISTENER, "flows", LISTENER(flows_max), "connections", 0, UINT32_MAX, "0",
	       "Most connections at once; 0 sets no limit but [limits] flows."),

	CHOICE(SECTION_SYN, "cookies", SYN(cookies), cookies_choices, "auto",
	       "When to answer a SYN without keeping anything for it."),
	CHOICE(SECTION_SYN, "mac", SYN(mac), mac_choices, "auto",
	       "What authenticates a cookie."),
	OTHER(SECTION_SYN, "secret", TYPE_SECRET, SYN(secret), SECRET_ALLOWED, "",
	      "Master key of the cookies; without it a random one at each start."),
	OTHER(SECTION_SYN, "secret_previous", TYPE_SECRET, SYN(secret_previous), SECRET_ALLOWED, "",
	      "Key whose cookies are still accepted."),
	NUMBER(SECTION_SYN, "queue", SYN(queue), "entries per core", 1, 1048576, "1024",
	       "Handshakes remembered at once."),
	NUMBER(SECTION_SYN, "rate", SYN(rate), "SYN/s per core", 1, 100000000, "100000",
	       "With cookies = auto: the rate above which cookies start."),
	NUMBER(SECTION_SYN, "hold", SYN(hold_ms), "ms", 1, 3600000, "10000",
	       "With cookies = auto: quiet time before the queue is used again."),
	NUMBER(SECTION_SYN, "retries", SYN(retries), "", 0, 10, "5",
	       "Times a SYN-ACK from the queue is sent again."),

	NUMBER(SECTION_TCP, "receive_buffer", TCP(receive_buffer), "octets per connection", 2048,
	       16777216, "65536", "Octets received and not yet taken by the application, at first."),
	NUMBER(SECTION_TCP, "receive_buffer_max", TCP(receive_buffer_max), "octets per connection",
	       2048, 67108864, "4194304", "The most it grows to for who reads fast over a long path."),
	NUMBER(SECTION_TCP, "send_buffer", TCP(send_buffer), "octets per connection", 2048,
	       16777216, "262144", "Most octets sent by the application and not yet acknowledged."),
	NUMBER(SECTION_TCP, "rto_min", TCP(rto_min_ms), "ms", 1, 60000, "1000",
	       "Shortest retransmission timeout."),
	NUMBER(SECTION_TCP, "rto_max", TCP(rto_max_ms), "ms", 1000, 600000, "60000",
	       "Longest retransmission timeout."),
	NUMBER(SECTION_TCP, "delayed_ack", TCP(delayed_ack_ms), "ms", 0, 499, "40",
	       "Longest delay of an acknowledgment; 0 delays none."),
	NUMBER(SECTION_TCP, "retransmit_timeout", TCP(retransmit_timeout_ms), "ms", 1000, 86400000,
	       "100000", "Time after which a peer that acknowledges nothing is given up."),
	NUMBER(SECTION_TCP, "connect_timeout", TCP(connect_timeout_ms), "ms", 1000, 86400000,
	       "180000", "Time after which a connection weir opens is given up if nobody answers."),
	NUMBER(SECTION_TCP, "local_port_first", TCP(local_port_first), "", 1024, 65535, "32768",
	       "First local port of connections that weir opens."),
	NUMBER(SECTION_TCP, "local_port_last", TCP(local_port_last), "", 1024, 65535, "65535",
	       "The last one; not below the first."),
	NUMBER(SECTION_TCP, "msl", TCP(msl_ms), "ms", 1, 120000, "30000",
	       "Maximum segment lifetime; TIME-WAIT lasts two of them."),
	NUMBER(SECTION_TCP, "fin_wait_2", TCP(fin_wait_2_ms), "ms", 1000, 86400000, "60000",
	       "Time to wait for the peer's FIN once ours is acknowledged."),
	NUMBER(SECTION_TCP, "idle_timeout", TCP(idle_timeout_ms), "ms", 0, UINT32_MAX, "0",
	       "Time without a segment after which a connection ends; 0 never."),
	CHOICE(SECTION_TCP, "keepalive", TCP(keepalive), no_yes, "no",
	       "Probe peers that are silent (RFC 9293, 3.8.4)."),
	NUMBER(SECTION_TCP, "keepalive_time", TCP(keepalive_time_ms), "ms", 1000, 864000000,
	       "7200000", "Silence before the first probe."),
	NUMBER(SECTION_TCP, "keepalive_interval", TCP(keepalive_interval_ms), "ms", 1000, 3600000,
	       "75000", "Time between probes."),
	NUMBER(SECTION_TCP, "keepalive_probes", TCP(keepalive_probes), "", 1, 15, "9",
	       "Probes without an answer after which a peer is given up."),
	NUMBER(SECTION_TCP, "request_timeout", TCP(request_timeout_ms), "ms", 0, UINT32_MAX,
	       "60000", "Time for a first octet, or a whole request; 0 no limit."),
	NUMBER(SECTION_TCP, "persist_timeout", TCP(persist_timeout_ms), "ms", 0, UINT32_MAX, "0",
	       "Time a peer may keep its window closed; 0 for ever."),
	NUMBER(SECTION_TCP, "stall_timeout", TCP(stall_timeout_ms), "ms", 0, UINT32_MAX, "0",
	       "Time in which a peer must take stall_rate; 0 any."),
	NUMBER(SECTION_TCP, "stall_timeout_short", TCP(stall_timeout_short_ms), "ms", 0, UINT32_MAX,
	       "10000", "The same while transfers or buffers are short."),
	NUMBER(SECTION_TCP, "stall_rate", TCP(stall_rate), "octets per second", 0, 1000000000, "50",
	       "What a peer must take while text waits for it."),
	CHOICE(SECTION_TCP, "pmtu_discovery", TCP(pmtu_discovery), no_yes, "yes",
	       "Send smaller segments where a router says that they were too big."),
	CHOICE(SECTION_TCP, "pmtu_blackhole", TCP(pmtu_blackhole), no_yes, "yes",
	       "Try smaller segments where full-sized ones vanish."),
	NUMBER(SECTION_TCP, "pmtu_min", TCP(pmtu_min), "octets", 296, 1500, "552",
	       "Smallest path MTU a router is believed over IPv4."),
	NUMBER(SECTION_TCP, "pmtu_expiry", TCP(pmtu_expiry_ms), "ms", 1000, 86400000, "600000",
	       "Time after which larger segments are tried again."),
	NUMBER(SECTION_TCP, "ttl", TCP(ttl), "hops", 1, 255, "64",
	       "TTL or hop limit of what is sent."),
	NUMBER(SECTION_TCP, "dscp", TCP(dscp), "", 0, 63, "0",
	       "DSCP of what is sent."),
	CHOICE(SECTION_TCP, "timestamps", TCP(timestamps), no_yes, "yes",
	       "Agree to timestamps (RFC 7323)."),
	CHOICE(SECTION_TCP, "window_scaling", TCP(window_scaling), no_yes, "yes",
	       "Agree to window scaling (RFC 7323)."),
	CHOICE(SECTION_TCP, "sack", TCP(sack), no_yes, "yes",
	       "Agree to selective acknowledgments (RFC 2018)."),
	CHOICE(SECTION_TCP, "congestion_control", TCP(congestion_control), congestion_choices,
	       "cubic", "What decides how much may be under way."),
	CHOICE(SECTION_TCP, "ecn", TCP(ecn), no_yes, "yes",
	       "Agree to explicit congestion notification (RFC 3168)."),
	NUMBER(SECTION_TCP, "rst_rate", TCP(rst_rate), "per second and core", 0, 1000000, "1000",
	       "Most RSTs sent to segments without a connection; 0 sends none."),
	NUMBER(SECTION_TCP, "challenge_ack_rate", TCP(challenge_ack_rate), "per second and core", 1,
	       1000000, "1000", "Most challenge ACKs (RFC 5961)."),

	NUMBER(SECTION_LIMITS, "flows", LIMITS(flows), "per core", 64, 100000000, "65536",
	       "Connections, established or closing."),
	NUMBER(SECTION_LIMITS, "time_wait", LIMITS(time_wait), "per core", 64, 100000000, "65536",
	       "Connections in TIME-WAIT."),
	NUMBER(SECTION_LIMITS, "transfers", LIMITS(transfers), "per core", 64, 100000000, "8192",
	       "Connections with octets under way at once."),
	NUMBER(SECTION_LIMITS, "buffers", LIMITS(buffers), "per core", 1024, 16777216, "32768",
	       "Packet buffers."),
	NUMBER(SECTION_LIMITS, "reassembly_segments", LIMITS(reassembly_segments),
	       "per connection", 1, 4096, "256", "Segments held because octets before them are missing."),
	NUMBER(SECTION_LIMITS, "reassembly_datagrams", LIMITS(reassembly_datagrams), "per core", 0,
	       65536, "0", "Fragmented TCP segments put together at once; 0 drops fragments."),
	NUMBER(SECTION_LIMITS, "prefix_flows", LIMITS(prefix_flows), "per network and core", 0,
	       100000000, "0", "Connections; 0 sets no limit."),
	NUMBER(SECTION_LIMITS, "prefix_rate", LIMITS(prefix_rate), "per second, network and core", 0,
	       1000000, "0", "New connections; 0 sets no limit."),
	NUMBER(SECTION_LIMITS, "prefix_replies", LIMITS(prefix_replies),
	       "per second, network and core", 0, 1000000, "250",
	       "RSTs and echo replies to what belongs to no connection; 0 sets no limit."),
	NUMBER(SECTION_LIMITS, "prefix_ipv4", LIMITS(prefix_ipv4), "bits", 0, 32, "24",
	       "How long an IPv4 network's prefix is."),
	NUMBER(SECTION_LIMITS, "prefix_ipv6", LIMITS(prefix_ipv6), "bits", 0, 128, "64",
	       "How long an IPv6 network's prefix is."),

	OTHER(SECTION_SOURCES, "deny", TYPE_PREFIXES, SOURCES(deny), PREFIXES_ALLOWED, "",
	      "Networks whose packets are all dropped."),
	OTHER(SECTION_SOURCES, "deny_file", TYPE_TEXT, SOURCES(deny_file), FILE_ALLOWED, "",
	      "More of them."),
	OTHER(SECTION_SOURCES, "allow", TYPE_PREFIXES, SOURCES(allow), PREFIXES_ALLOWED, "",
	      "Networks that are served, and exempt from the prefix_ keys of [limits]."),
	OTHER(SECTION_SOURCES, "allow_file", TYPE_TEXT, SOURCES(allow_file), FILE_ALLOWED, "",
	      "More of them."),
};

/* clang-format on */

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

static const char *
choices_text(const struct config_choice *choices, char text[CONFIG_ALLOWED_BYTES])
{
	size_t used = 0;

	for (const struct config_choice *c = choices; c->name != NULL; c++)
		used += (size_t)snprintf(text + used, CONFIG_ALLOWED_BYTES - used, "%s%s",
					 used > 0 ? ", " : "", c->name);
	return text;
}

const char *
config_key_allowed(const struct config_key *key, char text[CONFIG_ALLOWED_BYTES])
{
	if (key->allowed != NULL)
		snprintf(text, CONFIG_ALLOWED_BYTES, "%s", key->allowed);
	else if (key->choices != NULL)
		choices_text(key->choices, text);
	else
		snprintf(text, CONFIG_ALLOWED_BYTES, "%llu to %llu", (unsigned long long)key->min,
			 (unsigned long long)key->max);
	return text;
}

const struct config_key *
config_key_lookup(enum config_section section, const char *name)
{
	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].section == section && strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}
