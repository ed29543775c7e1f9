/* SPDX-License-Identifier: BSD-3-Clause */

#include "option_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

/* Length octet of the options we know, 0 where it varies. */
static uint32_t
option_length(uint8_t kind)
{
	switch (kind) {
	case TCPOPT_MSS:
		return 4;
	case TCPOPT_WSCALE:
		return 3;
	case TCPOPT_SACK_PERMITTED:
		return 2;
	case TCPOPT_TIMESTAMPS:
		return 10;
	default:
		return 0;
	}
}

static int
hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *
parse_hex(struct option_text *option, const char **cursor)
{
	scan_blanks(cursor);
	option->kind = OPTION_OCTETS;
	while (hex_digit(**cursor) >= 0) {
		int high = hex_digit((*cursor)[0]), low = hex_digit((*cursor)[1]);

		if (low < 0)
			return "octets need two hexadecimal digits each";
		if (option->count == TCP_OPTIONS_BYTES_MAX)
			return "more than 40 octets of options";
		option->octet[option->count++] = (uint8_t)(high << 4 | low);
		*cursor += 2;
	}
	return NULL;
}

static const char *
parse_sack(struct option_text *option, const char **cursor)
{
	option->kind = TCPOPT_SACK;
	do {
		struct number *block = &option->number[option->count];

		if (option->count == OPTION_NUMBERS_MAX)
			return "more than four SACK blocks";
		if (!scan_number(cursor, &block[0]) || !scan_literal(cursor, ":") ||
		    !scan_number(cursor, &block[1]))
			return "a SACK block is LEFT:RIGHT";
		option->count = (uint8_t)(option->count + 2);
		scan_blanks(cursor);
	} while (isdigit((unsigned char)**cursor) || **cursor == '*');
	return NULL;
}

static const char *
parse_option(struct option_text *option, const char **cursor)
{
	*option = (struct option_text){0};
	if (scan_literal(cursor, "nop")) {
		option->kind = TCPOPT_NOP;
	} else if (scan_literal(cursor, "eol")) {
		option->kind = TCPOPT_EOL;
	} else if (scan_literal(cursor, "sackOK")) {
		option->kind = TCPOPT_SACK_PERMITTED;
	} else if (scan_literal(cursor, "mss")) {
		option->kind = TCPOPT_MSS;
		option->count = 1;
		option->is_ours = scan_literal(cursor, "ours");
		if (!option->is_ours && !scan_number(cursor, &option->number[0]))
			return "mss needs a number, \"ours\" or \"*\"";
	} else if (scan_literal(cursor, "wscale")) {
		option->kind = TCPOPT_WSCALE;
		option->count = 1;
		if (!scan_number(cursor, &option->number[0]))
			return "wscale needs a number";
	} else if (scan_literal(cursor, "TS")) {
		option->kind = TCPOPT_TIMESTAMPS;
		option->count = 2;
		if (!scan_literal(cursor, "val") || !scan_number(cursor, &option->number[0]) ||
		    !scan_literal(cursor, "ecr") || !scan_number(cursor, &option->number[1]))
			return "timestamps are TS val NUMBER ecr NUMBER";
	} else if (scan_literal(cursor, "sack")) {
		return parse_sack(option, cursor);
	} else if (scan_literal(cursor, "hex")) {
		return parse_hex(option, cursor);
	} else {
		return "no such option; known are mss, sackOK, TS, nop, wscale, sack, eol, hex";
	}
	return NULL;
}

const char *
option_list_parse(struct option_list *list, const char **cursor)
{
	list->count = 0;
	if (!scan_literal(cursor, "<"))
		return "options stand between < and >";
	list->is_any = scan_literal(cursor, "...");
	if (list->is_any || scan_literal(cursor, ">"))
		return !list->is_any || scan_literal(cursor, ">") ? NULL
								  : "\"<...\" lacks its \">\"";
	do {
		const char *wrong;

		if (list->count == OPTION_LIST_MAX)
			return "more than 40 options";
		wrong = parse_option(&list->option[list->count++], cursor);
		if (wrong != NULL)
			return wrong;
	} while (scan_literal(cursor, ","));
	return scan_literal(cursor, ">") ? NULL : "options lack their \">\"";
}

