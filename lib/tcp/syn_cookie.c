/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN cookies (RFC 4987, 3.6).
 *
 * Purpose.  A SYN costs its sender nothing, and its source address may be a lie.
 * Whatever memory we spend on it, a flood can make us spend until none is left.
 * So we spend none: all we need to remember travels to the client in the numbers
 * of the SYN-ACK and comes back in the acknowledgment, which only somebody who
 * received the SYN-ACK can send.  "Only" is the whole difficulty: the numbers
 * must be worthless to guess, useless on any other connection, and soon stale.
 *
 * What must come back.  The ACK itself repeats addresses, ports, the client's
 * sequence number (SEG.SEQ - 1 = IRS) and its window.  Said once, in the SYN:
 *
 *	MSS		we must never send more than the client can take
 *	window scale	the window field of every later segment means
 *			nothing without it
 *	SACK-permitted	licence to send SACK blocks, loss recovery depends on it
 *	ECN		the client offered it (ECE and CWR on the SYN)
 *	timestamps	need no bit: a client that was granted them must send them
 *			(RFC 7323, 3.2), so their presence in the ACK says it
 *
 * and of our own: which epoch it was, so that a cookie goes stale, and the time
 * of the SYN-ACK, for a first sample of the round trip.
 *
 * There are two layouts, because there are two kinds of client.
 *
 * Mode N, no timestamps.  Everything must fit the 32 bits of our ISN:
 *
 *	 31                                    8   7 6   5 4   3   2   0
 *	+----------------------------------------+-----+-----+---+------+
 *	|                 MAC, 24                | ep2 | MSS | S |  WS  |
 *	+----------------------------------------+-----+-----+---+------+
 *	                                          \____ masked by S1 ____/
 *
 *	ep2	epoch modulo 4
 *	MSS	index: IPv4 {none, 1300, 1440, 1460}, IPv6 {none, 1420, 1440,
 *		8940}; rounded down, below the table as if there were none, which
 *		the caller takes as 536 or 1220 (RFC 9293, 3.7.1)
 *	S	SACK-permitted
 *	WS	index: {none, 0, 1, 2, 4, 6, 7, 8}; rounded down, which makes us
 *		believe in less window than there is, never in more
 *
 * The MSS values are the common ones, as in Linux; the scales are those systems
 * announce, 8 being the default of Windows, whose clients are most of the ones
 * without timestamps.  ECN is not agreed to: it would cost a bit of the MAC.
 *
 * Mode T, timestamps.  The client echoes our TSval, 32 bits more.  The ISN is all
 * MAC, and the options, no longer rounded, move to the timestamp:
 *
 *	 31                                                            0
 *	+---------------------------------------------------------------+
 *	|                            MAC, 32                            |  ISN
 *	+---------------------------------------------------------------+
 *	 31    28  27  26  25               16  15   12  11            0
 *	+--------+---+---+--------------------+--------+----------------+
 *	|   WS   | S | E |      MSS / 8       |   ep4  |     clock      |  + S0 = TSval
 *	+--------+---+---+--------------------+--------+----------------+
 *
 *	WS	0 to 14, 15 for none
 *	E	ECN
 *	MSS	in units of 8, 0 for none, 1 for any below 16, at most 8184
 *	ep4	epoch modulo 16
 *	clock	4 ms units since the epoch began, 0 to 3999
 *
 * S0 and S1 are words of S, a pseudo-random block that belongs to the connection
 * (below).  What they cover is no secret and the MAC protects it; they hide from
 * an outsider which codes would pass, which is worth a bit (see Odds), make every
 * octet of the ISN look random and give each connection a timestamp offset of its
 * own (RFC 7323, 7).
 *
 * The clock is the one field outside the MAC: so a repeated SYN gets the same ISN
 * all through an epoch, and two SYN-ACKs in flight do not contradict each other.
 * A client that alters it spoils its own RTT sample and nothing else.  The clock
 * sits lowest, the epoch above it, and S0 is added, not XORed: so the TSvals of
 * repeated SYN-ACKs ascend, as timestamps must (RFC 7323, 5.2), for 256 s.
 * With the clock at the top, a late second SYN-ACK would be 2^28 ahead of the
 * first, and a client that records it would take our later segments for old.
 *
 * Keys.  An epoch is 16 s of UTC.  From a master key M derive
 *
 *	K4, K6 = PRF(M, "cookie tuple 4"), PRF(M, "cookie tuple 6")	for good
 *	K_e    = PRF(M, "cookie epoch", e)				per epoch
 *
 * and for each SYN, with [] for a block of 16 octets,
 *
 *	S   = PRF(K4, [addresses, ports, IRS])				IPv4
 *	S   = PRF(K6, [remote] [local] [ports, IRS])			IPv6
 *	MAC = PRF(K_e, [S xor (mode, all fields but the clock)])
 *
 * Two keys for two families, because the PRF allows one message length per key
 * (prf.h).  Every bit that means something is in the MAC: a cookie for one address
 * of ours is no use on another, nor are its options negotiable afterwards.  Two
 * calls make a cookie, two check it: S tells the fields, and a wrong epoch code
 * ends the matter there.  No loop tries out what the fields may have been.
 *
 * Nothing in M, e or the message belongs to a core or a machine, so whoever has
 * M and a clock within COOKIE_SKEW_NS checks what anyone else has made; the epoch
 * keys are derived by each for itself when the epoch turns.
 *
 * Validity.  In epoch e we accept e and e-1, and in the last COOKIE_SKEW_NS of e
 * also e+1, from a machine whose clock has turned before ours.  (One whose clock
 * turns after ours makes cookies of e-1, which are accepted anyway.)  So a cookie
 * lives 16 to 32 s: long enough for a client whose ACK was lost and whose data
 * comes after 1, 3, 7 or 15 s.  The key of e-2 is kept only to tell the slow from
 * the forgers; what is older cannot be told apart.
 *
 * Odds.  Let an attacker send acknowledgments for SYN-ACKs he never saw, and let
 * him know everything but M.  His chance per segment is the number of ISNs we
 * would accept at that moment, over 2^32:
 *
 *	mode N	2 epochs x 4 MSS x 2 SACK x 8 scales = 128 ISNs, each with its own
 *		MAC: 2^-25.  Even odds for one connection need 23 million segments;
 *		10 Gbit/s of them (14.88 M/s) open 0.44 connections a second.
 *		Without the mask he would try only octets of a good epoch: 2^-24.
 *		While e+1 is accepted too, 192: averaged over an epoch 1.6 % more.
 *	mode T	a TSecr names epoch and options, and for these one ISN is right:
 *		2^-32 at most, and less as S0 hides which TSecr names a good
 *		epoch.  10 Gbit/s of them open one connection in five minutes.
 *
 * The modes are apart: the MAC says which one it is for, so leaving out or adding
 * timestamps makes of a good cookie a forged one.  But an attacker picks the mode
 * he guesses in, so the promise to the outside is 2^-25.  Finding a cookie by
 * trial MACs instead of reading its fields would not improve this: what counts is
 * how many ISNs we accept.  There is no birthday to exploit either: a guess must
 * hit a value, not another guess.  And knowing many cookies does not help to make
 * one, short of breaking the PRF.
 *
 * Replay.  Within 32 s the same ACK is as good as the first time.  The caller
 * looks for the connection, its TIME-WAIT or its tombstone before it asks here.
 *
 * Deviations and losses, all known and accepted:
 *
 *	- The ISN does not follow a clock (RFC 9293, 3.4.1, MUST-8; RFC 6528).  It
 *	  is unpredictable, which is what MUST-9 wants; that old duplicates fall
 *	  outside the window is left to PAWS in mode T and to chance in mode N:
 *	  window / 2^32 per duplicate that outlives TIME-WAIT.
 *	- The SYN-ACK is not repeated by us.  Should the client's ACK be lost and
 *	  the client wait for us to speak first, nobody speaks (RFC 4987, 3.6).
 *	- Data on a SYN, Fast Open and unknown options are not remembered.
 *	- Mode N: an MSS below 536 (IPv4) or 1220 (IPv6) comes back as none, and the
 *	  client gets segments of the default size.  Mode T: an MSS above 8184 is
 *	  not used to the full; one of 1 to 7 comes back as 8, so the caller must
 *	  set its floor above that.
 *	- SYNs repeated across the turn of an epoch get another ISN.  The client
 *	  keeps the first and challenges the second, as it should.
 *
 * Rolling the master key.  The first secret makes, every one checks: put the new
 * one first and keep the old one for 32 s.  Meanwhile a guess has two chances and
 * a check up to four PRF calls.  A roll changes K4 and K6 too: ISN and TSval of a
 * SYN repeated across it jump, and offsets of timestamps are drawn anew.  After a
 * restart with the same master key old cookies are still good.
 *
 * Time never goes back in here: after a step back of the clock we stay in the
 * later epoch until it is reached again, and until then no cookie of ours goes
 * stale and none of a machine that is right about the time is accepted.
 */
