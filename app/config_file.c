/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * From file to struct weir_config.  Sections are read in the order of
 * enum config_section and not of the file, so that a name may be used above
 * the section it belongs to.
 *
 * The traps of rte_cfgfile, as far as config_scan.c has not met them: it keeps
 * duplicate sections and keys and looks up the first one, so everything is read
 * by index here; and it takes "# a = b" for the key "# a".
 */
#include "config_file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cfgfile.h>

#include "config_keys.h"
#include "config_scan.h"
#include "config_value.h"

#define WHERE_BYTES (2 * CFG_NAME_LEN + 8)
#define LIST_BYTES  512
#define WHY_BYTES   (CFG_VALUE_LEN + 128)

/* One section of the file. */
struct section {
	char header[CFG_NAME_LEN];  /* "port wan" */
	enum config_section kind;   /* SECTION_N: unknown */
	char name[WEIR_NAME_BYTES]; /* "wan" */
	struct rte_cfgfile_entry *entries;
	uint32_t entry_count;
};

struct reader {
	struct config_faults *faults;
	struct weir_config *config;
	bool seen[SECTION_N];
};

static enum config_section
kind_of(const char *word, size_t bytes)
{
	for (enum config_section s = 0; s < SECTION_N; s++) {
		if (strlen(config_kinds[s].name) == bytes &&
		    memcmp(config_kinds[s].name, word, bytes) == 0)
			return s;
	}
	return SECTION_N;
}

static bool
is_name(const char *text)
{
	size_t bytes = strlen(text);

	if (bytes == 0 || bytes >= WEIR_NAME_BYTES)
		return false;
	for (; *text != '\0'; text++) {
		if (!isalnum((unsigned char)*text) && strchr("-_.", *text) == NULL)
			return false;
	}
	return true;
}

static void
fault_unknown_section(struct config_faults *faults, const char *header)
{
	char where[WHERE_BYTES], list[LIST_BYTES];
	size_t used = 0;

	for (enum config_section s = 0; s < SECTION_N; s++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s[%s%s]",
					 s > 0 ? ", " : "", config_kinds[s].name,
					 config_kinds[s].is_named ? " NAME" : "");
	snprintf(where, sizeof(where), "[%s]", header);
	config_fault(faults, where, "unknown section; allowed: %s", list);
}

/* Split "port wan". */
static void
parse_header(struct section *section, struct config_faults *faults)
{
	size_t bytes = strcspn(section->header, " \t");
	const char *name = section->header + bytes + strspn(section->header + bytes, " \t");
	enum config_section kind = kind_of(section->header, bytes);
	char where[WHERE_BYTES];

	section->kind = SECTION_N;
	snprintf(where, sizeof(where), "[%s]", section->header);
	if (kind == SECTION_N) {
		fault_unknown_section(faults, section->header);
	} else if (!config_kinds[kind].is_named && name[0] != '\0') {
		config_fault(faults, where, "takes no name; allowed: [%s]",
			     config_kinds[kind].name);
	} else if (config_kinds[kind].is_named && !is_name(name)) {
		config_fault(faults, where,
			     "bad name; allowed: [%s NAME], 1 to %d letters, digits or any of -_.",
			     config_kinds[kind].name, WEIR_NAME_BYTES - 1);
	} else {
		section->kind = kind;
		strcpy(section->name, config_kinds[kind].is_named ? name : "");
	}
}

/* The array of named sections: its names, how many there are and may be. */
struct table {
	char *first_name;
	size_t stride;
	uint32_t *count;
	uint32_t count_max;
};

static struct table
table_of(struct weir_config *config, enum config_section kind)
{
	switch (kind) {
	case SECTION_PORT:
		return (struct table){config->ports[0].name, sizeof(config->ports[0]),
				      &config->port_count, WEIR_PORTS_MAX};
	case SECTION_ADDRESS:
		return (struct table){config->addresses[0].name, sizeof(config->addresses[0]),
				      &config->address_count, WEIR_ADDRESSES_MAX};
	default:
		return (struct table){config->listeners[0].name, sizeof(config->listeners[0]),
				      &config->listener_count, WEIR_LISTENERS_MAX};
	}
}

/* Where the section's keys go, or NULL when it may not be there. */
static void *
section_insert(struct reader *reader, const struct section *section)
{
	enum config_section kind = section->kind;
	char where[WHERE_BYTES];
	struct table table;

	snprintf(where, sizeof(where), "[%s]", section->header);
	if (!config_kinds[kind].is_named) {
		if (reader->seen[kind])
			config_fault(reader->faults, where, "there twice; allowed: once");
		reader->seen[kind] = true;
		return config_section_base(reader->config, kind, 0);
	}
	table = table_of(reader->config, kind);
	for (uint32_t i = 0; i < *table.count; i++) {
		if (strcmp(table.first_name + i * table.stride, section->name) == 0) {
			config_fault(reader->faults, where,
				     "there twice; allowed: one section per name");
			return NULL;
		}
	}
	if (*table.count == table.count_max) {
		config_fault(reader->faults, where, "one too many; allowed: up to %u sections [%s]",
			     table.count_max, config_kinds[kind].name);
		return NULL;
	}
	strcpy(table.first_name + *table.count * table.stride, section->name);
	return config_section_base(reader->config, kind, (*table.count)++);
}

