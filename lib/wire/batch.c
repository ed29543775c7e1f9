/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The trap: rows are loaded as far as the longest form goes, so a buffer must have
 * room for that, and what lies behind a shorter frame means nothing.
 */
#include "batch.h"

#include "check.h"

#if defined(__x86_64__)

/* Rows of the buffer's own header. */
#define MBUF_REARM 16
#define MBUF_RX	   32

static_assert(offsetof(struct rte_mbuf, nb_segs) == MBUF_REARM + 4, "word 1, lower half");
static_assert(offsetof(struct rte_mbuf, port) == MBUF_REARM + 6, "word 1, upper half");
static_assert(offsetof(struct rte_mbuf, ol_flags) == MBUF_REARM + 8, "words 2 and 3");
static_assert(offsetof(struct rte_mbuf, data_len) == MBUF_RX + 8, "word 2, lower half");
static_assert((PLAIN_REFUSED | PLAIN_SYN_CKSUM_BAD | PLAIN_SYN_CKSUM_GOOD) <= UINT32_MAX,
	      "flags that are looked at are in the lower word");

/* By the upper four bits of the data offset's octet. */
static const uint32_t syn_forms[WIDE_LANES] = {
	[5] = PLAIN_FORM_NONE,
	[6] = PLAIN_FORM_MSS,
	[8] = PLAIN_FORM_WINDOWS,
	[10] = PLAIN_FORM_LINUX,
};
static const uint32_t ack_forms[WIDE_LANES] = {
	[5] = PLAIN_FORM_ACK,
	[8] = PLAIN_FORM_ACK_TIMES,
};

static const uint32_t options_bytes[WIDE_LANES] = {
	[PLAIN_FORM_MSS] = PLAIN_MSS_BYTES,
	[PLAIN_FORM_WINDOWS] = PLAIN_WINDOWS_BYTES,
	[PLAIN_FORM_LINUX] = PLAIN_LINUX_BYTES,
	[PLAIN_FORM_ACK_TIMES] = PLAIN_TIMES_BYTES,
};

static_assert(PLAIN_FORMS <= WIDE_LANES, "tables by form are one register");

/* Words of options that must be as they are, and the part of each that must. */
static const uint32_t option_want[5][WIDE_LANES] = {
	{
		[PLAIN_FORM_MSS] = PLAIN_MSS_WORD,
		[PLAIN_FORM_WINDOWS] = PLAIN_MSS_WORD,
		[PLAIN_FORM_LINUX] = PLAIN_MSS_WORD,
		[PLAIN_FORM_ACK_TIMES] = PLAIN_TS_WORD,
	},
	{
		[PLAIN_FORM_WINDOWS] = PLAIN_WSCALE_WORD,
		[PLAIN_FORM_LINUX] = (uint32_t)(PLAIN_MSS_SACK_TS >> 32),
	},
	{[PLAIN_FORM_WINDOWS] = PLAIN_SACK_WORD},
	{0},
	{[PLAIN_FORM_LINUX] = PLAIN_WSCALE_WORD},
};
static const uint32_t option_mask[5][WIDE_LANES] = {
	{
		[PLAIN_FORM_MSS] = PLAIN_MSS_WORD_MASK,
		[PLAIN_FORM_WINDOWS] = PLAIN_MSS_WORD_MASK,
		[PLAIN_FORM_LINUX] = PLAIN_MSS_WORD_MASK,
		[PLAIN_FORM_ACK_TIMES] = UINT32_MAX,
	},
	{
		[PLAIN_FORM_WINDOWS] = PLAIN_WSCALE_WORD_MASK,
		[PLAIN_FORM_LINUX] = UINT32_MAX,
	},
	{[PLAIN_FORM_WINDOWS] = UINT32_MAX},
	{0},
	{[PLAIN_FORM_LINUX] = PLAIN_WSCALE_WORD_MASK},
};

/* How many words the headers have, with the one before; and which begin what. */
#define WORDS_MAX 21

struct layout {
	bool is_ipv6;
	bool is_tagged;
	uint32_t source; /* of addresses: the first word of each */
	uint32_t destination;
	uint32_t tcp;
	uint32_t options;
};

/* In line with constants, so that all of it is known where it is used. */
WIDE_INLINE struct layout
layout_of(bool is_ipv6, bool is_tagged)
{
	uint32_t tcp = is_ipv6 ? 11 : 6;

	return (struct layout){
		.is_ipv6 = is_ipv6,
		.is_tagged = is_tagged,
		.source = is_ipv6 ? 3 : 4,
		.destination = is_ipv6 ? 7 : 5,
		.tcp = tcp,
		.options = tcp + 5,
	};
}

