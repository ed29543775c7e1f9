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
 * without timestamps.  ECN is not offered: it would cost a bit of the MAC.
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

#include "check.h"
#include "units.h"

/* Part of the MAC's message: no cookie of one mode is one of the other. */
enum cookie_mode {
	MODE_N = 'N', /* without timestamps */
	MODE_T = 'T', /* with them */
};

#define N_EPOCH_CODES 4
#define N_EPOCH_SHIFT 6
#define N_MSS_SHIFT   4
#define N_SACK	      0x08u
#define N_FIELDS_MASK 0xffu

#define T_EPOCH_CODES  16
#define T_EPOCH_SHIFT  12
#define T_CLOCK_MASK   0xfffu
#define T_MSS_SHIFT    16
#define T_MSS_MAX      0x3ffu
#define T_MSS_UNIT     8
#define T_ECN	       0x04000000u
#define T_SACK	       0x08000000u
#define T_WSCALE_SHIFT 28
#define T_WSCALE_NONE  15

#define WSCALE_MAX	14 /* RFC 7323, 2.3 */
#define CLOCK_NS	(4 * NS_PER_MS)
#define CLOCK_PER_EPOCH (COOKIE_EPOCH_NS / CLOCK_NS)

static_assert(CLOCK_PER_EPOCH <= T_CLOCK_MASK + 1, "the clock fits below the epoch");
static_assert(COOKIE_EPOCHS == 4, "e-2 to e+1 have slots of their own");
static_assert(N_EPOCH_CODES >= COOKIE_EPOCHS, "a code names at most one epoch that has a key");

static const uint16_t mss_ipv4[4] = {0, 1300, 1440, 1460};
static const uint16_t mss_ipv6[4] = {0, 1420, 1440, 8940};

/* Index 0 is no window scale at all; that entry's value is not used. */
static const uint8_t wscales[8] = {0, 0, 1, 2, 4, 6, 7, 8};

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

/* S, the connection's own pseudo-random block. */
static struct prf_block
tuple_block(const struct cookie_secret *secret, const struct cookie_tuple *tuple)
{
	uint64_t ports_and_irs =
		(uint64_t)tuple->irs << 32 | (uint32_t)tuple->remote_port << 16 | tuple->local_port;
	struct prf_block message[3];

	if (!tuple->is_ipv6) {
		message[0].q[0] = (uint64_t)tuple->remote.word[3] << 32 | tuple->local.word[3];
		message[0].q[1] = ports_and_irs;
		return prf(&secret->tuple_ipv4, message);
	}
	message[0] = (struct prf_block){{tuple->remote.half[0], tuple->remote.half[1]}};
	message[1] = (struct prf_block){{tuple->local.half[0], tuple->local.half[1]}};
	message[2] = (struct prf_block){{ports_and_irs, 0}};
	return prf(&secret->tuple_ipv6, message);
}

/* S0: what a timestamp's fields are added to. */
static uint32_t
timestamp_base(struct prf_block s)
{
	return (uint32_t)s.q[0];
}

/* S1: what the low octet of an ISN is XORed with. */
static uint32_t
fields_mask(struct prf_block s)
{
	return (uint32_t)(s.q[0] >> 32) & N_FIELDS_MASK;
}

/* The fields go into the half of S that nobody sees. */
static uint32_t
mac(const struct cookie_secret *secret, uint64_t epoch, struct prf_block s, enum cookie_mode mode,
    uint32_t fields)
{
	struct prf_block message = {{s.q[0], s.q[1] ^ ((uint64_t)mode << 32 | fields)}};

	return (uint32_t)prf(&secret->epoch[epoch % COOKIE_EPOCHS].mac, &message).q[0];
}

static uint32_t
mss_code(uint16_t mss, bool is_ipv6)
{
	const uint16_t *table = is_ipv6 ? mss_ipv6 : mss_ipv4;
	uint32_t code = 3;

	while (table[code] > mss)
		code--;
	return code;
}

static uint32_t
wscale_code(const struct cookie_options *options)
{
	uint32_t code = 7;

	if (!options->has_wscale)
		return 0;
	while (wscales[code] > options->wscale) /* ends at the 0 of index 1 */
		code--;
	return code;
}

/* Mode N: the low octet before it is masked. */
static uint32_t
pack_octet(const struct cookie_options *options, bool is_ipv6, uint64_t epoch)
{
	return (uint32_t)(epoch % N_EPOCH_CODES) << N_EPOCH_SHIFT |
	       mss_code(options->mss, is_ipv6) << N_MSS_SHIFT |
	       (options->sack_permitted ? N_SACK : 0) | wscale_code(options);
}

static void
unpack_octet(struct cookie_options *options, bool is_ipv6, uint32_t fields)
{
	const uint16_t *table = is_ipv6 ? mss_ipv6 : mss_ipv4;
	uint32_t code = fields & 7;

	*options = (struct cookie_options){
		.has_wscale = code != 0,
		.wscale = wscales[code],
		.sack_permitted = (fields & N_SACK) != 0,
		.mss = table[(fields >> N_MSS_SHIFT) & 3],
	};
}

