/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Many connections through the kernel's TCP, from one thread:
 *
 *	connections [OPTIONS] ADDRESS PORT
 *
 *	--count N	connections to open in all (1)
 *	--open N	of them open at once (100)
 *	--from A,B,..	source addresses, taken in turn: one has at most 64,000 ports
 *	--octets N	sent on each, expected back (0: none)
 *	--end HOW	close | reset | half: close(), RST, or FIN and wait for the peer's (close)
 *	--hold		once all are open print "held N", wait for a line on standard input,
 *			send and expect the octets once more, then end them; needs count = open
 *	--seconds N	give up after that long (60)
 *
 * One line at the end: "opened N completed N failed N reset N octets N".  Exit status 0 if
 * every connection was completed: opened, its octets back, and ended without an error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOURCES_MAX 64
#define OCTETS_MAX  65536
#define EVENTS	    256

/* SYNs under way at once: a device's queue holds about a thousand. */
#define CONNECTING_MAX 256

enum end { END_CLOSE, END_RESET, END_HALF };

enum step { STEP_CONNECTING, STEP_ECHOING, STEP_HELD, STEP_CLOSING };

struct connection {
	int fd;
	enum step step;
	uint32_t sent;
	uint32_t received;
};

struct address {
	struct sockaddr_storage name;
	socklen_t length;
};

struct run {
	/* What is wanted. */
	uint64_t count;
	uint32_t open_max;
	uint32_t octets;
	enum end end;
	bool hold;
	unsigned int seconds;
	struct address target;
	struct address sources[SOURCES_MAX];
	uint32_t source_count;

	/* What was done. */
	int epoll;
	struct connection *slots;
	uint64_t started;
	uint64_t opened;
	uint64_t completed;
	uint64_t failed;
	uint64_t reset;
	uint64_t octets_back;
	uint32_t *free_slots; /* a stack of open_max - open_now */
	uint32_t open_now;
	uint32_t connecting;
	uint32_t held;
};

static unsigned char outgoing[OCTETS_MAX];

static time_t
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (*text == '\0' || *end != '\0')
		error(2, 0, "%s: not a number", text);
	return value;
}

static struct address
parse_address(const char *text, uint16_t port)
{
	struct address a = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&a.name;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a.name;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		a.length = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		a.length = sizeof(*v6);
	} else {
		error(2, 0, "%s: not an address", text);
	}
	return a;
}

static void
parse_sources(struct run *run, char *list)
{
	for (char *a = strtok(list, ","); a != NULL; a = strtok(NULL, ",")) {
		if (run->source_count == SOURCES_MAX)
			error(2, 0, "more than %d sources", SOURCES_MAX);
		run->sources[run->source_count++] = parse_address(a, 0);
	}
}

static enum end
parse_end(const char *text)
{
	if (strcmp(text, "close") == 0)
		return END_CLOSE;
	if (strcmp(text, "reset") == 0)
		return END_RESET;
	if (strcmp(text, "half") == 0)
		return END_HALF;
	error(2, 0, "%s: not close, reset or half", text);
	return END_CLOSE;
}

static void
parse_arguments(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{"count", required_argument, NULL, 'c'},   {"open", required_argument, NULL, 'o'},
		{"from", required_argument, NULL, 'f'},	   {"octets", required_argument, NULL, 'b'},
		{"end", required_argument, NULL, 'e'},	   {"hold", no_argument, NULL, 'h'},
		{"seconds", required_argument, NULL, 's'}, {0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			run->count = number(optarg);
			break;
		case 'o':
			run->open_max = (uint32_t)number(optarg);
			break;
		case 'f':
			parse_sources(run, optarg);
			break;
		case 'b':
			run->octets = (uint32_t)number(optarg);
			break;
		case 'e':
			run->end = parse_end(optarg);
			break;
		case 'h':
			run->hold = true;
			break;
		case 's':
			run->seconds = (unsigned int)number(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (argc - optind != 2 || run->octets > OCTETS_MAX || run->open_max == 0 ||
	    (run->hold && run->open_max != run->count))
		error(2, 0, "see the head of connections.c");
	run->target = parse_address(argv[optind], (uint16_t)number(argv[optind + 1]));
}

static void
raise_descriptor_limit(uint32_t wanted)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= wanted)
		return;
	if (limit.rlim_max < wanted)
		limit.rlim_max = wanted;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		error(2, errno, "%u descriptors", wanted);
}

static void
watch(struct run *run, struct connection *c, uint32_t events, int operation)
{
	struct epoll_event event = {.events = events, .data.ptr = c};

	if (epoll_ctl(run->epoll, operation, c->fd, &event) != 0)
		error(2, errno, "epoll_ctl");
}

static void
give_slot_back(struct run *run, struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	if (c->step == STEP_CONNECTING)
		run->connecting--;
	run->open_now--;
	run->free_slots[run->open_max - run->open_now - 1] = (uint32_t)(c - run->slots);
}

static void
fail(struct run *run, struct connection *c, int reason)
{
	if (run->failed++ < 5)
		fprintf(stderr, "a connection failed in step %d, %u octets sent, %u back: %s\n",
			c->step, c->sent, c->received,
			reason == 0 ? "closed too early" : strerror(reason));
	if (reason == ECONNRESET)
		run->reset++;
	give_slot_back(run, c);
}