/* All that is looked at, a frame to a lane.  Words of the frame are in wire order. */
struct lanes {
	__m512i mac[4];		 /* to whom and from whom; then the ethertype */
	__m512i word[WORDS_MAX]; /* from BATCH_WORDS on */
	__m512i form;
	__m512i data_len;
	__m512i place; /* how many buffers, and the port */
	__m512i flags; /* of receiving: the lower word */
};

WIDE_INLINE void
read_mbufs(struct lanes *lanes, struct rte_mbuf *const *frames)
{
	const uint8_t *const *at = (const uint8_t *const *)frames;
	struct wide_words rearm = wide_words_of(wide_load(at, MBUF_REARM));
	struct wide_words rx = wide_words_of(wide_load(at, MBUF_RX));

	lanes->place = rearm.word[1];
	lanes->flags = rearm.word[2];
	lanes->data_len = _mm512_and_si512(rx.word[2], wide_all(0xffff));
}

/* The form that data offset and flags speak of; all other flags, and reserved bits, are 0. */
WIDE_INLINE __m512i
form_of(__m512i fourth)
{
	__m512i offset = _mm512_and_si512(_mm512_srli_epi32(fourth, 4), wide_all(15));
	__m512i flags = _mm512_and_si512(fourth, wide_all(RTE_BE32(0x0fff0000)));
	__mmask16 is_syn = _mm512_cmpeq_epi32_mask(flags, wide_all(RTE_BE32(TH_SYN << 16)));
	__mmask16 is_ack = _mm512_cmpeq_epi32_mask(flags, wide_all(RTE_BE32(TH_ACK << 16)));
	__m512i form =
		_mm512_maskz_permutexvar_epi32(is_syn, offset, _mm512_loadu_si512(syn_forms));

	return _mm512_mask_permutexvar_epi32(form, is_ack, offset, _mm512_loadu_si512(ack_forms));
}

WIDE_INLINE void
read_row(struct lanes *lanes, const uint8_t *const ether[WIDE_LANES], uint32_t offset,
	 uint32_t first)
{
	struct wide_words row = wide_words_of(wide_load(ether, offset + 4 * first));

	lanes->word[first] = row.word[0];
	lanes->word[first + 1] = row.word[1];
	lanes->word[first + 2] = row.word[2];
	lanes->word[first + 3] = row.word[3];
}

WIDE_INLINE void
read_frames(struct lanes *lanes, const struct layout *layout,
	    const uint8_t *const ether[WIDE_LANES])
{
	uint32_t offset = BATCH_WORDS + (layout->is_tagged ? sizeof(struct wire_vlan) : 0);

	read_row(lanes, ether, offset, 0);
	read_row(lanes, ether, offset, 4);
	read_row(lanes, ether, offset, 8);
	read_row(lanes, ether, offset, 12);
	if (layout->is_ipv6) {
		read_row(lanes, ether, offset, 16);
		read_row(lanes, ether, offset, 17); /* no further than the last word */
	}
	lanes->form = form_of(lanes->word[layout->tcp + 3]);
}

/* Zero where `word`, as far as `mask` says, is `want`. */
WIDE_INLINE __m512i
differs(__m512i word, uint32_t mask, __m512i want)
{
	return _mm512_xor_si512(_mm512_and_si512(word, wide_all(mask)), want);
}

/* And not from a group's MAC. */
WIDE_INLINE __mmask16
is_to_mac(const struct lanes *lanes, const uint8_t mac[8])
{
	__m512i wrong = _mm512_xor_si512(lanes->mac[0], wide_all(octets_load32(mac)));
	uint32_t last = octets_load16(mac + 4);

	wrong = _mm512_or_si512(wrong, differs(lanes->mac[1], 0x0001ffff, wide_all(last)));
	return _mm512_testn_epi32_mask(wrong, wrong);
}

/* What a port says of the checksums that there are. */
WIDE_INLINE uint64_t
cksum_bad(const struct layout *layout)
{
	return layout->is_ipv6 ? RTE_MBUF_F_RX_L4_CKSUM_BAD : PLAIN_SYN_CKSUM_BAD;
}

WIDE_INLINE uint64_t
cksum_good(const struct layout *layout)
{
	return layout->is_ipv6 ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : PLAIN_SYN_CKSUM_GOOD;
}

