# SPDX-License-Identifier: BSD-3-Clause
"""Frames that no honest peer sends: each is dropped for the reason that fits, and weir lives."""

import errno
import socket
import struct

import pytest

import frames
from frames import ACK, FIN, PSH, RST, SYN, URG
from testbed import ECHO, HTTP, WEIR_ADDRESS, wait_until

pytestmark = pytest.mark.sanitize

V4, V6 = WEIR_ADDRESS[4], WEIR_ADDRESS[6]
# Nobody in the namespace has these: the kernel does not answer for them.
FOE4, FOE6 = "192.0.2.77", "2001:db8::77"


@pytest.fixture(scope="module")
def bed(make_testbed):
    bed = make_testbed(cookies="always", settings={"tcp": {"rst_rate": 100_000},
                                                           "limits": {"prefix_replies": 0}})
    bed.mac = bytes.fromhex(bed.weir_mac().replace(":", ""))
    yield bed
    # After all of it weir still works.
    assert bed.connections("--count", "100", "--octets", "1000")["completed"] == 100
    bed.stop()
    bed.close()


@pytest.fixture
def wire(bed):
    with bed.client.packet_socket(bed.interface) as s:
        yield s


def send(bed, wire, *payloads, kind=frames.ETH_IPV4, target=None):
    source = bytes.fromhex("02000000beef")
    for payload in payloads:
        wire.send(frames.ethernet(target or bed.mac, source, kind, payload))


def segment4(flags, port=ECHO, source=FOE4, **options):
    return frames.ipv4(source, V4, frames.tcp(source, V4, options.pop("source_port", 4000), port,
                                              flags, seq=1000, ack=2000, **options))


def segment6(flags, port=ECHO, **options):
    return frames.ipv6(FOE6, V6, frames.tcp(FOE6, V6, 4000, port, flags, seq=1000, ack=2000,
                                            **options))


def plain_segment(source, target):
    return frames.tcp(source, target, 4000, ECHO, SYN)


DROPS_IPV4 = [
    ("frame_truncated", b"\x45\0\0"),
    ("frame_truncated", segment4(SYN)[:19]),
    ("ipv4_header_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), version=5)),
    ("ipv4_header_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), header_words=4)),
    ("ipv4_header_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), length=19)),
    ("ipv4_header_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), length=1400)),
    ("ipv4_checksum_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), header_checksum=1)),
    ("ipv4_options", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4),
                                 options=b"\x83\x07\x04\xc0\x00\x02\x09\0")),
    ("ip_fragment", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), fragment=0x2000)),
    ("ip_fragment", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4), fragment=0x0010)),
    ("ip_source_invalid", frames.ipv4("224.0.0.1", V4, plain_segment("224.0.0.1", V4))),
    ("ip_source_invalid", frames.ipv4("127.0.0.1", V4, plain_segment("127.0.0.1", V4))),
    ("ip_source_invalid", frames.ipv4(V4, V4, plain_segment(V4, V4))),
    ("ip_destination_foreign", frames.ipv4(FOE4, "192.0.2.9", plain_segment(FOE4, "192.0.2.9"))),
    ("ip_protocol_unknown", frames.ipv4(FOE4, V4, b"\0" * 20, protocol=132)),
    ("icmp_unwanted", frames.ipv4(FOE4, V4, frames.icmp(13, 0, bytes(16)), protocol=frames.ICMP)),
    ("icmp_malformed", frames.ipv4(FOE4, V4, b"\x08\0\x12\x34" + bytes(20),
                                   protocol=frames.ICMP)),
    ("tcp_header_bad", frames.ipv4(FOE4, V4, plain_segment(FOE4, V4)[:12])),
    ("tcp_header_bad", segment4(SYN, words=4)),
    ("tcp_header_bad", segment4(SYN, words=15)),
    ("tcp_checksum_bad", segment4(SYN, good_checksum=0x1234)),
    ("tcp_option_bad", segment4(SYN, options=b"\x02\x00\0\0")),
    ("tcp_option_bad", segment4(SYN, options=b"\x02\x01\0\0")),
    ("tcp_option_bad", segment4(SYN, options=b"\x01\x01\x01\x02")),
    ("tcp_option_bad", segment4(SYN, options=b"\x08\x0a\0\0")),
    ("tcp_flags_nonsense", segment4(0)),
    ("tcp_flags_nonsense", segment4(SYN | FIN)),
    ("tcp_flags_nonsense", segment4(URG | PSH)),
    ("tcp_flags_nonsense", segment4(FIN | PSH | URG)),
    ("tcp_port_zero", segment4(SYN, port=0)),
    ("tcp_port_zero", segment4(SYN, source_port=0)),
    ("no_listener", segment4(SYN, port=81)),
    ("no_listener", segment4(ACK, port=81)),
    ("rst_no_connection", segment4(RST)),
    ("rst_no_connection", segment4(SYN | RST)),
    ("cookie_forged", segment4(ACK)),
    ("cookie_forged", segment4(FIN | ACK, payload=b"no cookie")),
]