#include "syn_cookie.h"

#include <string.h>

#include "cookie_layout.h"

static void
derive_epoch(struct syn_cookie *cookies, uint64_t epoch)
{
	for (uint32_t i = 0; i < cookies->secret_count; i++) {
		struct cookie_secret *secret = &cookies->secrets[i];
		uint8_t derived[16];

		prf_derive(cookies->kind, secret->master, "cookie epoch", epoch, derived);
		prf_key_init(&secret->epoch[epoch % COOKIE_EPOCHS].mac, cookies->kind, derived, 1);
	}
}

static void
derive_tuple_keys(struct cookie_secret *secret, enum prf_kind kind)
{
	uint8_t derived[16];

	prf_derive(kind, secret->master, "cookie tuple 4", 0, derived);
	prf_key_init(&secret->tuple_ipv4, kind, derived, 1);
	prf_derive(kind, secret->master, "cookie tuple 6", 0, derived);
	prf_key_init(&secret->tuple_ipv6, kind, derived, 3);
}

void
syn_cookie_init(struct syn_cookie *cookies, enum prf_kind kind, const uint8_t (*masters)[16],
		uint32_t count, uint64_t unix_ns)
{
	check(count >= 1 && count <= COOKIE_SECRETS_MAX);

	memset(cookies, 0, sizeof(*cookies));
	cookies->kind = kind;
	cookies->secret_count = count;
	cookies->unix_ns = unix_ns;
	cookies->epoch = unix_ns / COOKIE_EPOCH_NS;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(cookies->secrets[i].master, masters[i], sizeof(cookies->secrets[i].master));
		derive_tuple_keys(&cookies->secrets[i], kind);
	}
	/* Before epoch 2 the two past ones are numbers below zero: harmless, they wrap. */
	for (uint64_t back = 0; back < COOKIE_EPOCHS; back++)
		derive_epoch(cookies, cookies->epoch + 1 - back);
}