/* One buffer, of that port, of which the port has nothing bad to say. */
WIDE_INLINE __mmask16
is_whole(const struct lanes *lanes, const struct layout *layout, uint32_t port)
{
	uint32_t bad = (uint32_t)(PLAIN_REFUSED | cksum_bad(layout));

	return _mm512_cmpeq_epi32_mask(lanes->place, wide_all(port << 16 | 1)) &
	       _mm512_testn_epi32_mask(lanes->flags, wide_all(bad));
}

/* The port vouches for all checksums. */
WIDE_INLINE __mmask16
is_summed(const struct lanes *lanes, const struct layout *layout)
{
	__m512i good = wide_all((uint32_t)cksum_good(layout));

	return _mm512_cmpeq_epi32_mask(_mm512_and_si512(lanes->flags, good), good);
}

/* Ethertype, and a tag that names a VLAN. */
WIDE_INLINE __mmask16
is_link_right(const struct lanes *lanes, const struct layout *layout)
{
	__m512i ethertype = wide_all(RTE_BE32(layout->is_ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4));
	__m512i wrong = differs(lanes->word[0], RTE_BE32(0x0000ffff), ethertype), vlan;
	__m512i vlans = wide_all(RTE_BE32(0x0fff0000));
	__mmask16 is_named;

	if (!layout->is_tagged)
		return _mm512_testn_epi32_mask(wrong, wrong);
	wrong = _mm512_or_si512(
		wrong, differs(lanes->mac[3], 0x0000ffff, wide_all(RTE_BE16(ETHERTYPE_VLAN))));
	vlan = _mm512_and_si512(lanes->word[0], vlans);
	is_named = _mm512_test_epi32_mask(vlan, vlan) & _mm512_cmpneq_epi32_mask(vlan, vlans);
	return _mm512_testn_epi32_mask(wrong, wrong) & is_named;
}

/* Zero where the IP header, of a packet of so many octets behind it, is plain. */
WIDE_INLINE __m512i
ipv4_differs(const struct lanes *lanes, __m512i l4_bytes)
{
	__m512i total = _mm512_add_epi32(l4_bytes, wide_all(sizeof(struct wire_ipv4)));
	__m512i first = _mm512_or_si512(wide_swap32(total), wide_all(RTE_BE32(0x45000000)));
	__m512i wrong = differs(lanes->word[1], RTE_BE32(0xff00ffff), first);

	wrong = _mm512_or_si512(wrong,
				_mm512_and_si512(lanes->word[2], wide_all(RTE_BE32(0x00003fff))));
	return _mm512_or_si512(wrong, differs(lanes->word[3], RTE_BE32(0x00ff0000),
					      wide_all(RTE_BE32(PROTOCOL_TCP << 16))));
}

WIDE_INLINE __m512i
ipv6_differs(const struct lanes *lanes, __m512i l4_bytes)
{
	__m512i length = _mm512_slli_epi32(l4_bytes, 16);
	__m512i second =
		_mm512_or_si512(wide_swap32(length), wide_all(RTE_BE32(PROTOCOL_TCP << 8)));
	__m512i wrong =
		differs(lanes->word[1], RTE_BE32(0xf0000000), wide_all(RTE_BE32(0x60000000)));

	return _mm512_or_si512(wrong, differs(lanes->word[2], RTE_BE32(0xffffff00), second));
}

/* What must be where, of the frame and of both headers. */
WIDE_INLINE __mmask16
is_in_form(const struct lanes *lanes, const struct layout *layout, __m512i l4_bytes)
{
	__m512i wrong =
		layout->is_ipv6 ? ipv6_differs(lanes, l4_bytes) : ipv4_differs(lanes, l4_bytes);

	WIDE_UNROLL
	for (unsigned int i = 0; i < 5; i++)
		wrong = _mm512_or_si512(
			wrong, _mm512_xor_si512(
				       _mm512_and_si512(lanes->word[layout->options + i],
							wide_look_up(option_mask[i], lanes->form)),
				       wide_look_up(option_want[i], lanes->form)));
	return _mm512_testn_epi32_mask(wrong, wrong) & is_link_right(lanes, layout);
}

/* As plain_may_be_source(). */
WIDE_INLINE __mmask16
has_good_ipv4(const struct lanes *lanes, const struct layout *layout)
{
	__m512i first = _mm512_and_si512(lanes->word[layout->source], wide_all(0xff));
	__m512i before = _mm512_sub_epi32(first, wide_all(1));

	return _mm512_cmplt_epu32_mask(before, wide_all(223)) &
	       _mm512_cmpneq_epi32_mask(first, wide_all(127));
}

