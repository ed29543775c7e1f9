/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A host on the link that is asked where it is: ARP requests and neighbour
 * solicitations of weir's read and answered, without a line of lib/wire.
 */
#ifndef WEIR_TESTS_HARNESS_NEIGHBOUR_H
#define WEIR_TESTS_HARNESS_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "segment_frame.h"

enum neighbour_question {
	NEIGHBOUR_NONE,	 /* something else, or about somebody else */
	NEIGHBOUR_GROUP, /* everybody was asked where the path's client is */
	NEIGHBOUR_ONE,	 /* the client alone was asked */
};

/* What `frame` asks of the path's client.  *wrong is NULL, or the first rule it breaks. */
enum neighbour_question neighbour_read(const uint8_t *frame, uint32_t bytes,
				       const struct wire_path *path, const char **wrong);

/* The client's answer to such a question.  Returns its length. */
uint32_t neighbour_answer(uint8_t frame[FRAME_BYTES_MAX], const struct wire_path *path);

#endif
