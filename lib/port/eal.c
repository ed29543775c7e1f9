/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * DPDK's environment: started once per process, ended once.
 *
 * The trap: EAL explains its refusals on stderr only, and several of them end
 * in "invalid arguments".  What an operator gets wrong most is therefore judged
 * here first, where there is a sentence for it.
 */
#include "weir/weir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_pdump.h>

#include "buffers.h"
#include "eal_args.h"
#include "notice.h"
#include "pipeline.h"
#include "tcp_settings.h"
#include "worker.h"

#define SPARE_MB 64 /* for EAL, drivers and applications */

/* What the instance will ask of EAL, in MiB, rounded up well. */
static uint32_t
memory_needed_mb(const struct weir_config *config)
{
	uint16_t room = buffers_room(config);
	struct tcp_config tcp;
	uint64_t bytes;

	tcp_settings_make(&tcp, config);
	bytes = pipeline_bytes(&tcp) + sizeof(struct weir_core) + sizeof(struct worker) +
		buffers_pool_bytes(buffers_tx_count(config), room) +
		config->port_count * sizeof(struct tx_lane);
	bytes *= config->core_count;
	bytes += buffers_pool_bytes(buffers_rx_count(config), room);
	return (uint32_t)((bytes + bytes / 8) >> 20) + SPARE_MB;
}

static int
check_cpu(const cpu_set_t *usable, const char *key, uint16_t cpu, const struct refusal *refusal)
{
	if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, usable))
		return 0;
	return refuse(refusal, -ENODEV,
		      "[weir] %s: this process may not run on CPU %u; see "
		      "Cpus_allowed_list in /proc/self/status",
		      key, cpu);
}

static int
check_cpus(const struct weir_config *config, const struct refusal *refusal)
{
	cpu_set_t usable;
	int error;

	if (sched_getaffinity(0, sizeof(usable), &usable) != 0)
		return 0; /* more CPUs than we can name: EAL will judge */
	error = check_cpu(&usable, "main_core", config->main_core, refusal);
	for (uint32_t i = 0; error == 0 && i < config->core_count; i++)
		error = check_cpu(&usable, "cores", config->cores[i], refusal);
	return error;
}

static int
check_memory(const struct weir_config *config, uint32_t needed_mb, const struct refusal *refusal)
{
	if (config->hugepages || config->memory_mb == 0 || config->memory_mb >= needed_mb)
		return 0;
	return refuse(
		refusal, -ENOMEM,
		"[weir] memory: %u MiB are too few for [limits] and %u cores; allowed: from %u",
		config->memory_mb, config->core_count, needed_mb);
}

static void
remove_files(const char *directory, const char *beginning)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, beginning, strlen(beginning)) == 0 &&
		    entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir != NULL)
		closedir(dir);
}

/*
 * A prefix that no later process will use must not leave files behind, least of
 * all hugepages, which stay taken for as long as their files are there.
 */
static void
remove_traces(const char *runtime_dir)
{
	const char *name = strrchr(runtime_dir, '/');
	struct mntent *mount;
	char prefix[32];
	char maps[64];
	FILE *mounts;

	eal_args_prefix(prefix, getpid());
	if (name == NULL || strcmp(name + 1, prefix) != 0)
		return;
	mounts = setmntent("/proc/self/mounts", "r");
	snprintf(maps, sizeof(maps), "%smap_", prefix);
	while (mounts != NULL && (mount = getmntent(mounts)) != NULL) {
		if (strcmp(mount->mnt_type, "hugetlbfs") == 0)
			remove_files(mount->mnt_dir, maps);
	}
	if (mounts != NULL)
		endmntent(mounts);
	remove_files(runtime_dir, "");
	rmdir(runtime_dir);
}

int
weir_eal_init(const struct weir_config *config, int argc, char *const *argv, char *message,
	      size_t message_bytes)
{
	struct refusal refusal = {.message = message, .bytes = message_bytes};
	uint32_t needed_mb;
	struct eal_args args;
	int error = weir_config_check(config, message, message_bytes);

	if (error == 0)
		error = check_cpus(config, &refusal);
	if (error != 0)
		return error;
	needed_mb = memory_needed_mb(config);
	error = check_memory(config, needed_mb, &refusal);
	if (error == 0)
		error = eal_args_build(&args, config, needed_mb, argc, argv, getpid(), &refusal);
	if (error != 0)
		return error;
	if (rte_eal_init(args.argc, args.argv) < 0) {
		error = rte_errno > 0 ? -rte_errno : -EIO;
		remove_traces(rte_eal_get_runtime_dir());
		return refuse(&refusal, error,
			      "DPDK's environment does not start (%s); its own lines above say why",
			      rte_strerror(-error));
	}
	if (rte_pdump_init() != 0)
		notice("dpdk-dumpcap and dpdk-pdump will not be able to attach: %s",
		       rte_strerror(rte_errno));
	return 0;
}

void
weir_eal_cleanup(void)
{
	char runtime_dir[PATH_MAX];

	snprintf(runtime_dir, sizeof(runtime_dir), "%s", rte_eal_get_runtime_dir());
	rte_pdump_uninit();
	rte_eal_cleanup();
	remove_traces(runtime_dir);
}