/* As in plain_ipv6(). */
WIDE_INLINE __mmask16
has_good_ipv6(const struct lanes *lanes, const struct layout *layout)
{
	__m512i octet = wide_all(0xff);
	__m512i first = _mm512_and_si512(lanes->word[layout->source], octet);

	return _mm512_test_epi32_mask(first, first) & _mm512_cmpneq_epi32_mask(first, octet) &
	       _mm512_test_epi32_mask(lanes->word[layout->destination], octet);
}

/* No port is 0 either. */
WIDE_INLINE __mmask16
has_good_ends(const struct lanes *lanes, const struct layout *layout)
{
	__m512i ports = lanes->word[layout->tcp];
	__mmask16 good =
		layout->is_ipv6 ? has_good_ipv6(lanes, layout) : has_good_ipv4(lanes, layout);

	return good & _mm512_test_epi32_mask(ports, wide_all(0x0000ffff)) &
	       _mm512_test_epi32_mask(ports, wide_all(0xffff0000));
}

/* What is summed is not all zeros, so the sum of an intact packet folds to this. */
WIDE_INLINE __mmask16
is_sum_whole(__m512i sum)
{
	return _mm512_cmpeq_epi32_mask(wide_fold(sum), wide_all(0xffff));
}

/* `options` is how many octets of them there are; addresses lie right before the TCP header. */
WIDE_INLINE __mmask16
has_good_sums(const struct lanes *lanes, const struct layout *layout, __m512i options)
{
	__m512i addresses = _mm512_setzero_si512(), header, segment, option;
	__m512i l4_bytes = _mm512_add_epi32(options, wide_all(sizeof(struct wire_tcp)));
	__mmask16 good, is_there;

	WIDE_UNROLL
	for (uint32_t w = layout->source; w < layout->tcp; w++)
		addresses = wide_sum(addresses, lanes->word[w]);
	segment = wide_sum(addresses, _mm512_or_si512(wide_swap32(l4_bytes),
						      wide_all(RTE_BE16(PROTOCOL_TCP))));
	WIDE_UNROLL
	for (uint32_t w = layout->tcp; w < layout->options; w++)
		segment = wide_sum(segment, lanes->word[w]);
	WIDE_UNROLL
	for (unsigned int i = 0; i < 5; i++) {
		is_there = _mm512_cmpgt_epu32_mask(options, wide_all(4 * i));
		option = _mm512_maskz_mov_epi32(is_there, lanes->word[layout->options + i]);
		segment = wide_sum(segment, option);
	}
	good = is_sum_whole(segment);
	if (layout->is_ipv6)
		return good;
	header = addresses;
	WIDE_UNROLL
	for (uint32_t w = 1; w < layout->source; w++)
		header = wide_sum(header, lanes->word[w]);
	return good & is_sum_whole(header);
}

WIDE_INLINE __mmask16
is_good(const struct lanes *lanes, const struct layout *layout, uint32_t port, const uint8_t mac[8])
{
	uint32_t l4_off = BATCH_WORDS + 4 * layout->tcp + (layout->is_tagged ? 4 : 0);
	__m512i options = wide_look_up(options_bytes, lanes->form);
	__m512i l4_bytes = _mm512_add_epi32(options, wide_all(sizeof(struct wire_tcp)));
	__m512i bytes = _mm512_add_epi32(l4_bytes, wide_all(l4_off));
	__mmask16 good = is_whole(lanes, layout, port) & is_to_mac(lanes, mac) &
			 is_in_form(lanes, layout, l4_bytes) & has_good_ends(lanes, layout);

	good &= _mm512_cmpneq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_OTHER));
	good &= _mm512_cmpge_epu32_mask(lanes->data_len, bytes);
	if ((good & ~is_summed(lanes, layout)) != 0)
		good &= is_summed(lanes, layout) | has_good_sums(lanes, layout, options);
	return good;
}

