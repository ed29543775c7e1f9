/* SPDX-License-Identifier: BSD-3-Clause */

#include "segment_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	char letter;
	uint8_t flag;
} flag_letters[] = {
	{'F', TH_FIN}, {'S', TH_SYN}, {'R', TH_RST}, {'P', TH_PSH},
	{'U', TH_URG}, {'E', TH_ECE}, {'W', TH_CWR}, {'.', TH_ACK},
};

#define FLAG_COUNT (sizeof(flag_letters) / sizeof(flag_letters[0]))

static bool
parse_flags(uint8_t *flags, const char **cursor)
{
	char word[16];

	*flags = 0;
	if (!scan_word(cursor, word, sizeof(word)))
		return false;
	if (strcmp(word, "-") == 0)
		return true;
	for (const char *c = word; *c != '\0'; c++) {
		size_t i = 0;

		while (i < FLAG_COUNT && flag_letters[i].letter != *c)
			i++;
		if (i == FLAG_COUNT)
			return false;
		*flags |= flag_letters[i].flag;
	}
	return true;
}

static const char *
parse_range(struct segment *segment, const char **cursor)
{
	struct number last;

	if (!scan_number(cursor, &segment->seq) || !scan_literal(cursor, ":") ||
	    !scan_number(cursor, &last) || !scan_literal(cursor, "(") ||
	    !scan_uint32(cursor, &segment->text_bytes) || !scan_literal(cursor, ")"))
		return "a range is FIRST:LAST(LENGTH)";
	if (last.is_any != segment->seq.is_any ||
	    last.value - segment->seq.value != (last.is_any ? 0 : segment->text_bytes))
		return "FIRST, LAST and LENGTH do not agree";
	return NULL;
}

static const char *
parse_oddity(struct segment *segment, const char **cursor)
{
	uint32_t doff;
	char word[16];

	if (scan_literal(cursor, "filled")) {
		if (!scan_word(cursor, word, sizeof(word)) || strlen(word) != 1)
			return "filled needs one character";
		segment->filling = word[0];
	} else if (scan_literal(cursor, "doff")) {
		if (!scan_uint32(cursor, &doff) || doff == 0 || doff > 15)
			return "doff needs a number from 1 to 15";
		segment->doff = (uint8_t)doff;
	} else if (scan_literal(cursor, "ect0")) {
		segment->ecn = ECN_TEXT_ECT0;
	} else if (scan_literal(cursor, "ect1")) {
		segment->ecn = ECN_TEXT_ECT1;
	} else if (scan_literal(cursor, "ce")) {
		segment->ecn = ECN_TEXT_CE;
	} else if (scan_literal(cursor, "bad-checksum")) {
		segment->has_bad_checksum = true;
	} else if (scan_literal(cursor, "reserved")) {
		segment->has_reserved_bits = true;
	} else {
		return "not understood after the segment";
	}
	return NULL;
}

const char *
segment_parse(struct segment *segment, const char *text)
{
	const char *wrong;

	segment_clear(segment, 0);
	if (!parse_flags(&segment->flags, &text))
		return "flags are letters of FSRPUEW and \".\", or \"-\"";
	wrong = parse_range(segment, &text);
	if (wrong != NULL)
		return wrong;
	if (scan_literal(&text, "ack")) {
		segment->has_ack = true;
		if (!scan_number(&text, &segment->ack))
			return "ack needs a number";
	}
	if (segment->has_ack != ((segment->flags & TH_ACK) != 0))
		return "\".\" among the flags and \"ack N\" go together";
	if (scan_literal(&text, "win")) {
		segment->has_wnd = true;
		if (!scan_number(&text, &segment->wnd) || segment->wnd.value > UINT16_MAX)
			return "win needs a number up to 65535";
	}
	if (scan_literal(&text, "urg")) {
		segment->has_urgent = true;
		if (!scan_number(&text, &segment->urgent) || segment->urgent.value > UINT16_MAX)
			return "urg needs a number up to 65535";
	}
	scan_blanks(&text);
	if (*text == '<') {
		wrong = option_list_parse(&segment->options, &text);
		if (wrong != NULL)
			return wrong;
	}
	while (!scan_end(&text)) {
		wrong = parse_oddity(segment, &text);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static size_t
print_flags(uint8_t flags, char *text)
{
	size_t length = 0;

	for (size_t i = 0; i < FLAG_COUNT; i++) {
		if (flags & flag_letters[i].flag)
			text[length++] = flag_letters[i].letter;
	}
	if (length == 0)
		text[length++] = '-';
	text[length] = '\0';
	return length;
}

static size_t
print_number(const char *before, const struct number *number, char *text, size_t bytes)
{
	int length = number->is_any ? snprintf(text, bytes, "%s*", before)
				    : snprintf(text, bytes, "%s%u", before, number->value);

	return (size_t)length;
}

static const char *const ecn_words[] = {
	[ECN_TEXT_ECT1] = " ect1",
	[ECN_TEXT_ECT0] = " ect0",
	[ECN_TEXT_CE] = " ce",
	[0] = "",
};

void
segment_print(const struct segment *segment, char text[SEGMENT_TEXT_BYTES])
{
	struct number last = segment->seq;
	size_t length = print_flags(segment->flags, text);

	last.value += last.is_any ? 0 : segment->text_bytes;
	length += print_number(" ", &segment->seq, text + length, SEGMENT_TEXT_BYTES - length);
	length += print_number(":", &last, text + length, SEGMENT_TEXT_BYTES - length);
	length += (size_t)snprintf(text + length, SEGMENT_TEXT_BYTES - length, "(%u)",
				   segment->text_bytes);
	if (segment->has_ack)
		length += print_number(" ack ", &segment->ack, text + length,
				       SEGMENT_TEXT_BYTES - length);
	if (segment->has_wnd)
		length += print_number(" win ", &segment->wnd, text + length,
				       SEGMENT_TEXT_BYTES - length);
	if (segment->has_urgent)
		length += print_number(" urg ", &segment->urgent, text + length,
				       SEGMENT_TEXT_BYTES - length);
	if (segment->options.count > 0 || segment->options.is_any) {
		strcpy(text + length, " ");
		option_list_print(&segment->options, text, SEGMENT_TEXT_BYTES);
	}
	strcat(text, ecn_words[segment->ecn]);
}

bool
segment_matches(const struct segment *expected, const struct segment *actual)
{
	if (expected->flags != actual->flags || expected->text_bytes != actual->text_bytes)
		return false;
	if (expected->ecn != actual->ecn)
		return false;
	if (!number_matches(&expected->seq, actual->seq.value))
		return false;
	if (expected->has_ack && !number_matches(&expected->ack, actual->ack.value))
		return false;
	if (expected->has_wnd && !number_matches(&expected->wnd, actual->wnd.value))
		return false;
	return option_list_matches(&expected->options, &actual->options);
}