DROPS_IPV6 = [
    ("frame_truncated", b"\x60\0\0"),
    ("ipv6_header_bad", frames.ipv6(FOE6, V6, plain_segment(FOE6, V6), version=4)),
    ("ipv6_header_bad", frames.ipv6(FOE6, V6, plain_segment(FOE6, V6), length=1400)),
    ("ipv6_extension", frames.ipv6(FOE6, V6, b"\x06\0" + bytes(6) + plain_segment(FOE6, V6),
                                   protocol=43)),
    ("ip_fragment", frames.ipv6(FOE6, V6, b"\x06\0\0\x01\0\0\0\1" + plain_segment(FOE6, V6),
                                protocol=44)),
    ("ip_source_invalid", frames.ipv6("ff02::1", V6, plain_segment("ff02::1", V6))),
    ("ip_source_invalid", frames.ipv6("::1", V6, plain_segment("::1", V6))),
    ("ip_destination_foreign", frames.ipv6(FOE6, "2001:db8::9",
                                           plain_segment(FOE6, "2001:db8::9"))),
    ("ip_protocol_unknown", frames.ipv6(FOE6, V6, bytes(20), protocol=132)),
    ("tcp_header_bad", frames.ipv6(FOE6, V6, plain_segment(FOE6, V6)[:12])),
    ("tcp_checksum_bad", segment6(SYN, good_checksum=0x1234)),
    ("tcp_option_bad", segment6(SYN, options=b"\x03\x00\0\0")),
    ("tcp_flags_nonsense", segment6(SYN | FIN | URG)),
    ("no_listener", segment6(SYN, port=81)),
    ("rst_no_connection", segment6(RST)),
    ("cookie_forged", segment6(ACK)),
    ("icmp_malformed", frames.ipv6(FOE6, V6, frames.icmpv6(FOE6, V6, 128, 0, bytes(8),
                                                           good_checksum=1),
                                   protocol=frames.ICMPV6)),
    # A neighbour solicitation from beyond a router (RFC 4861, 7.1.1).
    ("nd_malformed", frames.ipv6(FOE6, V6, frames.icmpv6(
        FOE6, V6, 135, 0, bytes(4) + frames.packed(V6)), protocol=frames.ICMPV6, hops=64)),
    # An option of length 0 in it.
    ("nd_malformed", frames.ipv6(FOE6, V6, frames.icmpv6(
        FOE6, V6, 135, 0, bytes(4) + frames.packed(V6) + b"\x01\0" + bytes(6)),
        protocol=frames.ICMPV6, hops=255)),
]

DROPS_OTHER = [
    ("ethertype_unknown", 0x88b5, bytes(50)),
    ("vlan_foreign", frames.ETH_VLAN, b"\0\x07\x08\0" + segment4(SYN)),
    ("arp_malformed", frames.ETH_ARP, bytes(10)),
    ("arp_malformed", frames.ETH_ARP, frames.arp(bytes(6), FOE4, V4, hardware=7)),
    ("arp_malformed", frames.ETH_ARP, frames.arp(bytes(6), FOE4, V4, sizes=(8, 4))),
    ("arp_not_for_us", frames.ETH_ARP, frames.arp(b"\2\0\0\0\xbe\xef", FOE4, "192.0.2.9")),
]


def names(cases):
    return [f"{reason}-{number}" for number, (reason, *_) in enumerate(cases)]


def check_dropped(bed, wire, reason, payload, kind):
    before = bed.weir.settled_counters()
    send(bed, wire, *[payload] * 3, kind=kind)
    wait_until(lambda: bed.weir.live_counters().since(before)[f"drop.{reason}"] >= 3,
               "three drops for this reason", timeout=10)
    counted = bed.weir.settled_counters().since(before)
    assert counted[f"drop.{reason}"] == 3, counted
    bed.weir.live_counters().check_balance()


# proves: ATTACK-C1 ATTACK-C5 ATTACK-C11 ATTACK-C12
@pytest.mark.parametrize("reason, payload", DROPS_IPV4, ids=names(DROPS_IPV4))
def test_a_bad_ipv4_frame_is_dropped_for_its_reason(bed, wire, reason, payload):
    check_dropped(bed, wire, reason, payload, frames.ETH_IPV4)


# proves: ATTACK-C7 ATTACK-C11 ATTACK-E11
@pytest.mark.parametrize("reason, payload", DROPS_IPV6, ids=names(DROPS_IPV6))
def test_a_bad_ipv6_frame_is_dropped_for_its_reason(bed, wire, reason, payload):
    check_dropped(bed, wire, reason, payload, frames.ETH_IPV6)


@pytest.mark.parametrize("reason, kind, payload", DROPS_OTHER, ids=names(DROPS_OTHER))
def test_a_frame_of_another_kind_is_dropped_for_its_reason(bed, wire, reason, kind, payload):
    check_dropped(bed, wire, reason, payload, kind)


