/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * main() of a fuzz target without a fuzzer: run every file given, and every file
 * of each directory given, once.  A crash is the failure.  Speaks TAP, one line
 * per argument.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_target.h"

#define INPUT_BYTES_MAX (1 << 20)

/* True if the file could be read. */
static bool
replay_file(const char *path)
{
	static uint8_t room[INPUT_BYTES_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *octets;
	size_t bytes;

	if (file == NULL)
		return false;
	bytes = fread(room, 1, sizeof(room), file);
	fclose(file);
	/* To be found if a crash kills us. */
	fprintf(stderr, "# %s\n", path);
	/* A copy of the exact length, so that the sanitizer sees what is read past it. */
	octets = malloc(bytes == 0 ? 1 : bytes);
	if (octets == NULL)
		return false;
	memcpy(octets, room, bytes);
	LLVMFuzzerTestOneInput(octets, bytes);
	free(octets);
	return true;
}

/* How many inputs were run; -1 if one could not be read. */
static int
replay_directory(const char *path, DIR *directory)
{
	char file[4096];
	struct dirent *entry;
	int inputs = 0;

	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (!replay_file(file))
			return -1;
		inputs++;
	}
	return inputs;
}

static int
replay(const char *path)
{
	DIR *directory = opendir(path);
	int inputs;

	if (directory == NULL)
		return replay_file(path) ? 1 : -1;
	inputs = replay_directory(path, directory);
	closedir(directory);
	return inputs;
}

/* Returns false if it failed. */
static bool
judge(int number, const char *path)
{
	int inputs = replay(path);

	printf("%s %d - %s: %d inputs\n", inputs > 0 ? "ok" : "not ok", number, path, inputs);
	return inputs > 0;
}

int
main(int argc, char **argv)
{
	const char *lacks = fuzz_target_lacks != NULL ? fuzz_target_lacks() : NULL;
	int failed = 0;

	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		if (lacks == NULL)
			failed += !judge(i, argv[i]);
		else
			printf("ok %d - %s # SKIP NOT TESTED: %s\n", i, argv[i], lacks);
	}
	if (lacks != NULL)
		fprintf(stderr, "NOT TESTED: %s\n", lacks);
	return failed != 0;
}
