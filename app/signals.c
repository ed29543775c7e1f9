/* SPDX-License-Identifier: BSD-3-Clause */

#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int descriptor = -1;

/* nohup(1) ignores SIGHUP, and so do we then. */
static void
stop_signals(sigset_t *set)
{
	struct sigaction action;

	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
		sigaddset(set, SIGHUP);
}

int
signals_init(void)
{
	sigset_t set;

	stop_signals(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	/* A reader of our output that goes away must not take us along. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return descriptor < 0 ? -errno : 0;
}

enum signal_event
signals_wait(int timeout_ms)
{
	struct pollfd event = {.fd = descriptor, .events = POLLIN};
	struct signalfd_siginfo siginfo;

	if (poll(&event, 1, timeout_ms) <= 0)
		return SIGNAL_NONE;
	if (read(descriptor, &siginfo, sizeof(siginfo)) != (ssize_t)sizeof(siginfo))
		return SIGNAL_NONE;
	switch (siginfo.ssi_signo) {
	case SIGUSR1:
		return SIGNAL_COUNTERS;
	case SIGUSR2:
		return SIGNAL_KEYS;
	default:
		return SIGNAL_STOP;
	}
}

void
signals_release(void)
{
	sigset_t set;

	stop_signals(&set);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