# proves: ATTACK-C10
def test_a_frame_for_another_station_is_dropped(bed, wire):
    before = bed.weir.settled_counters()
    send(bed, wire, segment4(SYN), target=bytes.fromhex("02000000cafe"))
    send(bed, wire, segment4(SYN), target=b"\xff" * 6)
    wait_until(lambda: bed.weir.live_counters().since(before).dropped >= 2, "two drops")
    counted = bed.weir.settled_counters().since(before)
    assert counted["drop.not_for_our_mac"] == 1
    assert counted["drop.link_broadcast"] == 1


def answer_to(bed, wire, payload, kind=frames.ETH_IPV4):
    """The first segment that weir sends to the foe after this one."""
    send(bed, wire, payload, kind=kind)
    while True:
        frame = wire.recv(2048)
        segment = frames.Tcp.parse(frame)
        if segment is not None and segment.source in (V4, V6) and \
           segment.target in (FOE4, FOE6):
            return segment, len(frame)


def test_a_syn_to_a_closed_port_gets_a_reset_that_acknowledges_it(bed, wire):
    reply, _ = answer_to(bed, wire, segment4(SYN, port=82))
    assert (reply.flags, reply.seq, reply.ack) == (RST | ACK, 0, 1001)
    reply, _ = answer_to(bed, wire, segment6(SYN, port=82), frames.ETH_IPV6)
    assert (reply.flags, reply.seq, reply.ack) == (RST | ACK, 0, 1001)


def test_an_ack_to_a_closed_port_gets_a_reset_at_its_number(bed, wire):
    reply, _ = answer_to(bed, wire, segment4(ACK, port=82))
    assert (reply.flags, reply.seq) == (RST, 2000)


@pytest.mark.parametrize("options", [b"", b"\x02\x04\x05\xb4", b"\x02\x04\0\x01", b"\x01" * 40,
                                     b"\0" * 4],
                         ids=["none", "mss", "mss_1", "nops", "end"])
def test_a_syn_is_answered_by_no_more_octets_than_it_had(bed, wire, options):
    syn = segment4(SYN, options=options)
    reply, octets = answer_to(bed, wire, syn)
    assert reply.flags == SYN | ACK
    assert reply.ack == 1001
    assert reply.payload == b""
    assert octets <= max(len(syn) + 14, 60)


def test_data_in_a_syn_is_not_acknowledged_by_a_cookie(bed, wire):
    reply, _ = answer_to(bed, wire, segment4(SYN, payload=b"too early"))
    assert (reply.flags, reply.ack, reply.payload) == (SYN | ACK, 1001, b"")


def test_a_scan_of_1000_ports_finds_the_open_ones(bed, family):
    found = set()
    before = bed.weir.settled_counters()
    for port in range(1, 1001):
        try:
            bed.connect(port, family, timeout=3).close()
            found.add(port)
        except ConnectionRefusedError:
            pass
    assert found == {7, 9, HTTP}
    assert bed.weir.settled_counters().since(before)["drop.no_listener"] == 997


# proves: ATTACK-A4
def test_resets_are_limited_in_rate(new_testbed):
    bed = new_testbed(settings={"tcp": {"rst_rate": 10}})
    refused = 0
    with bed.client.entered():
        for port in range(2000, 2100):
            with socket.socket() as s:
                s.settimeout(0.02)
                try:
                    s.connect((V4, port))
                except ConnectionRefusedError:
                    refused += 1
                except TimeoutError:
                    pass
                except OSError as error:
                    assert error.errno == errno.EAGAIN
    assert 1 <= refused <= 60
    assert bed.stop()["rst_limited"] > 0


# proves: ATTACK-C1 ATTACK-C11
@pytest.mark.parametrize("seed", range(1, 5))
def test_noise_is_survived_and_counted(bed, family, seed):
    before = bed.weir.settled_counters()
    bed.client.run(*bed.flood("noise", 50_000, family, port=ECHO, rate=50_000, seed=seed))
    counters = bed.weir.settled_counters()
    counters.check_balance()
    # A busy machine loses some before weir: what counts is that what came was explained.
    assert counters.since(before)["rx_packets"] >= 10_000
    assert bed.connections("--count", "10", "--octets", "10")["completed"] == 10


# proves: ATTACK-C8
def test_a_land_attack_is_dropped(bed, wire):
    """Source and destination the same: a classic that made stacks talk to themselves."""
    before = bed.weir.settled_counters()
    send(bed, wire, frames.ipv4(V4, V4, frames.tcp(V4, V4, ECHO, ECHO, SYN)))
    wait_until(lambda: bed.weir.live_counters().since(before)["drop.ip_source_invalid"] == 1,
               "the drop")


def test_a_frame_longer_than_its_packet_is_served(bed, wire):
    """Ethernet pads short frames: what follows the packet is no text."""
    reply, _ = answer_to(bed, wire, segment4(SYN) + bytes(6))
    assert (reply.flags, reply.ack) == (SYN | ACK, 1001)


def test_a_segment_with_every_option_there_is_is_served(bed, wire):
    options = struct.pack("!BBHBBBBIIBBBB", 2, 4, 1460, 4, 2, 8, 10, 1, 0, 1, 3, 3, 14)
    reply, _ = answer_to(bed, wire, segment4(SYN, options=options))
    assert reply.flags == SYN | ACK
    assert reply.options
