/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Answers to ARP requests and neighbour solicitations, between workers.  A device
 * gives them to whatever worker it likes, mostly the first; another may have asked.
 *
 * Who asks leaves a mark on a board that all can see: a tick, in a place that
 * the address's hash says.  Who receives an answer looks whether somebody has asked
 * lately, and if so shows what it says to all others, by a ring of each.  So what
 * nobody asked for goes no further, and is counted where it came in.  At most 1000
 * answers a second are shown by each worker, and they wait for the others'
 * housekeeping: some hundred turns of the loop.
 */
#ifndef WEIR_PORT_NEIGH_NEWS_H
#define WEIR_PORT_NEIGH_NEWS_H

#include "refusal.h"

struct weir;
struct worker;

/* Board and rings, if there are several workers. */
int neigh_news_create(struct weir *weir, const struct refusal *refusal);
void neigh_news_destroy(struct weir *weir);

/* Take what other workers show us. */
void neigh_news_take(struct worker *worker);

#endif
