# SPDX-License-Identifier: BSD-3-Clause
"""A client made of single segments: it sends what a script says and writes down, in kind, what
comes back.

Many scripts run side by side, each from a port of its own, one step of all of them at a time.
Numbers are relative to each side's initial one.  What the server sends again on its own account
is no answer to anything and left out; so is when within a step something comes.
"""

import select
import socket
import time

import frames
from frames import ACK, FIN, PSH, RST, SYN, URG

MAC = bytes.fromhex("0200000000fe")
ADDRESS = "192.0.2.77"
ISN = 4_294_960_000  # the client's numbers pass zero on the way
ANSWER_SECONDS = 0.25  # longer than any delayed ACK, shorter than any timer
STEP_SECONDS = 0.7  # longer than the least time between two challenge ACKs

FLAGS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, ".": ACK, "U": URG}


def seg(flags, seq, ack=None, text=b"", win=65535, options=b""):
    """One step: a segment.  Without `ack` the field is 0."""
    return flags, seq, ack, text, win, options


class Script:
    def __init__(self, name, port, steps):
        self.name, self.port, self.steps = name, port, steps
        self.said = []  # what each step was answered


class Run:
    """One script on its way."""

    def __init__(self, script, source_port):
        self.script, self.source_port = script, source_port
        self.iss = 0  # of the server, 0 before it is known
        self.sent_end = 0  # one past the server's highest octet, relative
        self.heard = []
        self.answers = []

    def frame(self, step, server_mac, server):
        flags, seq, ack, text, win, options = step
        segment = frames.tcp(
            ADDRESS, server, self.source_port, self.script.port,
            sum(FLAGS[letter] for letter in flags if letter in FLAGS), (ISN + seq) % 2**32,
            0 if ack is None else (self.iss + ack) % 2**32, options, text, window=win)
        return frames.ethernet(server_mac, MAC, frames.ETH_IPV4,
                               frames.ipv4(ADDRESS, server, segment))

    def hear(self, segment, in_time):
        if segment.flags & SYN:
            self.iss = segment.seq
            self.sent_end = max(self.sent_end, 1)
        seq = (segment.seq - self.iss) % 2**32
        end = seq + len(segment.payload) + bool(segment.flags & FIN)
        is_again = end <= self.sent_end and end > seq
        is_probe = end == seq and seq < self.sent_end and not segment.flags & (RST | SYN)
        if in_time and not is_again and not is_probe:
            self.heard.append(segment)
        if not segment.flags & (RST | SYN):
            self.sent_end = max(self.sent_end, end)

    def relative(self, number, base):
        return number if number == 0 else (number - base + 2**31) % 2**32 - 2**31

    def answer(self):
        """What was heard since the step before, in one line."""
        parts, octets, ack, fin, zero = [], 0, None, False, False
        for segment in self.heard:
            if segment.flags & RST:
                parts.append(f"RST seq {self.relative(segment.seq, self.iss)}" + (
                    f" ack {self.relative(segment.ack, ISN)}" if segment.flags & ACK else ""))
                continue
            if segment.flags & SYN:
                parts.append("SYN,ACK" if segment.flags & ACK else "SYN")
            octets += len(segment.payload)
            fin |= bool(segment.flags & FIN)
            ack = self.relative(segment.ack, ISN)
            zero = segment.window == 0
        if octets:
            parts.append(f"text {octets}")
        if fin:
            parts.append("FIN")
        if ack is not None:
            parts.append(f"ack {ack}" + (" win 0" if zero else ""))
        self.heard = []
        return ", ".join(parts) or "-"


def perform(wire, scripts, server_mac, server, first_port):
    """{script's name: [answer to each step]}."""
    runs = {first_port + i: Run(script, first_port + i) for i, script in enumerate(scripts)}
    for number in range(max(len(script.steps) for script in scripts)):
        begun = [run for run in runs.values() if number < len(run.script.steps)]
        for run in begun:
            wire.send(run.frame(run.script.steps[number], server_mac, server))
        _listen(wire, runs, server)
        for run in begun:
            run.answers.append(run.answer())
    return {run.script.name: run.answers for run in runs.values()}


def _listen(wire, runs, server):
    begin = time.monotonic()
    while (passed := time.monotonic() - begin) < STEP_SECONDS:
        if not select.select([wire], [], [], STEP_SECONDS - passed)[0]:
            break
        frame, origin = wire.recvfrom(65536)
        if origin[2] == socket.PACKET_OUTGOING:
            continue
        segment = frames.Tcp.parse(frame)
        if segment is not None and segment.source == server and segment.target == ADDRESS and \
           segment.target_port in runs:
            in_time = time.monotonic() - begin < ANSWER_SECONDS
            runs[segment.target_port].hear(segment, in_time)
