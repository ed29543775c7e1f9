/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A bounded flood of frames from spoofed sources, straight into an interface:
 *
 *	flood [OPTIONS] INTERFACE MAC ADDRESS PORT
 *
 *	--kind KIND	syn | ack | rst | fin | null | xmas: well-formed segments with
 *			random numbers; fragment: of such a SYN, random offset and ID;
 *			udp, ping: datagrams and echo requests;
 *			noise: such segments with octets changed, cut short, or all random;
 *			every second time the checksums are put right again
 *	--count N	frames (1000)
 *	--rate N	frames per second, 0: as fast as they go (0)
 *	--seed N	of everything random (1)
 *
 * Sources are 198.51.100.0/24 or 2001:db8:ffff::/64, ports 1024 to 65535.  Prints "sent N".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES 128
#define BURST	    32

#define FLAG_FIN  0x01
#define FLAG_SYN  0x02
#define FLAG_RST  0x04
#define FLAG_ACK  0x10
#define FLAGS_ALL 0x3f

#define TCP_BYTES_WITH_OPTIONS 40
#define TCP_BYTES	       20

/* Of the first three, noise is made. */
enum kind {
	KIND_SYN,
	KIND_ACK,
	KIND_RST,
	KIND_NOISE,
	KIND_FIN,
	KIND_NULL,
	KIND_XMAS,
	KIND_FRAGMENT,
	KIND_UDP,
	KIND_PING,
	KINDS
};

static const char *const kind_names[KINDS] = {
	[KIND_SYN] = "syn",	[KIND_ACK] = "ack",	      [KIND_RST] = "rst",
	[KIND_NOISE] = "noise", [KIND_FIN] = "fin",	      [KIND_NULL] = "null",
	[KIND_XMAS] = "xmas",	[KIND_FRAGMENT] = "fragment", [KIND_UDP] = "udp",
	[KIND_PING] = "ping",
};

static const unsigned char kind_flags[KINDS] = {
	[KIND_SYN] = FLAG_SYN, [KIND_ACK] = FLAG_ACK,	[KIND_RST] = FLAG_RST,
	[KIND_FIN] = FLAG_FIN, [KIND_XMAS] = FLAGS_ALL, [KIND_FRAGMENT] = FLAG_SYN,
};

struct flood {
	int fd;
	enum kind kind;
	uint64_t count;
	uint64_t rate;
	uint64_t random;
	unsigned char own_mac[6];
	unsigned char mac[6];
	bool is_ipv4;
	unsigned char address[16];
	uint16_t port;
};

struct frame {
	unsigned char octets[FRAME_BYTES];
	size_t length;
};

static uint32_t
random_bits(struct flood *flood)
{
	flood->random ^= flood->random >> 12;
	flood->random ^= flood->random << 25;
	flood->random ^= flood->random >> 27;
	return (uint32_t)((flood->random * 2685821657736338717u) >> 32);
}

