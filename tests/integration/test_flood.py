# SPDX-License-Identifier: BSD-3-Clause
"""Floods from spoofed sources: clients are still served, nothing is kept, all is counted."""

import subprocess

import pytest

from daemon import TOOLS
from testbed import ECHO, HTTP, WEIR_ADDRESS, wait_until

FRAMES = 300_000
PER_SECOND = 60_000


def curl(bed):
    return bed.client.run("curl", "-sS", "--max-time", "10", "-o", "/dev/null", "-w",
                          "%{http_code}", f"http://{WEIR_ADDRESS[4]}:{HTTP}/").stdout


def flood_while_curl_runs(bed, kind, family=4):
    """The number of pages fetched during the flood."""
    command = bed.flood(kind, FRAMES, family, rate=PER_SECOND)
    pages = 0
    flood = bed.client.popen(*command, stdout=subprocess.PIPE, text=True)
    while flood.poll() is None:
        assert curl(bed) == "200"
        pages += 1
    assert flood.communicate(timeout=10)[0] == f"sent {FRAMES}\n"
    return pages


def quiet_testbed(new_testbed, **options):
    """IPv4 only: no frame that the test has not caused, so that all can be counted."""
    return new_testbed(only_ipv4=True, **options)


def check_all_taken(bed):
    """What the kernel gave to the device is what weir counts, to the packet."""
    counters = bed.weir.settled_counters()
    given = bed.client.statistic(bed.interface, "tx_packets")
    assert counters["rx_packets"] == given
    counters.check_balance()


# proves: ATTACK-A1 ATTACK-F5
def test_curl_works_during_a_syn_flood_that_costs_no_memory(new_testbed):
    bed = quiet_testbed(new_testbed, cookies="always")
    for _ in range(10):
        assert curl(bed) == "200"
    resident = bed.weir.resident_kib()
    pages = flood_while_curl_runs(bed, "syn")
    assert pages >= 5
    check_all_taken(bed)
    grown = bed.weir.resident_kib() - resident
    assert bed.weir.live_counters()["flow_opened"] == 10 + pages
    dropped_by_device = bed.client.statistic(bed.interface, "tx_dropped")
    counters = bed.stop()
    assert counters["syn_received"] >= FRAMES - dropped_by_device
    assert counters["cookie_sent"] == counters["syn_received"]
    assert counters["syn_queue_entered"] == counters["syn_ack_retransmitted"] == 0
    # Buffers that had never been used become resident; connections would be 100 times more.
    assert grown < 32 * 1024


def test_curl_works_during_a_syn_flood_over_ipv6(new_testbed):
    bed = new_testbed(cookies="always")
    assert flood_while_curl_runs(bed, "syn", family=6) >= 5


def test_a_syn_flood_switches_cookies_on_and_its_end_off_again(new_testbed):
    bed = quiet_testbed(new_testbed, cookies="auto",
                        settings={"syn": {"rate": 5000, "hold": 1000}})
    assert flood_while_curl_runs(bed, "syn") >= 5
    wait_until(lambda: curl(bed) == "200" and bed.weir.live_counters()["cookie_mode_left"] > 0,
               "cookies end", timeout=15)
    counters = bed.stop()
    assert counters["cookie_mode_entered"] >= 1
    assert counters["cookie_sent"] > 0
    assert counters["syn_queue_entered"] > 0


@pytest.mark.parametrize("kind, reasons", [
    ("ack", {"cookie_forged", "cookie_expired"}),
    ("rst", {"rst_no_connection"}),
])
# proves: ATTACK-A5 ATTACK-B2
def test_curl_works_during_a_flood_of_strays(new_testbed, kind, reasons):
    bed = quiet_testbed(new_testbed, cookies="always")
    assert flood_while_curl_runs(bed, kind) >= 5
    check_all_taken(bed)
    dropped_by_device = bed.client.statistic(bed.interface, "tx_dropped")
    counters = bed.stop()
    assert sum(counters.drops()[r] for r in reasons & counters.drops().keys()) >= \
        FRAMES - dropped_by_device


NONSENSE = {
    "fin": "tcp_flags_nonsense",
    "null": "tcp_flags_nonsense",
    "xmas": "rst_no_connection",
    "fragment": "ip_fragment",
    "udp": "ip_protocol_unknown",
    "ping": "echo_prefix_limited",  # all from one network
}


# proves: ATTACK-C3 ATTACK-C5 ATTACK-C6 ATTACK-D5 ATTACK-F1 ATTACK-F2 ATTACK-F3
@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_costs_no_memory_and_is_explained(new_testbed, family, kind):
    """Nothing comes back but what is limited, nothing is kept, and each frame has its reason."""
    frames = 100_000
    bed = new_testbed(cookies="always")
    assert bed.connections("--count", "10", "--octets", "10")["completed"] == 10
    before, resident = bed.weir.settled_counters(), bed.weir.resident_kib()
    dropped_before = bed.client.statistic(bed.interface, "tx_dropped")
    bed.client.run(*bed.flood(kind, frames, family, rate=PER_SECOND))
    counted = bed.weir.settled_counters().since(before)
    counted.check_balance()
    lost = bed.client.statistic(bed.interface, "tx_dropped") - dropped_before
    served = counted["echo_replied"] + counted["drop.echo_limited"] if kind == "ping" else 0
    assert counted[f"drop.{NONSENSE[kind]}"] + served >= frames - lost
    assert counted["tx_packets"] <= counted["rx_packets"]
    assert counted["tx_bytes"] <= counted["rx_bytes"]
    # A second's budget of echo replies, 500 to 1500, for some seconds; a few neighbours.
    assert counted["tx_packets"] <= (60_000 if kind == "ping" else 100)
    assert bed.weir.resident_kib() - resident < 32 * 1024
    assert bed.connections("--count", "10", "--octets", "10")["completed"] == 10
    counters = bed.stop()
    assert counters["flow_opened"] == counters["cookie_accepted"] == 20


# proves: ATTACK-A1 ATTACK-F4
def test_an_established_connection_is_not_disturbed_by_a_flood(new_testbed):
    bed = quiet_testbed(new_testbed, cookies="always")
    with bed.connect(ECHO) as connection:
        command = bed.flood("syn", FRAMES, port=ECHO, rate=PER_SECOND)
        flood = bed.client.popen(*command, stdout=subprocess.DEVNULL)
        while flood.poll() is None:
            connection.sendall(b"still there?")
            assert connection.recv(100) == b"still there?"
    assert bed.stop()["flow_timed_out"] == 0


@pytest.mark.limit(30)
def test_hping3_floods_and_curl_still_works(new_testbed):
    bed = quiet_testbed(new_testbed, cookies="always")
    flood = bed.client.popen("timeout", "3", "hping3", "--flood", "--rand-source", "-S", "-p",
                             str(HTTP), "-q", WEIR_ADDRESS[4], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    pages = 0
    while flood.poll() is None:
        assert curl(bed) == "200"
        pages += 1
    assert pages > 0
    check_all_taken(bed)
    assert bed.stop()["cookie_sent"] > 1000


def test_counters_that_do_not_balance_are_a_failure(make_testbed, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", str((TOOLS / "unbalanced.so").resolve()))
    bed = make_testbed()
    bed.weir.tell_to_stop()
    assert bed.weir.process.wait(20) == 1
    assert "the counters do not balance" in bed.weir.stderr.read_text()
    bed.close()
