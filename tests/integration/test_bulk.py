# SPDX-License-Identifier: BSD-3-Clause
"""Many octets, also over wires that lose, reorder and double frames."""

import pytest

import streams
from testbed import ECHO, OBEDIENT, wait_until

MB = 1_000_000

# A retransmission every second would make a lossy transfer a test of patience.
QUICK = {"tcp": {"rto_min": 200}}


def transfer(bed, total, family=4):
    with bed.connect(ECHO, family, timeout=60) as connection:
        streams.check_echo(connection, total)


# With many frames under way the kernel's AF_XDP stops for good when its CPU is wanted by
# others, see "Limits" in the README: there a small window keeps them few.
FEW_UNDER_WAY = {"tcp": {"receive_buffer": 65536, "receive_buffer_max": 65536}}


@pytest.mark.limit(120)
@pytest.mark.parametrize("kind", ["tap", "af_packet", "af_xdp"])
def test_100_mb_each_way_arrive_unchanged(new_testbed, kind):
    bed = new_testbed(kind=kind, settings=FEW_UNDER_WAY if kind == "af_xdp" else None)
    transfer(bed, 100 * MB)
    counters = bed.stop()
    assert counters["rx_data_bytes"] == 100 * MB
    assert counters["tx_data_bytes"] == 100 * MB


def test_20_mb_each_way_arrive_unchanged_over_ipv6(shared_testbed):
    transfer(shared_testbed, 20 * MB, family=6)


def test_20_mb_are_downloaded_unchanged(shared_testbed, family):
    with shared_testbed.connect(OBEDIENT, family, timeout=30) as connection:
        connection.sendall(b"send %d\nclose\n" % (20 * MB))
        assert streams.receive_all(connection) == (20 * MB, streams.pattern_sha256(20 * MB))


def test_a_reader_that_pauses_stops_the_sender_and_loses_nothing(shared_testbed):
    """weir's window closes and opens: the kernel must wait and go on."""
    with shared_testbed.connect(OBEDIENT, timeout=30) as connection:
        connection.sendall(b"pause 1000\n" + b"x" * (8 * MB) + b"\nsend 5\nclose\n")
        assert streams.receive_exactly(connection, 5) == streams.PATTERN[:5]
        assert connection.recv(1) == b""


def test_a_client_that_pauses_stops_weir_and_loses_nothing(shared_testbed):
    """The client's window closes for longer than a retransmission timeout."""
    with shared_testbed.connect(OBEDIENT, timeout=30) as connection:
        connection.sendall(b"send %d\nclose\n" % (20 * MB))
        streams.receive_exactly(connection, MB)
        shared_testbed.client.run("sleep", "3")
        assert len(streams.receive_exactly(connection, 19 * MB)) == 19 * MB
        assert connection.recv(1) == b""


@pytest.mark.limit(150)
@pytest.mark.parametrize(
    "kind, wire, total",
    [
        ("tap", "--loss 2 --reorder 5 --hold-ms 2", 100 * MB),
        ("tap", "--loss 2", 10 * MB),
        ("tap", "--reorder 10 --hold-ms 3", 20 * MB),
        ("af_packet", "--loss 2 --reorder 5 --duplicate 2 --hold-ms 2", 10 * MB),
        ("af_xdp", "--loss 2 --reorder 5 --duplicate 2 --hold-ms 2", 10 * MB),
        ("tap", "--loss 1 --delay-ms 10", 2 * MB),
    ],
    ids=["tap-loss_reorder_100_mb", "tap-loss", "tap-reorder", "af_packet-all", "af_xdp-all",
         "tap-loss_long_path"])
def test_octets_survive_a_bad_wire(new_testbed, kind, wire, total):
    bed = new_testbed(kind=kind, wire=wire, settings=QUICK)
    transfer(bed, total)
    wait_until(lambda: bed.weir.live_counters()["flow_closed"] == 1, "the last ACK", timeout=30)
    wire_did = bed.end_wire()
    counters = bed.stop()
    assert wire_did["lost"] + wire_did["held"] > 0
    assert counters["rx_data_bytes"] == total
    # The client has all and is gone: Linux need not repeat an ACK that was lost after that.
    assert counters["tx_data_bytes"] == total or wire_did["lost"] > 0
    if wire_did["lost"] > 0:
        assert counters["segment_retransmitted"] > 0
    assert counters["segment_out_of_order"] > 0


@pytest.mark.limit(90)
def test_octets_survive_a_firewall_that_drops_2_percent(new_testbed, family):
    bed = new_testbed(settings=QUICK)
    rule = f'iifname "{bed.interface}" numgen random mod 100 < 2 drop'
    bed.client.run("nft", f"""
        table inet loss {{
            chain in {{ type filter hook input priority 0; {rule}; }}
            chain out {{ type filter hook output priority 0; {rule.replace("iif", "oif")}; }}
        }}""")
    transfer(bed, 5 * MB, family)