static void
put16(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static void
put32(unsigned char *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint32_t
sum16(const unsigned char *at, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	if (length % 2 != 0)
		sum += (uint32_t)at[length - 1] << 8;
	return sum;
}

static uint32_t
fold(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* The IPv4 header's and TCP's, as long as nobody changed where they are. */
static void
put_checksums(const struct flood *flood, struct frame *f)
{
	unsigned char *ip = f->octets + 14;
	size_t ip_length = flood->is_ipv4 ? 20 : 40;
	size_t addresses = flood->is_ipv4 ? 12 : 8;
	unsigned char *tcp = ip + ip_length;
	size_t tcp_length;

	if (f->length < 14 + ip_length + TCP_BYTES)
		return;
	tcp_length = f->length - 14 - ip_length;
	if (flood->is_ipv4) {
		put16(ip + 10, 0);
		put16(ip + 10, fold(sum16(ip, 20, 0)));
	}
	put16(tcp + 16, 0);
	put16(tcp + 16, fold(sum16(tcp, tcp_length,
				   sum16(ip + addresses, ip_length - addresses,
					 IPPROTO_TCP + (uint32_t)tcp_length))));
}

/* Returns the octets of the header. */
static size_t
put_ip(struct flood *flood, unsigned char *ip, size_t tcp_length)
{
	static const unsigned char v4[20] = {
		0x45, [6] = 0x40, [8] = 64, [9] = IPPROTO_TCP, [12] = 198, 51, 100};
	static const unsigned char v6[40] = {
		0x60, [6] = IPPROTO_TCP, [7] = 64, [8] = 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff};

	if (flood->is_ipv4) {
		memcpy(ip, v4, sizeof(v4));
		put16(ip + 2, (uint32_t)(sizeof(v4) + tcp_length));
		put16(ip + 4, random_bits(flood));
		ip[15] = (unsigned char)(1 + random_bits(flood) % 254);
		memcpy(ip + 16, flood->address, 4);
		return sizeof(v4);
	}
	memcpy(ip, v6, sizeof(v6));
	put16(ip + 4, (uint32_t)tcp_length);
	put32(ip + 20, random_bits(flood));
	memcpy(ip + 24, flood->address, 16);
	return sizeof(v6);
}

static void
put_tcp(struct flood *flood, unsigned char *tcp, enum kind kind)
{
	/* MSS 1460, SACK permitted, timestamps, NOP, window scale 7: what Linux sends. */
	static const unsigned char options[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
						  0, 0, 0, 0,	 0, 0, 1, 3,  3, 7};

	memset(tcp, 0, TCP_BYTES);
	put16(tcp, 1024 + random_bits(flood) % 64512);
	put16(tcp + 2, flood->port);
	put32(tcp + 4, random_bits(flood));
	tcp[12] = TCP_BYTES / 4 << 4;
	tcp[13] = kind_flags[kind];
	put16(tcp + 14, 64240);
	if (kind != KIND_SYN) {
		put32(tcp + 8, random_bits(flood));
		return;
	}
	tcp[12] = TCP_BYTES_WITH_OPTIONS / 4 << 4;
	memcpy(tcp + TCP_BYTES, options, sizeof(options));
	put32(tcp + 28, random_bits(flood));
}

static void
spoil(struct flood *flood, struct frame *f)
{
	uint32_t how = random_bits(flood);

	if (how % 8 == 0) {
		static const uint16_t types[] = {ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, ETH_P_8021Q};

		for (size_t i = 14; i < f->length; i++)
			f->octets[i] = (unsigned char)random_bits(flood);
		put16(f->octets + 12, types[how >> 8 & 3]);
		return;
	}
	for (uint32_t changes = 1 + (how >> 8) % 3; changes > 0; changes--)
		f->octets[14 + random_bits(flood) % (f->length - 14)] =
			(unsigned char)random_bits(flood);
	if (how % 4 == 1)
		f->length = 14 + random_bits(flood) % (f->length - 13);
	if (how >> 16 & 1)
		put_checksums(flood, f);
}

/* A segment's frame becomes one of another protocol, as long as it was. */
static void
change_protocol(struct frame *f, bool is_ipv4, enum kind kind)
{
	unsigned char *ip = f->octets + 14;
	unsigned char *l4 = ip + (is_ipv4 ? 20 : 40);
	uint32_t l4_length = (uint32_t)(f->length - (size_t)(l4 - f->octets));
	unsigned char protocol = kind == KIND_UDP ? IPPROTO_UDP
				 : is_ipv4	  ? IPPROTO_ICMP
						  : IPPROTO_ICMPV6;
	uint32_t sum = 0;

	ip[is_ipv4 ? 9 : 6] = protocol;
	if (kind == KIND_UDP) {
		put16(l4 + 4, l4_length);
	} else {
		l4[0] = is_ipv4 ? 8 : 128;
		l4[1] = 0;
	}
	if (kind == KIND_UDP || !is_ipv4)
		sum = sum16(ip + (is_ipv4 ? 12 : 8), is_ipv4 ? 8 : 32, protocol + l4_length);
	put16(l4 + (kind == KIND_UDP ? 6 : 2), 0);
	put16(l4 + (kind == KIND_UDP ? 6 : 2), fold(sum16(l4, l4_length, sum)));
}

/* A fragment of any datagram: of IPv6 one with its header before what was TCP's. */
static void
fragment(struct flood *flood, struct frame *f)
{
	unsigned char *ip = f->octets + 14;
	uint32_t place = random_bits(flood) & 0xfff8;

	if (flood->is_ipv4) {
		put16(ip + 6, 0x2000 | place >> 3);
	} else {
		memmove(ip + 48, ip + 40, f->length - 54);
		memset(ip + 40, 0, 8);
		ip[40] = ip[6];
		ip[6] = IPPROTO_FRAGMENT;
		put16(ip + 42, place | 1);
		put32(ip + 44, random_bits(flood));
		f->length += 8;
		put16(ip + 4, (uint32_t)(f->length - 54));
	}
}

static void
put_ip_checksum(struct frame *f)
{
	put16(f->octets + 24, 0);
	put16(f->octets + 24, fold(sum16(f->octets + 14, 20, 0)));
}

static void
make(struct flood *flood, struct frame *f)
{
	enum kind kind = flood->kind == KIND_NOISE ? random_bits(flood) % KIND_NOISE : flood->kind;
	size_t tcp_length = kind == KIND_SYN ? TCP_BYTES_WITH_OPTIONS : TCP_BYTES;
	size_t ip_length;

	memcpy(f->octets, flood->mac, 6);
	memcpy(f->octets + 6, flood->own_mac, 6);
	put16(f->octets + 12, flood->is_ipv4 ? ETH_P_IP : ETH_P_IPV6);
	ip_length = put_ip(flood, f->octets + 14, tcp_length);
	put_tcp(flood, f->octets + 14 + ip_length, kind);
	f->length = 14 + ip_length + tcp_length;
	put_checksums(flood, f);
	if (kind == KIND_UDP || kind == KIND_PING)
		change_protocol(f, flood->is_ipv4, kind);
	if (kind == KIND_FRAGMENT)
		fragment(flood, f);
	if (flood->is_ipv4)
		put_ip_checksum(f);
	if (flood->kind == KIND_NOISE)
		spoil(flood, f);
}

/* Waits until the frames sent so far are not ahead of the rate. */
static void
keep_pace(const struct flood *flood, const struct timespec *start, uint64_t sent)
{
	uint64_t due_ns;
	struct timespec due;

	if (flood->rate == 0)
		return;
	due_ns = (uint64_t)start->tv_nsec + sent * 1000000000 / flood->rate;
	due.tv_sec = start->tv_sec + (time_t)(due_ns / 1000000000);
	due.tv_nsec = (long)(due_ns % 1000000000);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static uint64_t
send_all(struct flood *flood)
{
	struct frame frames[BURST];
	struct iovec parts[BURST];
	struct mmsghdr messages[BURST] = {0};
	struct timespec start;
	uint64_t sent = 0;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (sent < flood->count) {
		unsigned int burst =
			flood->count - sent < BURST ? (unsigned int)(flood->count - sent) : BURST;

		for (unsigned int i = 0; i < burst; i++) {
			make(flood, &frames[i]);
			parts[i].iov_base = frames[i].octets;
			parts[i].iov_len = frames[i].length;
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
		for (unsigned int done = 0; done < burst;) {
			int n = sendmmsg(flood->fd, messages + done, burst - done, 0);

			if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
				error(2, errno, "sendmmsg");
			done += n > 0 ? (unsigned int)n : 0;
		}
		sent += burst;
		keep_pace(flood, &start, sent);
	}
	return sent;
}

static void
open_interface(struct flood *flood, const char *interface)
{
	struct sockaddr_ll name = {.sll_family = AF_PACKET};
	struct ifreq request = {0};

	flood->fd = socket(AF_PACKET, SOCK_RAW, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (flood->fd < 0 || ioctl(flood->fd, SIOCGIFHWADDR, &request) != 0)
		error(2, errno, "%s", interface);
	memcpy(flood->own_mac, request.ifr_hwaddr.sa_data, 6);
	name.sll_ifindex = (int)if_nametoindex(interface);
	if (bind(flood->fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		error(2, errno, "%s", interface);
}

static enum kind
parse_kind(const char *text)
{
	for (unsigned int i = 0; i < KINDS; i++) {
		if (strcmp(text, kind_names[i]) == 0)
			return (enum kind)i;
	}
	error(2, 0, "%s: no such kind", text);
	return KIND_SYN;
}

static void
parse_target(struct flood *flood, char *const *argv)
{
	struct ether_addr *mac = ether_aton(argv[1]);

	flood->is_ipv4 = inet_pton(AF_INET, argv[2], flood->address) == 1;
	if (mac == NULL || (!flood->is_ipv4 && inet_pton(AF_INET6, argv[2], flood->address) != 1))
		error(2, 0, "%s %s: not a MAC and an IP address", argv[1], argv[2]);
	memcpy(flood->mac, mac, 6);
	flood->port = (uint16_t)atoi(argv[3]);
	open_interface(flood, argv[0]);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"kind", required_argument, NULL, 'k'},
		{"count", required_argument, NULL, 'c'},
		{"rate", required_argument, NULL, 'r'},
		{"seed", required_argument, NULL, 's'},
		{0},
	};
	static struct flood flood = {.count = 1000, .random = 1};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'k':
			flood.kind = parse_kind(optarg);
			break;
		case 'c':
			flood.count = strtoull(optarg, NULL, 0);
			break;
		case 'r':
			flood.rate = strtoull(optarg, NULL, 0);
			break;
		case 's':
			flood.random = strtoull(optarg, NULL, 0) * 0x9e3779b97f4a7c15u | 1;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 4)
		error(2, 0, "wants INTERFACE MAC ADDRESS PORT: see the head of flood.c");
	parse_target(&flood, argv + optind);
	printf("sent %llu\n", (unsigned long long)send_all(&flood));
	return 0;
}