void
syn_cookie_set_time(struct syn_cookie *cookies, uint64_t unix_ns)
{
	uint64_t epoch = unix_ns / COOKIE_EPOCH_NS;
	uint64_t missing;

	if (unix_ns <= cookies->unix_ns)
		return;
	cookies->unix_ns = unix_ns;
	if (epoch == cookies->epoch)
		return;

	missing = epoch - cookies->epoch;
	if (missing > COOKIE_EPOCHS)
		missing = COOKIE_EPOCHS;
	cookies->epoch = epoch;
	for (uint64_t back = 0; back < missing; back++)
		derive_epoch(cookies, epoch + 1 - back);
}

/* S of each: the connection's own pseudo-random block.  `s` may be tuples->block[0]. */
static void
tuple_blocks(const struct cookie_secret *secret, const struct cookie_tuples *tuples, uint32_t count,
	     struct prf_block *s)
{
	prf_burst(tuples->is_ipv6 ? &secret->tuple_ipv6 : &secret->tuple_ipv4, tuples->block, count,
		  s);
}

/* The part of a cookie that is known before its MAC, and what that is to be of. */
static inline struct cookie
begin_cookie(const struct cookie_fields *fields, const struct cookie_moment *now,
	     struct prf_block *s)
{
	struct cookie cookie = {0};
	uint32_t bits;

	if (fields->has_timestamps) {
		bits = fields->bits | now->timestamp;
		cookie.tsval = cookie_timestamp_base(*s) + (bits | now->clock);
		*s = cookie_mac_message(*s, MODE_T, bits);
	} else {
		bits = fields->bits | now->octet;
		cookie.iss = bits ^ cookie_fields_mask(*s);
		*s = cookie_mac_message(*s, MODE_N, bits);
	}
	return cookie;
}