static void
append(char *text, size_t bytes, const char *piece)
{
	size_t length = strlen(text);

	check(length + strlen(piece) < bytes);
	strcpy(text + length, piece);
}

static void
append_number(char *text, size_t bytes, const char *before, const struct number *number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", number->value);
	append(text, bytes, before);
	append(text, bytes, number->is_any ? "*" : digits);
}

static void
print_option(const struct option_text *option, char *text, size_t bytes)
{
	switch (option->kind) {
	case TCPOPT_EOL:
		append(text, bytes, "eol");
		return;
	case TCPOPT_NOP:
		append(text, bytes, "nop");
		return;
	case TCPOPT_SACK_PERMITTED:
		append(text, bytes, "sackOK");
		return;
	case TCPOPT_MSS:
		if (option->is_ours)
			append(text, bytes, "mss ours");
		else
			append_number(text, bytes, "mss ", &option->number[0]);
		return;
	case TCPOPT_WSCALE:
		append_number(text, bytes, "wscale ", &option->number[0]);
		return;
	case TCPOPT_TIMESTAMPS:
		append_number(text, bytes, "TS val ", &option->number[0]);
		append_number(text, bytes, " ecr ", &option->number[1]);
		return;
	case TCPOPT_SACK:
		append(text, bytes, "sack");
		for (uint32_t i = 0; i < option->count; i += 2) {
			append_number(text, bytes, " ", &option->number[i]);
			append_number(text, bytes, ":", &option->number[i + 1]);
		}
		return;
	default:
		append(text, bytes, "hex ");
		for (uint32_t i = 0; i < option->count; i++) {
			char digits[3];

			snprintf(digits, sizeof(digits), "%02x", option->octet[i]);
			append(text, bytes, digits);
		}
	}
}

void
option_list_print(const struct option_list *list, char *text, size_t bytes)
{
	if (list->is_any) {
		append(text, bytes, "<...>");
		return;
	}
	append(text, bytes, "<");
	for (uint32_t i = 0; i < list->count; i++) {
		if (i > 0)
			append(text, bytes, ",");
		print_option(&list->option[i], text, bytes);
	}
	append(text, bytes, ">");
}

static uint8_t *
put32(uint8_t *to, uint32_t value)
{
	*to++ = (uint8_t)(value >> 24);
	*to++ = (uint8_t)(value >> 16);
	*to++ = (uint8_t)(value >> 8);
	*to++ = (uint8_t)value;
	return to;
}

static uint32_t
get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* At most 40 octets behind `to`. */
static uint8_t *
encode_option(const struct option_text *option, uint8_t *to)
{
	switch (option->kind) {
	case OPTION_OCTETS:
		memcpy(to, option->octet, option->count);
		return to + option->count;
	case TCPOPT_EOL:
	case TCPOPT_NOP:
		*to = option->kind;
		return to + 1;
	case TCPOPT_SACK:
		*to++ = TCPOPT_SACK;
		*to++ = (uint8_t)(2 + 4 * option->count);
		break;
	default:
		*to++ = option->kind;
		*to++ = (uint8_t)option_length(option->kind);
	}
	if (option->kind == TCPOPT_MSS) {
		*to++ = (uint8_t)(option->number[0].value >> 8);
		*to++ = (uint8_t)option->number[0].value;
	} else if (option->kind == TCPOPT_WSCALE) {
		*to++ = (uint8_t)option->number[0].value;
	} else {
		for (uint32_t i = 0; i < option->count; i++)
			to = put32(to, option->number[i].value);
	}
	return to;
}

int
option_list_encode(const struct option_list *list, uint8_t octets[TCP_OPTIONS_BYTES_MAX])
{
	uint8_t room[2 * TCP_OPTIONS_BYTES_MAX] = {0};
	uint8_t *to = room;

	for (uint32_t i = 0; i < list->count; i++) {
		to = encode_option(&list->option[i], to);
		if (to > room + TCP_OPTIONS_BYTES_MAX)
			return -1;
	}
	memcpy(octets, room, TCP_OPTIONS_BYTES_MAX);
	return (int)((to - room + 3) & ~3);
}

