# SPDX-License-Identifier: BSD-3-Clause
"""Rows of tests/conformance/hardening.txt that need a wire: nothing is kept of strangers."""

import pytest

import frames
from frames import ACK, SYN
from testbed import ECHO, WEIR_ADDRESS

pytestmark = pytest.mark.sanitize

V4, V6 = WEIR_ADDRESS[4], WEIR_ADDRESS[6]
MANY = 3000
GROWTH_KIB_MAX = 16 * 1024


@pytest.fixture(scope="module")
def bed(make_testbed):
    bed = make_testbed(cookies="always", settings={"tcp": {"rst_rate": 100_000}})
    bed.mac = bytes.fromhex(bed.weir_mac().replace(":", ""))
    yield bed
    assert bed.connections("--count", "100", "--octets", "1000")["completed"] == 100
    bed.stop()
    bed.close()


@pytest.fixture
def wire(bed):
    with bed.client.packet_socket(bed.interface) as s:
        yield s


def station(number):
    return bytes.fromhex("0200") + number.to_bytes(4, "big")


def host4(number):
    return f"192.0.2.{20 + number % 200}"


def host6(number):
    return f"2001:db8::{0x1000 + number:x}"


def flood_at(bed, wire, make):
    """MANY frames, and what they were counted as; as often a pause, not to be faster than TAP."""
    before, resident = bed.weir.settled_counters(), bed.weir.resident_kib()
    for number in range(MANY):
        wire.send(make(number))
        if number % 256 == 255:
            bed.weir.settled_counters()
    counted = bed.weir.settled_counters().since(before)
    bed.weir.live_counters().check_balance()
    # weir says of itself where it is when a link comes up, perhaps just now.
    assert counted["tx_packets"] - counted["address_announced"] <= counted["rx_packets"]
    assert bed.weir.resident_kib() - resident < GROWTH_KIB_MAX
    return counted


# proves: ATTACK-E9 ATTACK-F1
def test_arp_from_many_senders_is_answered_and_forgotten(bed, wire):
    def request(number):
        return frames.ethernet(b"\xff" * 6, station(number), frames.ETH_ARP,
                               frames.arp(station(number), host4(number), V4))
    counted = flood_at(bed, wire, request)
    assert counted["arp_replied"] >= MANY * 9 // 10


# proves: ATTACK-E10 ATTACK-F1
def test_solicitations_from_many_senders_are_answered_and_forgotten(bed, wire):
    def solicitation(number):
        body = bytes(4) + frames.packed(V6) + b"\x01\x01" + station(number)
        message = frames.icmpv6(host6(number), V6, 135, 0, body)
        return frames.ethernet(bed.mac, station(number), frames.ETH_IPV6,
                               frames.ipv6(host6(number), V6, message, protocol=frames.ICMPV6,
                                           hops=255))
    counted = flood_at(bed, wire, solicitation)
    assert counted["nd_replied"] >= MANY * 9 // 10


def quoted4(number):
    return frames.ipv4(V4, host4(number), frames.tcp(V4, host4(number), ECHO, 1024 + number, ACK))


def quoted6(number):
    return frames.ipv6(V6, host6(number), frames.tcp(V6, host6(number), ECHO, 1024 + number, ACK))


# proves: ATTACK-D4 ATTACK-F3
def test_packet_too_big_about_no_connection_leaves_nothing(bed, wire, family):
    def too_big(number):
        if family == 4:
            body = (68).to_bytes(4, "big") + quoted4(number)
            message = frames.ipv4(host4(number), V4, frames.icmp(3, 4, body),
                                  protocol=frames.ICMP)
            return frames.ethernet(bed.mac, station(1), frames.ETH_IPV4, message)
        body = (1280).to_bytes(4, "big") + quoted6(number)
        message = frames.icmpv6(host6(number), V6, 2, 0, body)
        return frames.ethernet(bed.mac, station(1), frames.ETH_IPV6,
                               frames.ipv6(host6(number), V6, message, protocol=frames.ICMPV6))
    counted = flood_at(bed, wire, too_big)
    assert counted["drop.icmp_no_connection"] >= MANY * 9 // 10


# proves: ATTACK-D6
def test_an_icmpv6_redirect_is_dropped(bed, wire):
    body = bytes(4) + frames.packed("fe80::bad") + frames.packed(V6)
    message = frames.icmpv6("fe80::1", V6, 137, 0, body)
    frame = frames.ethernet(bed.mac, station(1), frames.ETH_IPV6,
                            frames.ipv6("fe80::1", V6, message, protocol=frames.ICMPV6, hops=255))
    counted = flood_at(bed, wire, lambda number: frame)
    assert counted["drop.icmp_unwanted"] >= MANY * 9 // 10


def syn(bed, number, family, hops=64):
    if family == 4:
        segment = frames.tcp(host4(number), V4, 1024 + number, ECHO, SYN, seq=number)
        packet = frames.ipv4(host4(number), V4, segment, ttl=hops)
        return frames.ethernet(bed.mac, station(number), frames.ETH_IPV4, packet)
    segment = frames.tcp(host6(number), V6, 1024 + number, ECHO, SYN, seq=number)
    packet = frames.ipv6(host6(number), V6, segment, hops=hops)
    return frames.ethernet(bed.mac, station(number), frames.ETH_IPV6, packet)


def answer(wire, frame):
    """The segment that comes for it, with the station it was sent to."""
    question = frames.Tcp.parse(frame)
    wire.send(frame)
    while True:
        reply = wire.recv(2048)
        segment = frames.Tcp.parse(reply)
        if segment is not None and segment.target_port == question.source_port and \
           segment.source_port == ECHO:
            return reply[:6], segment


# proves: ATTACK-E12
def test_syns_from_many_stations_are_answered_where_they_came_from(bed, wire, family):
    """No neighbour is asked for: there is nothing a flood of stations could push out."""
    before = bed.weir.settled_counters()
    for number in range(200):
        target, segment = answer(wire, syn(bed, number, family))
        assert target == station(number)
        assert (segment.flags, segment.ack) == (SYN | ACK, number + 1)
    counted = bed.weir.settled_counters().since(before)
    assert counted["cookie_sent"] == 200


# proves: ATTACK-C13
@pytest.mark.parametrize("hops", [0, 1, 255])
def test_hop_counts_mean_nothing(bed, wire, family, hops):
    _, segment = answer(wire, syn(bed, 300 + hops, family, hops))
    assert segment.flags == SYN | ACK
