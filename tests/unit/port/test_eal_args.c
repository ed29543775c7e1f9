/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <errno.h>
#include <stdio.h>

#include "eal_args.h"

#define PID 4711

static struct weir_config config;
static struct eal_args args;
static char message[256];

/* One worker on CPU 1, main on CPU 0, one TAP device, no hugepages, 1024 MiB. */
static void
usual_config(void)
{
	weir_config_init(&config);
	config.port_count = 1;
	snprintf(config.ports[0].device, sizeof(config.ports[0].device), "net_tap0,iface=weir0");
}

/* All arguments in one line. */
static const char *
built(int argc, char *const *argv)
{
	static char line[65536];
	struct refusal refusal = {.message = message, .bytes = sizeof(message)};
	size_t at = 0;

	assert_int_equal(eal_args_build(&args, &config, 77, argc, argv, PID, &refusal), 0);
	assert_null(args.argv[args.argc]);
	for (int i = 0; i < args.argc; i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", i > 0 ? " " : "",
				       args.argv[i]);
	return line;
}

TEST(a_laptop_needs_no_hugepages)
{
	usual_config();
	assert_string_equal(built(0, NULL),
			    "weir --lcores=0@0,1@1 --main-lcore=0 --no-huge --no-shconf -m 1024 "
			    "--vdev net_tap0,iface=weir0 --no-pci --file-prefix=weir_4711");
}

TEST(hugepages_leave_the_instance_attachable)
{
	usual_config();
	config.hugepages = true;
	config.memory_mb = 0;
	assert_string_equal(built(0, NULL),
			    "weir --lcores=0@0,1@1 --main-lcore=0 "
			    "--vdev net_tap0,iface=weir0 --no-pci --file-prefix=weir_4711");
}

TEST(memory_left_open_is_what_is_needed)
{
	usual_config();
	config.memory_mb = 0;
	assert_non_null(strstr(built(0, NULL), " -m 77 "));
}

TEST(workers_may_share_a_cpu_with_main)
{
	usual_config();
	config.cores[0] = 3;
	config.cores[1] = 300;
	config.core_count = 2;
	config.main_core = 3;
	assert_non_null(strstr(built(0, NULL), " --lcores=0@3,1@3,2@300 "));
}

TEST(sixty_four_workers_fit)
{
	usual_config();
	config.core_count = WEIR_CORES_MAX;
	for (uint16_t i = 0; i < WEIR_CORES_MAX; i++)
		config.cores[i] = 900 + i;
	assert_non_null(strstr(built(0, NULL), ",64@963 "));
}

TEST(pci_devices_are_allowed_and_the_bus_stays_on)
{
	usual_config();
	snprintf(config.ports[0].device, sizeof(config.ports[0].device), "0000:03:00.0");
	assert_non_null(strstr(built(0, NULL), " -a 0000:03:00.0 "));
	assert_null(strstr(built(0, NULL), "--no-pci"));
	assert_null(strstr(built(0, NULL), "--vdev"));
}

TEST(the_operators_arguments_come_last)
{
	char *own[] = {"--log-level", "lib.eal:8"};

	usual_config();
	snprintf(config.eal_arguments, sizeof(config.eal_arguments), "  --iova-mode=va \t -n 4 ");
	assert_non_null(strstr(built(2, own), "--file-prefix=weir_4711 "
					      "--iova-mode=va -n 4 --log-level lib.eal:8"));
}

TEST(the_operators_cores_replace_ours)
{
	char *own[] = {"-l", "2,3"};
	char *joined[] = {"-l2,3"};
	char *mapped[] = {"--lcores=2,3"};

	usual_config();
	assert_null(strstr(built(2, own), "--lcores"));
	assert_null(strstr(built(2, own), "--main-lcore"));
	assert_null(strstr(built(1, joined), "--main-lcore"));
	assert_null(strstr(built(1, mapped), "--main-lcore"));
}

TEST(an_option_that_only_begins_alike_replaces_nothing)
{
	char *own[] = {"--log-level=8", "--match-allocations"};

	usual_config();
	assert_non_null(strstr(built(2, own), "--lcores="));
	assert_non_null(strstr(built(2, own), " -m 1024 "));
}

TEST(the_operators_memory_and_prefix_replace_ours)
{
	usual_config();
	snprintf(config.eal_arguments, sizeof(config.eal_arguments),
		 "--file-prefix edge --socket-mem=512");
	assert_null(strstr(built(0, NULL), "weir_4711"));
	assert_null(strstr(built(0, NULL), " -m "));
}

TEST(too_many_arguments_are_refused)
{
	static char *own[EAL_ARGS_MAX];
	struct refusal refusal = {.message = message, .bytes = sizeof(message)};

	usual_config();
	for (int i = 0; i < EAL_ARGS_MAX; i++)
		own[i] = "-v";
	assert_int_equal(eal_args_build(&args, &config, 77, EAL_ARGS_MAX, own, PID, &refusal),
			 -E2BIG);
	assert_non_null(strstr(message, "EAL arguments"));
}
