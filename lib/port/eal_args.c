/* SPDX-License-Identifier: BSD-3-Clause */

#include "eal_args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "pci_address.h"

#define PREFIX_BYTES 32
#define LCORES_BYTES (WEIR_CORES_MAX * 12 + 16)

/* Ways to say the same; the short ones may have their value attached. */
static const char *const core_options[] = {"-l", "-c", "-S", "-s", "--lcores", NULL};
static const char *const main_options[] = {"--main-lcore", NULL};
static const char *const memory_options[] = {"-m", "--socket-mem", NULL};
static const char *const huge_options[] = {"--no-huge", "--in-memory", NULL};
static const char *const prefix_options[] = {"--file-prefix", NULL};
static const char *const pci_options[] = {"--no-pci", "-a", "--allow", "-b", "--block", NULL};

static int
add(struct eal_args *args, const struct refusal *refusal, char *argument)
{
	if (args->argc == EAL_ARGS_MAX)
		return refuse(refusal, -E2BIG, "More than %d EAL arguments", EAL_ARGS_MAX);
	args->argv[args->argc++] = argument;
	args->argv[args->argc] = NULL;
	return 0;
}

__attribute__((format(printf, 3, 4))) static int
add_text(struct eal_args *args, const struct refusal *refusal, const char *format, ...)
{
	size_t room = sizeof(args->text) - args->text_bytes;
	char *argument = args->text + args->text_bytes;
	va_list arguments;
	int bytes;

	va_start(arguments, format);
	bytes = vsnprintf(argument, room, format, arguments);
	va_end(arguments);
	if (bytes < 0 || (size_t)bytes >= room)
		return refuse(refusal, -E2BIG, "More than %d octets of EAL arguments",
			      EAL_TEXT_BYTES);
	args->text_bytes += (size_t)bytes + 1;
	return add(args, refusal, argument);
}

static bool
is_option(const char *argument, const char *const *names)
{
	for (; *names != NULL; names++) {
		size_t length = strlen(*names);

		if (strncmp(argument, *names, length) != 0)
			continue;
		if ((*names)[1] != '-' || argument[length] == '\0' || argument[length] == '=')
			return true;
	}
	return false;
}

/* The operator's own arguments, gathered first and moved behind ours at the end. */
static bool
has_option(const struct eal_args *own, const char *const *names)
{
	for (int i = 0; i < own->argc; i++) {
		if (is_option(own->argv[i], names))
			return true;
	}
	return false;
}

static int
gather_own(struct eal_args *own, const struct weir_config *config, int argc, char *const *argv,
	   const struct refusal *refusal)
{
	const char *at = config->eal_arguments;
	int error = 0;

	own->argc = 0;
	own->text_bytes = 0;
	while (error == 0) {
		size_t length;

		at += strspn(at, " \t");
		length = strcspn(at, " \t");
		if (length == 0)
			break;
		error = add_text(own, refusal, "%.*s", (int)length, at);
		at += length;
	}
	for (int i = 0; error == 0 && i < argc; i++)
		error = add(own, refusal, argv[i]);
	return error;
}

static int
add_lcores(struct eal_args *args, const struct weir_config *config, const struct eal_args *own,
	   const struct refusal *refusal)
{
	char lcores[LCORES_BYTES];
	int at, error;

	if (has_option(own, core_options))
		return 0;
	at = snprintf(lcores, sizeof(lcores), "0@%u", config->main_core);
	for (uint32_t i = 0; i < config->core_count; i++)
		at += snprintf(lcores + at, sizeof(lcores) - (size_t)at, ",%u@%u", i + 1,
			       config->cores[i]);
	error = add_text(args, refusal, "--lcores=%s", lcores);
	if (error == 0 && !has_option(own, main_options))
		error = add_text(args, refusal, "--main-lcore=0");
	return error;
}

static int
add_memory(struct eal_args *args, const struct weir_config *config, uint32_t memory_mb,
	   const struct eal_args *own, const struct refusal *refusal)
{
	uint32_t mb = config->memory_mb;
	int error = 0;

	if (!config->hugepages && !has_option(own, huge_options)) {
		error = add_text(args, refusal, "--no-huge");
		if (error == 0)
			error = add_text(args, refusal, "--no-shconf");
	}
	if (!config->hugepages && mb == 0)
		mb = memory_mb;
	if (error == 0 && mb != 0 && !has_option(own, memory_options)) {
		error = add_text(args, refusal, "-m");
		if (error == 0)
			error = add_text(args, refusal, "%u", mb);
	}
	return error;
}

static int
add_devices(struct eal_args *args, const struct weir_config *config, const struct eal_args *own,
	    const struct refusal *refusal)
{
	bool has_pci = false;
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < config->port_count; i++) {
		const char *device = config->ports[i].device;
		char name[WEIR_TEXT_BYTES];
		bool is_pci = pci_address_normalize(device, name, sizeof(name));

		has_pci |= is_pci;
		error = add_text(args, refusal, is_pci ? "-a" : "--vdev");
		if (error == 0)
			error = add_text(args, refusal, "%s", device);
	}
	if (error == 0 && !has_pci && !has_option(own, pci_options))
		error = add_text(args, refusal, "--no-pci");
	return error;
}

void
eal_args_prefix(char *prefix, int pid)
{
	snprintf(prefix, PREFIX_BYTES, "weir_%d", pid);
}

int
eal_args_build(struct eal_args *args, const struct weir_config *config, uint32_t memory_mb,
	       int argc, char *const *argv, int pid, const struct refusal *refusal)
{
	struct eal_args own;
	char prefix[PREFIX_BYTES];
	int error = gather_own(&own, config, argc, argv, refusal);

	args->argc = 0;
	args->text_bytes = 0;
	if (error == 0)
		error = add_text(args, refusal, "weir");
	if (error == 0)
		error = add_lcores(args, config, &own, refusal);
	if (error == 0)
		error = add_memory(args, config, memory_mb, &own, refusal);
	if (error == 0)
		error = add_devices(args, config, &own, refusal);
	eal_args_prefix(prefix, pid);
	if (error == 0 && !has_option(&own, prefix_options))
		error = add_text(args, refusal, "--file-prefix=%s", prefix);
	for (int i = 0; error == 0 && i < own.argc; i++)
		error = add_text(args, refusal, "%s", own.argv[i]);
	return error;
}