void
syn_cookie_make_burst(const struct syn_cookie *cookies, struct cookie_tuples *tuples,
		      const struct cookie_fields *fields, uint32_t count, struct cookie *made)
{
	const struct cookie_secret *secret = &cookies->secrets[0];
	struct cookie_moment now = cookie_moment_of(cookies);
	struct prf_block *s = tuples->block[0];

	check(count <= COOKIE_BURST_MAX);
	tuple_blocks(secret, tuples, count, s);
	for (uint32_t i = 0; i < count; i++)
		made[i] = begin_cookie(&fields[i], &now, &s[i]);
	prf_burst(&secret->epoch[cookies->epoch % COOKIE_EPOCHS].mac, tuples->block, count, s);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t mac = (uint32_t)s[i].q[0];

		made[i].iss |= fields[i].has_timestamps ? mac : mac & ~N_FIELDS_MASK;
	}
}

static void
put_tuple(struct cookie_tuples *tuples, const struct cookie_tuple *tuple)
{
	rte_be32_t ports = rte_cpu_to_be_32((uint32_t)tuple->remote_port << 16 | tuple->local_port);

	tuples->is_ipv6 = tuple->is_ipv6;
	cookie_tuples_put(tuples, 0, &tuple->remote, &tuple->local, ports, tuple->irs);
}

struct cookie
syn_cookie_make(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
		const struct cookie_options *options)
{
	struct cookie_fields fields = cookie_pack(options, tuple->is_ipv6);
	struct cookie_tuples tuples;
	struct cookie cookie;

	put_tuple(&tuples, tuple);
	syn_cookie_make_burst(cookies, &tuples, &fields, 1, &cookie);
	return cookie;
}

/* A claim whose fields name an epoch that we have a key for. */
struct candidate {
	uint8_t claim;
	uint8_t verdict; /* if the MAC is right */
	uint32_t fields;
};

/* Those of one epoch: one key, so one run of the PRF. */
struct candidates {
	uint64_t epoch;
	uint32_t count;
	struct candidate list[COOKIE_BURST_MAX];
	struct prf_block message[1][COOKIE_BURST_MAX];
};

/*
 * The epoch that a code (epoch modulo `codes`) stands for.  FORGED: for none we
 * could have made a cookie in; otherwise what a cookie of it would be.
 */
static enum cookie_verdict
check_epoch(const struct syn_cookie *cookies, uint32_t code, uint32_t codes, uint64_t *epoch)
{
	uint64_t newest = cookies->epoch + 1;
	uint64_t back = (newest - code) & (codes - 1);

	*epoch = newest - back;
	switch (back) {
	case 0: /* a clock ahead of ours, if ours is about to turn */
		return newest * COOKIE_EPOCH_NS - cookies->unix_ns <= COOKIE_SKEW_NS
			       ? COOKIE_VALID
			       : COOKIE_FORGED;
	case 1:
	case 2:
		return COOKIE_VALID;
	case 3:
		return COOKIE_EXPIRED;
	default:
		return COOKIE_FORGED;
	}
}

/* Sort one claim by the epoch it names, unless that or its clock is impossible. */
static void
weigh(const struct syn_cookie *cookies, const struct cookie_claim *claim, uint32_t i,
      struct prf_block s, struct candidates *candidates)
{
	enum cookie_mode mode = claim->has_timestamps ? MODE_T : MODE_N;
	enum cookie_verdict verdict;
	struct candidates *of_epoch;
	uint32_t fields;
	uint64_t epoch;

	if (mode == MODE_T) {
		fields = claim->tsecr - cookie_timestamp_base(s);
		verdict = check_epoch(cookies, fields >> T_EPOCH_SHIFT & (T_EPOCH_CODES - 1),
				      T_EPOCH_CODES, &epoch);
		if ((fields & T_CLOCK_MASK) >= CLOCK_PER_EPOCH)
			return;
	} else {
		fields = (claim->iss & N_FIELDS_MASK) ^ cookie_fields_mask(s);
		verdict = check_epoch(cookies, fields >> N_EPOCH_SHIFT, N_EPOCH_CODES, &epoch);
	}
	if (verdict == COOKIE_FORGED)
		return;
	of_epoch = &candidates[epoch % COOKIE_EPOCHS];
	of_epoch->epoch = epoch;
	of_epoch->list[of_epoch->count] = (struct candidate){(uint8_t)i, (uint8_t)verdict, fields};
	of_epoch->message[0][of_epoch->count++] =
		cookie_mac_message(s, mode, mode == MODE_T ? fields & ~T_CLOCK_MASK : fields);
}

