/* SPDX-License-Identifier: BSD-3-Clause */

#include "batch_frames.h"

#include <stdio.h>

#include <rte_common.h>

#include "check.h"

#define LINUX_OPTIONS	"020405b4 0402080a 01020304 00000000 01030307"
#define WINDOWS_OPTIONS "020405b4 01030308 01010402"
#define TIMES		"0101080a 01020304 05060708"

/* What is before the TCP header: as usual, and otherwise in all that may be otherwise. */
static const char *const heads[SHAPES][2] = {
	{ETHER("0800") IPV4("06"), ETHER("0800") "45ff0000 ffff4000 ff06 0000 deadbeef ffffffff "},
	{ETHER("86dd") IPV6("06"),
	 ETHER("86dd") "6fffffff 0000 06ff fe800000 0000ffff 80000000 00000001 "
		       "ff020000 00000000 00000000 00000001 "},
	{ETHER("8100 0007") "0800 " IPV4("06"),
	 ETHER("8100 fffe") "0800 45020000 00018000 0006 0000 deadbeef ffffffff "},
	{ETHER("8100 e007") "86dd " IPV6("06"),
	 ETHER("8100 1001") "86dd 61000000 0000 0600 01000000 00000000 00000000 00000000 "
			    "01000000 00000000 00000000 00000000 "},
};

/* All forms, and what values of theirs a form leaves open. */
static const char *const known_segments[] = {
	TCP("5002"),
	TCP("a002") LINUX_OPTIONS,
	TCP("8002") WINDOWS_OPTIONS,
	TCP("6002") "020405b4",
	TCP("5010"),
	TCP("8010") TIMES,
	TCP("a002") "02040000 0402080a ffffffff 12345678 010303ff",
	TCP("8002") "0204ffff 0103030f 01010402",
	TCP("6002") "02040001",
	TCP("8010") "0101080a 00000000 fffefdfc",
};

/* Behind a head as usual. */
static const char *const other_segments[] = {
	"00000050 01020304 05060708 50021000 00000000",
	"9c400000 01020304 05060708 50101000 00000000",
	TCP("5002") "6162",
	TCP("5010") "616263",
	TCP("8010") TIMES "6162636465",
	TCP("50c2"),
	TCP("5012"),
	TCP("5011"),
	TCP("5018"),
	TCP("5014"),
	TCP("5004"),
	TCP("5110"),
	TCP("5402"),
	TCP("5000"),
	TCP("4002"),
	TCP("6010"),
	TCP("6010") "01010101",
	TCP("6002") "01010402",
	TCP("8002") TIMES,
	TCP("8010") WINDOWS_OPTIONS,
	TCP("a010") LINUX_OPTIONS,
	TCP("a002") "020405b4 01030306 0101080a 01020304 00000000",
	TCP("f002") "01010101 01010101 01010101 01010101 01010101 01010101 01010101 01010101 "
		    "01010101 01010101",
};

#define BAD_HEADS 10

/* Before a SYN or an ACK; some are of another shape, and some of none. */
static const char *const bad_heads[SHAPES][BAD_HEADS] = {
	{
		ETHER("0806") "0001 0800 0604 0001 " PEER_MAC "c0000202 000000000000 c0000201",
		ETHER("0800") IPV4("11"),
		ETHER("0800") "46000000 00004000 4006 0000 c0000202 c0000201 01010101 ",
		ETHER("0800") "45000000 00002000 4006 0000 c0000202 c0000201 ",
		ETHER("0800") "45000000 00000001 4006 0000 c0000202 c0000201 ",
		ETHER("0800") "45000000 00004000 4006 0000 7f000001 c0000201 ",
		ETHER("0800") "45000000 00004000 4006 0000 e0000001 c0000201 ",
		ETHER("0800") "45000000 00004000 4006 0000 00000001 c0000201 ",
		ETHER("8100 0007") "0800 " IPV4("06"),
		ETHER("86dd") IPV6("06"),
	},
	{
		ETHER("86dd") IPV6("00") "06000000 00000000 ",
		ETHER("86dd") IPV6("11"),
		ETHER("86dd") IPV6("2c") "06000000 00000000 ",
		ETHER("86dd") "60000000 0000 0640 00000000 00000000 00000000 00000001 " IPV6_US,
		ETHER("86dd") "60000000 0000 0640 00000000 00000000 0000ffff c0000202 " IPV6_US,
		ETHER("86dd") "60000000 0000 0640 ff020000 00000000 00000000 00000001 " IPV6_US,
		ETHER("86dd") "60000000 0000 0640 " IPV6_PEER
			      "00000000 00000000 00000000 00000001 ",
		ETHER("86dd") "40000000 0000 0640 " IPV6_PEER IPV6_US,
		ETHER("8100 0007") "86dd " IPV6("06"),
		ETHER("0800") IPV4("06"),
	},
	{
		ETHER("8100 0000") "0800 " IPV4("06"),
		ETHER("8100 e000") "0800 " IPV4("06"),
		ETHER("8100 0fff") "0800 " IPV4("06"),
		ETHER("8100 0007") "0806 " IPV4("06"),
		ETHER("8100 0007") "8100 0007 0800 " IPV4("06"),
		ETHER("88a8 0007") "0800 " IPV4("06"),
		ETHER("8100 0007") "0800 45000000 00002000 4006 0000 c0000202 c0000201 ",
		ETHER("8100 0007") "0800 45000000 00004000 4006 0000 7f000001 c0000201 ",
		ETHER("8100 0007") "86dd " IPV6("06"),
		ETHER("0800") IPV4("06"),
	},
	{
		ETHER("8100 0000") "86dd " IPV6("06"),
		ETHER("8100 f000") "86dd " IPV6("06"),
		ETHER("8100 ffff") "86dd " IPV6("06"),
		ETHER("8100 0007") "86dc " IPV6("06"),
		ETHER("8100 0007") "8100 0007 86dd " IPV6("06"),
		ETHER("9100 0007") "86dd " IPV6("06"),
		ETHER("8100 0007") "86dd " IPV6("00") "06000000 00000000 ",
		ETHER("8100 0007") "86dd 60000000 0000 0640 " IPV6_PEER
				   "00000000 00000000 00000000 00000001 ",
		ETHER("8100 0007") "0800 " IPV4("06"),
		ETHER("86dd") IPV6("06"),
	},
};

static struct packet
packet_with(const char *head, const char *segment)
{
	char hex[512];
	int chars = snprintf(hex, sizeof(hex), "%s%s", head, segment);

	check(chars > 0 && (size_t)chars < sizeof(hex));
	return packet_sealed(hex);
}

struct packet
batch_known(enum shape shape, size_t i)
{
	static_assert(BATCH_KNOWN == 2 * RTE_DIM(known_segments), "as the header says");

	return packet_with(heads[shape][i / RTE_DIM(known_segments)],
			   known_segments[i % RTE_DIM(known_segments)]);
}

struct packet
batch_other(enum shape shape, size_t i)
{
	static_assert(BATCH_OTHERS == RTE_DIM(other_segments) + 2 * BAD_HEADS,
		      "as the header says");

	if (i < RTE_DIM(other_segments))
		return packet_with(heads[shape][0], other_segments[i]);
	i -= RTE_DIM(other_segments);
	return packet_with(bad_heads[shape][i / 2],
			   i % 2 == 0 ? TCP("a002") LINUX_OPTIONS : TCP("5010"));
}
