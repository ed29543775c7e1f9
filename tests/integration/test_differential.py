# SPDX-License-Identifier: BSD-3-Clause
"""The same segments to weir and to Linux: what is answered otherwise is listed, with a verdict.

differences.txt must name every difference and no other.
"""

import pathlib
import struct
import subprocess
import sys

import pytest

import raw_client
from daemon import TOOLS
from netns import Namespace, veth
from raw_client import Script, seg
from testbed import OBEDIENT, WEIR_ADDRESS

DIFFERENCES = pathlib.Path(__file__).with_name("differences.txt")
HERE = pathlib.Path(__file__).parent
SERVER = WEIR_ADDRESS[4]
CLOSED, PATIENT = 4321, 8889
PATIENT_MS = 60_000  # after the client's FIN the server stays in CLOSE-WAIT

MSS = b"\x02\x04\x05\xb4"
SACK_OK = b"\x04\x02\x01\x01"
WSCALE = b"\x01\x03\x03\x02"

OPEN = [seg("S", 0, options=MSS), seg(".", 1, 1)]
FIN_WAIT_1 = OPEN + [seg("P.", 1, 1, b"close\n")]  # its FIN is 1, ours would be 7
FIN_WAIT_2 = FIN_WAIT_1 + [seg(".", 7, 2)]
TIME_WAIT = FIN_WAIT_2 + [seg("F.", 7, 2)]
CLOSING = FIN_WAIT_1 + [seg("F.", 7, 1)]
CLOSE_WAIT = OPEN + [seg("F.", 1, 1)]
LAST_ACK = OPEN + [seg("F.", 1, 1)]  # port OBEDIENT closes at once


def sack_block(first, end):
    numbers = [(raw_client.ISN + n) % 2**32 for n in (first, end)]
    return b"\x01\x01\x05\x0a" + struct.pack("!II", *numbers)


def at(state, name, *steps, port=OBEDIENT):
    return Script(name, port, state + list(steps))


CLOSED_PORT = [
    at([], f"closed port: {name}", step, port=CLOSED)
    for name, step in {
        "SYN": seg("S", 0), "SYN with text": seg("S", 0, text=b"0123456789"),
        "SYN,FIN": seg("SF", 0), "SYN,RST": seg("SR", 0), "SYN,ACK": seg("S.", 0, 5000),
        "ACK": seg(".", 0, 5000), "text": seg("P.", 0, 5000, b"0123456789"),
        "FIN": seg("F", 0), "FIN,ACK": seg("F.", 0, 5000), "no flags": seg("-", 0),
        "all but RST": seg("FPU", 0), "RST": seg("R", 0), "RST,ACK": seg("R.", 0, 5000),
    }.items()]

LISTEN = [
    at([], f"listen: {name}", step)
    for name, step in {
        "SYN": seg("S", 0, options=MSS), "SYN with text": seg("S", 0, text=b"0123456789"),
        "SYN,FIN": seg("SF", 0), "SYN,RST": seg("SR", 0), "SYN,ACK": seg("S.", 0, 5000),
        "SYN,URG,PSH": seg("SUP", 0), "ACK": seg(".", 0, 5000),
        "text": seg("P.", 0, 5000, b"0123456789"), "FIN": seg("F", 0),
        "FIN,ACK": seg("F.", 0, 5000), "no flags": seg("-", 0), "FIN,PSH,URG": seg("FPU", 0),
        "RST": seg("R", 0),
    }.items()]

HANDSHAKE = [
    at([], "handshake: SYN twice", seg("S", 0, options=MSS), seg("S", 0, options=MSS),
       seg(".", 1, 1), seg("P.", 1, 1, b"send 10\n")),
    at([], "handshake: RST for the SYN-ACK", seg("S", 0, options=MSS), seg("R", 1),
       seg(".", 1, 1)),
    at([], "handshake: ACK of something else", seg("S", 0, options=MSS), seg(".", 1, 5),
       seg(".", 1, 1), seg("P.", 1, 1, b"send 10\n")),
    at([], "handshake: completed by text", seg("S", 0, options=MSS),
       seg("P.", 1, 1, b"send 10\n")),
    at([], "handshake: completed by text and FIN", seg("S", 0, options=MSS),
       seg("FP.", 1, 1, b"send 10\n")),
    at([], "handshake: completed by FIN", seg("S", 0, options=MSS), seg("F.", 1, 1)),
    at([], "handshake: SYN-ACK back", seg("S", 0, options=MSS), seg("S.", 0, 1),
       seg(".", 1, 1)),
    at([], "handshake: all options", seg("S", 0, options=MSS + SACK_OK + WSCALE),
       seg(".", 1, 1), seg("P.", 1, 1, b"send 10\n")),
    at([], "handshake: window 0", seg("S", 0, options=MSS, win=0), seg(".", 1, 1, win=0),
       seg("P.", 1, 1, b"send 10\n", win=0), seg(".", 9, 1, win=1000)),
    at([], "handshake: ACK with no ACK bit", seg("S", 0, options=MSS), seg("P", 1, None, b"x"),
       seg(".", 1, 1)),
]