static void
fault_unknown_key(struct config_faults *faults, enum config_section kind, const char *where)
{
	char list[LIST_BYTES];
	size_t used = 0;

	for (size_t i = 0; i < config_key_count; i++) {
		if (config_keys[i].section == kind)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used > 0 ? ", " : "", config_keys[i].name);
	}
	config_fault(faults, where, "unknown key; allowed: %s", list);
}

static bool
is_repeated(const struct section *section, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (strcmp(section->entries[i].name, section->entries[index].name) == 0)
			return true;
	}
	return false;
}

static void
read_entry(struct reader *reader, const struct section *section, uint32_t index, void *base)
{
	const struct rte_cfgfile_entry *entry = &section->entries[index];
	const struct config_key *key = config_key_lookup(section->kind, entry->name);
	char where[WHERE_BYTES], why[WHY_BYTES], allowed[CONFIG_ALLOWED_BYTES];

	snprintf(where, sizeof(where), "[%s] %s", section->header, entry->name);
	if (key == NULL)
		fault_unknown_key(reader->faults, section->kind, where);
	else if (is_repeated(section, index))
		config_fault(reader->faults, where, "there twice; allowed: once");
	else if (config_value_parse(key, reader->config, base, entry->value, why, sizeof(why)) != 0)
		config_fault(reader->faults, where, "%s; allowed: %s", why,
			     config_key_allowed(key, allowed));
}

static void
check_required(struct reader *reader, const struct section *section)
{
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];
		char where[WHERE_BYTES], allowed[CONFIG_ALLOWED_BYTES];
		bool is_missing = key->section == section->kind && key->fallback == NULL;

		for (uint32_t j = 0; j < section->entry_count; j++) {
			if (strcmp(section->entries[j].name, key->name) == 0)
				is_missing = false;
		}
		if (!is_missing)
			continue;
		snprintf(where, sizeof(where), "[%s] %s", section->header, key->name);
		config_fault(reader->faults, where, "missing; allowed: %s",
			     config_key_allowed(key, allowed));
	}
}

static void
read_section(struct reader *reader, const struct section *section)
{
	void *base = section_insert(reader, section);

	if (base == NULL)
		return;
	for (uint32_t i = 0; i < section->entry_count; i++) {
		if (section->entries[i].name[0] != '#')
			read_entry(reader, section, i, base);
	}
	check_required(reader, section);
}

/* Keys above the first section, which the parser collects in one called GLOBAL. */
static void
check_no_keys(struct config_faults *faults, const struct section *section)
{
	for (uint32_t i = 0; i < section->entry_count; i++) {
		if (section->entries[i].name[0] != '#')
			config_fault(faults, section->entries[i].name,
				     "outside of any section; allowed: below a [section]");
	}
}

static void
take_section(struct rte_cfgfile *file, int index, struct section *section)
{
	int count = rte_cfgfile_section_num_entries_by_index(file, section->header, index);

	section->entry_count = count > 0 ? (uint32_t)count : 0;
	section->entries = calloc(section->entry_count + 1, sizeof(section->entries[0]));
	if (section->entries == NULL)
		section->entry_count = 0;
	rte_cfgfile_section_entries_by_index(file, index, section->header, section->entries,
					     (int)section->entry_count);
}

static void
read_sections(struct reader *reader, struct section *sections, uint32_t count)
{
	check_no_keys(reader->faults, &sections[0]);
	for (uint32_t i = 1; i < count; i++)
		parse_header(&sections[i], reader->faults);
	for (enum config_section kind = 0; kind < SECTION_N; kind++) {
		for (uint32_t i = 1; i < count; i++) {
			if (sections[i].kind == kind)
				read_section(reader, &sections[i]);
		}
	}
}

void
config_file_load(const char *path, struct weir_config *config, struct config_faults *faults)
{
	struct reader reader = {.faults = faults, .config = config};
	struct rte_cfgfile *file;
	struct section *sections;
	int count;

	snprintf(config->source, sizeof(config->source), "%s", path);
	config_scan_file(path, faults);
	if (faults->count > 0)
		return;
	file = rte_cfgfile_load(path, CFG_FLAG_GLOBAL_SECTION | CFG_FLAG_EMPTY_VALUES);
	if (file == NULL) {
		config_fault(faults, NULL, "refused by DPDK's parser");
		return;
	}
	count = rte_cfgfile_num_sections(file, NULL, 0);
	sections = calloc((size_t)count, sizeof(sections[0]));
	if (sections == NULL) {
		config_fault(faults, NULL, "out of memory");
	} else {
		for (int i = 0; i < count; i++)
			take_section(file, i, &sections[i]);
		read_sections(&reader, sections, (uint32_t)count);
		for (int i = 0; i < count; i++)
			free(sections[i].entries);
		free(sections);
	}
	rte_cfgfile_close(file);
}
