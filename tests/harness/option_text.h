/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * TCP options as a script writes them and as the wire carries them:
 *
 *	<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>
 *	<nop,nop,sack 11:21 31:41>
 *	<hex c806aabbccdd>		octets of any kind, right or wrong
 *	<mss ours>			in an expectation: what our MTU allows
 *	<...>				in an expectation: whatever there is
 *
 * This reads and writes octets by itself, so that lib/wire is not its own witness.
 */
#ifndef WEIR_TESTS_HARNESS_OPTION_TEXT_H
#define WEIR_TESTS_HARNESS_OPTION_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan.h"
#include "tcp_options.h"

#define OPTION_OCTETS	   255 /* an option_text's kind: raw octets */
#define OPTION_LIST_MAX	   40
#define OPTION_NUMBERS_MAX 8

struct option_text {
	uint8_t kind;  /* enum tcp_option_kind, or OPTION_OCTETS */
	uint8_t count; /* of numbers, or of octets */
	bool is_ours;  /* mss ours */
	union {
		struct number number[OPTION_NUMBERS_MAX];
		uint8_t octet[TCP_OPTIONS_BYTES_MAX];
	};
};

struct option_list {
	uint32_t count;
	bool is_any;
	struct option_text option[OPTION_LIST_MAX]; /* the first `count` say something */
};

/* Parse "<...>".  NULL, or what is wrong. */
const char *option_list_parse(struct option_list *list, const char **cursor);

/* Append the notation to `text`, which has room for `bytes` and holds a string already. */
void option_list_print(const struct option_list *list, char *text, size_t bytes);

/* Octets padded with zeros to a multiple of four, or -1 if they are more than 40. */
int option_list_encode(const struct option_list *list, uint8_t octets[TCP_OPTIONS_BYTES_MAX]);

/*
 * NULL, or which rule the options of an emitted segment break: every option but
 * two has a length (MUST-68), zeros follow the end of the list (MUST-69), known
 * ones have the right length, and none comes twice.
 */
const char *option_list_decode(struct option_list *list, const uint8_t *octets, uint32_t bytes);

/* The first option of a kind, or NULL. */
struct option_text *option_list_find(struct option_list *list, uint8_t kind);

/* The same options, in any order, padding aside. */
bool option_list_matches(const struct option_list *expected, const struct option_list *actual);

#endif
