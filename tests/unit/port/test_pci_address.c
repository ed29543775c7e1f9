/* SPDX-License-Identifier: BSD-3-Clause */

#include "test.h"

#include "pci_address.h"

static const char *
normal(const char *device)
{
	static char name[64];

	return pci_address_normalize(device, name, sizeof(name)) ? name : "";
}

TEST(an_address_gets_its_domain)
{
	assert_string_equal(normal("03:00.1"), "0000:03:00.1");
	assert_string_equal(normal("0000:03:00.1"), "0000:03:00.1");
	assert_string_equal(normal("10000:e1:1f.7"), "10000:e1:1f.7");
}

TEST(arguments_are_cut_off)
{
	assert_string_equal(normal("0000:af:00.0,rx_vec_en=0"), "0000:af:00.0");
}

TEST(virtual_devices_are_none)
{
	assert_string_equal(normal("net_tap0,iface=weir0"), "");
	assert_string_equal(normal("net_pcap0,rx_pcap=/tmp/03:00.1"), "");
	assert_string_equal(normal("eth0"), "");
	assert_string_equal(normal(""), "");
}

TEST(what_only_looks_like_one_is_none)
{
	assert_string_equal(normal("03:00"), "");
	assert_string_equal(normal("03:00.1x"), "");
	assert_string_equal(normal("03:20.0"), ""); /* 32 slots */
	assert_string_equal(normal("03:00.8"), ""); /* 8 functions */
}
