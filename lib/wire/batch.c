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

/* All that is looked at, a frame to a lane.  Words of the frame are in wire order. */
struct lanes {
	__m512i mac[2];	   /* to whom and, from the second's upper half on, from whom */
	__m512i header[4]; /* from before the IP header: MAC and ethertype, then its words */
	__m512i source;
	__m512i destination;
	__m512i tcp[5];
	__m512i options[5];
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
read_frames(struct lanes *lanes, const uint8_t *const ether[WIDE_LANES])
{
	struct wide_words macs = wide_words_of(wide_load(ether, BATCH_MACS));
	struct wide_words header = wide_words_of(wide_load(ether, BATCH_ETHERTYPE));
	struct wide_words ends = wide_words_of(wide_load(ether, BATCH_ADDRESSES));
	struct wide_words ack = wide_words_of(wide_load(ether, BATCH_ACK));
	struct wide_words options = wide_words_of(wide_load(ether, BATCH_OPTIONS));

	lanes->mac[0] = macs.word[0];
	lanes->mac[1] = macs.word[1];
	lanes->source = ends.word[0];
	lanes->destination = ends.word[1];
	lanes->tcp[0] = ends.word[2];
	lanes->tcp[1] = ends.word[3];
	lanes->options[0] = ack.word[3];
	for (unsigned int i = 0; i < 4; i++) {
		lanes->header[i] = header.word[i];
		lanes->options[1 + i] = options.word[i];
		if (i < 3)
			lanes->tcp[2 + i] = ack.word[i];
	}
	lanes->form = form_of(lanes->tcp[3]);
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

/* One buffer, of that port, of which the port has nothing bad to say. */
WIDE_INLINE __mmask16
is_whole(const struct lanes *lanes, uint32_t port)
{
	return _mm512_cmpeq_epi32_mask(lanes->place, wide_all(port << 16 | 1)) &
	       _mm512_testn_epi32_mask(lanes->flags,
				       wide_all((uint32_t)(PLAIN_REFUSED | PLAIN_SYN_CKSUM_BAD)));
}

/* The port vouches for both checksums. */
WIDE_INLINE __mmask16
is_summed(const struct lanes *lanes)
{
	__m512i good = wide_all((uint32_t)PLAIN_SYN_CKSUM_GOOD);

	return _mm512_cmpeq_epi32_mask(_mm512_and_si512(lanes->flags, good), good);
}

/* What must be where, of the frame and of both headers. */
WIDE_INLINE __mmask16
is_in_form(const struct lanes *lanes, __m512i total)
{
	__m512i first = _mm512_or_si512(wide_swap32(total), wide_all(RTE_BE32(0x45000000)));
	__m512i wrong;

	wrong = differs(lanes->header[0], RTE_BE32(0x0000ffff), wide_all(RTE_BE32(ETHERTYPE_IPV4)));
	wrong = _mm512_or_si512(wrong, differs(lanes->header[1], RTE_BE32(0xff00ffff), first));
	wrong = _mm512_or_si512(wrong,
				_mm512_and_si512(lanes->header[2], wide_all(RTE_BE32(0x00003fff))));
	wrong = _mm512_or_si512(wrong, differs(lanes->header[3], RTE_BE32(0x00ff0000),
					       wide_all(RTE_BE32(PROTOCOL_TCP << 16))));
	for (unsigned int i = 0; i < 5; i++)
		wrong = _mm512_or_si512(
			wrong, _mm512_xor_si512(
				       _mm512_and_si512(lanes->options[i],
							wide_look_up(option_mask[i], lanes->form)),
				       wide_look_up(option_want[i], lanes->form)));
	return _mm512_testn_epi32_mask(wrong, wrong);
}

/* As plain_may_be_source(); and no port is 0. */
WIDE_INLINE __mmask16
has_good_ends(const struct lanes *lanes)
{
	__m512i first = _mm512_and_si512(lanes->source, wide_all(0xff));
	__m512i before = _mm512_sub_epi32(first, wide_all(1));

	return _mm512_cmplt_epu32_mask(before, wide_all(223)) &
	       _mm512_cmpneq_epi32_mask(first, wide_all(127)) &
	       _mm512_test_epi32_mask(lanes->tcp[0], wide_all(0x0000ffff)) &
	       _mm512_test_epi32_mask(lanes->tcp[0], wide_all(0xffff0000));
}

/* What is summed is not all zeros, so the sum of an intact packet folds to this. */
WIDE_INLINE __mmask16
is_sum_whole(__m512i sum)
{
	return _mm512_cmpeq_epi32_mask(wide_fold(sum), wide_all(0xffff));
}

/* `options` is how many octets of them there are. */
WIDE_INLINE __mmask16
has_good_sums(const struct lanes *lanes, __m512i options)
{
	__m512i addresses = wide_sum(_mm512_setzero_si512(), lanes->source), header, segment;
	__m512i l4_bytes = _mm512_add_epi32(options, wide_all(sizeof(struct wire_tcp)));

	addresses = wide_sum(addresses, lanes->destination);
	header = addresses;
	for (unsigned int i = 1; i < 4; i++)
		header = wide_sum(header, lanes->header[i]);
	segment = wide_sum(addresses, _mm512_or_si512(wide_swap32(l4_bytes),
						      wide_all(RTE_BE16(PROTOCOL_TCP))));
	for (unsigned int i = 0; i < 5; i++)
		segment = wide_sum(segment, lanes->tcp[i]);
	for (unsigned int i = 0; i < 5; i++)
		segment = wide_sum(
			segment,
			_mm512_maskz_mov_epi32(_mm512_cmpgt_epu32_mask(options, wide_all(4 * i)),
					       lanes->options[i]));
	return is_sum_whole(header) & is_sum_whole(segment);
}

WIDE_INLINE __mmask16
is_good(const struct lanes *lanes, uint32_t port, const uint8_t mac[8])
{
	__m512i options = wide_look_up(options_bytes, lanes->form);
	__m512i total = _mm512_add_epi32(options, wide_all(PLAIN_SYN_BYTES - PLAIN_SYN_IP));
	__m512i bytes = _mm512_add_epi32(total, wide_all(PLAIN_SYN_IP));
	__mmask16 good = is_whole(lanes, port) & is_to_mac(lanes, mac) & is_in_form(lanes, total) &
			 has_good_ends(lanes);

	good &= _mm512_cmpneq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_OTHER));
	good &= _mm512_cmpge_epu32_mask(lanes->data_len, bytes);
	if ((good & ~is_summed(lanes)) != 0)
		good &= is_summed(lanes) | has_good_sums(lanes, options);
	return good;
}

