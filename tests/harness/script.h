/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A conversation written down in a file, one event a line:
 *
 *	// What is proved, in English.
 *	// proves: MUST-7 RFC5961-3.2
 *	// run: cookies=always,never family=4,6
 *	config: msl=1000
 *	   0  established
 *	+.01  < F. 1:1(0) ack 1 win 1024
 *	  +0  > . 1:1(0) ack 2
 *	  +0  state CLOSE-WAIT
 *
 * TIME is seconds: from the start, with "+" from the last event, "+A~B" a span
 * for a segment expected, "&" in one burst with the "<" before.  Then one of
 *
 *	established [<options>]		a handshake, with these options on the SYN
 *	< SEGMENT			the client sends it
 *	> SEGMENT			weir has sent it
 *	silence				weir has sent nothing
 *	state NAME			of the connection
 *	event open|text N|fin|writable|close REASON|none
 *	app: send N|write N|close|abort|pause|resume|nodelay|expect 0|expect 1
 *	     |keepalive 0|keepalive 1|timeout MS|connect [PORT] [refused ERRNO]
 *	as N				client N (from 0) speaks from here on
 *	port listener|closed		the port it sends to
 *	leap SECONDS			so much time passes at one stroke
 *
 * A segment expected at "+0" must come at once, else within 1 ms before and 4 ms
 * after its time: timers count in ticks.  Write a span where more is allowed.
 */
#ifndef WEIR_TESTS_HARNESS_SCRIPT_H
#define WEIR_TESTS_HARNESS_SCRIPT_H

#include "conversation.h"

#define SCRIPT_LINES_MAX 400

enum script_time {
	TIME_SINCE_START,
	TIME_SINCE_EVENT,
	TIME_SPAN,
	TIME_SAME_BURST,
};

enum script_verb {
	SCRIPT_ESTABLISHED,
	SCRIPT_RX,
	SCRIPT_TX,
	SCRIPT_SILENCE,
	SCRIPT_STATE,
	SCRIPT_EVENT,
	SCRIPT_APP,
	SCRIPT_AS,
	SCRIPT_PORT,
	SCRIPT_LEAP,
};

struct script_line {
	int number; /* in the file, from 1 */
	enum script_time time;
	enum script_verb verb;
	uint64_t from_ns;
	uint64_t to_ns;
	const char *rest; /* what the verb is about */
};

struct script {
	const char *path;
	char *text;			 /* the whole file; lines point into it */
	char settings[SETUP_TEXT_BYTES]; /* of config: and run: */
	struct script_line lines[SCRIPT_LINES_MAX];
	uint32_t line_count;
};

/* NULL, or what is wrong in *line. */
const char *script_load(struct script *script, const char *path, int *line);
void script_unload(struct script *script);

/* Hold the conversation; it fails where weir does otherwise. */
void script_perform(const struct script *script, struct conversation *c);

#endif
