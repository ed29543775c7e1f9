/* SPDX-License-Identifier: BSD-3-Clause */

#include "config_show.h"

#include "config_keys.h"
#include "config_value.h"

static void
show_section(struct weir_config *config, enum config_section kind, uint32_t index, const char *name,
	     FILE *stream)
{
	const void *base = config_section_base(config, kind, index);

	fprintf(stream, "\n[%s%s%s]\n", config_kinds[kind].name, name[0] != '\0' ? " " : "", name);
	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].section != kind)
			continue;
		fprintf(stream, "%s = ", config_keys[i].name);
		config_value_emit(&config_keys[i], config, base, stream);
		fputc('\n', stream);
	}
}

void
config_show(struct weir_config *config, FILE *stream)
{
	show_section(config, SECTION_WEIR, 0, "", stream);
	for (uint32_t i = 0; i < config->port_count; i++)
		show_section(config, SECTION_PORT, i, config->ports[i].name, stream);
	for (uint32_t i = 0; i < config->address_count; i++)
		show_section(config, SECTION_ADDRESS, i, config->addresses[i].name, stream);
	for (uint32_t i = 0; i < config->listener_count; i++)
		show_section(config, SECTION_LISTENER, i, config->listeners[i].name, stream);
	for (enum config_section kind = SECTION_SYN; kind < SECTION_N; kind++)
		show_section(config, kind, 0, "", stream);
}

static const char *
fallback_text(const struct config_key *key)
{
	if (key->fallback == NULL)
		return "required";
	return key->fallback[0] == '\0' ? "none" : key->fallback;
}

void
config_show_keys(FILE *stream)
{
	char allowed[CONFIG_ALLOWED_BYTES];

	for (enum config_section kind = 0; kind < SECTION_N; kind++) {
		fprintf(stream, "%s[%s%s]  %s\n", kind > 0 ? "\n" : "", config_kinds[kind].name,
			config_kinds[kind].is_named ? " NAME" : "", config_kinds[kind].meaning);
		for (size_t i = 0; i < config_key_count; i++) {
			const struct config_key *key = &config_keys[i];

			if (key->section != kind)
				continue;
			fprintf(stream, "  %s\n      %s\n      allowed: %s%s%s%s; default: %s\n",
				key->name, key->meaning, config_key_allowed(key, allowed),
				key->unit[0] != '\0' ? " (" : "", key->unit,
				key->unit[0] != '\0' ? ")" : "", fallback_text(key));
		}
	}
}
