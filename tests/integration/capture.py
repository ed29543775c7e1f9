# SPDX-License-Identifier: BSD-3-Clause
"""tcpdump on an interface, and what it wrote, segment by segment."""

import re
import signal
import subprocess
import time
from collections import namedtuple

Segment = namedtuple("Segment", "time source source_port target target_port flags seq ack win "
                                "options length")

LINE = re.compile(
    r"^(?P<time>[\d.]+) IP6? (?P<source>\S+)\.(?P<source_port>\d+) > "
    r"(?P<target>\S+)\.(?P<target_port>\d+): Flags \[(?P<flags>[^\]]+)\]"
    r"(?:, seq (?P<seq>\d+)(?::\d+)?)?(?:, ack (?P<ack>\d+))?(?:, win (?P<win>\d+))?"
    r"(?:, options \[(?P<options>[^\]]*)\])?, length (?P<length>\d+)")


def parse(text):
    segments = []
    for line in filter(None, text.splitlines()):
        m = LINE.match(line)
        if m is None:
            raise AssertionError(f"not a line of tcpdump that is known here: {line}")
        segments.append(Segment(
            float(m["time"]), m["source"], int(m["source_port"]), m["target"],
            int(m["target_port"]), m["flags"], m["seq"] and int(m["seq"]),
            m["ack"] and int(m["ack"]), m["win"] and int(m["win"]), m["options"] or "",
            int(m["length"])))
    return segments


class Capture:
    """With it, the segments of one port are written down; `segments` has them afterwards."""

    def __init__(self, namespace, interface, port):
        self.namespace = namespace
        self.interface = interface
        self.filter = f"tcp port {port}"
        self.segments = None

    def __enter__(self):
        # -S: absolute numbers.  -Z root: the account tcpdump may not exist.
        self.process = self.namespace.popen(
            "tcpdump", "-i", self.interface, "-nn", "-S", "-tt", "-l", "--immediate-mode",
            "-Z", "root", self.filter, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on" in line:
                return self
        raise AssertionError("tcpdump does not listen")

    def __exit__(self, *exception):
        time.sleep(0.3)  # what is on its way to tcpdump
        self.process.send_signal(signal.SIGINT)
        out = self.process.communicate(timeout=10)[0]
        if exception[0] is None:
            self.segments = parse(out)

    def client_repeats(self, port):
        """The kernel sent something again: weir did not get the CPU in time."""
        sent = [(s.flags, s.seq, s.length) for s in self.segments
                if s.target_port == port and (s.length > 0 or set("SF") & set(s.flags))]
        return len(set(sent)) < len(sent)

    def dialogue(self, port):
        """[("client", "S"), ("weir", "S."), ..]: who sent which flags."""
        return [("weir" if s.source_port == port else "client", s.flags) for s in self.segments]
