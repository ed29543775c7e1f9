# SPDX-License-Identifier: BSD-3-Clause
"""Every way in which a connection can end."""

import socket
import struct

import pytest

import streams
from testbed import ECHO, OBEDIENT, wait_until

pytestmark = pytest.mark.sanitize

MB = 1_000_000


@pytest.fixture(scope="module", params=["always", "never"], ids=lambda p: f"cookies_{p}")
def bed(request, make_testbed):
    bed = make_testbed(cookies=request.param)
    yield bed
    counters = bed.stop()
    bed.close()
    assert counters["flow_opened"] == counters["flow_closed"]
    assert counters["flow_timed_out"] == 0


def ended(bed, before):
    """What was counted for the one connection since, once it is gone."""
    wait_until(lambda: bed.weir.live_counters().since(before)["flow_closed"] == 1,
               "the connection ends")
    return bed.weir.settled_counters().since(before)


def end_with_reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_after_a_half_close_a_large_answer_comes_complete(bed, family):
    before = bed.weir.settled_counters()
    with bed.connect(OBEDIENT, family) as connection:
        connection.sendall(b"send %d\n" % (10 * MB))
        connection.shutdown(socket.SHUT_WR)
        assert streams.receive_all(connection) == (10 * MB, streams.pattern_sha256(10 * MB))
    assert ended(bed, before)["flow_reset_by_peer"] == 0


def test_weir_closes_first_and_waits_in_time_wait(bed, family):
    before = bed.weir.settled_counters()
    with bed.connect(OBEDIENT, family) as connection:
        connection.sendall(b"close\n")
        assert connection.recv(1) == b""
    assert ended(bed, before)["time_wait_entered"] == 1


def test_the_client_still_sends_after_weir_closed(bed, family):
    """FIN-WAIT-2 takes text."""
    before = bed.weir.settled_counters()
    with bed.connect(OBEDIENT, family) as connection:
        connection.sendall(b"close\n")
        assert connection.recv(1) == b""
        connection.sendall(b"x" * 100_000)
    counted = ended(bed, before)
    assert counted["rx_data_bytes"] == len("close\n") + 100_000
    assert counted["rst_sent"] == 0


def test_the_client_closes_first_and_weir_keeps_nothing(bed, family):
    before = bed.weir.settled_counters()
    with bed.connect(ECHO, family) as connection:
        connection.sendall(b"hello")
        assert streams.receive_exactly(connection, 5) == b"hello"
    counted = ended(bed, before)
    assert counted["time_wait_entered"] == 0
    assert counted["rst_sent"] == 0


def test_a_reset_of_the_client_ends_the_connection_at_once(bed, family):
    before = bed.weir.settled_counters()
    connection = bed.connect(ECHO, family)
    connection.sendall(b"hello")
    streams.receive_exactly(connection, 5)
    end_with_reset(connection)
    counted = ended(bed, before)
    assert counted["flow_reset_by_peer"] == 1
    assert counted["rst_sent"] == 0


def test_a_reset_in_the_middle_of_a_download_ends_it(bed, family):
    before = bed.weir.settled_counters()
    connection = bed.connect(OBEDIENT, family)
    connection.sendall(b"send %d\n" % (100 * MB))
    streams.receive_exactly(connection, MB)
    end_with_reset(connection)
    assert ended(bed, before)["flow_reset_by_peer"] == 1


def test_an_abort_of_the_application_resets_the_client(bed, family):
    before = bed.weir.settled_counters()
    with bed.connect(OBEDIENT, family) as connection:
        connection.sendall(b"abort\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    counted = ended(bed, before)
    assert counted["flow_aborted"] == 1
    assert counted["rst_sent"] == 1


@pytest.mark.limit(30)
def test_both_close_at_once(new_testbed):
    """50 ms each way: the client's FIN leaves before weir's arrives (RFC 9293, figure 13)."""
    bed = new_testbed(wire="--delay-ms 50")
    before = bed.weir.settled_counters()
    with bed.connect(OBEDIENT) as connection:
        connection.sendall(b"close-in 10\n")
        bed.client.run("sleep", "0.08")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    counted = ended(bed, before)
    assert counted["time_wait_entered"] == 1
    assert counted["flow_reset_by_peer"] == counted["rst_sent"] == 0


def test_weir_resets_live_connections_when_it_stops(new_testbed):
    bed = new_testbed(settings={"weir": {"stop": "rst"}})
    with bed.connect(ECHO) as connection:
        connection.sendall(b"hello")
        streams.receive_exactly(connection, 5)
        counters = bed.stop()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert counters["flow_opened"] == counters["flow_closed"] == 1


def test_weir_closes_live_connections_when_it_stops_with_fin(new_testbed):
    bed = new_testbed(kind="af_packet", settings={"weir": {"stop": "fin", "stop_grace": 3000}})
    with bed.connect(ECHO) as connection:
        connection.sendall(b"hello")
        streams.receive_exactly(connection, 5)
        bed.weir.tell_to_stop()
        assert connection.recv(1) == b""
    counters = bed.weir.wait_for_end()
    assert counters["rst_sent"] == 0
    assert counters["flow_opened"] == counters["flow_closed"] == 1
