/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What one end of a connection has sent and not had acknowledged, as somebody sees
 * it who watches the wire: when each octet left last, whether more than once,
 * whether a SACK block has told that it arrived, and since when the sender can know
 * that something sent after it did.
 *
 * Ranges in sequence order from `una` to `nxt`.  It shares no line with
 * lib/tcp/tcp_scoreboard.c, has room for more, and joins only what is alike in all.
 */
#ifndef WEIR_TESTS_SIMULATION_SENT_HISTORY_H
#define WEIR_TESTS_SIMULATION_SENT_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#define SENT_RANGES_MAX 600
#define SENT_NEVER	0

struct sent_range {
	uint32_t end;	  /* one past its last octet */
	bool is_again;	  /* it was sent more than once */
	bool is_sacked;	  /* a SACK block covers it */
	uint64_t sent_ns; /* when it left last */
	uint64_t
		passed_ns; /* told then that something that left later had arrived; or SENT_NEVER */
};

struct sent_history {
	uint32_t una, nxt;
	uint32_t count;
	bool is_full; /* there were too many ranges: nothing here is to be trusted */
	struct sent_range ranges[SENT_RANGES_MAX];
};

/* What an acknowledgment told that was not known before. */
struct sent_news {
	uint64_t octets;	 /* that have arrived */
	bool has_once;		 /* some of them had been sent once only ... */
	uint64_t once_latest_ns; /* ... the last of these then ... */
	uint64_t once_oldest_ns; /* ... the first of these then ... */
	uint32_t once_end;	 /* ... and the highest of these ends there */
	bool has_again;
	uint64_t again_oldest_ns;
};

void sent_history_init(struct sent_history *history, uint32_t una);

/* New octets, from `nxt` on. */
void sent_history_new(struct sent_history *history, uint32_t end, uint64_t now_ns);

/* Octets that were sent before.  True if a SACK block had told that one of them is there. */
bool sent_history_again(struct sent_history *history, uint32_t from, uint32_t to, uint64_t now_ns);

/* True if an acknowledgment up to `ack` measures a round trip: what it ends with was sent once. */
bool sent_history_measures(const struct sent_history *history, uint32_t ack);

/* All below `ack` has arrived.  Adds to *news. */
void sent_history_ack(struct sent_history *history, uint32_t ack, struct sent_news *news);

/* [from, to), within una and nxt, has arrived.  Adds to *news. */
void sent_history_sack(struct sent_history *history, uint32_t from, uint32_t to,
		       struct sent_news *news);

/*
 * Note what was passed: of what has not arrived, that which left before something that
 * was sent once and is in *news.  Where one of two was sent again, "before" is by
 * `grain_ns` at least.
 */
void sent_history_pass(struct sent_history *history, const struct sent_news *news,
		       uint64_t grain_ns, uint64_t now_ns);

/* SACK blocks may no longer be relied on (RFC 2018, 8). */
void sent_history_forget_sacks(struct sent_history *history);

static inline uint32_t
sent_history_begin(const struct sent_history *history, uint32_t i)
{
	return i == 0 ? history->una : history->ranges[i - 1].end;
}

#endif
