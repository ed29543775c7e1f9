# SPDX-License-Identifier: BSD-3-Clause
"""weir as a host on the link: ARP, neighbour discovery, ping."""

import re

import pytest

from testbed import WEIR_ADDRESS

V4, V6 = WEIR_ADDRESS[4], WEIR_ADDRESS[6]


@pytest.fixture(scope="module", params=["tap", "af_packet", "af_xdp"])
def bed(request, make_testbed):
    bed = make_testbed(kind=request.param)
    yield bed
    bed.stop()
    bed.close()


def answered(bed, family, *options):
    """How many of ten pings: net_af_xdp on veth loses a frame now and then."""
    result = bed.client.run("ping", "-c", "10", "-i", "0.05", "-W", "2", *options,
                            WEIR_ADDRESS[family])
    return int(re.search(r"(\d+) received", result.stdout).group(1))


def test_ping_is_answered(bed, family):
    assert answered(bed, family) >= 7


def test_a_long_ping_is_answered(bed, family):
    size = 1472 if family == 4 else 1452
    assert answered(bed, family, "-M", "do", "-s", str(size)) >= 7


def test_arping_is_answered(bed):
    result = bed.client.run("arping", "-c", "2", "-w", "3", "-I", bed.interface, V4)
    assert re.search(r"Received [12] response", result.stdout)


def test_arping_for_another_address_is_not_answered(bed):
    result = bed.client.run("arping", "-c", "1", "-w", "1", "-I", bed.interface, "192.0.2.9",
                            check=False)
    assert "Received 0 response" in result.stdout


def test_duplicate_address_detection_finds_weir(bed):
    """Somebody else who wants our address is told that it is taken (RFC 5227, RFC 4862)."""
    result = bed.client.run("arping", "-D", "-c", "1", "-w", "2", "-I", bed.interface, V4,
                            check=False)
    assert "Received 1 response" in result.stdout


def test_the_neighbour_is_reachable_at_one_mac(bed):
    for family in (4, 6):
        bed.client.run("ping", "-c", "1", "-W", "2", WEIR_ADDRESS[family])
    macs = re.findall(r"lladdr (\S+)", bed.client.run("ip", "neigh", "show", V4).stdout +
                      bed.client.run("ip", "neigh", "show", V6).stdout)
    assert len(macs) == 2
    assert macs[0] == macs[1]


def test_pings_are_counted(bed):
    before = bed.weir.settled_counters()
    bed.client.run("ping", "-c", "3", "-i", "0.05", "-W", "2", V4)
    assert bed.weir.settled_counters().since(before)["echo_replied"] == 3
