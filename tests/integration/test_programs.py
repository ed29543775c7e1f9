# SPDX-License-Identifier: BSD-3-Clause
"""Ordinary programs talk to weir, over every kind of device, both families, with cookies
and without."""

import re

import pytest

import streams
from testbed import DISCARD, ECHO, HTTP, OBEDIENT, WEIR_ADDRESS


@pytest.fixture(scope="module",
                params=[(kind, cookies) for kind in ("tap", "af_packet", "af_xdp")
                        for cookies in ("always", "never")],
                ids=lambda p: f"{p[0]}-cookies_{p[1]}")
def bed(request, make_testbed):
    kind, cookies = request.param
    bed = make_testbed(kind=kind, cookies=cookies)
    yield bed
    counters = bed.stop()
    bed.close()
    assert counters["flow_opened"] > 0
    assert counters["flow_opened"] == counters["flow_closed"]
    if cookies == "always":
        assert counters["cookie_sent"] >= counters["cookie_accepted"] == counters["flow_opened"]
        assert counters["syn_queue_entered"] == 0
    else:
        assert counters["syn_queue_entered"] >= counters["flow_opened"]
        assert counters["cookie_sent"] == 0


def url(family, path="/"):
    address = WEIR_ADDRESS[family]
    return f"http://{address if family == 4 else f'[{address}]'}:{HTTP}{path}"


def test_curl_fetches_a_page(bed, family):
    result = bed.client.run("curl", "-gsS", "--max-time", "10", "-w", "\n%{http_code}",
                            url(family))
    body, status = result.stdout.rsplit("\n", 1)
    assert status == "200"
    assert body


def test_curl_fetches_twice_on_one_connection(bed, family):
    result = bed.client.run("curl", "-gsS", "--max-time", "10", "-o", "/dev/null",
                            "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n",
                            url(family), url(family))
    assert result.stdout == "200 1\n200 0\n"


def test_nc_gets_its_line_back(bed, family):
    result = bed.client.run("sh", "-c",
                            f"echo a line | nc -N -w 5 {WEIR_ADDRESS[family]} {ECHO}")
    assert result.stdout == "a line\n"


def test_wrk_gets_only_good_answers(bed, family):
    result = bed.client.run("wrk", "-t", "1", "-c", "20", "-d", "1s", "--timeout", "5s",
                            url(family))
    assert "Socket errors" not in result.stdout, result.stdout
    assert "Non-2xx" not in result.stdout, result.stdout
    assert int(re.search(r"(\d+) requests in", result.stdout).group(1)) > 100


def test_a_dialogue_of_small_messages_is_echoed_one_by_one(bed, family):
    with bed.connect(ECHO, family) as connection:
        for i in range(300):
            message = b"%d," % i * (1 + i % 40)
            connection.sendall(message)
            assert streams.receive_exactly(connection, len(message)) == message


def test_a_megabyte_is_echoed(bed, family):
    with bed.connect(ECHO, family) as connection:
        streams.check_echo(connection, 1_000_003)


def test_a_megabyte_is_discarded_and_the_end_answered(bed, family):
    with bed.connect(DISCARD, family) as connection:
        connection.sendall(bytes(1_000_003))
        connection.shutdown(1)
        assert connection.recv(1) == b""


def test_fifty_connections_echo_at_once(bed, family):
    done = bed.connections("--count", "500", "--open", "50", "--octets", "2000", family=family)
    assert done == {"opened": 500, "completed": 500, "failed": 0, "reset": 0,
                    "octets": 500 * 2000}


def test_a_shared_object_answers_as_an_application(bed, family):
    with bed.connect(OBEDIENT, family) as connection:
        connection.sendall(b"send 100000\nclose\n")
        assert streams.receive_all(connection) == (100000, streams.pattern_sha256(100000))
