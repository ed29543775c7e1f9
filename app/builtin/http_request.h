/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * An HTTP/1 request read octet by octet (RFC 9112), so that it may be cut
 * anywhere and nothing of it is kept: all there is to know fits in six octets.
 * It keeps what the answer depends on and checks what a server must refuse.
 */
#ifndef WEIR_APP_BUILTIN_HTTP_REQUEST_H
#define WEIR_APP_BUILTIN_HTTP_REQUEST_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Request line and header, with all line ends; also empty lines before them. */
#define HTTP_REQUEST_BYTES_MAX 8192

enum http_verdict {
	HTTP_INCOMPLETE,
	HTTP_COMPLETE,	      /* GET or HEAD, no body */
	HTTP_BAD,	      /* 400 */
	HTTP_METHOD_UNKNOWN,  /* 405; the rest of the request was not read */
	HTTP_TOO_LARGE,	      /* 431 */
	HTTP_VERSION_UNKNOWN, /* 505; the rest of the request was not read */
};

/* All zero: before the first octet. */
struct http_request {
	uint16_t bytes; /* so far */
	uint8_t state;
	uint8_t matched;    /* octets of the word at hand */
	uint8_t candidates; /* words it may still be, a bit each */
	uint8_t flags;
};

static_assert(sizeof(struct http_request) == 6, "leaves two octets of a connection's scratch");

/*
 * Read on.  Returns how many octets were taken: all of them while the verdict
 * is HTTP_INCOMPLETE, else those up to the end of the request or the mistake.
 */
size_t http_request_parse(struct http_request *request, const char *text, size_t bytes,
			  enum http_verdict *verdict);

/* Of a complete request. */
bool http_request_is_head(const struct http_request *request);
bool http_request_keeps_open(const struct http_request *request);

#endif
