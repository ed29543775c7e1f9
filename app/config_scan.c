/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * rte_cfgfile does the parsing, but it loses things: it skips a line that has
 * no '=', ignores what follows a ']', and cuts names and values at the size of
 * its arrays.  It knows one character for comments and looks at the first of
 * it only.  Each of these is a fault here, named with its line, before the
 * parser sees the file.  What the two must agree on is what a line means:
 *
 *	; comment
 *	# comment, when the line begins with it
 *	[section]
 *	key = value	; comment, \; is a semicolon
 */
#include "config_scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rte_cfgfile.h>

/* Its line buffer is CFG_NAME_LEN + CFG_VALUE_LEN + 4, with line end and NUL. */
#define LINE_BYTES_MAX (CFG_NAME_LEN + CFG_VALUE_LEN + 2)
#define WHERE_BYTES    (2 * CFG_NAME_LEN + 8)
#define COMMENT	       CFG_DEFAULT_COMMENT_CHARACTER

/* Octets that do not end with a NUL. */
struct slice {
	const char *text;
	size_t bytes;
};

__attribute__((format(printf, 2, 3))) static void
fault_at_line(struct config_scan *scan, const char *format, ...)
{
	char where[32], sentence[256];
	va_list arguments;

	snprintf(where, sizeof(where), "line %u", scan->line);
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	config_fault(scan->faults, where, "%s", sentence);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
strip(struct slice s)
{
	while (s.bytes > 0 && is_blank(s.text[s.bytes - 1]))
		s.bytes--;
	while (s.bytes > 0 && is_blank(s.text[0])) {
		s.text++;
		s.bytes--;
	}
	return s;
}

static bool
has_control_character(struct slice line)
{
	for (size_t i = 0; i < line.bytes; i++) {
		unsigned char c = (unsigned char)line.text[i];

		if ((c < 0x20 && !is_blank(line.text[i])) || c == 0x7f)
			return true;
	}
	return false;
}

/* The next semicolon at or after `from` that begins a comment, or the end. */
static size_t
comment_begin(struct slice line, size_t from)
{
	for (size_t i = from; i < line.bytes; i++) {
		if (line.text[i] == COMMENT && (i == 0 || line.text[i - 1] != '\\'))
			return i;
	}
	return line.bytes;
}

/* Cut the comment.  The parser misses one that comes after an escaped semicolon. */
static bool
cut_comment(struct config_scan *scan, struct slice *line)
{
	const char *first = memchr(line->text, COMMENT, line->bytes);
	size_t begin = comment_begin(*line, 0);

	if (begin < line->bytes && first != line->text + begin) {
		fault_at_line(scan, "a comment after \\%c; allowed: on a line of its own", COMMENT);
		return false;
	}
	line->bytes = begin;
	return true;
}

static void
scan_section(struct config_scan *scan, struct slice line)
{
	const char *end = memchr(line.text, ']', line.bytes);
	struct slice name;

	scan->section[0] = '\0';
	if (end == NULL) {
		fault_at_line(scan, "no ] after [");
		return;
	}
	name = strip((struct slice){line.text + 1, (size_t)(end - line.text) - 1});
	if (end + 1 != line.text + line.bytes)
		fault_at_line(scan, "text after ]; allowed: a comment");
	else if (name.bytes == 0)
		fault_at_line(scan, "a section without a name");
	else if (name.bytes >= CFG_NAME_LEN)
		fault_at_line(scan, "a section's name of %zu octets; allowed: up to %d", name.bytes,
			      CFG_NAME_LEN - 1);
	else
		snprintf(scan->section, sizeof(scan->section), "%.*s", (int)name.bytes, name.text);
}

static void
scan_entry(struct config_scan *scan, struct slice line)
{
	const char *equals = memchr(line.text, '=', line.bytes);
	char where[WHERE_BYTES];
	struct slice key, value;

	if (equals == NULL) {
		fault_at_line(scan, "neither a [section] nor a key = value");
		return;
	}
	key = strip((struct slice){line.text, (size_t)(equals - line.text)});
	value = strip((struct slice){equals + 1, line.bytes - (size_t)(equals - line.text) - 1});
	if (key.bytes == 0) {
		fault_at_line(scan, "no key before =");
	} else if (key.bytes >= CFG_NAME_LEN) {
		fault_at_line(scan, "a key of %zu octets; allowed: up to %d", key.bytes,
			      CFG_NAME_LEN - 1);
	} else if (value.bytes >= CFG_VALUE_LEN) {
		snprintf(where, sizeof(where), "[%s] %.*s", scan->section, (int)key.bytes,
			 key.text);
		config_fault(scan->faults, where, "%zu octets long; allowed: up to %d octets",
			     value.bytes, CFG_VALUE_LEN - 1);
	}
}

void
config_scan_line(struct config_scan *scan, const char *text, size_t bytes)
{
	struct slice line = {text, bytes};

	scan->line++;
	if (has_control_character(line)) {
		fault_at_line(scan, "a control character");
		return;
	}
	if (line.bytes > 0 && line.text[line.bytes - 1] == '\n')
		line.bytes--;
	if (!cut_comment(scan, &line))
		return;
	line = strip(line);
	if (line.bytes == 0 || line.text[0] == '#')
		;
	else if (line.text[0] == '[')
		scan_section(scan, line);
	else
		scan_entry(scan, line);
	if (bytes > LINE_BYTES_MAX + 1 || (bytes == LINE_BYTES_MAX + 1 && text[bytes - 1] != '\n'))
		fault_at_line(scan, "too long; allowed: up to %d octets, comments included",
			      LINE_BYTES_MAX);
}

void
config_scan_file(const char *path, struct config_faults *faults)
{
	struct config_scan scan = {.faults = faults};
	FILE *file = fopen(path, "r");
	struct stat status;
	char *line = NULL;
	size_t room = 0;
	ssize_t bytes;

	if (file == NULL) {
		config_fault(faults, NULL, "cannot be opened: %s", strerror(errno));
		return;
	}
	/* The parser reads the file a second time, which a pipe does not allow. */
	if (fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)) {
		config_fault(faults, NULL, "no regular file");
		fclose(file);
		return;
	}
	while ((bytes = getline(&line, &room, file)) >= 0)
		config_scan_line(&scan, line, (size_t)bytes);
	if (ferror(file))
		config_fault(faults, NULL, "cannot be read: %s", strerror(errno));
	free(line);
	fclose(file);
}
