# SPDX-License-Identifier: BSD-3-Clause
"""Very many connections, one after another and all at once; afterwards nothing is left."""

import subprocess

import pytest

from daemon import TOOLS
from testbed import DISCARD, ECHO, WEIR_ADDRESS, tally, wait_until

ROOM = {"limits": {"flows": 20_000}, "tcp": {"msl": 1000}}


def check_nothing_left(bed, opened):
    def all_gone():
        counters = bed.weir.live_counters()
        return counters["flow_opened"] == counters["flow_closed"] == opened
    # The kernel may still be sending a FIN again that the device dropped.
    wait_until(all_gone, f"{opened} connections end", timeout=30)
    counters = bed.stop()
    assert counters["flow_opened"] == counters["flow_closed"]
    assert counters["flow_timed_out"] == 0
    return counters


@pytest.mark.limit(150)
@pytest.mark.parametrize("cookies", ["always", "never"])
def test_100000_connections_open_and_close(new_testbed, cookies):
    bed = new_testbed(cookies=cookies, settings=ROOM)
    sources = bed.add_sources(8)
    done = bed.connections("--count", "100000", "--open", "200", "--from", ",".join(sources),
                           port=DISCARD, timeout=140)
    assert done["completed"] == 100_000
    check_nothing_left(bed, 100_000)


@pytest.mark.limit(60)
def test_20000_connections_echo_and_are_closed_by_half(new_testbed, family):
    bed = new_testbed(settings=ROOM)
    done = bed.connections("--count", "20000", "--open", "100", "--octets", "100", "--end", "half",
                           family=family)
    assert done["completed"] == 20_000
    assert check_nothing_left(bed, 20_000)["rx_data_bytes"] == 20_000 * 100


@pytest.mark.limit(60)
def test_20000_connections_end_with_a_reset(new_testbed):
    # A RST is not sent again.  Where weir is kept from its CPU for some time it finds its queue
    # full, and would shed those RSTs that it cannot serve at once.
    bed = new_testbed(settings=ROOM | {"port wan": {"shed": "no"}})
    done = bed.connections("--count", "20000", "--open", "100", "--octets", "100",
                           "--end", "reset")
    assert done["completed"] == 20_000
    counters = check_nothing_left(bed, 20_000)
    assert counters["flow_reset_by_peer"] == 20_000


@pytest.mark.limit(120)
def test_10000_connections_are_open_at_once(new_testbed):
    bed = new_testbed(settings=ROOM)
    sources = bed.add_sources(4)
    process = bed.client.popen(
        str(TOOLS / "connections"), "--count", "10000", "--open", "10000", "--hold", "--octets",
        "200", "--seconds", "60", "--from", ",".join(sources), WEIR_ADDRESS[4], str(ECHO),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held 10000\n"
    counters = bed.weir.live_counters()
    assert counters["flow_opened"] - counters["flow_closed"] == 10_000
    said = process.communicate("go on\n", timeout=60)[0]
    assert tally(said) == {"opened": 10_000, "completed": 10_000, "failed": 0, "reset": 0,
                           "octets": 2 * 10_000 * 200}
    check_nothing_left(bed, 10_000)


# proves: ATTACK-A8
def test_a_full_flow_table_refuses_politely_and_recovers(new_testbed):
    bed = new_testbed(settings={"limits": {"flows": 100}})
    process = bed.client.popen(
        str(TOOLS / "connections"), "--count", "100", "--open", "100", "--hold", "--octets", "10",
        WEIR_ADDRESS[4], str(ECHO), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held 100\n"
    with pytest.raises(OSError):
        with bed.connect(ECHO, timeout=3) as connection:
            connection.sendall(b"one more")
            assert connection.recv(100) != b"", "refused by a FIN"
            raise AssertionError("one connection more than there may be")
    assert tally(process.communicate("go on\n", timeout=30)[0])["completed"] == 100
    assert bed.connections("--count", "100", "--octets", "10")["completed"] == 100
    assert bed.stop()["drop.flow_table_full"] > 0
