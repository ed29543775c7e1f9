# SPDX-License-Identifier: BSD-3-Clause
"""The handshake and the close as tcpdump sees them on the wire."""

import re
import time

import pytest

from capture import Capture
from testbed import LATE, LATE_MS, OBEDIENT, WEIR_ADDRESS, wait_until

HANDSHAKE = [("client", "S"), ("weir", "S."), ("client", ".")]
CLIENT_CLOSES_FIRST = [("client", "F."), ("weir", "."), ("weir", "F."), ("client", ".")]
WEIR_CLOSES_FIRST = [("weir", "F."), ("client", "."), ("client", "F."), ("weir", ".")]


@pytest.fixture(scope="module", params=["always", "never"], ids=lambda p: f"cookies_{p}")
def bed(request, make_testbed):
    bed = make_testbed(cookies=request.param)
    yield bed
    bed.stop()
    bed.close()


def seen(bed, port, talk):
    """What tcpdump sees of talk(), until the connection is gone.

    Once more if the kernel had to repeat itself, as it does on a busy machine: then what
    weir says differs rightly.
    """
    for _ in range(5):
        with Capture(bed.client, bed.interface, port) as capture:
            talk()
            wait_until_gone(bed)
        if not capture.client_repeats(port):
            return capture
    raise AssertionError(f"the kernel repeats itself every time: {capture.dialogue(port)}")


def wait_until_gone(bed):
    def balanced():
        counters = bed.weir.live_counters()
        return counters["flow_opened"] == counters["flow_closed"]
    wait_until(balanced, "the connection ends")


def open_and_close(bed, family):
    with bed.connect(LATE, family):
        time.sleep(0.1)


def test_a_plain_client_on_port_8888_is_seen_to_open_and_close(bed, family):
    """Three segments open; the client closes, weir's application later: four close."""
    capture = seen(bed, LATE, lambda: open_and_close(bed, family))
    assert capture.dialogue(LATE) == HANDSHAKE + CLIENT_CLOSES_FIRST
    _, _, _, client_fin, weir_ack, weir_fin, last_ack = capture.segments
    assert weir_ack.ack == client_fin.seq + 1
    assert weir_fin.ack == client_fin.seq + 1
    assert last_ack.ack == weir_fin.seq + 1
    assert weir_fin.time - client_fin.time >= LATE_MS / 1000


def test_the_numbers_of_the_handshake_fit(bed, family):
    capture = seen(bed, LATE, lambda: open_and_close(bed, family))
    syn, syn_ack, ack = capture.segments[:3]
    assert syn_ack.ack == syn.seq + 1
    assert ack.ack == syn_ack.seq + 1
    assert ack.seq is None or ack.seq == syn.seq + 1
    assert (syn_ack.source, syn_ack.target) == (syn.target, syn.source)
    assert syn_ack.source == WEIR_ADDRESS[family]


def test_a_syn_ack_agrees_to_what_linux_offers(bed, family):
    capture = seen(bed, LATE, lambda: open_and_close(bed, family))
    options = capture.segments[1].options
    mss = 1460 if family == 4 else 1440
    assert f"mss {mss}" in options
    assert "sackOK" in options
    assert re.search(r"TS val \d+ ecr [1-9]\d*", options)
    assert re.search(r"wscale \d+", options)


def test_weir_is_seen_to_close_first(bed, family):
    def talk():
        with bed.connect(OBEDIENT, family) as connection:
            connection.sendall(b"close\n")
            assert connection.recv(1) == b""
            time.sleep(0.2)  # so that the kernel's ACK and FIN are two segments
    dialogue = seen(bed, OBEDIENT, talk).dialogue(OBEDIENT)
    assert dialogue[:4] == HANDSHAKE + [("client", "P.")]
    assert dialogue[-4:] == WEIR_CLOSES_FIRST


def test_a_second_connection_of_a_client_has_other_numbers(bed):
    with Capture(bed.client, bed.interface, LATE) as capture:
        for _ in range(2):
            with bed.connect(LATE):
                pass
        wait_until_gone(bed)
    numbers = [s.seq for s in capture.segments if s.flags == "S."]
    assert len(set(numbers)) == 2
