# SPDX-License-Identifier: BSD-3-Clause
"""The real binary and a segment in fragments, made by hand: Linux's TCP sends none."""

import pytest

import frames
from frames import SYN
from testbed import ECHO, WEIR_ADDRESS, wait_until

FOE = "192.0.2.77"


def fragments(payload, cut=24):
    """The IPv4 payload as two fragments of one datagram; the first has the whole header."""
    first = frames.ipv4(FOE, WEIR_ADDRESS[4], payload[:cut], fragment=0x2000)
    last = frames.ipv4(FOE, WEIR_ADDRESS[4], payload[cut:], fragment=cut // 8)
    return first, last


# proves: ATTACK-C5
@pytest.mark.parametrize("workers", [1, 2])
def test_a_syn_in_fragments_is_answered_where_they_are_put_together(new_testbed, workers):
    bed = new_testbed(cookies="always", workers=workers,
                      settings={"limits": {"reassembly_datagrams": 64}})
    mac = bytes.fromhex(bed.weir_mac().replace(":", ""))
    segment = frames.tcp(FOE, WEIR_ADDRESS[4], 4000, ECHO, SYN, seq=1000, ack=0,
                         options=b"\x02\x04\x05\xb4", payload=b"x" * 16)
    with bed.client.packet_socket(bed.interface) as wire:
        for packet in fragments(segment):
            wire.send(frames.ethernet(mac, bytes.fromhex("02000000beef"), frames.ETH_IPV4, packet))
    wait_until(lambda: bed.weir.live_counters()["cookie_sent"] == 1, "the SYN is answered")
    assert bed.weir.live_counters()["datagram_reassembled"] == 1
