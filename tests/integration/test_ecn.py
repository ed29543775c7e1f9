# SPDX-License-Identifier: BSD-3-Clause
"""Explicit congestion notification (RFC 3168) with Linux, and marks made on the way by nftables."""

import pytest

from testbed import ECHO

TEXT = b"x" * 400_000


def mark_some(namespace, family):
    """Congestion on the wire, both ways: every fourth packet that may be marked is."""
    ip = "ip" if family == 4 else "ip6"
    rule = f"{ip} ecn ect0 numgen inc mod 4 == 0 {ip} ecn set ce"
    namespace.run("nft", f"""
        table inet congestion {{
            chain in {{ type filter hook prerouting priority 0; tcp sport {ECHO} {rule}; }}
            chain out {{ type filter hook output priority 0; tcp dport {ECHO} {rule}; }}
        }}""")


def echo(connection):
    """All of TEXT there and back, a piece at a time."""
    for at in range(0, len(TEXT), 20_000):
        piece = TEXT[at:at + 20_000]
        connection.sendall(piece)
        left = len(piece)
        while left > 0:
            left -= len(connection.recv(left))


def marks_heard(namespace):
    """How many of its segments Linux was told were marked."""
    for line in namespace.run("nstat", "-asz", "TcpExtTCPDeliveredCE").stdout.splitlines():
        if line.startswith("TcpExtTCPDeliveredCE"):
            return int(line.split()[1])
    raise AssertionError("nstat says nothing")


# proves: RFC3168-6.1.1 RFC3168-6.1.2 RFC3168-6.1.3
@pytest.mark.parametrize("cookies", ["always", "never"])
def test_linux_and_weir_tell_each_other_of_congestion(new_testbed, cookies, family):
    bed = new_testbed(cookies=cookies)
    bed.client.sysctl("net.ipv4.tcp_ecn=1")
    mark_some(bed.client, family)
    with bed.connect(ECHO, family) as connection:
        echo(connection)
    counters = bed.weir.live_counters()
    assert counters["ecn_agreed"] == 1
    assert counters["ecn_reduced"] > 0
    assert marks_heard(bed.client) > 0


def test_who_does_not_ask_gets_no_ecn(new_testbed):
    bed = new_testbed()
    bed.client.sysctl("net.ipv4.tcp_ecn=0")
    mark_some(bed.client, 4)
    with bed.connect(ECHO) as connection:
        echo(connection)
    assert bed.weir.live_counters()["ecn_agreed"] == 0
    assert marks_heard(bed.client) == 0
