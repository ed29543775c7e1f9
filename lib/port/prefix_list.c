/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Networks as text, and files of them: one a line, blank lines and what follows a
 * '#' or ';' count for nothing, which is how such lists are published.
 */
#include "prefix_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IPV4_BITS_BEFORE 96 /* of ::ffff:0:0/96 */
#define WHY_LINE_BYTES	 64 /* so much of a bad line is shown */

bool
prefix_is_ipv4(const struct weir_prefix *prefix)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(prefix->address, mapped, sizeof(mapped)) == 0;
}

const char *
prefix_wrong(const struct weir_prefix *prefix)
{
	bool is_ipv4 = prefix_is_ipv4(prefix);
	unsigned int bits = prefix->bits;

	if (bits > (is_ipv4 ? 32 : 128))
		return "the prefix is longer than an address";
	for (bits += is_ipv4 ? IPV4_BITS_BEFORE : 0; bits < 128; bits++) {
		if (prefix->address[bits / 8] & 0x80u >> bits % 8)
			return "bits are set beyond the prefix";
	}
	return NULL;
}

static bool
parse_address(const char *text, struct weir_prefix *prefix)
{
	*prefix = (struct weir_prefix){.bits = 32};
	prefix->address[10] = prefix->address[11] = 0xff;
	if (inet_pton(AF_INET, text, prefix->address + 12) == 1)
		return true;
	prefix->bits = 128;
	return inet_pton(AF_INET6, text, prefix->address) == 1 && !prefix_is_ipv4(prefix);
}

/* One to three decimal digits and nothing else. */
static bool
parse_bits(const char *text, uint8_t *bits)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long number = strtoul(text, NULL, 10);

	*bits = (uint8_t)number;
	return digits > 0 && digits <= 3 && text[digits] == '\0' && number <= UINT8_MAX;
}

const char *
weir_prefix_parse(const char *text, struct weir_prefix *prefix)
{
	char address[INET6_ADDRSTRLEN] = "";
	size_t bytes = strcspn(text, "/");

	if (bytes < sizeof(address))
		memcpy(address, text, bytes);
	if (!parse_address(address, prefix))
		return "no IP address";
	if (text[bytes] == '/' && !parse_bits(text + bytes + 1, &prefix->bits))
		return "no prefix length";
	return prefix_wrong(prefix);
}

/* Room for one more; doubled each time it is used up. */
static bool
append(struct prefix_list *list, const struct weir_prefix *prefix)
{
	if ((list->count & (list->count - 1)) == 0) {
		size_t room = list->count == 0 ? 1 : (size_t)list->count * 2;
		void *grown = realloc(list->prefixes, room * sizeof(*prefix));

		if (grown == NULL)
			return false;
		list->prefixes = grown;
	}
	list->prefixes[list->count++] = *prefix;
	return true;
}

/* The line's network, comment and blanks cut off. */
static char *
trim(char *line)
{
	char *begin = line + strspn(line, " \t\r\n");
	size_t bytes = strcspn(begin, "#;\r\n");

	while (bytes > 0 && (begin[bytes - 1] == ' ' || begin[bytes - 1] == '\t'))
		bytes--;
	begin[bytes] = '\0';
	return begin;
}

static int
read_line(struct prefix_list *list, char *line, const char *key, const char *path, uint32_t number,
	  const struct refusal *refusal)
{
	struct weir_prefix prefix;
	const char *text = trim(line), *wrong;

	if (text[0] == '\0')
		return 0;
	wrong = weir_prefix_parse(text, &prefix);
	if (wrong != NULL)
		return refuse(refusal, -EINVAL,
			      "[sources] %s: %s, line %u: \"%.*s\": %s; allowed: one network a "
			      "line, such as 198.51.100.0/24 or 2001:db8::/32",
			      key, path, number, WHY_LINE_BYTES, text, wrong);
	if (list->count == PREFIX_LIST_MAX)
		return refuse(refusal, -E2BIG, "[sources] %s: %s: too many; allowed: up to %d", key,
			      path, PREFIX_LIST_MAX);
	if (!append(list, &prefix))
		return refuse(refusal, -ENOMEM, "[sources] %s: %s: no memory for %u networks", key,
			      path, list->count);
	return 0;
}

static int
read_file(struct prefix_list *list, const char *path, const char *key,
	  const struct refusal *refusal)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	uint32_t number = 0;
	size_t room = 0;
	int error = 0;

	if (file == NULL)
		return refuse(refusal, -errno,
			      "[sources] %s: %s cannot be opened: %s; allowed: a "
			      "file of networks",
			      key, path, strerror(errno));
	while (error == 0 && getline(&line, &room, file) >= 0)
		error = read_line(list, line, key, path, ++number, refusal);
	if (error == 0 && ferror(file))
		error = refuse(refusal, -EIO,
			       "[sources] %s: %s cannot be read; allowed: a file of "
			       "networks",
			       key, path);
	free(line);
	fclose(file);
	return error;
}

int
prefix_list_load(struct prefix_list *list, const struct weir_prefixes *named, const char *path,
		 const char *key, const struct refusal *refusal)
{
	int error = 0;

	*list = (struct prefix_list){0};
	for (uint32_t i = 0; error == 0 && i < named->count; i++) {
		if (!append(list, &named->prefix[i]))
			error = refuse(refusal, -ENOMEM, "[sources]: no memory");
	}
	if (error == 0 && path[0] != '\0')
		error = read_file(list, path, key, refusal);
	if (error != 0)
		prefix_list_free(list);
	return error;
}

void
prefix_list_free(struct prefix_list *list)
{
	free(list->prefixes);
	*list = (struct prefix_list){0};
}
