/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * HTTP requests.  Input: one octet that says how long the pieces are, then the
 * text.  Wherever it is cut, the same is understood.
 */
#include "fuzz_target.h"

#include <string.h>

#include "check.h"
#include "guard_page.h"
#include "http_request.h"

#define TEXT_BYTES_MAX 4096 /* what guard_page_copy() takes */

/* Octets taken by the first request. */
static size_t
parse_in_pieces(struct http_request *request, const uint8_t *text, size_t bytes, size_t piece_bytes,
		enum http_verdict *verdict)
{
	size_t taken = 0;

	memset(request, 0, sizeof(*request));
	*verdict = HTTP_INCOMPLETE;
	while (taken < bytes && *verdict == HTTP_INCOMPLETE) {
		size_t piece = bytes - taken < piece_bytes ? bytes - taken : piece_bytes;
		const char *copy = (const char *)guard_page_copy(text + taken, piece);
		size_t used = http_request_parse(request, copy, piece, verdict);

		check(used <= piece);
		check(*verdict != HTTP_INCOMPLETE || used == piece);
		taken += used;
	}
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	enum http_verdict whole_verdict, verdict;
	struct http_request whole, request;
	size_t taken;

	if (bytes < 1 || bytes > 1 + TEXT_BYTES_MAX)
		return -1;
	taken = parse_in_pieces(&whole, octets + 1, bytes - 1, TEXT_BYTES_MAX, &whole_verdict);
	check(taken ==
	      parse_in_pieces(&request, octets + 1, bytes - 1, (size_t)octets[0] + 1, &verdict));
	check(verdict == whole_verdict);
	check(memcmp(&request, &whole, sizeof(whole)) == 0);
	check(request.bytes == taken);
	return 0;
}