/* Mode T: the timestamp before S0 is added, its clock at zero. */
static uint32_t
pack_timestamp(const struct cookie_options *options, uint64_t epoch)
{
	uint32_t wscale = options->wscale < WSCALE_MAX ? options->wscale : WSCALE_MAX;
	uint32_t mss = options->mss / T_MSS_UNIT;

	if (!options->has_wscale)
		wscale = T_WSCALE_NONE;
	if (mss == 0 && options->mss != 0)
		mss = 1; /* tiny, but there */
	if (mss > T_MSS_MAX)
		mss = T_MSS_MAX;
	return wscale << T_WSCALE_SHIFT | (options->sack_permitted ? T_SACK : 0) |
	       (options->ecn ? T_ECN : 0) | mss << T_MSS_SHIFT |
	       (uint32_t)(epoch % T_EPOCH_CODES) << T_EPOCH_SHIFT;
}

static void
unpack_timestamp(struct cookie_options *options, uint32_t fields)
{
	uint32_t wscale = fields >> T_WSCALE_SHIFT;

	*options = (struct cookie_options){
		.has_timestamps = true,
		.has_wscale = wscale != T_WSCALE_NONE,
		.wscale = wscale != T_WSCALE_NONE ? (uint8_t)wscale : 0,
		.sack_permitted = (fields & T_SACK) != 0,
		.ecn = (fields & T_ECN) != 0,
		.mss = (uint16_t)((fields >> T_MSS_SHIFT & T_MSS_MAX) * T_MSS_UNIT),
	};
}

struct cookie
syn_cookie_make(const struct syn_cookie *cookies, const struct cookie_tuple *tuple,
		const struct cookie_options *options)
{
	const struct cookie_secret *secret = &cookies->secrets[0];
	struct prf_block s = tuple_block(secret, tuple);
	uint64_t epoch = cookies->epoch;
	uint32_t fields, clock;

	if (!options->has_timestamps) {
		fields = pack_octet(options, tuple->is_ipv6, epoch);
		return (struct cookie){
			.iss = (mac(secret, epoch, s, MODE_N, fields) & ~N_FIELDS_MASK) |
			       (fields ^ fields_mask(s)),
		};
	}
	fields = pack_timestamp(options, epoch);
	clock = (uint32_t)((cookies->unix_ns - epoch * COOKIE_EPOCH_NS) / CLOCK_NS);
	return (struct cookie){
		.iss = mac(secret, epoch, s, MODE_T, fields),
		.tsval = timestamp_base(s) + (fields | clock),
	};
}

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

static enum cookie_verdict
check_mode_n(const struct syn_cookie *cookies, const struct cookie_secret *secret,
	     const struct cookie_tuple *tuple, uint32_t iss, struct cookie_options *options)
{
	struct prf_block s = tuple_block(secret, tuple);
	uint32_t fields = (iss & N_FIELDS_MASK) ^ fields_mask(s);
	enum cookie_verdict verdict;
	uint64_t epoch;

	verdict = check_epoch(cookies, fields >> N_EPOCH_SHIFT, N_EPOCH_CODES, &epoch);
	if (verdict == COOKIE_FORGED)
		return COOKIE_FORGED;
	if (((mac(secret, epoch, s, MODE_N, fields) ^ iss) & ~N_FIELDS_MASK) != 0)
		return COOKIE_FORGED;
	if (verdict == COOKIE_VALID)
		unpack_octet(options, tuple->is_ipv6, fields);
	return verdict;
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

static enum cookie_verdict
check_mode_t(const struct syn_cookie *cookies, const struct cookie_secret *secret,
	     const struct cookie_tuple *tuple, uint32_t iss, uint32_t tsecr,
	     struct cookie_options *options, uint32_t *rtt_ms)
{
	struct prf_block s = tuple_block(secret, tuple);
	uint32_t fields = tsecr - timestamp_base(s);
	uint32_t clock = fields & T_CLOCK_MASK;
	enum cookie_verdict verdict;
	uint64_t epoch;

	verdict = check_epoch(cookies, fields >> T_EPOCH_SHIFT & (T_EPOCH_CODES - 1), T_EPOCH_CODES,
			      &epoch);
	if (verdict == COOKIE_FORGED || clock >= CLOCK_PER_EPOCH)
		return COOKIE_FORGED;
	if (mac(secret, epoch, s, MODE_T, fields & ~T_CLOCK_MASK) != iss)
		return COOKIE_FORGED;
	if (verdict == COOKIE_VALID) {
		unpack_timestamp(options, fields);
		*rtt_ms = rtt_ms_since(cookies, epoch, clock);
	}
	return verdict;
}

enum cookie_verdict
syn_cookie_check(const struct syn_cookie *cookies, const struct cookie_tuple *tuple, uint32_t iss,
		 bool has_timestamps, uint32_t tsecr, struct cookie_options *options,
		 uint32_t *rtt_ms)
{
	enum cookie_verdict verdict = COOKIE_FORGED;

	*rtt_ms = UINT32_MAX;
	for (uint32_t i = 0; i < cookies->secret_count && verdict == COOKIE_FORGED; i++) {
		const struct cookie_secret *secret = &cookies->secrets[i];

		verdict = has_timestamps ? check_mode_t(cookies, secret, tuple, iss, tsecr, options,
							rtt_ms)
					 : check_mode_n(cookies, secret, tuple, iss, options);
	}
	return verdict;
}
