/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A bad wire between two interfaces: forwards every frame from one to the other, both
 * ways, and loses, doubles and delays some.
 *
 *	lossy_link [OPTIONS] INTERFACE INTERFACE
 *
 *	--loss PERCENT		frames lost
 *	--duplicate PERCENT	frames that come twice
 *	--reorder PERCENT	frames held back by --hold-ms, so that later ones overtake them
 *	--hold-ms MS		how long (5)
 *	--delay-ms MS		what every frame takes (0)
 *	--seed N		of the choices (1)
 *
 * Prints "ready" once it forwards; ends on SIGTERM or SIGINT with the line
 * "forwarded N lost N doubled N held N".
 *
 * It exists because the kernel may lack netem, and because a frame that nftables drops on
 * its way out is reported to the kernel's TCP, which then knows of the loss.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES  2048
#define FRAMES_MAX   16384
#define BURST	     64
#define SOCKET_BYTES (32 << 20)

struct frame {
	TAILQ_ENTRY(frame) entry;
	uint64_t due_ns;
	int to;
	size_t length;
	unsigned char octets[FRAME_BYTES];
};

TAILQ_HEAD(frame_queue, frame);

struct link {
	int ends[2];
	double loss;
	double duplicate;
	double reorder;
	uint64_t hold_ns;
	uint64_t delay_ns;
	uint64_t random;
	struct frame_queue waiting; /* by due time */
	struct frame_queue spare;
	uint64_t forwarded;
	uint64_t lost;
	uint64_t doubled;
	uint64_t held;
};

static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* True in `percent` of the calls (xorshift64*). */
static bool
chance(struct link *link, double percent)
{
	link->random ^= link->random >> 12;
	link->random ^= link->random << 25;
	link->random ^= link->random >> 27;
	return (double)((link->random * 2685821657736338717u) >> 11) / (double)(1ull << 53) * 100 <
	       percent;
}

static int
open_end(const char *interface)
{
	struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq everything = {.mr_type = PACKET_MR_PROMISC};
	const int bytes = SOCKET_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	name.sll_ifindex = (int)if_nametoindex(interface);
	everything.mr_ifindex = name.sll_ifindex;
	if (fd < 0 || name.sll_ifindex == 0)
		error(2, errno, "%s", interface);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &everything, sizeof(everything)) !=
		    0 ||
	    bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0)
		error(2, errno, "%s", interface);
	return fd;
}

static void
enqueue(struct link *link, struct frame *frame)
{
	struct frame *before = TAILQ_LAST(&link->waiting, frame_queue);

	while (before != NULL && before->due_ns > frame->due_ns)
		before = TAILQ_PREV(before, frame_queue, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&link->waiting, frame, entry);
	else
		TAILQ_INSERT_AFTER(&link->waiting, before, frame, entry);
}

static void
repeat(struct link *link, const struct frame *frame)
{
	struct frame *copy = TAILQ_FIRST(&link->spare);

	if (copy == NULL)
		return;
	TAILQ_REMOVE(&link->spare, copy, entry);
	copy->due_ns = frame->due_ns;
	copy->to = frame->to;
	copy->length = frame->length;
	memcpy(copy->octets, frame->octets, frame->length);
	enqueue(link, copy);
	link->doubled++;
}

