# SPDX-License-Identifier: BSD-3-Clause
"""What the built-in applications do beside the ordinary, and signals to the daemon."""

import signal
import socket
import string

import pytest

import streams
from testbed import ECHO, HTTP

pytestmark = pytest.mark.sanitize

LARGE, ODD, CLOSING, ABORTING, CHARGEN, CHARGEN_SHORT = 8000, 8001, 8002, 8003, 8004, 8005

LISTENERS = {
    "listener large": {"tcp": LARGE, "application": "http", "args": "bytes=20000000"},
    "listener odd": {"tcp": ODD, "application": "http", "args": "bytes=100000"},
    "listener closing": {"tcp": CLOSING, "application": "discard", "args": "close_after=5"},
    "listener aborting": {"tcp": ABORTING, "application": "discard", "args": "abort_after=5"},
    "listener chargen": {"tcp": CHARGEN, "application": "chargen"},
    "listener short": {"tcp": CHARGEN_SHORT, "application": "chargen", "args": "bytes=100000"},
}

PATTERN = (string.digits + string.ascii_lowercase + string.ascii_uppercase + ".\n").encode()


def pattern(octets):
    return (PATTERN * (octets // len(PATTERN) + 1))[:octets]


@pytest.fixture(scope="module")
def bed(make_testbed):
    bed = make_testbed(settings=LISTENERS)
    yield bed
    try:
        bed.stop()
    finally:
        bed.close()


def everything(connection):
    received = bytearray()
    while piece := connection.recv(1 << 18):
        received += piece
    return bytes(received)


def answer(connection, request):
    """Head and body of the answer to a request that ends the connection."""
    connection.sendall(request)
    head, _, body = everything(connection).partition(b"\r\n\r\n")
    return head, body


def test_a_large_answer_arrives_unchanged(bed, family):
    with bed.connect(LARGE, family) as connection:
        head, body = answer(connection, b"GET / HTTP/1.0\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == pattern(20_000_000)


def test_after_a_half_close_a_large_answer_comes_complete(bed, family):
    with bed.connect(LARGE, family) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).partition(b"\r\n\r\n")[2] == pattern(20_000_000)


@pytest.mark.parametrize("request_octets", [
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
], ids=["close", "close_1_1", "keep_then_close"])
def test_heads_of_odd_and_even_length_come_before_a_body(bed, request_octets):
    """A chain whose first segment has an odd length is summed right."""
    with bed.connect(ODD) as connection:
        head, body = answer(connection, request_octets)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body.endswith(pattern(100_000))


def test_pipelined_requests_in_single_octets_are_answered_in_order(bed):
    with bed.connect(HTTP) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" * 2 + b"GET / HTTP/1.0\r\n\r\n":
            connection.sendall(bytes([octet]))
        received = everything(connection)
    assert received.count(b"HTTP/1.1 200 ") == 3
    assert received.count(b"Hello") == 1 and received.endswith(b"Hello from weir.\n")


@pytest.mark.parametrize("request_octets, status", [
    (b"nonsense\r\n", b"400"),
    (b"GET / HTTP/1.1\r\n\r\n", b"400"),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000), b"405"),
    (b"GET /" + b"x" * 9000, b"431"),
    (b"GET / HTTP/2.0\r\n", b"505"),
], ids=["nonsense", "no_host", "post", "large_header", "version"])
def test_a_mistake_is_answered_and_the_connection_closed(bed, request_octets, status):
    with bed.connect(HTTP) as connection:
        head, body = answer(connection, request_octets)
    assert head.startswith(b"HTTP/1.1 " + status + b" ")
    assert b"\r\nConnection: close" in head
    assert body == b""


def test_discard_closes_first_and_takes_what_still_comes(bed):
    with bed.connect(CLOSING) as connection:
        connection.sendall(b"12345")
        assert connection.recv(1) == b""
        connection.sendall(bytes(100_000))


def test_discard_resets_when_told_to(bed):
    with bed.connect(ABORTING) as connection:
        connection.sendall(b"12345")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_chargen_sends_as_long_as_one_listens(bed):
    with bed.connect(CHARGEN) as connection:
        assert streams.receive_exactly(connection, 1_000_000) == pattern(1_000_000)


def test_chargen_ends_after_its_octets_though_the_client_closed_first(bed):
    with bed.connect(CHARGEN_SHORT) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == pattern(100_000)


def test_sigusr1_prints_the_counters(testbed):
    with testbed.connect(ECHO) as connection:
        connection.sendall(b"hello")
        streams.receive_exactly(connection, 5)
        testbed.weir.process.send_signal(signal.SIGUSR1)
        testbed.weir.wait_for_line("flow_opened 1")


def test_a_second_signal_ends_a_long_farewell(new_testbed):
    bed = new_testbed(settings={"weir": {"stop": "fin", "stop_grace": 600_000}})
    with bed.connect(ECHO) as connection:
        connection.sendall(b"hello")
        streams.receive_exactly(connection, 5)
        bed.weir.tell_to_stop()
        bed.weir.wait_for_line("weir: stopping")
        assert bed.weir.alive()
        bed.weir.process.send_signal(signal.SIGTERM)
        assert bed.weir.process.wait(10) == -signal.SIGTERM
    bed.weir.counters = {}  # there are none to judge
