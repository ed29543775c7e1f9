# SPDX-License-Identifier: BSD-3-Clause
"""Clients with real connections who hold what they do not use."""

import socket

import pytest

from testbed import ECHO, HTTP, WEIR_ADDRESS, wait_until

pytestmark = pytest.mark.sanitize


# proves: ATTACK-A9
def test_a_request_dealt_out_octet_by_octet_is_ended(new_testbed, family):
    """Slowloris: an octet now and then is no request."""
    bed = new_testbed(settings={"tcp": {"request_timeout": 1500}})
    request = b"GET / HTTP/1.1\r\nHost: weir\r\nX: " + b"x" * 1000
    sent = 0
    with bed.connect(HTTP, family) as slow, pytest.raises(ConnectionError):
        slow.settimeout(0.1)
        while sent < len(request):
            slow.sendall(request[sent:sent + 1])
            sent += 1
            try:
                assert slow.recv(100) != b"", "closed without a reset"
            except TimeoutError:
                pass
    assert 1 < sent < len(request)
    assert bed.connections("--count", "10", "--octets", "10")["completed"] == 10
    counters = bed.stop()
    assert counters["flow_overdue"] == 1


# proves: ATTACK-A8
def test_a_connection_that_says_nothing_is_ended(new_testbed, family):
    bed = new_testbed(settings={"tcp": {"request_timeout": 1000}})
    with bed.connect(ECHO, family) as silent, bed.connect(ECHO, family) as alive:
        alive.sendall(b"once")
        assert alive.recv(100) == b"once"
        with pytest.raises(ConnectionError):
            silent.recv(100)
        alive.sendall(b"again")
        assert alive.recv(100) == b"again"
    wait_until(lambda: bed.weir.live_counters()["flow_closed"] == 2, "both end")
    assert bed.stop()["flow_overdue"] == 1


def test_without_a_limit_a_silent_connection_stays(new_testbed):
    bed = new_testbed(settings={"tcp": {"request_timeout": 0}})
    with bed.connect(ECHO) as silent:
        silent.settimeout(2)
        with pytest.raises(TimeoutError):
            silent.recv(100)
        silent.sendall(b"here")
        assert silent.recv(100) == b"here"
    assert bed.stop()["flow_overdue"] == 0


def holder(bed, family):
    """A client that asks for much and reads nothing: its window shuts."""
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    with bed.client.entered():
        connection = socket.socket(kind)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((WEIR_ADDRESS[family], HTTP))
    connection.sendall(b"GET / HTTP/1.1\r\nHost: weir\r\n\r\n")
    return connection


# proves: ATTACK-A10 ATTACK-E13
@pytest.mark.limit(90)
def test_shut_windows_on_all_transfers_do_not_keep_others_out(new_testbed, family):
    bed = new_testbed(settings={"tcp": {"stall_timeout_short": 2000, "send_buffer": 16384},
                                "limits": {"transfers": 64},
                                "listener http": {"args": "bytes=1000000"}})
    holders = [holder(bed, family) for _ in range(64)]
    wait_until(lambda: bed.weir.live_counters()["flow_stalled"] > 0, "the first ends", timeout=40)
    done = bed.connections("--count", "100", "--octets", "1000", family=family)
    assert done["completed"] == 100
    for connection in holders:
        connection.close()
    counters = bed.stop()
    # No more of them than was needed.
    assert 1 <= counters["flow_stalled"] < 64


# proves: ATTACK-A10
@pytest.mark.limit(90)
def test_a_slow_reader_is_kept_while_nothing_is_short(new_testbed, family):
    bed = new_testbed(settings={"tcp": {"stall_timeout_short": 500, "send_buffer": 16384},
                                "listener http": {"args": "bytes=100000"}})
    with holder(bed, family) as reader:
        reader.settimeout(10)
        octets = reader.recv(1000)
        with pytest.raises(AssertionError, match="waited"):
            wait_until(lambda: bed.weir.live_counters()["flow_closed"] > 0, "an end", timeout=3)
        while len(octets) < 100_000:
            octets += reader.recv(4096)
    assert bed.stop()["flow_stalled"] == 0