WIDE_INLINE void
keep_options(struct batch *batch, const struct lanes *lanes)
{
	__mmask16 is_linux = _mm512_cmpeq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_LINUX));
	__mmask16 is_bare = _mm512_cmpeq_epi32_mask(lanes->form, wide_all(PLAIN_FORM_NONE));
	__m512i first_ack = wide_all(PLAIN_FORM_ACK);
	__m512i wscale = _mm512_mask_blend_epi32(is_linux, lanes->options[1], lanes->options[4]);
	__m512i mss = _mm512_and_si512(wide_swap32(lanes->options[0]), wide_all(0xffff));

	_mm512_store_si512(batch->mss, _mm512_maskz_mov_epi32((__mmask16)~is_bare, mss));
	_mm512_store_si512(batch->shift, _mm512_srli_epi32(wscale, 24));
	_mm512_store_si512(batch->times, lanes->options[2]);
	batch->acks = _mm512_cmpge_epu32_mask(lanes->form, first_ack);
}

/* `ether` are the frames' octets. */
WIDE_TARGET static uint32_t
read_lanes(struct batch *batch, const uint8_t *const ether[WIDE_LANES], const uint8_t mac[8])
{
	struct lanes lanes;

	read_mbufs(&lanes, batch->m);
	read_frames(&lanes, ether);
	_mm512_store_si512(batch->source, lanes.source);
	_mm512_store_si512(batch->destination, lanes.destination);
	_mm512_store_si512(batch->ports, lanes.tcp[0]);
	_mm512_store_si512(batch->seq, lanes.tcp[1]);
	_mm512_store_si512(batch->ack, lanes.tcp[2]);
	_mm512_store_si512(batch->form, lanes.form);
	keep_options(batch, &lanes);
	return is_good(&lanes, batch->m[0]->port, mac);
}

/* In the place of a frame whose buffer ends too soon: it has no form. */
static const uint8_t nothing[BATCH_BYTES];

static inline bool
has_room(const struct rte_mbuf *m)
{
	return (uint32_t)m->buf_len >= (uint32_t)m->data_off + BATCH_BYTES;
}

uint32_t
batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count,
	   const uint8_t mac[8])
{
	const uint8_t *ether[WIDE_LANES];

	check(count >= 1 && count <= WIDE_LANES);
	for (uint32_t i = 0; i < WIDE_LANES; i++) {
		struct rte_mbuf *m = frames[i < count ? i : count - 1];

		batch->m[i] = m;
		ether[i] = likely(has_room(m)) ? rte_pktmbuf_mtod(m, const uint8_t *) : nothing;
	}
	return read_lanes(batch, ether, mac) & ((1u << count) - 1);
}

#else

uint32_t
batch_read(struct batch *batch, struct rte_mbuf *const *frames, uint32_t count,
	   const uint8_t mac[8])
{
	(void)batch;
	(void)frames;
	(void)count;
	(void)mac;
	check(!"wide registers on a machine without them");
	return 0;
}

#endif /* __x86_64__ */

void
batch_open(const struct batch *batch, uint32_t lane, struct plain *plain)
{
	plain_set_form(plain, batch->m[lane], (enum plain_form)batch->form[lane]);
}