WIDE_INLINE void
keep_options(struct batch *batch, const struct lanes *lanes, const __m512i options[5])
{
	__mmask16 is_linux = _mm512_cmpeq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_LINUX));
	__mmask16 is_bare = _mm512_cmpeq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_NONE));
	__m512i first_ack = wide_all(PLAIN_FORM_ACK);
	__m512i wscale = _mm512_mask_blend_epi32(is_linux, options[1], options[4]);
	__m512i mss = _mm512_and_si512(wide_swap32(options[0]), wide_all(0xffff));

	_mm512_store_si512(batch->mss, _mm512_maskz_mov_epi32((__mmask16)~is_bare, mss));
	_mm512_store_si512(batch->shift, _mm512_srli_epi32(wscale, 24));
	_mm512_store_si512(batch->times, options[2]);
	batch->acks = _mm512_cmpge_epu32_mask(lanes->form, first_ack);
}

WIDE_INLINE void
keep_ends(struct batch *batch, const struct lanes *lanes, const struct layout *layout)
{
	uint32_t words = layout->is_ipv6 ? 4 : 1;

	WIDE_UNROLL
	for (uint32_t w = 0; w < words; w++) {
		_mm512_store_si512(batch->source[4 - words + w], lanes->word[layout->source + w]);
		_mm512_store_si512(batch->destination[4 - words + w],
				   lanes->word[layout->destination + w]);
	}
	if (layout->is_tagged)
		_mm512_store_si512(batch->tag, _mm512_and_si512(lanes->word[0],
								wide_all(RTE_BE32(0x0fffffff))));
}

/* `ether` are the frames' octets, `macs` their first rows. */
WIDE_INLINE uint32_t
read_lanes(struct batch *batch, const uint8_t *const ether[WIDE_LANES],
	   const struct wide_words *macs, const uint8_t mac[8], bool is_ipv6, bool is_tagged)
{
	struct layout layout = layout_of(is_ipv6, is_tagged);
	struct lanes lanes;

	memcpy(lanes.mac, macs->word, sizeof(lanes.mac));
	read_mbufs(&lanes, batch->m);
	read_frames(&lanes, &layout, ether);
	keep_ends(batch, &lanes, &layout);
	_mm512_store_si512(batch->ports, lanes.word[layout.tcp]);
	_mm512_store_si512(batch->seq, lanes.word[layout.tcp + 1]);
	_mm512_store_si512(batch->ack, lanes.word[layout.tcp + 2]);
	_mm512_store_si512(batch->form, lanes.form);
	keep_options(batch, &lanes, &lanes.word[layout.options]);
	return is_good(&lanes, &layout, batch->m[0]->port, mac);
}

/* Which lanes seem to be of which shape: by is_tagged and is_ipv6. */
struct kinds {
	uint32_t of[2][2];
};

static void
sort_tagged(struct kinds *kinds, const uint8_t *const ether[WIDE_LANES], uint32_t tagged)
{
	for (uint32_t left = tagged; left != 0; left &= left - 1) {
		rte_be16_t ethertype = octets_load16(ether[__builtin_ctz(left)] + 16);

		if (ethertype == RTE_BE16(ETHERTYPE_IPV4))
			kinds->of[1][0] |= left & -left;
		if (ethertype == RTE_BE16(ETHERTYPE_IPV6))
			kinds->of[1][1] |= left & -left;
	}
}

/* The shape of most; returns which have the one that is next. */
static uint32_t
choose(const struct kinds *kinds, struct batch_shape *shape)
{
	uint32_t most = 0, next = 0;

	for (int t = 0; t < 2; t++) {
		for (int v = 0; v < 2; v++) {
			uint32_t of = kinds->of[t][v];

			if (__builtin_popcount(of) > __builtin_popcount(most)) {
				next = most;
				most = of;
				*shape = (struct batch_shape){.is_ipv6 = v, .is_tagged = t};
			} else if (__builtin_popcount(of) > __builtin_popcount(next)) {
				next = of;
			}
		}
	}
	return next;
}

WIDE_INLINE uint32_t
choose_shape(const struct wide_words *macs, const uint8_t *const ether[WIDE_LANES], uint32_t wanted,
	     struct batch_shape *shape)
{
	__m512i type = _mm512_and_si512(macs->word[3], wide_all(0x0000ffff));
	__mmask16 is_ipv4 = _mm512_cmpeq_epi32_mask(type, wide_all(RTE_BE16(ETHERTYPE_IPV4)));
	__mmask16 is_ipv6, is_tagged;
	struct kinds kinds = {0};

