/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include <rte_memory.h>

#include "numa_nodes.h"

TEST(only_two_known_and_different_nodes_are_far)
{
	assert_false(numa_is_far(0, 0));
	assert_true(numa_is_far(0, 1));
	assert_false(numa_is_far(SOCKET_ID_ANY, 1));
	assert_false(numa_is_far(1, SOCKET_ID_ANY));
}

TEST(a_node_is_as_far_from_itself_as_itself_where_that_is_known)
{
	double times = numa_times_as_far(0, 0);

	assert_true(times == 1.0 || times == 0.0);
}

TEST(a_virtual_device_has_no_node)
{
	char text[24];

	assert_string_equal(numa_text(SOCKET_ID_ANY, text), "no NUMA node");
	assert_string_equal(numa_text(3, text), "NUMA node 3");
}
