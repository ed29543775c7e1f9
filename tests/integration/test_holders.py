# SPDX-License-Identifier: BSD-3-Clause
"""Clients with real connections who hold what they do not use."""

import pytest

from testbed import ECHO, HTTP, wait_until

pytestmark = pytest.mark.sanitize


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
    assert counters["flow_overdue"] == counters["flow_aborted"] == 1


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
