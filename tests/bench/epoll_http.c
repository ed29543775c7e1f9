/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A small web server on the kernel's TCP, to compare with: one thread, epoll, the
 * same answer to every request, connections stay open.
 *
 *	epoll_http ADDRESS PORT
 *
 * Prints "ready" and runs until it is killed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS	256
#define BACKLOG 4096

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
			     "Content-Length: 5\r\n\r\nHello";

static int
listen_at(const char *address, uint16_t port)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &name.sin_addr) != 1)
		error(2, errno, "%s", address);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 || listen(fd, BACKLOG) != 0)
		error(2, errno, "%s port %u", address, port);
	return fd;
}

static void
watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		error(2, errno, "epoll_ctl");
}

static void
accept_all(int epoll, int listener)
{
	const int on = 1;
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		watch(epoll, fd);
	}
}

/* One segment is one request here: the clients send no more before they have the answer. */
static void
serve(int fd)
{
	char request[4096];
	ssize_t bytes = recv(fd, request, sizeof(request), 0);

	if (bytes < 0 && errno == EAGAIN)
		return;
	if (bytes <= 0 ||
	    send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(answer) - 1)
		close(fd);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS];
	int listener, epoll = epoll_create1(0);

	if (argc != 3 || epoll < 0)
		error(2, 0, "usage: epoll_http ADDRESS PORT");
	listener = listen_at(argv[1], (uint16_t)atoi(argv[2]));
	watch(epoll, listener);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				accept_all(epoll, listener);
			else
				serve(events[i].data.fd);
		}
	}
}
