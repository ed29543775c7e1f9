# SPDX-License-Identifier: BSD-3-Clause
"""Connections that weir opens, to servers of Linux: tools/dialer.c does as it is told."""

import contextlib
import errno
import socket
import threading

import pytest

from conftest import close_testbed
from daemon import TOOLS
from netns import Namespace, veth
from testbed import CLIENT_ADDRESS, WEIR_ADDRESS

DIALER, SERVER, SILENT, CLOSED = 5555, 9000, 9001, 9002
FAR_ADDRESS = {4: "198.51.100.7", 6: "2001:db8:7::7"}
NORMAL, TIMEOUT, REFUSED, UNREACHABLE = 0, 2, 7, 8  # enum weir_close_reason

SETTINGS = {
    "listener dialer": {"address": "all", "tcp": DIALER, "application": TOOLS / "dialer.so"},
    "address v4": {"gateway": CLIENT_ADDRESS[4]},
    "address v6": {"gateway": "fe80::2"},
    "tcp": {"connect_timeout": 3500},
}


class Server:
    """Says back what it hears, to everybody; remembers where they came from."""

    def __init__(self, namespace, address, port=SERVER):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = namespace.socket(family, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(64)
        self.peers = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                conn, peer = self.listener.accept()
            except OSError:
                return
            self.peers.append(peer)
            conn.settimeout(10)
            with contextlib.suppress(OSError), conn:
                while text := conn.recv(4096):
                    conn.sendall(text)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture(scope="module", params=["tap", "af_packet"])
def bed(request, make_testbed):
    """The client is a router, too, with a server behind it."""
    bed = make_testbed(kind=request.param, settings=SETTINGS)
    far = Namespace("far")
    bed.namespaces.append(far)
    veth(bed.client, "far0", far, "server0")
    bed.client.run("ip", "addr", "add", "fe80::2/64", "dev", bed.interface, "nodad")
    for namespace, device, last in ((bed.client, "far0", "1"), (far, "server0", "7")):
        namespace.run("ip", "addr", "add", f"198.51.100.{last}/24", "dev", device)
        namespace.run("ip", "addr", "add", f"2001:db8:7::{last}/64", "dev", device, "nodad")
    far.run("ip", "route", "add", "default", "via", "198.51.100.1")
    far.run("ip", "-6", "route", "add", "default", "via", "2001:db8:7::1")
    bed.client.sysctl("net.ipv4.ip_forward=1")
    bed.client.sysctl("net.ipv6.conf.all.forwarding=1")
    bed.client.run("nft", "add table inet silence { chain in { type filter hook input priority 0;"
                   f" tcp dport {SILENT} drop; }}; }}")
    bed.far = far
    yield bed
    close_testbed(bed)


@pytest.fixture
def server():
    servers = []

    def make(*arguments):
        servers.append(Server(*arguments))
        return servers[-1]

    yield make
    for each in servers:
        each.close()


def dial(bed, address, port, timeout=20):
    """What the dialer tells of a connection there: a list of (what, ...)."""
    with bed.connect(DIALER, timeout=timeout) as order:
        order.sendall(f"{address} {port}\n".encode())
        told = b""
        while text := order.recv(4096):
            told += text
    return [tuple(line.split()) for line in told.decode().splitlines()]


def check_call(bed, server, told, family):
    """It opened, had its text back, and closed; the server saw weir's address and that port."""
    assert [line[0] for line in told] == ["open", "text", "close"], told
    assert told[1] == ("text", "hello")
    assert told[2] == ("close", str(NORMAL))
    assert server.peers[-1][:2] == (WEIR_ADDRESS[family], int(told[0][2]))
    assert 32768 <= int(told[0][2]) <= 65535


def test_a_server_on_the_link_is_reached(bed, server, family):
    linux = server(bed.client, CLIENT_ADDRESS[family])
    before = bed.weir.settled_counters()
    for _ in range(3):
        check_call(bed, linux, dial(bed, CLIENT_ADDRESS[family], SERVER), family)
    assert len({peer[1] for peer in linux.peers}) == 3
    since = bed.weir.settled_counters().since(before)
    assert since["connect_begun"] == since["syn_sent"] == 3


def test_a_server_behind_the_gateway_is_reached(bed, server, family):
    linux = server(bed.far, FAR_ADDRESS[family])
    check_call(bed, linux, dial(bed, FAR_ADDRESS[family], SERVER), family)


def test_nobody_listens(bed, family):
    assert dial(bed, CLIENT_ADDRESS[family], CLOSED) == [("close", str(REFUSED))]
    assert dial(bed, FAR_ADDRESS[family], CLOSED) == [("close", str(REFUSED))]


def test_nobody_answers(bed, family):
    before = bed.weir.settled_counters()
    assert dial(bed, CLIENT_ADDRESS[family], SILENT) == [("close", str(TIMEOUT))]
    since = bed.weir.settled_counters().since(before)
    assert since["connect_timed_out"] == 1
    assert since["syn_retransmitted"] >= 1


@pytest.mark.parametrize("nobody", ["192.0.2.77", "2001:db8::77"])
def test_nobody_is_at_the_address(bed, nobody):
    before = bed.weir.settled_counters()
    assert dial(bed, nobody, SERVER) == [("close", str(UNREACHABLE))]
    since = bed.weir.settled_counters().since(before)
    assert since["connect_unreachable"] == 1
    assert since["arp_requested"] + since["nd_solicited"] >= 3
    assert since["syn_sent"] == 0


def test_an_address_that_is_no_hosts_is_refused_at_once(bed):
    for address in ("255.255.255.255", "224.0.0.1", "ff02::1", WEIR_ADDRESS[4], WEIR_ADDRESS[6]):
        assert dial(bed, address, SERVER) == [("error", str(errno.EINVAL))]


def test_answers_that_were_not_asked_for_are_dropped_by_name(bed):
    before = bed.weir.settled_counters()
    bed.client.run("arping", "-A", "-c", "2", "-w", "3", "-I", bed.interface, "-s",
                   CLIENT_ADDRESS[4], WEIR_ADDRESS[4], check=False)
    since = bed.weir.settled_counters().since(before)
    assert since["drop.arp_unasked"] + since["drop.arp_not_for_us"] >= 1
    assert since["neighbour_learnt"] == 0


def test_answers_meet_the_core_that_opened(new_testbed, server):
    """One core receives and hands on by flow; each opens connections whose answers it gets."""
    bed = new_testbed(workers=2, settings=SETTINGS)
    linux = {family: server(bed.client, CLIENT_ADDRESS[family]) for family in (4, 6)}
    cores = set()
    for i in range(24):
        family = 4 if i % 2 else 6
        told = dial(bed, CLIENT_ADDRESS[family], SERVER)
        check_call(bed, linux[family], told, family)
        cores.add(told[0][1])
    assert cores == {"0", "1"}
    counters = bed.weir.settled_counters()
    assert counters["connect_begun"] == 24
    assert counters["syn_retransmitted"] == 0
