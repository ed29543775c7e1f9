/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The configuration file.  Input: the file.  What is accepted survives being
 * shown and read again, and weir_config_check() can judge it.
 */
#include "fuzz_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "config_file.h"
#include "config_show.h"

static struct weir_config config;

/* The number of faults in a file of that text. */
static uint32_t
load(const void *text, size_t bytes)
{
	struct config_faults faults = {.file = "fuzz.conf", .stream = fopen("/dev/null", "w")};
	int descriptor = memfd_create("fuzz.conf", 0);
	char path[64];

	check(descriptor >= 0 && faults.stream != NULL);
	check(write(descriptor, text, bytes) == (ssize_t)bytes);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	weir_config_init(&config);
	config_file_load(path, &config, &faults);
	memset(config.source, 0, sizeof(config.source));
	fclose(faults.stream);
	close(descriptor);
	return faults.count;
}

static char *
show(size_t *bytes)
{
	char *text = NULL;
	FILE *stream = open_memstream(&text, bytes);

	check(stream != NULL);
	config_show(&config, stream);
	fclose(stream);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t bytes)
{
	char message[256], *first, *second;
	size_t first_bytes, second_bytes;

	if (load(octets, bytes) > 0)
		return 0;
	weir_config_check(&config, message, sizeof(message));
	config.syn.has_secret = false; /* secrets are not shown */
	config.syn.has_secret_previous = false;
	first = show(&first_bytes);
	check(load(first, first_bytes) == 0);
	second = show(&second_bytes);
	check(first_bytes == second_bytes && memcmp(first, second, first_bytes) == 0);
	free(first);
	free(second);
	return 0;
}
