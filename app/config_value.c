/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Text of a value to field.  Each type of key has one function here and one in
 * config_emit.c that undoes it.
 *
 * The trap: strtoul() takes blanks, signs, an empty text and "0x"; a number in
 * here is decimal digits and nothing else.
 */
#include "config_value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* One value on its way into its field. */
struct value {
	const struct config_key *key;
	const struct weir_config *config;
	void *base;
	const char *text;
	char *why;
	size_t why_bytes;
};

void *
config_section_base(struct weir_config *config, enum config_section section, uint32_t index)
{
	switch (section) {
	case SECTION_PORT:
		return &config->ports[index];
	case SECTION_ADDRESS:
		return &config->addresses[index];
	case SECTION_LISTENER:
		return &config->listeners[index];
	case SECTION_SYN:
		return &config->syn;
	case SECTION_TCP:
		return &config->tcp;
	case SECTION_LIMITS:
		return &config->limits;
	case SECTION_SOURCES:
		return &config->sources;
	default:
		return config;
	}
}

__attribute__((format(printf, 2, 3))) static int
refuse(const struct value *v, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(v->why, v->why_bytes, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static void *
field_of(const struct value *v)
{
	return (char *)v->base + v->key->offset;
}

static void
store_number(const struct value *v, uint64_t number)
{
	uint8_t octet = (uint8_t)number;
	uint16_t half = (uint16_t)number;
	uint32_t word = (uint32_t)number;

	switch (v->key->bytes) {
	case sizeof(octet):
		memcpy(field_of(v), &octet, sizeof(octet));
		break;
	case sizeof(half):
		memcpy(field_of(v), &half, sizeof(half));
		break;
	default:
		memcpy(field_of(v), &word, sizeof(word));
		break;
	}
}

/* Decimal digits at `*text`, moved past them.  False if there are none or too many. */
static bool
take_number(const char **text, uint64_t *number)
{
	const char *begin = *text;
	uint64_t n = 0;

	while (**text >= '0' && **text <= '9' && *text - begin < 18)
		n = n * 10 + (uint64_t)(*(*text)++ - '0');
	*number = n;
	return *text != begin && !(**text >= '0' && **text <= '9');
}

static int
parse_number(const struct value *v)
{
	const char *rest = v->text;
	uint64_t number;

	if (!take_number(&rest, &number) || *rest != '\0')
		return refuse(v, "\"%s\" is no number", v->text);
	if (number < v->key->min || number > v->key->max)
		return refuse(v, "%s is out of range", v->text);
	if (v->key->type == TYPE_POWER_OF_TWO && (number & (number - 1)) != 0)
		return refuse(v, "%s is no power of two", v->text);
	store_number(v, number);
	return 0;
}

static int
parse_choice(const struct value *v)
{
	for (const struct config_choice *c = v->key->choices; c->name != NULL; c++) {
		if (strcmp(v->text, c->name) == 0) {
			store_number(v, c->value);
			return 0;
		}
	}
	return refuse(v, "\"%s\" is no known choice", v->text);
}

static int
parse_text(const struct value *v)
{
	size_t bytes = strlen(v->text);

	if (bytes == 0 && v->key->fallback == NULL)
		return refuse(v, "empty");
	if (bytes >= v->key->bytes)
		return refuse(v, "too long");
	memcpy(field_of(v), v->text, bytes + 1);
	return 0;
}

static bool
is_in(const uint16_t *list, uint32_t count, uint64_t number)
{
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

struct list_bounds {
	uint64_t min, max;
	uint32_t count_max;
};

/* "7" or "3-5" at `*text`. */
static int
take_range(const struct value *v, const char **text, uint64_t *first, uint64_t *last)
{
	if (!take_number(text, first))
		return refuse(v, "\"%s\" is no list of numbers", v->text);
	*last = *first;
	if (**text != '-')
		return 0;
	(*text)++;
	if (!take_number(text, last))
		return refuse(v, "\"%s\" is no list of numbers", v->text);
	if (*last < *first)
		return refuse(v, "the range in \"%s\" runs backwards", v->text);
	return 0;
}

static int
append_range(const struct value *v, const struct list_bounds *bounds, uint64_t first, uint64_t last,
	     uint16_t *list, uint32_t *count)
{
	if (first < bounds->min || last > bounds->max)
		return refuse(v, "\"%s\" is out of range", v->text);
	for (uint64_t n = first; n <= last; n++) {
		if (is_in(list, *count, n))
			return refuse(v, "%u is there twice", (unsigned int)n);
		if (*count == bounds->count_max)
			return refuse(v, "\"%s\" has too many", v->text);
		list[(*count)++] = (uint16_t)n;
	}
	return 0;
}

static const char *
skip_blanks(const char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

/* "1,3-5", blanks allowed around the commas. */
static int
parse_list(const struct value *v, const struct list_bounds *bounds, uint16_t *list, uint32_t *count)
{
	const char *rest = v->text;

	*count = 0;
	for (;;) {
		uint64_t first, last;

		rest = skip_blanks(rest);
		if (take_range(v, &rest, &first, &last) != 0 ||
		    append_range(v, bounds, first, last, list, count) != 0)
			return -EINVAL;
		rest = skip_blanks(rest);
		if (*rest == '\0')
			return 0;
		if (*rest != ',')
			return refuse(v, "\"%s\" is no list of numbers", v->text);
		rest++;
	}
}

static int
parse_cpus(const struct value *v)
{
	static const struct list_bounds bounds = {0, 1023, WEIR_CORES_MAX};
	struct weir_config *config = v->base;

	return parse_list(v, &bounds, config->cores, &config->core_count);
}

static int
parse_tcp_ports(const struct value *v)
{
	static const struct list_bounds bounds = {1, UINT16_MAX, WEIR_LISTENER_PORTS_MAX};
	struct weir_listener_config *listener = v->base;
	uint32_t count;
	int rc;

	rc = parse_list(v, &bounds, listener->ports, &count);
	listener->port_count = (uint16_t)count;
	return rc;
}

static int
parse_port_name(const struct value *v)
{
	for (uint32_t i = 0; i < v->config->port_count; i++) {
		if (strcmp(v->text, v->config->ports[i].name) == 0) {
			store_number(v, i);
			return 0;
		}
	}
	return refuse(v, "there is no section [port %s]", v->text);
}

static int
parse_address_name(const struct value *v)
{
	if (strcmp(v->text, "all") == 0) {
		store_number(v, UINT16_MAX);
		return 0;
	}
	for (uint32_t i = 0; i < v->config->address_count; i++) {
		if (strcmp(v->text, v->config->addresses[i].name) == 0) {
			store_number(v, i);
			return 0;
		}
	}
	return refuse(v, "there is no section [address %s]", v->text);
}

/* IPv4 becomes ::ffff:a.b.c.d; the length of an address in bits, 0 if it is none. */
static unsigned int
parse_ip_text(const char *text, uint8_t address[16])
{
	memset(address, 0, 16);
	if (inet_pton(AF_INET, text, address + 12) == 1) {
		address[10] = address[11] = 0xff;
		return 32;
	}
	return inet_pton(AF_INET6, text, address) == 1 ? 128 : 0;
}

static int
parse_ip(const struct value *v)
{
	uint8_t *address = field_of(v);

	memset(address, 0, 16);
	if (v->text[0] == '\0')
		return 0;
	if (parse_ip_text(v->text, address) == 0)
		return refuse(v, "\"%s\" is no IP address", v->text);
	return 0;
}

static int
parse_ip_prefix(const struct value *v)
{
	struct weir_address_config *address = v->base;
	const char *slash = strchr(v->text, '/');
	char text[INET6_ADDRSTRLEN];
	const char *rest;
	unsigned int bits_max;
	uint64_t bits;

	if (slash == NULL)
		return refuse(v, "\"%s\" has no prefix length", v->text);
	if ((size_t)(slash - v->text) >= sizeof(text))
		return refuse(v, "\"%s\" is no IP address", v->text);
	memcpy(text, v->text, (size_t)(slash - v->text));
	text[slash - v->text] = '\0';
	bits_max = parse_ip_text(text, address->address);
	if (bits_max == 0)
		return refuse(v, "\"%s\" is no IP address", text);
	rest = slash + 1;
	if (!take_number(&rest, &bits) || *rest != '\0' || bits > bits_max)
		return refuse(v, "\"%s\" is no prefix length", slash);
	address->prefix_bits = (uint8_t)bits;
	return 0;
}

/* The next of a list: blanks and commas around it do not count. */
static const char *
take_item(const char **text, char *item, size_t item_bytes)
{
	const char *begin = *text + strspn(*text, " \t");
	size_t bytes = strcspn(begin, ",");

	*text = begin + bytes + (begin[bytes] == ',');
	while (bytes > 0 && (begin[bytes - 1] == ' ' || begin[bytes - 1] == '\t'))
		bytes--;
	snprintf(item, item_bytes, "%.*s", (int)bytes, begin);
	return item;
}

static int
parse_prefixes(const struct value *v)
{
	struct weir_prefixes *prefixes = field_of(v);
	const char *rest = v->text + strspn(v->text, " \t"), *wrong;
	bool is_last = rest[0] == '\0';
	char item[INET6_ADDRSTRLEN + 8];

	for (prefixes->count = 0; !is_last; prefixes->count++) {
		if (prefixes->count == WEIR_PREFIXES_MAX)
			return refuse(v, "too many");
		is_last = strchr(rest, ',') == NULL;
		take_item(&rest, item, sizeof(item));
		wrong = weir_prefix_parse(item, &prefixes->prefix[prefixes->count]);
		if (wrong != NULL)
			return refuse(v, "\"%s\": %s", item, wrong);
	}
	return 0;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Never quotes the text: messages end up in logs. */
static int
parse_secret(const struct value *v)
{
	struct weir_syn_config *syn = v->base;
	bool is_first = v->key->offset == offsetof(struct weir_syn_config, secret);
	bool *has_secret = is_first ? &syn->has_secret : &syn->has_secret_previous;
	uint8_t *secret = field_of(v);
	size_t digits = strlen(v->text);

	*has_secret = false;
	if (digits == 0)
		return 0;
	if (digits != 2 * v->key->bytes)
		return refuse(v, "%zu characters", digits);
	for (size_t i = 0; i < v->key->bytes; i++) {
		int high = hex_digit(v->text[2 * i]), low = hex_digit(v->text[2 * i + 1]);

		if (high < 0 || low < 0)
			return refuse(v, "not hexadecimal");
		secret[i] = (uint8_t)(high << 4 | low);
	}
	*has_secret = true;
	return 0;
}

int
config_value_parse(const struct config_key *key, const struct weir_config *config, void *base,
		   const char *text, char *why, size_t why_bytes)
{
	static int (*const parse[TYPE_N])(const struct value *v) = {
		[TYPE_NUMBER] = parse_number,
		[TYPE_POWER_OF_TWO] = parse_number,
		[TYPE_CHOICE] = parse_choice,
		[TYPE_TEXT] = parse_text,
		[TYPE_CPUS] = parse_cpus,
		[TYPE_PORT_NAME] = parse_port_name,
		[TYPE_IP_PREFIX] = parse_ip_prefix,
		[TYPE_IP] = parse_ip,
		[TYPE_ADDRESS_NAME] = parse_address_name,
		[TYPE_TCP_PORTS] = parse_tcp_ports,
		[TYPE_PREFIXES] = parse_prefixes,
		[TYPE_SECRET] = parse_secret,
	};
	struct value v = {key, config, base, text, why, why_bytes};

	return parse[key->type](&v);
}
