/* SPDX-License-Identifier: BSD-3-Clause */

#include "config_text.h"

#include "test.h"

#include <stdio.h>
#include <sys/mman.h>

#include "config_file.h"

const char good_config[] = "# All kinds of sections; names are used above their sections.\n"
			   "# a = b\n"
			   "\n"
			   "[listener web]\n"
			   "address = v4 ; not v6\n"
			   "tcp = 80,8080-8090\n"
			   "application = http\n"
			   "args = body=a\\;b\n"
			   "[listener echo]\n"
			   "tcp = 7\n"
			   "application = echo\n"
			   "[address v4]\n"
			   "port = wan\n"
			   "ip = 192.0.2.1/24\n"
			   "gateway = 192.0.2.254\n"
			   "[address v6]\n"
			   "port = lan\n"
			   "ip = 2001:db8::1/64\n"
			   "[port wan]\n"
			   "device = net_tap0,iface=weir0\n"
			   "[port lan]\n"
			   "device = 0000:00:05.0\n"
			   "mtu = 9000\n"
			   "[weir]\n"
			   "cores = 1-3, 5\n"
			   "[syn]\n"
			   "cookies = always\n"
			   "[tcp]\n"
			   "ttl = 63\n"
			   "[limits]\n"
			   "flows = 1000\n"
			   "[sources]\n"
			   "deny = 198.51.100.0/24, 2001:db8:bad::/48\n";

struct weir_config loaded;
char said[CONFIG_TEXT_BYTES];
const char *config_path;

/* A file in memory: there are many, and nothing is left behind. */
static void
write_file(const char *text, size_t bytes)
{
	static char path[64];
	FILE *file;

	if (config_path == NULL) {
		int descriptor = memfd_create("weir.conf", 0);

		assert_true(descriptor >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
		config_path = path;
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, bytes, file), bytes);
	fclose(file);
}

uint32_t
load_octets(const char *text, size_t bytes)
{
	struct config_faults faults = {0};

	write_file(text, bytes);
	memset(said, 0, sizeof(said));
	faults.file = config_path;
	faults.stream = fmemopen(said, sizeof(said), "w");
	weir_config_init(&loaded);
	config_file_load(config_path, &loaded, &faults);
	fclose(faults.stream);
	return faults.count;
}

uint32_t
load_text(const char *text)
{
	return load_octets(text, strlen(text));
}

/* Is this line of the good file the key's own? */
static bool
sets_key(const char *line, const char *key)
{
	line += strspn(line, " \t");
	return strncmp(line, key, strlen(key)) == 0 &&
	       line[strlen(key) + strspn(line + strlen(key), " \t")] == '=';
}

uint32_t
load_with(const char *header, const char *key, const char *value)
{
	static char text[CONFIG_TEXT_BYTES];
	char section[64] = "";
	size_t used = 0;

	for (const char *line = good_config; *line != '\0'; line = strchr(line, '\n') + 1) {
		int bytes = (int)(strchr(line, '\n') - line);

		if (sscanf(line, "[%60[^]]", section) == 1) {
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s\n", bytes,
						 line);
			if (strcmp(section, header) == 0)
				used += (size_t)snprintf(text + used, sizeof(text) - used,
							 "%s = %s\n", key, value);
		} else if (strcmp(section, header) != 0 || !sets_key(line, key)) {
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s\n", bytes,
						 line);
		}
	}
	return load_octets(text, used);
}

const char *
header_of(enum config_section section)
{
	static const char *const headers[SECTION_N] = {[SECTION_WEIR] = "weir",
						       [SECTION_PORT] = "port wan",
						       [SECTION_ADDRESS] = "address v4",
						       [SECTION_LISTENER] = "listener web",
						       [SECTION_SYN] = "syn",
						       [SECTION_TCP] = "tcp",
						       [SECTION_LIMITS] = "limits",
						       [SECTION_SOURCES] = "sources"};

	return headers[section];
}

void
expect_said(const char *where, const char *text)
{
	char begin[256];

	snprintf(begin, sizeof(begin), "%s: %s%s", config_path, where,
		 where[0] != '\0' ? ": " : "");
	for (const char *line = said; *line != '\0'; line = strchr(line, '\n') + 1) {
		const char *end = strchr(line, '\n');
		const char *found;

		assert_non_null(end);
		found = strstr(line, text);
		if (strncmp(line, begin, strlen(begin)) == 0 && found != NULL && found < end)
			return;
	}
	fail_msg("no line \"%s...%s\" in:\n%s", begin, text, said);
}
