/* SPDX-License-Identifier: BSD-3-Clause */

/* Field to text of a value: what config_value.c reads, this writes. */
#include "config_value.h"

#include <arpa/inet.h>
#include <string.h>

/* One field on its way out. */
struct field {
	const struct config_key *key;
	const struct weir_config *config;
	const void *base;
	FILE *stream;
};

static const void *
place_of(const struct field *f)
{
	return (const char *)f->base + f->key->offset;
}

static uint32_t
number_of(const struct field *f)
{
	uint8_t octet;
	uint16_t half;
	uint32_t word;

	switch (f->key->bytes) {
	case sizeof(octet):
		memcpy(&octet, place_of(f), sizeof(octet));
		return octet;
	case sizeof(half):
		memcpy(&half, place_of(f), sizeof(half));
		return half;
	default:
		memcpy(&word, place_of(f), sizeof(word));
		return word;
	}
}

static void
emit_number(const struct field *f)
{
	fprintf(f->stream, "%u", number_of(f));
}

static void
emit_choice(const struct field *f)
{
	for (const struct config_choice *c = f->key->choices; c->name != NULL; c++) {
		if (number_of(f) == c->value)
			fputs(c->name, f->stream);
	}
}

/* A ';' would begin a comment. */
static void
emit_text(const struct field *f)
{
	for (const char *text = place_of(f); *text != '\0'; text++) {
		if (*text == ';')
			fputc('\\', f->stream);
		fputc(*text, f->stream);
	}
}

/* Runs become ranges: 1,3-5. */
static void
emit_list(const struct field *f, const uint16_t *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t last = i;

		while (last + 1 < count && list[last + 1] == list[last] + 1)
			last++;
		fprintf(f->stream, "%s%u", i > 0 ? "," : "", list[i]);
		if (last > i)
			fprintf(f->stream, "-%u", list[last]);
		i = last;
	}
}

static void
emit_cpus(const struct field *f)
{
	emit_list(f, f->config->cores, f->config->core_count);
}

static void
emit_tcp_ports(const struct field *f)
{
	const struct weir_listener_config *listener = f->base;

	emit_list(f, listener->ports, listener->port_count);
}

static void
emit_port_name(const struct field *f)
{
	fputs(f->config->ports[number_of(f)].name, f->stream);
}

static void
emit_address_name(const struct field *f)
{
	uint32_t index = number_of(f);

	fputs(index == UINT16_MAX ? "all" : f->config->addresses[index].name, f->stream);
}

static void
emit_address(const uint8_t address[16], FILE *stream)
{
	static const uint8_t ipv4[12] = {[10] = 0xff, [11] = 0xff};
	char text[INET6_ADDRSTRLEN];

	if (memcmp(address, ipv4, sizeof(ipv4)) == 0)
		inet_ntop(AF_INET, address + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, address, text, sizeof(text));
	fputs(text, stream);
}

static void
emit_ip(const struct field *f)
{
	static const uint8_t zero[16];

	if (memcmp(place_of(f), zero, sizeof(zero)) != 0)
		emit_address(place_of(f), f->stream);
}

static void
emit_prefixes(const struct field *f)
{
	const struct weir_prefixes *prefixes = place_of(f);

	for (uint32_t i = 0; i < prefixes->count; i++) {
		fputs(i > 0 ? ", " : "", f->stream);
		emit_address(prefixes->prefix[i].address, f->stream);
		fprintf(f->stream, "/%u", prefixes->prefix[i].bits);
	}
}

static void
emit_ip_prefix(const struct field *f)
{
	const struct weir_address_config *address = f->base;

	emit_ip(f);
	fprintf(f->stream, "/%u", address->prefix_bits);
}

static void
emit_secret(const struct field *f)
{
	const struct weir_syn_config *syn = f->base;
	bool is_first = f->key->offset == offsetof(struct weir_syn_config, secret);

	if (is_first ? syn->has_secret : syn->has_secret_previous)
		fputs("; set, not shown", f->stream);
}

void
config_value_emit(const struct config_key *key, const struct weir_config *config, const void *base,
		  FILE *stream)
{
	static void (*const emit[TYPE_N])(const struct field *f) = {
		[TYPE_NUMBER] = emit_number,
		[TYPE_POWER_OF_TWO] = emit_number,
		[TYPE_CHOICE] = emit_choice,
		[TYPE_TEXT] = emit_text,
		[TYPE_CPUS] = emit_cpus,
		[TYPE_PORT_NAME] = emit_port_name,
		[TYPE_IP_PREFIX] = emit_ip_prefix,
		[TYPE_IP] = emit_ip,
		[TYPE_ADDRESS_NAME] = emit_address_name,
		[TYPE_TCP_PORTS] = emit_tcp_ports,
		[TYPE_PREFIXES] = emit_prefixes,
		[TYPE_SECRET] = emit_secret,
	};
	struct field f = {key, config, base, stream};

	emit[key->type](&f);
}
