# SPDX-License-Identifier: BSD-3-Clause
"""Clients of two networks: one has more than its share or is denied, the other is served."""

import contextlib

import pytest

from daemon import PATIENCE
from testbed import ECHO, HTTP, WEIR_ADDRESS, wait_until

# Three networks beside the testbed's own.
CROWD = {4: "198.51.100.2", 6: "2001:db8:1::2"}
CROWD_TOO = {4: "198.51.100.77", 6: "2001:db8:1::77"}
HONEST = {4: "203.0.113.2", 6: "2001:db8:2::2"}

SHARE = 5


def add_clients(bed):
    for addresses in (CROWD, CROWD_TOO, HONEST):
        bed.client.run("ip", "addr", "add", f"{addresses[4]}/32", "dev", bed.interface)
        bed.client.run("ip", "addr", "add", f"{addresses[6]}/128", "dev", bed.interface, "nodad")


@pytest.fixture
def new_bed(new_testbed):
    def make(**options):
        bed = new_testbed(**options)
        add_clients(bed)
        return bed
    return make


def connect(bed, source, family, port=ECHO, timeout=10 * PATIENCE):
    return bed.client.connect(WEIR_ADDRESS[family], port, timeout, source=source[family])


def echoes(connection, octets=b"hello"):
    connection.sendall(octets)
    received = b""
    while len(received) < len(octets):
        received += connection.recv(100)
    return received == octets


def is_silent(connection):
    connection.settimeout(0.5)
    with contextlib.suppress(TimeoutError):
        connection.recv(1)
        return False
    connection.settimeout(20 * PATIENCE)
    return True


@pytest.mark.parametrize("cookies", ["always", "never", "auto"])
def test_a_network_at_its_limit_waits_and_another_is_served(new_bed, family, cookies):
    bed = new_bed(cookies=cookies, settings={"limits": {"prefix_flows": SHARE}})
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(bed, CROWD, family)) for _ in range(SHARE)]
        assert all(echoes(connection) for connection in crowd)
        # The kernel takes it for open: weir has answered the SYN, and nothing after that.
        late = stack.enter_context(connect(bed, CROWD_TOO, family))
        late.sendall(b"let me in")
        assert is_silent(late)
        for _ in range(3):
            with connect(bed, HONEST, family) as connection:
                assert echoes(connection)
        counters = bed.weir.live_counters()
        assert counters["drop.prefix_flows"] > 0
        assert counters["flow_opened"] == SHARE + 3

        # One leaves; what the kernel sends again lets the late one in.
        crowd[0].close()
        assert late.recv(100) == b"let me in"
    counters = bed.stop()
    assert counters["flow_opened"] == SHARE + 4
    counters.check_balance()


def test_a_network_opens_connections_at_its_rate(new_bed, family):
    bed = new_bed(cookies="always", settings={"limits": {"prefix_rate": 2}})
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(bed, CROWD, family)) for _ in range(8)]
        for connection in crowd:
            connection.sendall(b"hello")
        with connect(bed, HONEST, family) as connection:
            assert echoes(connection)
        for connection in crowd:
            connection.settimeout(60 * PATIENCE)
            assert connection.recv(100) == b"hello"  # in the end
    counters = bed.stop()
    assert counters["drop.prefix_rate"] > 0
    assert counters["flow_opened"] == 9
    counters.check_balance()


def pings(bed, source, family):
    """How many of two echo requests are answered."""
    result = bed.client.run("ping", "-c", "2", "-i", "0.2", "-W", "1", "-I", source[family],
                            WEIR_ADDRESS[family], check=False)
    return int(result.stdout.split(" received")[0].split()[-1])


def test_a_denied_network_gets_no_answer(new_bed, family, tmp_path):
    path = tmp_path / "deny.txt"
    path.write_text("# not wanted\n198.51.100.0/24\n2001:db8:1::/64 ; these neither\n")
    bed = new_bed(cookies="always", settings={
        "sources": {"deny_file": path, "allow": f"{CROWD_TOO[4]}, {CROWD_TOO[6]}"}})
    for port in (HTTP, 81):
        with pytest.raises(TimeoutError):
            connect(bed, CROWD, family, port, timeout=1.5)
    assert pings(bed, CROWD, family) == 0
    denied = bed.weir.live_counters()["drop.source_denied"]
    assert denied >= 4

    # The longest prefix decides, and who is in no list is served.
    for source in (CROWD_TOO, HONEST):
        with connect(bed, source, family) as connection:
            assert echoes(connection)
        with pytest.raises(ConnectionRefusedError):
            connect(bed, source, family, 81)
        assert pings(bed, source, family) == 2
    counters = bed.stop()
    assert counters["flow_opened"] == 2
    counters.check_balance()


def test_who_is_allowed_has_no_limit(new_bed, family):
    bed = new_bed(settings={
        "limits": {"prefix_flows": 1, "prefix_rate": 1},
        "sources": {"allow": "198.51.100.0/24, 2001:db8:1::/64"}})
    with contextlib.ExitStack() as stack:
        for source in [CROWD] * 10 + [CROWD_TOO] * 10 + [HONEST]:
            assert echoes(stack.enter_context(connect(bed, source, family)))
    counters = bed.stop()
    assert counters["flow_opened"] == 21
    assert counters["drop.prefix_flows"] == counters["drop.prefix_rate"] == 0
    counters.check_balance()


def test_one_network_does_not_get_all_resets(new_bed):
    bed = new_bed(settings={"limits": {"prefix_replies": 10}, "tcp": {"rst_rate": 100_000}})
    with contextlib.ExitStack() as stack:
        for port in range(2000, 2100):
            s = stack.enter_context(bed.client.socket())
            s.bind((CROWD[4], 0))
            s.setblocking(False)
            s.connect_ex((WEIR_ADDRESS[4], port))
        wait_until(lambda: bed.weir.live_counters()["drop.no_listener"] >= 100, "the SYNs")
        with pytest.raises(ConnectionRefusedError):
            connect(bed, HONEST, 4, 2000)
    counters = bed.stop()
    assert counters["rst_sent"] >= 6
    assert counters["rst_prefix_limited"] > 0
    assert counters["rst_limited"] == 0
    counters.check_balance()
