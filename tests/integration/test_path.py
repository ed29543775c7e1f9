# SPDX-License-Identifier: BSD-3-Clause
"""A path whose middle is narrower than its ends, with Linux's routers on it.

    weir -- weir0 (1500) router -- (1300) -- middle -- (1500) -- far

The far end asks for segments of 1460 octets; the first router cannot forward them and says
so (or, where it is told not to, does not).
"""

import pytest

from netns import Namespace, veth
from testbed import ECHO, WEIR_ADDRESS, wait_until

CHARGEN = 19
OCTETS = 300_000
NARROW = 1300

NETS = {"near": {4: "198.51.100.{}/24", 6: "2001:db8:a::{}/64"},
        "far": {4: "203.0.113.{}/24", 6: "2001:db8:b::{}/64"}}


def plain(cidr):
    return cidr.split("/")[0]


def add_addresses(namespace, device, net, number):
    namespace.run("ip", "addr", "add", NETS[net][4].format(number), "dev", device)
    namespace.run("ip", "addr", "add", NETS[net][6].format(number), "dev", device, "nodad")


def forward(namespace):
    namespace.sysctl("net.ipv4.ip_forward=1")
    namespace.sysctl("net.ipv6.conf.all.forwarding=1")


class Path:
    def __init__(self, bed):
        self.bed = bed
        self.router = bed.client
        self.middle = Namespace("middle")
        self.far = Namespace("far")
        veth(self.router, "near0", self.middle, "near1")
        veth(self.middle, "far0", self.far, "far1")
        for namespace, device in ((self.router, "near0"), (self.middle, "near1")):
            namespace.run("ip", "link", "set", device, "mtu", str(NARROW))
            forward(namespace)
        add_addresses(self.router, "near0", "near", 1)
        add_addresses(self.middle, "near1", "near", 2)
        add_addresses(self.middle, "far0", "far", 1)
        add_addresses(self.far, "far1", "far", 2)
        for family, option in ((4, "-4"), (6, "-6")):
            near, far = NETS["near"][family], NETS["far"][family]
            self.far.run("ip", option, "route", "add", "default", "via", plain(far.format(1)))
            self.middle.run("ip", option, "route", "add", "default", "via", plain(near.format(1)))
            self.router.run("ip", option, "route", "add",
                            "203.0.113.0/24" if family == 4 else "2001:db8:b::/64", "via",
                            plain(near.format(2)))

    def download(self, family, timeout=30):
        """What the far end gets, read to the end."""
        octets = 0
        with self.far.connect(WEIR_ADDRESS[family], CHARGEN, timeout) as s:
            while chunk := s.recv(65536):
                octets += len(chunk)
        return octets

    def too_big(self, family):
        """How many packets the first router could not forward for their size."""
        if family == 6:
            return int(self.snmp6()["Icmp6OutPktTooBigs"])
        names, values = (line.split() for line in
                         self.router.run("cat", "/proc/net/snmp").stdout.splitlines()
                         if line.startswith("Ip:"))
        return int(values[names.index("FragFails")])

    def snmp6(self):
        lines = self.router.run("cat", "/proc/net/snmp6").stdout.splitlines()
        return dict(line.split() for line in lines)

    def close(self):
        self.far.close()
        self.middle.close()


@pytest.fixture
def path(new_testbed):
    bed = new_testbed(settings={"listener bulk": {"address": "all", "tcp": CHARGEN,
                                                  "application": "chargen",
                                                  "args": f"bytes={OCTETS}"}})
    path = Path(bed)
    yield path
    path.close()


# proves: MUST-54 RFC1191-6.5
def test_a_narrow_path_is_found_in_no_time(path, family):
    assert path.download(family) == OCTETS
    counters = path.bed.weir.live_counters()
    assert counters["pmtu_lowered"] == 1
    assert counters["retransmit_timeout"] == 0
    lost = path.too_big(family)
    assert lost > 0
    # The next connection knows, and no router needs to say anything.
    assert path.download(family) == OCTETS
    counters = path.bed.weir.live_counters()
    assert counters["pmtu_lowered"] == 1
    assert path.too_big(family) == lost


# proves: RFC4821-7.7
def test_a_narrow_path_is_found_where_routers_are_silent(path, family):
    rule = "icmp type destination-unreachable drop" if family == 4 \
        else "icmpv6 type packet-too-big drop"
    path.router.run("nft", "add table inet mute; add chain inet mute out "
                    "{ type filter hook output priority 0; }; "
                    f"add rule inet mute out {rule}")
    assert path.download(family) == OCTETS
    counters = path.bed.weir.live_counters()
    assert counters["icmp_error_taken"] == 0
    assert counters["pmtu_lowered"] == 0
    assert counters["pmtu_blackhole"] == 1
    timeouts = counters["retransmit_timeout"]
    assert timeouts >= 2
    assert path.download(family) == OCTETS
    assert path.bed.weir.live_counters()["retransmit_timeout"] == timeouts


# proves: MUST-56
def test_an_unreachable_peer_is_waited_for(path, family):
    """Errors about octets under way reach their connection and do it no harm."""
    with path.far.connect(WEIR_ADDRESS[family], ECHO) as s:
        s.sendall(b"one")
        assert s.recv(10) == b"one"
        option = "-4" if family == 4 else "-6"
        net = "203.0.113.0/24" if family == 4 else "2001:db8:b::/64"
        path.router.run("ip", option, "route", "replace", "unreachable", net)
        s.sendall(b"two")
        wait_until(lambda: path.bed.weir.live_counters()["icmp_error_taken"] > 0,
                   "weir hears of it")
        path.router.run("ip", option, "route", "replace", net, "via",
                        plain(NETS["near"][family].format(2)))
        s.settimeout(20)
        assert s.recv(10) == b"two"
