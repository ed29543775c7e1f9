/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The states are the places in RFC 9112's grammar where a request may be cut.
 * A line may end with LF alone (section 2.2); a CR must be followed by one.
 * What could mean different things to two servers is refused: a body, two Host
 * lines, a folded line, a blank before the colon.
 */
#include "http_request.h"

#include <string.h>

enum state {
	AT_START, /* empty lines may come first (section 2.2) */
	IN_METHOD,
	IN_TARGET,
	IN_VERSION,
	AT_REQUEST_LF, /* CR seen */
	AT_LINE,       /* at the first octet of a header line */
	IN_NAME,
	IN_VALUE,      /* of a line we have no use for */
	IN_LENGTH,     /* Content-Length */
	IN_CONNECTION, /* Connection: a list of options */
	AT_VALUE_LF,   /* CR seen */
	AT_LAST_LF,    /* CR seen in an empty line */
};

enum flag {
	IS_HEAD = 1 << 0,
	IS_OTHER_METHOD = 1 << 1,
	IS_VERSION_1_0 = 1 << 2,
	IS_OTHER_VERSION = 1 << 3,
	HAS_HOST = 1 << 4,
	HAS_CLOSE = 1 << 5,
	HAS_KEEP_ALIVE = 1 << 6,
};

static const char *const methods[] = {"GET", "HEAD", NULL};
enum { METHOD_GET, METHOD_HEAD };

static const char *const names[] = {"host", "connection", "content-length", "transfer-encoding",
				    NULL};
enum { NAME_HOST, NAME_CONNECTION, NAME_CONTENT_LENGTH, NAME_TRANSFER_ENCODING };

static const char *const options[] = {"close", "keep-alive", NULL};
enum { OPTION_CLOSE, OPTION_KEEP_ALIVE };

static void
enter(struct http_request *r, enum state state)
{
	r->state = (uint8_t)state;
	r->matched = 0;
	r->candidates = UINT8_MAX;
}

/* The next octet of a word that may be one of `words`; a candidate is as long as what matched. */
static void
match(struct http_request *r, const char *const *words, char c)
{
	for (unsigned int i = 0; words[i] != NULL; i++) {
		if (strlen(words[i]) <= r->matched || words[i][r->matched] != c)
			r->candidates &= (uint8_t) ~(1u << i);
	}
	r->matched++; /* should it wrap, there has long been no candidate */
}

/* Which of `words` the word was, or -1. */
static int
matched_word(const struct http_request *r, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++) {
		if ((r->candidates & 1u << i) != 0 && words[i][r->matched] == '\0')
			return i;
	}
	return -1;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* RFC 9110, 5.6.2. */
