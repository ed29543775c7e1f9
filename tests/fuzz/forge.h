/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Frames of every kind, as the input says: a template of a client's, then what is done
 * to it.  One octet chooses the template,
 *
 *	% 8	0 segment  1 who has our address?  2 answer  3 claim of our address
 *		4 probe of our address  5 echo request  6 error about a segment of ours
 *		7 a protocol that nobody speaks here
 *
 * then come its arguments, then an octet that says how it is changed, each bit of
 * 2 to 7 with arguments of its own:
 *
 *	0 it waits for the next burst	4 with a tag where there should be none, or without
 *	1 in several buffers		5 checksums as they are: the others are put right
 *	2 in fragments			6 the NIC vouches for the checksums, or took the tag out
 *	3 with IP options or headers	7 some octets are others
 */
#ifndef WEIR_TESTS_FUZZ_FORGE_H
#define WEIR_TESTS_FUZZ_FORGE_H

#include "client.h"

#define FORGED_BYTES_MAX 1900 /* of one frame: a buffer takes it, with room to grow */
#define FORGED_MAX	 10   /* frames of one forgery */

struct forge {
	struct rig *rig;
	struct input *input;
	const struct ip_addr *asked; /* whom weir asked for last */
	uint32_t id;		     /* of the datagram cut last */
};

/* Frames ready to be received. */
struct forged {
	struct rte_mbuf *frames[FORGED_MAX];
	uint32_t count;
	bool waits;
};

/* What is in a frame, as far as it can be told: sums for who judges the replies. */
struct forged_sums {
	uint32_t ip_bytes; /* 0: not IP */
	bool is_rst;
	bool is_mute; /* nobody answers it: to a group of stations, or with a wrong checksum */
};

/* A frame of `client`'s as the input says. */
void forge_template(struct forge *forge, struct client *client, struct forged *forged);

/* One of octets in the input, behind an Ethernet header unless `is_bare`. */
void forge_raw(struct forge *forge, const struct client *client, bool is_bare,
	       struct forged *forged);

struct forged_sums forge_sums(const struct rte_mbuf *m);

#endif