static const char *
decode_option(struct option_text *option, const uint8_t *octets, uint32_t left, uint32_t *taken)
{
	*option = (struct option_text){.kind = octets[0]};
	if (left < 2)
		return "an option without its length octet (MUST-68)";
	*taken = octets[1];
	if (*taken < 2 || *taken > left)
		return "an option's length is wrong";
	if (option_length(option->kind) != 0 && *taken != option_length(option->kind))
		return "a known option has another length than its own";

	switch (option->kind) {
	case TCPOPT_MSS:
		option->count = 1;
		option->number[0].value = (uint32_t)octets[2] << 8 | octets[3];
		break;
	case TCPOPT_WSCALE:
		option->count = 1;
		option->number[0].value = octets[2];
		break;
	case TCPOPT_SACK_PERMITTED:
		break;
	case TCPOPT_TIMESTAMPS:
	case TCPOPT_SACK:
		if (option->kind == TCPOPT_SACK && (*taken < 10 || *taken % 8 != 2))
			return "a SACK option is not made of whole blocks";
		option->count = (uint8_t)((*taken - 2) / 4);
		for (uint32_t i = 0; i < option->count; i++)
			option->number[i].value = get32(octets + 2 + 4 * i);
		break;
	default:
		option->kind = OPTION_OCTETS;
		option->count = (uint8_t)*taken;
		memcpy(option->octet, octets, *taken);
	}
	return NULL;
}

const char *
option_list_decode(struct option_list *list, const uint8_t *octets, uint32_t bytes)
{
	list->count = 0;
	list->is_any = false;
	for (uint32_t i = 0, taken; i < bytes; i += taken) {
		struct option_text *option = &list->option[list->count];
		const char *wrong;

		if (octets[i] == TCPOPT_EOL) {
			for (; i < bytes; i++) {
				if (octets[i] != 0)
					return "octets after the end of the options are not zero (MUST-69)";
			}
			return NULL;
		}
		taken = 1;
		if (octets[i] == TCPOPT_NOP)
			*option = (struct option_text){.kind = TCPOPT_NOP};
		else if ((wrong = decode_option(option, octets + i, bytes - i, &taken)) != NULL)
			return wrong;
		if (option->kind != TCPOPT_NOP && option->kind != OPTION_OCTETS &&
		    option_list_find(list, option->kind) != NULL)
			return "an option comes twice";
		list->count++;
	}
	return NULL;
}

struct option_text *
option_list_find(struct option_list *list, uint8_t kind)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->option[i].kind == kind)
			return &list->option[i];
	}
	return NULL;
}

static bool
is_padding(const struct option_text *option)
{
	return option->kind == TCPOPT_NOP || option->kind == TCPOPT_EOL;
}

static bool
option_matches(const struct option_text *expected, const struct option_text *actual)
{
	if (expected->kind != actual->kind || expected->count != actual->count)
		return false;
	if (expected->kind == OPTION_OCTETS)
		return memcmp(expected->octet, actual->octet, expected->count) == 0;
	for (uint32_t i = 0; i < expected->count; i++) {
		if (!number_matches(&expected->number[i], actual->number[i].value))
			return false;
	}
	return true;
}

bool
option_list_matches(const struct option_list *expected, const struct option_list *actual)
{
	uint32_t wanted = 0, found = 0;

	if (expected->is_any)
		return true;
	for (uint32_t i = 0; i < actual->count; i++)
		found += !is_padding(&actual->option[i]);
	for (uint32_t i = 0; i < expected->count; i++) {
		const struct option_text *option = &expected->option[i];
		bool is_there = is_padding(option);

		wanted += !is_padding(option);
		for (uint32_t j = 0; j < actual->count && !is_there; j++)
			is_there = option_matches(option, &actual->option[j]);
		if (!is_there)
			return false;
	}
	return wanted == found;
}
