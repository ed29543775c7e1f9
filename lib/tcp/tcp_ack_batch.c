/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_ack_batch.h"

#include "check.h"
#include "syn_cookie_wide.h"

#if defined(__x86_64__)

/* What the claims that proved right say, as far as that is of the cookie. */
struct proved {
	uint32_t lanes;
	uint32_t has_timestamps;
	uint32_t fields[WIDE_LANES];
	uint32_t back[WIDE_LANES];
};

/* In line, so that there is straight code for each family. */
WIDE_INLINE void
prove_of(bool is_ipv6, const struct tcp_engine *engine, const struct batch *batch, uint32_t lanes,
	 struct proved *proved)
{
	__m512i form = _mm512_load_si512(batch->form);
	__mmask16 has_times = _mm512_cmpeq_epi32_mask(form, wide_all(PLAIN_FORM_ACK_TIMES));
	__m512i one = wide_all(1);
	struct syn_cookie_wide_claims claims = {
		.iss = _mm512_sub_epi32(wide_swap32(_mm512_load_si512(batch->ack)), one),
		.irs = _mm512_sub_epi32(wide_swap32(_mm512_load_si512(batch->seq)), one),
		.tsecr = wide_swap32(_mm512_load_si512(batch->times)),
		.has_timestamps = engine->config->timestamps ? has_times : 0,
	};

	syn_cookie_wide_check(&engine->cookies, batch, is_ipv6, (__mmask16)lanes, &claims);
	proved->lanes = claims.is_ours;
	proved->has_timestamps = claims.has_timestamps;
	_mm512_storeu_si512(proved->fields, claims.fields);
	_mm512_storeu_si512(proved->back, claims.back);
}

WIDE_TARGET static void
prove(const struct tcp_engine *engine, const struct batch *batch, uint32_t lanes,
      struct proved *proved)
{
	if (batch->shape.is_ipv6)
		prove_of(true, engine, batch, lanes, proved);
	else
		prove_of(false, engine, batch, lanes, proved);
}

uint32_t
tcp_ack_batch_judge(const struct tcp_engine *engine, const struct batch *batch, uint32_t lanes,
		    struct cookie_finding findings[WIDE_LANES])
{
	uint64_t next = engine->cookies.epoch + 1;
	struct proved proved;

	for (uint32_t i = 0; i < WIDE_LANES; i++) {
		findings[i].verdict = COOKIE_FORGED;
		findings[i].rtt_ms = UINT32_MAX;
	}
	prove(engine, batch, lanes, &proved);
	for (uint32_t left = proved.lanes; left != 0; left &= left - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(left), back = proved.back[lane];

		cookie_accept(&engine->cookies,
			      back < COOKIE_EPOCHS - 1 ? COOKIE_VALID : COOKIE_EXPIRED, next - back,
			      proved.fields[lane], (proved.has_timestamps >> lane & 1) != 0,
			      batch->shape.is_ipv6, &findings[lane]);
	}
	return proved.lanes;
}

#else

uint32_t
tcp_ack_batch_judge(const struct tcp_engine *engine, const struct batch *batch, uint32_t lanes,
		    struct cookie_finding findings[WIDE_LANES])
{
	(void)engine;
	(void)batch;
	(void)findings;
	check(lanes == 0);
	return 0;
}

#endif
