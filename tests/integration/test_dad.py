# SPDX-License-Identifier: BSD-3-Clause
"""Our addresses on a link with a Linux station that may have them already."""

import pytest

from testbed import ECHO, WEIR_ADDRESS, CLIENT_ADDRESS, wait_until

ASKING = {"port wan": {"dad": "yes"}}


def address(bed, name):
    entries = bed.weir.telemetry("/weir/addresses").values()
    return next(entry for entry in entries if entry["name"] == name)


def echo(bed, family):
    with bed.connect(ECHO, family) as s:
        s.sendall(b"x")
        return s.recv(1)


# proves: RFC4862-5.4
def test_an_address_that_nobody_has_comes_into_use(new_testbed):
    # The veth is up before weir starts: nothing of what it sends is lost.
    bed = new_testbed(kind="af_packet", settings=ASKING)
    wait_until(lambda: address(bed, "v6")["state"] == "usable", "the probe has no answer")
    assert echo(bed, 6) == b"x"
    assert bed.weir.live_counters()["dad_probe_sent"] == 1
    assert address(bed, "v6")["conflicts"] == 0
    wait_until(lambda: bed.weir.live_counters()["address_announced"] == 4, "both are announced")


# proves: RFC4862-5.4.4
def test_an_address_that_a_neighbour_has_is_not_used(new_testbed):
    bed = new_testbed(kind="af_packet", settings=ASKING)
    bed.stop()
    bed.client.run("ip", "addr", "add", f"{WEIR_ADDRESS[6]}/64", "dev", bed.interface, "nodad")
    bed.weir.counters = None
    bed.weir.start()
    wait_until(lambda: address(bed, "v6")["state"] == "duplicate", "the neighbour answers")
    entry = address(bed, "v6")
    assert entry["ip"] == WEIR_ADDRESS[6]
    assert entry["rival"] == bed.client.mac(bed.interface).hex(":")
    assert bed.weir.live_counters()["address_conflict"] >= 1
    wait_until(lambda: "weir does not use it" in bed.weir.stderr.read_text(), "the operator is told")
    assert echo(bed, 4) == b"x"
    assert address(bed, "v4")["state"] == "usable"


# proves: RFC4862-5.4
def test_linux_yields_to_an_address_of_ours(new_testbed):
    bed = new_testbed(kind="af_packet", settings=ASKING)
    wait_until(lambda: address(bed, "v6")["state"] == "usable", "the probe has no answer")
    bed.client.sysctl(f"net.ipv6.conf.{bed.interface}.accept_dad=1")
    bed.client.run("ip", "addr", "add", f"{WEIR_ADDRESS[6]}/64", "dev", bed.interface)
    wait_until(lambda: "dadfailed" in bed.client.run("ip", "-6", "addr").stdout, "Linux gives up")
    assert address(bed, "v6")["state"] == "usable"


# proves: RFC5227-2.4
def test_an_ipv4_address_that_a_neighbour_has_is_reported(new_testbed):
    bed = new_testbed(kind="af_packet", settings=ASKING)
    bed.client.run("ip", "addr", "add", f"{WEIR_ADDRESS[4]}/24", "dev", bed.interface)
    bed.client.run("arping", "-c", "2", "-A", "-I", bed.interface, WEIR_ADDRESS[4], check=False)
    wait_until(lambda: address(bed, "v4")["conflicts"] > 0, "weir hears of it")
    assert address(bed, "v4")["state"] == "usable"
    assert address(bed, "v4")["rival"] == bed.client.mac(bed.interface).hex(":")
    wait_until(lambda: f"uses {WEIR_ADDRESS[4]} too" in bed.weir.stderr.read_text(),
               "the operator is told")


def test_neighbours_learn_our_addresses_unasked(new_testbed):
    bed = new_testbed(kind="af_packet", settings={"weir": {}})
    bed.client.sysctl(f"net.ipv4.conf.{bed.interface}.arp_accept=1")
    wait_until(lambda: bed.weir.live_counters()["address_announced"] >= 3, "a second announcement",
               timeout=15)
    assert WEIR_ADDRESS[4] in bed.client.run("ip", "neigh", "show", "dev", bed.interface).stdout
    assert CLIENT_ADDRESS[4] not in bed.client.run("ip", "neigh", "show").stdout


@pytest.mark.limit(30)
def test_probing_can_be_switched_off(new_testbed):
    bed = new_testbed(kind="af_packet", settings={"port wan": {"dad": "no"}})
    assert address(bed, "v6")["state"] == "usable"
    assert echo(bed, 6) == b"x"
    assert bed.weir.live_counters()["dad_probe_sent"] == 0