static void
start(struct run *run)
{
	uint32_t slot = run->free_slots[run->open_max - run->open_now - 1];
	struct connection *c = &run->slots[slot];
	int family = run->target.name.ss_family;
	const int on = 1;

	*c = (struct connection){.step = STEP_CONNECTING};
	c->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		error(2, errno, "socket");
	if (run->source_count > 0) {
		const struct address *a = &run->sources[run->started % run->source_count];

		/* Without it the port must be free towards every destination. */
		setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
		if (bind(c->fd, (const struct sockaddr *)&a->name, a->length) != 0)
			error(2, errno, "bind");
	}
	run->started++;
	run->connecting++;
	run->open_now++;
	if (connect(c->fd, (const struct sockaddr *)&run->target.name, run->target.length) != 0 &&
	    errno != EINPROGRESS) {
		fail(run, c, errno);
		return;
	}
	watch(run, c, EPOLLOUT, EPOLL_CTL_ADD);
}

/* Send what is left, take what is there.  0 to go on, 1 when all is back, -1 on failure. */
static int
echo(struct run *run, struct connection *c)
{
	unsigned char incoming[OCTETS_MAX];
	ssize_t n;

	if (c->sent < run->octets) {
		n = send(c->fd, outgoing + c->sent, run->octets - c->sent, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return -1;
		if (n > 0)
			c->sent += (uint32_t)n;
		if (c->sent == run->octets)
			watch(run, c, EPOLLIN, EPOLL_CTL_MOD);
	}
	while (c->received < run->octets) {
		n = recv(c->fd, incoming, run->octets - c->received, 0);
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0 || memcmp(incoming, outgoing + c->received, (size_t)n) != 0) {
			errno = n == 0 ? 0 : n > 0 ? EILSEQ : errno;
			return -1;
		}
		c->received += (uint32_t)n;
		run->octets_back += (uint64_t)n;
	}
	return 1;
}

static void
complete(struct run *run, struct connection *c)
{
	run->completed++;
	give_slot_back(run, c);
}

static void
end(struct run *run, struct connection *c)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	if (run->end == END_HALF) {
		shutdown(c->fd, SHUT_WR);
		c->step = STEP_CLOSING;
		watch(run, c, EPOLLIN, EPOLL_CTL_MOD);
		return;
	}
	if (run->end == END_RESET)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	complete(run, c);
}

static void
go_on_echoing(struct run *run, struct connection *c)
{
	int done = echo(run, c);

	if (done < 0) {
		fail(run, c, errno);
	} else if (done > 0 && run->hold && run->held < run->count) {
		c->step = STEP_HELD;
		run->held++;
		watch(run, c, EPOLLRDHUP, EPOLL_CTL_MOD);
	} else if (done > 0) {
		end(run, c);
	}
}

static void
step(struct run *run, struct connection *c)
{
	int reason = 0;
	socklen_t length = sizeof(reason);
	char octet;
	ssize_t n;

	switch (c->step) {
	case STEP_CONNECTING:
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &reason, &length);
		if (reason != 0) {
			fail(run, c, reason);
			return;
		}
		run->opened++;
		run->connecting--;
		c->step = STEP_ECHOING;
		go_on_echoing(run, c);
		return;
	case STEP_ECHOING:
		go_on_echoing(run, c);
		return;
	case STEP_HELD:
		getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &reason, &length);
		run->held--;
		fail(run, c, reason);
		return;
	case STEP_CLOSING:
		n = recv(c->fd, &octet, 1, 0);
		if (n == 0)
			complete(run, c);
		else if (n > 0 || errno != EAGAIN)
			fail(run, c, n > 0 ? EILSEQ : errno);
		return;
	}
}

static void
start_more(struct run *run)
{
	while (run->open_now < run->open_max && run->connecting < CONNECTING_MAX &&
	       run->started < run->count)
		start(run);
}

static void
wait_for_release(struct run *run)
{
	char line[16];

	printf("held %u\n", run->held);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		fprintf(stderr, "standard input is closed: not holding\n");
	run->hold = false;
	for (uint32_t i = 0; i < run->open_max; i++) {
		struct connection *c = &run->slots[i];

		if (c->fd < 0)
			continue;
		c->step = STEP_ECHOING;
		c->sent = 0;
		c->received = 0;
		watch(run, c, EPOLLOUT, EPOLL_CTL_MOD);
	}
}

static void
loop(struct run *run)
{
	struct epoll_event events[EVENTS];
	time_t deadline = seconds_now() + run->seconds;

	while (run->completed + run->failed < run->count) {
		int n;

		start_more(run);
		n = epoll_wait(run->epoll, events, EVENTS, 1000);
		for (int i = 0; i < n; i++)
			step(run, events[i].data.ptr);
		if (run->hold && run->held + run->failed == run->count)
			wait_for_release(run);
		if (seconds_now() > deadline) {
			fprintf(stderr, "gave up after %u s with %u open\n", run->seconds,
				run->open_now);
			return;
		}
	}
}

int
main(int argc, char **argv)
{
	static struct run run = {.count = 1, .open_max = 100, .seconds = 60};

	parse_arguments(&run, argc, argv);
	raise_descriptor_limit(run.open_max + 16);
	for (uint32_t i = 0; i < OCTETS_MAX; i++)
		outgoing[i] = (unsigned char)(i * 31 + (i >> 8));
	run.slots = calloc(run.open_max, sizeof(*run.slots));
	run.epoll = epoll_create1(0);
	run.free_slots = calloc(run.open_max, sizeof(*run.free_slots));
	if (run.slots == NULL || run.free_slots == NULL || run.epoll < 0)
		error(2, errno, "no memory or no epoll");
	for (uint32_t i = 0; i < run.open_max; i++) {
		run.slots[i].fd = -1;
		run.free_slots[i] = i;
	}
	loop(&run);
	printf("opened %llu completed %llu failed %llu reset %llu octets %llu\n",
	       (unsigned long long)run.opened, (unsigned long long)run.completed,
	       (unsigned long long)run.failed, (unsigned long long)run.reset,
	       (unsigned long long)run.octets_back);
	return run.completed == run.count ? 0 : 1;
}
