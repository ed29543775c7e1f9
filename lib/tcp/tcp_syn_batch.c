/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_syn_batch.h"

#include "check.h"
#include "syn_ack_wide.h"
#include "syn_cookie_wide.h"
#include "tcp_syn_policy.h"
#include "tcp_syn_sheet.h"

#if defined(__x86_64__)

/* As tcp_open_agree() and cookie_pack(). */
WIDE_INLINE struct syn_cookie_wide_fields
agree(bool is_ipv6, const struct tcp_config *config, const struct batch *batch)
{
	__m512i form = _mm512_load_si512(batch->form), mss = _mm512_load_si512(batch->mss);
	__m512i shift = _mm512_load_si512(batch->shift), octet, timestamp;
	__mmask16 is_linux = _mm512_cmpeq_epi32_mask(form, wide_all(PLAIN_FORM_LINUX));
	__mmask16 is_windows = _mm512_cmpeq_epi32_mask(form, wide_all(PLAIN_FORM_WINDOWS));
	__mmask16 has_timestamps = config->timestamps ? is_linux : 0;
	__mmask16 has_wscale = config->window_scaling ? is_linux | is_windows : 0;
	__mmask16 has_sack = config->sack ? is_linux | is_windows : 0;

	octet = syn_cookie_wide_pack_octet(is_ipv6 ? cookie_mss_ipv6 : cookie_mss_ipv4, mss, shift,
					   has_wscale, has_sack);
	timestamp = syn_cookie_wide_pack_timestamp(mss, shift, has_wscale, has_sack);
	return (struct syn_cookie_wide_fields){
		.bits = _mm512_mask_blend_epi32(has_timestamps, octet, timestamp),
		.has_timestamps = has_timestamps,
	};
}

/* In line, so that there is straight code for each family. */
WIDE_INLINE void
make_of(bool is_ipv6, const struct tcp_engine *engine, const struct syn_ack_sheet *sheet,
	const struct batch *batch, struct syn_ack_wide *made)
{
	struct syn_cookie_wide_fields fields = agree(is_ipv6, engine->config, batch);
	struct syn_cookie_wide cookie =
		syn_cookie_wide_make(&engine->cookies, batch, is_ipv6, &fields);

	if (is_ipv6)
		syn_ack_wide_make_ipv6(made, sheet, batch, cookie.iss, cookie.tsval);
	else
		syn_ack_wide_make_ipv4(made, sheet, batch, cookie.iss, cookie.tsval);
}

WIDE_TARGET static void
make(const struct tcp_engine *engine, const struct syn_ack_sheet *sheet, const struct batch *batch,
     struct syn_ack_wide *made)
{
	if (batch->shape.is_ipv6)
		make_of(true, engine, sheet, batch, made);
	else
		make_of(false, engine, sheet, batch, made);
}

/* In line, so that for each shape there is straight code. */
static inline __attribute__((always_inline)) void
send(struct tcp_engine *engine, const struct syn_ack_sheet *sheet, const struct batch *batch,
     const struct syn_ack_wide *made, uint32_t lanes, struct batch_shape shape)
{
	for (; lanes != 0; lanes &= lanes - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(lanes);

		syn_ack_wide_put(made, batch, lane, &sheet->stamp[batch->form[lane]], shape);
		tcp_engine_send(engine, batch->m[lane]);
	}
}

void
tcp_syn_batch_answer(struct tcp_engine *engine, const struct batch *batch, uint32_t lanes)
{
	uint32_t count = (uint32_t)__builtin_popcount(lanes);
	const struct syn_ack_sheet *sheet;
	struct syn_ack_wide made;

	if (count == 0)
		return;
	tcp_syn_policy_answered(engine, count);
	sheet = tcp_syn_sheet(engine, batch->m[__builtin_ctz(lanes)]->port, batch->shape.is_ipv6);
	make(engine, sheet, batch, &made);
	if (batch->shape.is_tagged)
		send(engine, sheet, batch, &made, lanes, batch->shape);
	else if (batch->shape.is_ipv6)
		send(engine, sheet, batch, &made, lanes, (struct batch_shape){.is_ipv6 = true});
	else
		send(engine, sheet, batch, &made, lanes, (struct batch_shape){.is_ipv6 = false});
	counter_add(engine->counters, COUNTER_syn_received, count);
	counter_add(engine->counters, COUNTER_cookie_sent, count);
}

#else

void
tcp_syn_batch_answer(struct tcp_engine *engine, const struct batch *batch, uint32_t lanes)
{
	(void)engine;
	(void)batch;
	check(lanes == 0);
}

#endif