static bool
is_token(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum http_verdict
take_start(struct http_request *r, char c)
{
	if (c == '\r' || c == '\n')
		return HTTP_INCOMPLETE;
	if (!is_token(c))
		return HTTP_BAD;
	enter(r, IN_METHOD);
	match(r, methods, c);
	return HTTP_INCOMPLETE;
}

static enum http_verdict
take_method(struct http_request *r, char c)
{
	if (is_token(c)) {
		match(r, methods, c);
		return HTTP_INCOMPLETE;
	}
	if (c != ' ')
		return HTTP_BAD;
	switch (matched_word(r, methods)) {
	case METHOD_GET:
		break;
	case METHOD_HEAD:
		r->flags |= IS_HEAD;
		break;
	default:
		r->flags |= IS_OTHER_METHOD;
		break;
	}
	enter(r, IN_TARGET);
	return HTTP_INCOMPLETE;
}

static enum http_verdict
take_target(struct http_request *r, char c)
{
	if (c > ' ' && c < 0x7f) {
		r->matched = 1;
		return HTTP_INCOMPLETE;
	}
	if (c != ' ' || r->matched == 0)
		return HTTP_BAD;
	enter(r, IN_VERSION);
	return HTTP_INCOMPLETE;
}

static enum http_verdict
end_request_line(struct http_request *r)
{
	if ((r->flags & IS_OTHER_VERSION) != 0)
		return HTTP_VERSION_UNKNOWN;
	if ((r->flags & IS_OTHER_METHOD) != 0)
		return HTTP_METHOD_UNKNOWN;
	enter(r, AT_LINE);
	return HTTP_INCOMPLETE;
}

/* "HTTP/", digit, ".", digit. */
static enum http_verdict
take_version(struct http_request *r, char c)
{
	static const char shape[] = "HTTP/0.0";
	bool is_digit = c >= '0' && c <= '9';

	if (r->matched == sizeof(shape) - 1) {
		if (c == '\n')
			return end_request_line(r);
		if (c != '\r')
			return HTTP_BAD;
		r->state = AT_REQUEST_LF;
		return HTTP_INCOMPLETE;
	}
	if (shape[r->matched] == '0' ? !is_digit : c != shape[r->matched])
		return HTTP_BAD;
	if (r->matched == 5 && c != '1')
		r->flags |= IS_OTHER_VERSION;
	if (r->matched == 7 && c == '0')
		r->flags |= IS_VERSION_1_0;
	r->matched++;
	return HTTP_INCOMPLETE;
}

/* The header is over. */
static enum http_verdict
judge(const struct http_request *r)
{
	bool needs_host = (r->flags & IS_VERSION_1_0) == 0; /* RFC 9112, 3.2 */

	return needs_host && (r->flags & HAS_HOST) == 0 ? HTTP_BAD : HTTP_COMPLETE;
}

static enum http_verdict
take_line(struct http_request *r, char c)
{
	if (c == '\n')
		return judge(r);
	if (c == '\r') {
		r->state = AT_LAST_LF;
		return HTTP_INCOMPLETE;
	}
	if (!is_token(c))
		return HTTP_BAD;
	enter(r, IN_NAME);
	match(r, names, lower(c));
	return HTTP_INCOMPLETE;
}

static enum http_verdict
take_name(struct http_request *r, char c)
{
	if (is_token(c)) {
		match(r, names, lower(c));
		return HTTP_INCOMPLETE;
	}
	if (c != ':')
		return HTTP_BAD;
	switch (matched_word(r, names)) {
	case NAME_HOST:
		if ((r->flags & HAS_HOST) != 0)
			return HTTP_BAD;
		r->flags |= HAS_HOST;
		enter(r, IN_VALUE);
		break;
	case NAME_CONNECTION:
		enter(r, IN_CONNECTION);
		break;
	case NAME_CONTENT_LENGTH:
		enter(r, IN_LENGTH);
		break;
	case NAME_TRANSFER_ENCODING: /* a body */
		return HTTP_BAD;
	default:
		enter(r, IN_VALUE);
		break;
	}
	return HTTP_INCOMPLETE;
}

/* CR or LF: the value is over.  Any other octet must be one a value may have. */
static enum http_verdict
take_value(struct http_request *r, char c)
{
	if (c == '\n')
		enter(r, AT_LINE);
	else if (c == '\r')
		r->state = AT_VALUE_LF;
	else if (((unsigned char)c < ' ' && c != '\t') || c == 0x7f)
		return HTTP_BAD;
	return HTTP_INCOMPLETE;
}

/* Only zero: a body that has no octets. */
static enum http_verdict
take_length(struct http_request *r, char c)
{
	if (c == '0')
		r->matched = 1;
	else if ((c == '\r' || c == '\n') ? r->matched == 0 : !is_blank(c))
		return HTTP_BAD;
	return take_value(r, c);
}

/* Options are separated by commas and blanks (RFC 9110, 7.6.1). */
static enum http_verdict
take_connection(struct http_request *r, char c)
{
	if (is_token(c)) {
		match(r, options, lower(c));
		return HTTP_INCOMPLETE;
	}
	switch (matched_word(r, options)) {
	case OPTION_CLOSE:
		r->flags |= HAS_CLOSE;
		break;
	case OPTION_KEEP_ALIVE:
		r->flags |= HAS_KEEP_ALIVE;
		break;
	default:
		break;
	}
	enter(r, IN_CONNECTION);
	return take_value(r, c);
}

static enum http_verdict
take_octet(struct http_request *r, char c)
{
	switch (r->state) {
	case AT_START:
		return take_start(r, c);
	case IN_METHOD:
		return take_method(r, c);
	case IN_TARGET:
		return take_target(r, c);
	case IN_VERSION:
		return take_version(r, c);
	case AT_LINE:
		return take_line(r, c);
	case IN_NAME:
		return take_name(r, c);
	case IN_VALUE:
		return take_value(r, c);
	case IN_LENGTH:
		return take_length(r, c);
	case IN_CONNECTION:
		return take_connection(r, c);
	default:
		break;
	}
	/* After a CR. */
	if (c != '\n')
		return HTTP_BAD;
	if (r->state == AT_REQUEST_LF)
		return end_request_line(r);
	if (r->state == AT_LAST_LF)
		return judge(r);
	enter(r, AT_LINE);
	return HTTP_INCOMPLETE;
}

size_t
http_request_parse(struct http_request *request, const char *text, size_t bytes,
		   enum http_verdict *verdict)
{
	for (size_t i = 0; i < bytes; i++) {
		if (request->bytes == HTTP_REQUEST_BYTES_MAX) {
			*verdict = HTTP_TOO_LARGE;
			return i;
		}
		request->bytes++;
		*verdict = take_octet(request, text[i]);
		if (*verdict != HTTP_INCOMPLETE)
			return i + 1;
	}
	*verdict = HTTP_INCOMPLETE;
	return bytes;
}

bool
http_request_is_head(const struct http_request *request)
{
	return (request->flags & IS_HEAD) != 0;
}

bool
http_request_keeps_open(const struct http_request *request)
{
	if ((request->flags & HAS_CLOSE) != 0)
		return false;
	return (request->flags & IS_VERSION_1_0) == 0 || (request->flags & HAS_KEEP_ALIVE) != 0;
}
