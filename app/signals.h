/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Signals as events.  They are blocked and read from a descriptor, so that no
 * code ever runs inside a handler.
 */
#ifndef WEIR_APP_SIGNALS_H
#define WEIR_APP_SIGNALS_H

enum signal_event {
	SIGNAL_NONE,	 /* the time was up */
	SIGNAL_STOP,	 /* SIGINT, SIGTERM, SIGHUP */
	SIGNAL_COUNTERS, /* SIGUSR1 */
	SIGNAL_KEYS,	 /* SIGUSR2; SIGHUP says that a terminal has gone */
};

/* Call before any thread is made: threads inherit what is blocked.  0 or a negative errno. */
int signals_init(void);

/* Wait for an event at most so long. */
enum signal_event signals_wait(int timeout_ms);

/* From here on a signal that says stop ends the process at once. */
void signals_release(void);

#endif