/* Takes what came in at `from`, at most a burst. */
static void
take(struct link *link, int from)
{
	for (int i = 0; i < BURST; i++) {
		struct frame *frame = TAILQ_FIRST(&link->spare);
		struct sockaddr_ll sender;
		socklen_t sender_length = sizeof(sender);
		ssize_t n;

		if (frame == NULL)
			return;
		n = recvfrom(link->ends[from], frame->octets, FRAME_BYTES, MSG_TRUNC,
			     (struct sockaddr *)&sender, &sender_length);
		if (n < 0)
			return;
		if (sender.sll_pkttype == PACKET_OUTGOING)
			continue;
		if (n > FRAME_BYTES)
			error(2, 0, "a frame of %zd octets: turn segmentation offload off", n);
		if (chance(link, link->loss)) {
			link->lost++;
			continue;
		}
		frame->to = link->ends[1 - from];
		frame->length = (size_t)n;
		frame->due_ns = now_ns() + link->delay_ns;
		if (chance(link, link->reorder)) {
			frame->due_ns += link->hold_ns;
			link->held++;
		}
		TAILQ_REMOVE(&link->spare, frame, entry);
		enqueue(link, frame);
		if (chance(link, link->duplicate))
			repeat(link, frame);
	}
}

/* Sends what is due; returns the nanoseconds until the next is, at most a second. */
static uint64_t
give(struct link *link)
{
	uint64_t now = now_ns();
	struct frame *frame;

	while ((frame = TAILQ_FIRST(&link->waiting)) != NULL) {
		if (frame->due_ns > now)
			return frame->due_ns - now < 1000000000 ? frame->due_ns - now : 1000000000;
		if (send(frame->to, frame->octets, frame->length, 0) < 0 && errno == EAGAIN)
			return 100000;
		TAILQ_REMOVE(&link->waiting, frame, entry);
		TAILQ_INSERT_HEAD(&link->spare, frame, entry);
		link->forwarded++;
	}
	return 1000000000;
}

static void
forward(struct link *link)
{
	struct pollfd ends[2] = {
		{.fd = link->ends[0], .events = POLLIN},
		{.fd = link->ends[1], .events = POLLIN},
	};

	while (!stop) {
		uint64_t wait_ns = give(link);
		const struct timespec wait = {.tv_sec = (time_t)(wait_ns / 1000000000),
					      .tv_nsec = (long)(wait_ns % 1000000000)};

		if (ppoll(ends, 2, &wait, NULL) < 0 && errno != EINTR)
			error(2, errno, "ppoll");
		take(link, 0);
		take(link, 1);
	}
}

static void
parse_arguments(struct link *link, int argc, char **argv)
{
	static const struct option options[] = {
		{"loss", required_argument, NULL, 'l'},
		{"duplicate", required_argument, NULL, 'u'},
		{"reorder", required_argument, NULL, 'r'},
		{"hold-ms", required_argument, NULL, 'h'},
		{"delay-ms", required_argument, NULL, 'd'},
		{"seed", required_argument, NULL, 's'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			link->loss = atof(optarg);
			break;
		case 'u':
			link->duplicate = atof(optarg);
			break;
		case 'r':
			link->reorder = atof(optarg);
			break;
		case 'h':
			link->hold_ns = (uint64_t)(atof(optarg) * 1e6);
			break;
		case 'd':
			link->delay_ns = (uint64_t)(atof(optarg) * 1e6);
			break;
		case 's':
			link->random = strtoull(optarg, NULL, 0) * 0x9e3779b97f4a7c15u | 1;
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 2)
		error(2, 0, "wants two interfaces: see the head of lossy_link.c");
}

int
main(int argc, char **argv)
{
	static struct link link = {.hold_ns = 5000000, .random = 1};
	static struct frame frames[FRAMES_MAX];

	parse_arguments(&link, argc, argv);
	TAILQ_INIT(&link.waiting);
	TAILQ_INIT(&link.spare);
	for (size_t i = 0; i < FRAMES_MAX; i++)
		TAILQ_INSERT_TAIL(&link.spare, &frames[i], entry);
	for (int i = 0; i < 2; i++)
		link.ends[i] = open_end(argv[optind + i]);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	printf("ready\n");
	fflush(stdout);
	forward(&link);
	printf("forwarded %llu lost %llu doubled %llu held %llu\n",
	       (unsigned long long)link.forwarded, (unsigned long long)link.lost,
	       (unsigned long long)link.doubled, (unsigned long long)link.held);
	return 0;
}
