/* SPDX-License-Identifier: BSD-3-Clause */

#include "http_answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

/* Head and body in one piece: a small answer is one segment. */
static int
compose(struct http_answer *answer, const char *status, const char *fields, const char *body,
	uint32_t pattern_bytes)
{
	size_t body_bytes = body != NULL ? strlen(body) : 0;
	int bytes;

	bytes = asprintf(&answer->text,
			 "HTTP/1.1 %s\r\nServer: weir\r\nContent-Type: text/plain\r\n"
			 "Content-Length: %zu\r\n%s\r\n%s",
			 status, body_bytes + pattern_bytes, fields, body != NULL ? body : "");
	if (bytes < 0) {
		answer->text = NULL;
		return -ENOMEM;
	}
	answer->text_bytes = (uint32_t)bytes;
	answer->head_bytes = (uint32_t)((size_t)bytes - body_bytes);
	answer->pattern_bytes = pattern_bytes;
	return 0;
}

int
http_answers_init(struct http_answers *answers, const char *body, uint32_t pattern_bytes)
{
	static const struct {
		const char *status;
		const char *fields;
		bool has_body;
	} heads[HTTP_ANSWER_N] = {
		[HTTP_ANSWER_KEEP] = {"200 OK", "Connection: keep-alive\r\n", true},
		[HTTP_ANSWER_CLOSE] = {"200 OK", "Connection: close\r\n", true},
		[HTTP_ANSWER_BAD] = {"400 Bad Request", "Connection: close\r\n", false},
		[HTTP_ANSWER_METHOD_UNKNOWN] = {"405 Method Not Allowed",
						"Allow: GET, HEAD\r\nConnection: close\r\n", false},
		[HTTP_ANSWER_TOO_LARGE] = {"431 Request Header Fields Too Large",
					   "Connection: close\r\n", false},
		[HTTP_ANSWER_VERSION_UNKNOWN] = {"505 HTTP Version Not Supported",
						 "Connection: close\r\n", false},
	};

	memset(answers, 0, sizeof(*answers));
	for (int i = HTTP_ANSWER_NONE + 1; i < HTTP_ANSWER_N; i++) {
		if (compose(&answers->answer[i], heads[i].status, heads[i].fields,
			    heads[i].has_body ? body : NULL,
			    heads[i].has_body ? pattern_bytes : 0) != 0) {
			http_answers_fini(answers);
			return -ENOMEM;
		}
	}
	return 0;
}

void
http_answers_fini(struct http_answers *answers)
{
	for (int i = HTTP_ANSWER_NONE + 1; i < HTTP_ANSWER_N; i++)
		free(answers->answer[i].text);
}

enum http_answer_kind
http_answer_choose(enum http_verdict verdict, bool keeps_open)
{
	switch (verdict) {
	case HTTP_INCOMPLETE:
		return HTTP_ANSWER_NONE;
	case HTTP_COMPLETE:
		return keeps_open ? HTTP_ANSWER_KEEP : HTTP_ANSWER_CLOSE;
	case HTTP_METHOD_UNKNOWN:
		return HTTP_ANSWER_METHOD_UNKNOWN;
	case HTTP_TOO_LARGE:
		return HTTP_ANSWER_TOO_LARGE;
	case HTTP_VERSION_UNKNOWN:
		return HTTP_ANSWER_VERSION_UNKNOWN;
	default:
		return HTTP_ANSWER_BAD;
	}
}

uint32_t
http_answer_bytes(const struct http_answer *answer, bool is_head)
{
	return is_head ? answer->head_bytes : answer->text_bytes + answer->pattern_bytes;
}

const char *
http_answer_piece(const struct http_answer *answer, uint32_t sent, uint32_t *bytes)
{
	uint32_t left;

	if (sent >= answer->text_bytes)
		return pattern_piece(sent - answer->text_bytes, bytes);
	left = answer->text_bytes - sent;
	if (*bytes > left)
		*bytes = left;
	return answer->text + sent;
}
