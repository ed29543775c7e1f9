/* SPDX-License-Identifier: BSD-3-Clause */

/* The answers http can give, composed once at start. */
#ifndef WEIR_APP_BUILTIN_HTTP_ANSWER_H
#define WEIR_APP_BUILTIN_HTTP_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "http_request.h"

/* Longest body; with its head an answer stays below 2^31 octets. */
#define HTTP_BODY_BYTES_MAX (UINT64_C(1) << 30)

enum http_answer_kind {
	HTTP_ANSWER_NONE, /* still reading the request */
	HTTP_ANSWER_KEEP,
	HTTP_ANSWER_CLOSE,
	HTTP_ANSWER_BAD,
	HTTP_ANSWER_METHOD_UNKNOWN,
	HTTP_ANSWER_TOO_LARGE,
	HTTP_ANSWER_VERSION_UNKNOWN,
	HTTP_ANSWER_N
};

/* Head, then either text or octets of the pattern. */
struct http_answer {
	char *text; /* head and body, the pattern not */
	uint32_t head_bytes;
	uint32_t text_bytes;
	uint32_t pattern_bytes;
};

struct http_answers {
	struct http_answer answer[HTTP_ANSWER_N];
};

/* `body` is sent, or where it is NULL `pattern_bytes` of the pattern.  0 or -ENOMEM. */
int http_answers_init(struct http_answers *answers, const char *body, uint32_t pattern_bytes);
void http_answers_fini(struct http_answers *answers);

enum http_answer_kind http_answer_choose(enum http_verdict verdict, bool keeps_open);

/* Octets of the whole answer; to HEAD that is the head. */
uint32_t http_answer_bytes(const struct http_answer *answer, bool is_head);

/* What to send next after `sent` octets, `*bytes` at most; sets `*bytes`. */
const char *http_answer_piece(const struct http_answer *answer, uint32_t sent, uint32_t *bytes);

#endif