/* Unknown (UINT32_MAX) where the maker's clock is ahead of ours. */
static uint32_t
rtt_ms_since(const struct syn_cookie *cookies, uint64_t epoch, uint32_t clock)
{
	uint64_t made_ns = epoch * COOKIE_EPOCH_NS + clock * CLOCK_NS;

	if (made_ns > cookies->unix_ns)
		return UINT32_MAX;
	return (uint32_t)((cookies->unix_ns - made_ns) / NS_PER_MS);
}

void
cookie_accept(const struct syn_cookie *cookies, enum cookie_verdict verdict, uint64_t epoch,
	      uint32_t fields, bool has_timestamps, bool is_ipv6, struct cookie_finding *finding)
{
	finding->verdict = verdict;
	if (verdict != COOKIE_VALID)
		return;
	if (!has_timestamps) {
		cookie_unpack_octet(&finding->options, is_ipv6, fields);
		return;
	}
	cookie_unpack_timestamp(&finding->options, fields);
	finding->rtt_ms = rtt_ms_since(cookies, epoch, fields & T_CLOCK_MASK);
}

static void
check_macs(const struct syn_cookie *cookies, const struct prf_key *key,
	   struct candidates *candidates, const struct cookie_claim *claims, bool is_ipv6,
	   struct cookie_finding *findings)
{
	const struct prf_block *macs = candidates->message[0];

	prf_burst(key, candidates->message, candidates->count, candidates->message[0]);
	for (uint32_t k = 0; k < candidates->count; k++) {
		const struct candidate *candidate = &candidates->list[k];
		const struct cookie_claim *claim = &claims[candidate->claim];
		uint32_t mask = claim->has_timestamps ? UINT32_MAX : ~N_FIELDS_MASK;

		if ((((uint32_t)macs[k].q[0] ^ claim->iss) & mask) == 0)
			cookie_accept(cookies, (enum cookie_verdict)candidate->verdict,
				      candidates->epoch, candidate->fields, claim->has_timestamps,
				      is_ipv6, &findings[candidate->claim]);
	}
}

/* What was made with this secret; all else stays as it was found before. */
static void
check_with(const struct syn_cookie *cookies, const struct cookie_secret *secret,
	   const struct cookie_tuples *tuples, const struct cookie_claim *claims, uint32_t count,
	   struct cookie_finding *findings)
{
	struct candidates candidates[COOKIE_EPOCHS];
	struct prf_block s[COOKIE_BURST_MAX];

	for (uint32_t slot = 0; slot < COOKIE_EPOCHS; slot++)
		candidates[slot].count = 0;
	tuple_blocks(secret, tuples, count, s);
	for (uint32_t i = 0; i < count; i++)
		weigh(cookies, &claims[i], i, s[i], candidates);
	for (uint32_t slot = 0; slot < COOKIE_EPOCHS; slot++) {
		if (candidates[slot].count > 0)
			check_macs(cookies, &secret->epoch[slot].mac, &candidates[slot], claims,
				   tuples->is_ipv6, findings);
	}
}

void
syn_cookie_check_burst(const struct syn_cookie *cookies, const struct cookie_tuples *tuples,
		       const struct cookie_claim *claims, uint32_t count,
		       struct cookie_finding *findings)
{
	check(count <= COOKIE_BURST_MAX);
	for (uint32_t i = 0; i < count; i++) {
		findings[i].verdict = COOKIE_FORGED;
		findings[i].rtt_ms = UINT32_MAX;
	}
	/* The current secret last: should both fit, it is the one that counts. */
	for (uint32_t i = cookies->secret_count; i > 0; i--)
		check_with(cookies, &cookies->secrets[i - 1], tuples, claims, count, findings);
}

enum cookie_verdict
syn_cookie_check(const struct syn_cookie *cookies, const struct cookie_tuple *tuple, uint32_t iss,
		 bool has_timestamps, uint32_t tsecr, struct cookie_options *options,
		 uint32_t *rtt_ms)
{
	struct cookie_claim claim = {.iss = iss, .tsecr = tsecr, .has_timestamps = has_timestamps};
	struct cookie_finding finding;
	struct cookie_tuples tuples;

	put_tuple(&tuples, tuple);
	syn_cookie_check_burst(cookies, &tuples, &claim, 1, &finding);
	if (finding.verdict == COOKIE_VALID)
		*options = finding.options;
	*rtt_ms = finding.rtt_ms;
	return finding.verdict;
}