ESTABLISHED = [
    at(OPEN, "established: text", seg("P.", 1, 1, b"send 10\n"), seg(".", 9, 11)),
    at(OPEN, "established: text twice", seg("P.", 1, 1, b"send 10\n"),
       seg("P.", 1, 11, b"send 10\n"), seg("P.", 9, 11, b"send 5\n")),
    at(OPEN, "established: text overlaps", seg("P.", 1, 1, b"send"),
       seg("P.", 3, 1, b"nd 10\n"), seg(".", 9, 11)),
    at(OPEN, "established: a hole, then filled", seg("P.", 6, 1, b"10\n"),
       seg("P.", 1, 1, b"send "), seg(".", 9, 11)),
    at([seg("S", 0, options=MSS + SACK_OK), seg(".", 1, 1)],
       "established: a hole with SACK, then filled", seg("P.", 6, 1, b"10\n"),
       seg("P.", 1, 1, b"send "), seg(".", 9, 11)),
    at(OPEN, "established: text beyond the window", seg("P.", 1_000_000, 1, b"x")),
    at(OPEN, "established: text far below", seg("P.", -100_000, 1, b"x")),
    at(OPEN, "established: keep-alive without octet", seg("P.", 1, 1, b"x"), seg(".", 1, 1)),
    at(OPEN, "established: keep-alive with octet", seg("P.", 1, 1, b"xy"),
       seg(".", 2, 1, b"y")),
    at(OPEN, "established: ACK of what was not sent", seg(".", 1, 1000)),
    at(OPEN, "established: text with ACK of what was not sent", seg("P.", 1, 1000, b"x"),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: text with a very old ACK", seg("P.", 1, -1_000_000, b"x"),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: text with an old ACK", seg("P.", 1, 1, b"send 100\n"),
       seg(".", 10, 101), seg("P.", 10, 51, b"x")),
    at(OPEN, "established: text without ACK bit", seg("P", 1, None, b"x"),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: no flags", seg("-", 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: FIN without ACK bit", seg("F", 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST at the next number", seg("R", 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST,ACK at the next number", seg("R.", 1, 1),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST in the window", seg("R", 11), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST one below", seg("P.", 1, 1, b"x"), seg("R", 1),
       seg("P.", 2, 1, b"x")),
    at(OPEN, "established: RST outside the window", seg("R", 1_000_000),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST after a hole", seg("P.", 11, 1, b"x"), seg("R", 1),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: RST behind text beyond a hole", seg("P.", 11, 1, b"x"), seg("R", 12),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: SYN in the window", seg("S", 11), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: SYN at the next number", seg("S", 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: the first SYN again", seg("S", 0, options=MSS),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: SYN outside the window", seg("S", 1_000_000),
       seg("P.", 1, 1, b"x")),
    at(OPEN, "established: SYN,ACK", seg("S.", 1, 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: SYN,FIN", seg("SF", 1), seg("P.", 1, 1, b"x")),
    at(OPEN, "established: urgent text", seg("PU.", 1, 1, b"send 10\n")),
    at(OPEN, "established: FIN beyond a hole", seg("F.", 9, 1), seg("P.", 1, 1, b"send 10\n")),
    at(OPEN, "established: FIN with text", seg("FP.", 1, 1, b"send 10\n"), seg(".", 10, 12)),
    at(OPEN, "established: abort by the server", seg("P.", 1, 1, b"abort\n"),
       seg(".", 7, 1)),
    at(OPEN, "established: close with unread text",
       seg("P.", 1, 1, b"pause 3000\n"), seg("P.", 12, 1, b"unread"), seg("F.", 18, 1)),
]

def open_with_window(win):
    return [seg("S", 0, options=MSS, win=win), seg(".", 1, 1, win=win)]


WINDOW = [
    at(open_with_window(100), "window: smaller than the text",
       seg("P.", 1, 1, b"send 1000\n", win=100), seg(".", 11, 101, win=100)),
    at(open_with_window(100), "window: shut, then open", seg("P.", 1, 1, b"send 200\n", win=100),
       seg(".", 10, 101, win=0), seg(".", 10, 101, win=1000)),
    at(open_with_window(4380), "window: taken back", seg("P.", 1, 1, b"send 20000\n", win=4380),
       seg(".", 12, 1461, win=10), seg(".", 12, 4381, win=0), seg(".", 12, 4381, win=2920)),
    at(open_with_window(100), "window: an older segment's does not count",
       seg("P.", 1, 1, b"send 300\n", win=100), seg(".", 10, 101, win=0),
       seg(".", 9, 101, win=1000), seg(".", 10, 101, win=1000)),
    at(open_with_window(100), "window: filling a hole, smaller",
       seg("P.", 11, 1, b"nd 300\n", win=100), seg("P.", 1, 1, b"pause 0\nse", win=100),
       seg(".", 18, 101, win=200)),
    at(open_with_window(100), "window: FIN waits behind text",
       seg("P.", 1, 1, b"send 1000\nclose\n", win=100), seg(".", 17, 101, win=0),
       seg(".", 17, 101, win=2000), seg("F.", 17, 1002)),
]

CLOSING_ROWS = [
    at(FIN_WAIT_1, "fin-wait-1: text", seg("P.", 7, 1, b"x"), seg(".", 8, 2)),
    at(FIN_WAIT_1, "fin-wait-1: FIN with ACK", seg("F.", 7, 2), seg("F.", 7, 2)),
    at(FIN_WAIT_1, "fin-wait-1: RST", seg("R", 7), seg(".", 7, 2)),
    at(FIN_WAIT_1, "fin-wait-1: SYN", seg("S", 8), seg(".", 7, 2), seg("F.", 7, 2)),
    at(FIN_WAIT_1, "fin-wait-1: ACK of what was not sent", seg(".", 7, 9), seg("F.", 7, 2)),
    at(FIN_WAIT_2, "fin-wait-2: text", seg("P.", 7, 2, b"send 9\n"), seg("F.", 14, 2)),
    at(FIN_WAIT_2, "fin-wait-2: FIN without ACK", seg("F", 7), seg("F.", 7, 2)),
    at(FIN_WAIT_2, "fin-wait-2: RST in the window", seg("R", 17), seg("F.", 7, 2)),
    at(FIN_WAIT_2, "fin-wait-2: FIN beyond a hole", seg("F.", 8, 2), seg("P.", 7, 2, b"x")),
    at(CLOSING, "closing: ACK", seg(".", 8, 2), seg("F.", 7, 2)),
    at(CLOSING, "closing: FIN again with ACK", seg("F.", 7, 2), seg("F.", 7, 2)),
    at(CLOSING, "closing: text", seg("P.", 8, 1, b"x"), seg(".", 8, 2)),
    at(CLOSING, "closing: RST", seg("R", 8), seg("F.", 7, 2)),
    at(CLOSE_WAIT, "close-wait: FIN again", seg("F.", 1, 1), port=PATIENT),
    at(CLOSE_WAIT, "close-wait: text", seg("P.", 2, 1, b"x"), port=PATIENT),
    at(CLOSE_WAIT, "close-wait: text again", seg("FP.", 0, 1, b"x"), port=PATIENT),
    at(CLOSE_WAIT, "close-wait: RST in the window", seg("R", 12), seg("R", 2),
       seg(".", 2, 1), port=PATIENT),
    at(CLOSE_WAIT, "close-wait: SYN", seg("S", 2), port=PATIENT),
    at(LAST_ACK, "last-ack: ACK", seg(".", 2, 2), seg(".", 2, 2)),
    at(LAST_ACK, "last-ack: FIN again", seg("F.", 1, 1), seg(".", 2, 2)),
    at(LAST_ACK, "last-ack: FIN again with ACK", seg("F.", 1, 2), seg(".", 2, 2)),
    at(LAST_ACK, "last-ack: RST", seg("R", 2), seg(".", 2, 2)),
    at(LAST_ACK, "last-ack: SYN", seg("S", 1_000), seg(".", 2, 2)),
]

TIME_WAIT_ROWS = [
    at(TIME_WAIT, "time-wait: FIN again", seg("F.", 7, 2)),
    at(TIME_WAIT, "time-wait: ACK", seg(".", 8, 2)),
    at(TIME_WAIT, "time-wait: text", seg("P.", 8, 2, b"x")),
    at(TIME_WAIT, "time-wait: old text", seg("P.", 1, 1, b"close\n")),
    at(TIME_WAIT, "time-wait: RST", seg("R", 8), seg("F.", 7, 2)),
    at(TIME_WAIT, "time-wait: RST in the window", seg("R", 18), seg("F.", 7, 2)),
    at(TIME_WAIT, "time-wait: SYN, newer", seg("S", 100_000, options=MSS)),
    at(TIME_WAIT, "time-wait: SYN, older", seg("S", 0, options=MSS)),
    at(TIME_WAIT, "time-wait: SYN,ACK", seg("S.", 100_000, 2)),
    at(TIME_WAIT, "time-wait: no flags", seg("-", 8)),
    at(TIME_WAIT, "time-wait: segment outside the window", seg(".", 1_000_000, 2)),
]

SCRIPTS = CLOSED_PORT + LISTEN + HANDSHAKE + ESTABLISHED + WINDOW + CLOSING_ROWS + TIME_WAIT_ROWS


@pytest.fixture(scope="module")
def linux():
    """The kernel's TCP behind a wire: {script: answers}."""
    client, server = Namespace("raw"), Namespace("linux")
    process = None
    try:
        veth(client, "raw0", server, "server0")
        server.run("ip", "addr", "add", f"{SERVER}/24", "dev", "server0")
        server.run("ip", "neigh", "add", raw_client.ADDRESS, "lladdr", raw_client.MAC.hex(":"),
                   "dev", "server0")
        server.sysctl("net.ipv4.tcp_challenge_ack_limit=1000000")
        process = server.popen(sys.executable, str(HERE / "obedient_server.py"), SERVER,
                               f"{OBEDIENT}:0", f"{PATIENT}:{PATIENT_MS}",
                               stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        with client.packet_socket("raw0") as wire:
            yield raw_client.perform(wire, SCRIPTS, server.mac("server0"), SERVER, 20_000)
    finally:
        if process is not None:
            process.kill()
            process.communicate(timeout=10)
        client.close()
        server.close()


def listed(where):
    """{(script, step): (weir, Linux)} of differences.txt, as far as they are there with `where`."""
    found = {}
    for line in DIFFERENCES.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        script, step, scope, weir, linux, verdict = [f.strip() for f in line.split("|")]
        assert verdict, line
        if scope in ("both", where):
            found[script, int(step)] = (weir, linux)
    return found


def differences(weir, linux):
    return {(name, number + 1): (ours, theirs)
            for name, answers in weir.items()
            for number, (ours, theirs) in enumerate(zip(answers, linux[name])) if ours != theirs}


@pytest.mark.limit(90)
@pytest.mark.parametrize("cookies", ["never", "always"])
def test_weir_answers_as_linux_does_but_for_what_is_listed(new_testbed, linux, cookies):
    bed = new_testbed(cookies=cookies, settings={
        "listener patient": {"address": "all", "tcp": PATIENT, "args": PATIENT_MS,
                             "application": TOOLS / "obedient.so"},
        "limits": {"prefix_replies": 0},
    })
    mac = bytes.fromhex(bed.weir_mac().replace(":", ""))
    with bed.client.packet_socket(bed.interface) as wire:
        weir = raw_client.perform(wire, SCRIPTS, mac, SERVER, 20_000)
    seen, expected = differences(weir, linux), listed(cookies)
    report = [f"{name} | {step} | {cookies} | {ours} | {theirs} |"
              for (name, step), (ours, theirs) in seen.items()
              if expected.get((name, step)) != (ours, theirs)]
    stale = [f"{name} | {step} is no difference any more, or another one"
             for (name, step), what in expected.items() if seen.get((name, step)) != what]
    assert not report and not stale, "\n".join(["", *report, *stale])