	*shape = (struct batch_shape){0};
	if (likely((wanted & ~(uint32_t)is_ipv4) == 0))
		return 0;
	is_ipv6 = _mm512_cmpeq_epi32_mask(type, wide_all(RTE_BE16(ETHERTYPE_IPV6)));
	if ((wanted & ~(uint32_t)is_ipv6) == 0) {
		shape->is_ipv6 = true;
		return 0;
	}
	is_tagged = _mm512_cmpeq_epi32_mask(type, wide_all(RTE_BE16(ETHERTYPE_VLAN)));
	kinds.of[0][0] = is_ipv4 & wanted;
	kinds.of[0][1] = is_ipv6 & wanted;
	sort_tagged(&kinds, ether, is_tagged & wanted);
	return choose(&kinds, shape);
}

WIDE_TARGET static uint32_t
read_wide(struct batch *batch, const uint8_t *const ether[WIDE_LANES], uint32_t wanted,
	  const uint8_t mac[8], uint32_t *others)
{
	struct wide_words macs = wide_words_of(wide_load(ether, BATCH_MACS));

	*others = choose_shape(&macs, ether, wanted, &batch->shape);
	if (likely(!batch->shape.is_ipv6 && !batch->shape.is_tagged))
		return read_lanes(batch, ether, &macs, mac, false, false);
	if (!batch->shape.is_tagged)
		return read_lanes(batch, ether, &macs, mac, true, false);
	if (!batch->shape.is_ipv6)
		return read_lanes(batch, ether, &macs, mac, false, true);
	return read_lanes(batch, ether, &macs, mac, true, true);
}

/* In the place of a frame whose buffer ends too soon: it has no form. */
static const uint8_t nothing[BATCH_BYTES];

static inline bool
has_room(const struct rte_mbuf *m)
{
	return (uint32_t)m->buf_len >= (uint32_t)m->data_off + BATCH_BYTES;
}

uint32_t
batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count, uint32_t wanted,
	   const uint8_t mac[8], uint32_t *others)
{
	const uint8_t *ether[WIDE_LANES];

	check(count >= 1 && count <= WIDE_LANES && wanted >> count == 0);
	for (uint32_t i = 0; i < WIDE_LANES; i++) {
		struct rte_mbuf *m = frames[i < count ? i : count - 1];

		batch->m[i] = m;
		ether[i] = likely(has_room(m)) ? rte_pktmbuf_mtod(m, const uint8_t *) : nothing;
	}
	return read_wide(batch, ether, wanted, mac, others) & wanted;
}

/* Which lanes of a word are as that one is. */
WIDE_INLINE __mmask16
is_as(const uint32_t word[WIDE_LANES], uint32_t lane)
{
	return _mm512_cmpeq_epi32_mask(_mm512_load_si512(word), wide_all(word[lane]));
}

WIDE_TARGET uint32_t
batch_to_same_place(const struct batch *batch, uint32_t lane)
{
	__mmask16 same = is_as(batch->destination[3], lane);

	for (uint32_t w = 0; w < 3 && batch->shape.is_ipv6; w++)
		same &= is_as(batch->destination[w], lane);
	return batch->shape.is_tagged ? same & is_as(batch->tag, lane) : same;
}

#else

uint32_t
batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count, uint32_t wanted,
	   const uint8_t mac[8], uint32_t *others)
{
	(void)batch;
	(void)frames;
	(void)count;
	(void)wanted;
	(void)mac;
	(void)others;
	check(!"wide registers on a machine without them");
	return 0;
}

uint32_t
batch_to_same_place(const struct batch *batch, uint32_t lane)
{
	(void)batch;
	(void)lane;
	return 0;
}

#endif /* __x86_64__ */

void
batch_open(const struct batch *batch, uint32_t lane, struct plain *plain)
{
	enum plain_form form = (enum plain_form)batch->form[lane];
	uint32_t ip_bytes = sizeof(struct wire_ipv4);

	if (!batch->shape.is_ipv6 && !batch->shape.is_tagged) {
		plain_set_form(plain, batch->m[lane], form);
		return;
	}
	if (batch->shape.is_ipv6)
		ip_bytes = sizeof(struct wire_ipv6);
	*plain = plain_shapes[form];
	plain->m = batch->m[lane];
	plain->form = PLAIN_FORM_OTHER;
	plain->is_ipv6 = batch->shape.is_ipv6;
	plain->vlan_id = batch_vlan(batch, lane);
	if (batch->shape.is_tagged)
		plain->l3_off = (uint16_t)(plain->l3_off + sizeof(struct wire_vlan));
	plain->l4_off = (uint16_t)(plain->l3_off + ip_bytes);
	plain->m->pkt_len = plain->m->data_len = (uint16_t)(plain->l4_off + plain->l4_bytes);
}
