# SPDX-License-Identifier: BSD-3-Clause
"""Sessions as Wireshark sees them: what its analysis flags must be the wire's doing, not ours.

tshark's tcp.analysis.flags are what its expert colours black and red: retransmissions, lost
segments, duplicate ACKs, closed windows, keep-alives, reused ports.
"""

import signal
import subprocess
import time

import pytest

import streams
from test_bulk import QUICK
from testbed import ECHO, HTTP, LATE, OBEDIENT, WEIR_ADDRESS, wait_until

MB = 1_000_000

# All that the analysis flags.  Where it has a sentence, it may follow from a wire that loses,
# doubles and reorders, as seen at the client's end of it.
FLAGS = {
    "retransmission": "what was lost is sent again",
    "fast_retransmission": "the same, after three duplicate ACKs",
    "spurious_retransmission": "its ACK was lost, or overtaken by the repetition",
    "out_of_order": "the wire reorders; a repetition soon after counts as this too",
    "lost_segment": "a hole: the frame before was lost on its way here",
    "ack_lost_segment": "an ACK of what was lost on its way here",
    "duplicate_ack": "sent for every segment beyond a hole (RFC 5681, 4.2)",
    "window_update": "a reader has caught up",
    "window_full": "the reader behind a hole is slow",
    "zero_window": "the same",
    "zero_window_probe": None,
    "zero_window_probe_ack": None,
    "keep_alive": None,
    "keep_alive_ack": None,
    "reused_ports": None,
}


class Recording:
    """With it, what an interface carries is written to a file; afterwards tshark reads it."""

    def __init__(self, bed, path):
        self.bed = bed
        self.path = path
        self.process = None

    def __enter__(self):
        # The buffer is large so that the capture itself loses nothing: that would be flagged.
        self.process = self.bed.client.popen(
            "tcpdump", "-i", self.bed.interface, "-B", "65536", "-s", "200", "--immediate-mode", "-Z", "root", "-w",
            str(self.path), "tcp", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "listening on" in line:
                return self
        raise AssertionError("tcpdump does not listen")

    def __exit__(self, *exception):
        time.sleep(0.5)  # what is on its way to tcpdump
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=20)[1]
        assert "0 packets dropped by kernel" in said, said

    def read(self, display_filter, *fields):
        """Of each frame that passes the filter, the fields."""
        chosen = [word for field in fields for word in ("-e", field)]
        result = subprocess.run(
            ["tshark", "-r", str(self.path), "-Y", display_filter, "-T", "fields", *chosen],
            capture_output=True, text=True, check=True, timeout=120)
        return [line.split("\t") for line in result.stdout.splitlines()]

    def flagged(self):
        """{(who, flag): [frame, ..]}, who is "weir" or "client"."""
        found = {}
        for number, port, *set_flags in self.read(
                "tcp.analysis.flags", "frame.number", "tcp.srcport",
                *(f"tcp.analysis.{flag}" for flag in FLAGS)):
            who = "weir" if int(port) in (ECHO, HTTP, LATE, OBEDIENT) else "client"
            names = [flag for flag, is_set in zip(FLAGS, set_flags) if is_set]
            assert names, f"frame {number} has a flag that is not known here"
            for name in names:
                found.setdefault((who, name), []).append(int(number))
        return found

    def count(self, display_filter):
        return len(self.read(display_filter, "frame.number"))


@pytest.fixture
def recording(tmp_path):
    return lambda bed: Recording(bed, tmp_path / "capture.pcap")


def wait_until_gone(bed):
    def balanced():
        counters = bed.weir.live_counters()
        return counters["flow_opened"] == counters["flow_closed"]
    wait_until(balanced, "the connection ends", timeout=30)


def flags_of_ours(flagged, allowed=()):
    """What is flagged of weir's frames, but for what is explained.

    A busy machine keeps weir from its CPU for longer than the kernel's patience: what the
    kernel then repeats is not ours, and a duplicate ACK is the answer it must have.
    """
    repeats = {"retransmission", "fast_retransmission", "spurious_retransmission", "keep_alive"}
    allowed = set(allowed)
    if any(("client", name) in flagged for name in repeats):
        allowed |= {"duplicate_ack", "keep_alive_ack"}
    return {name: frames for (who, name), frames in flagged.items()
            if who == "weir" and name not in allowed}


def test_nothing_is_flagged_when_curl_fetches_pages(testbed, recording, family):
    host = WEIR_ADDRESS[family] if family == 4 else f"[{WEIR_ADDRESS[family]}]"
    with recording(testbed) as record:
        for _ in range(3):
            testbed.client.run("curl", "-sf", "-o", "/dev/null", f"http://{host}/a",
                               "-o", "/dev/null", f"http://{host}/b")
        wait_until_gone(testbed)
    assert record.count("tcp.flags.syn == 1 && tcp.flags.ack == 1") >= 3
    assert flags_of_ours(record.flagged()) == {}
    # These are no flags of the analysis, and worse.
    assert record.count("_ws.malformed || tcp.option.len.invalid || "
                        "tcp.analysis.flags && tcp.flags.reset == 1") == 0


def test_nothing_is_flagged_when_either_side_closes(testbed, recording, family):
    def weir_closes_first():
        with testbed.connect(OBEDIENT, family) as connection:
            connection.sendall(b"send 3000\nclose\n")
            assert len(streams.receive_exactly(connection, 3000)) == 3000
            assert connection.recv(1) == b""
            time.sleep(0.2)

    with recording(testbed) as record:
        testbed.connect(LATE, family).close()
        wait_until_gone(testbed)
        weir_closes_first()
        wait_until_gone(testbed)
    assert record.count("tcp.flags.fin == 1") >= 4
    assert flags_of_ours(record.flagged()) == {}


def test_nothing_of_ours_is_flagged_in_20_mb_each_way(testbed, recording, family):
    with recording(testbed) as record:
        with testbed.connect(ECHO, family, timeout=30) as connection:
            streams.check_echo(connection, 20 * MB)
        wait_until_gone(testbed)
    assert record.count("tcp.len > 0") > 10_000
    # The echo reads no faster than its client: then weir's window shuts, and opens again.
    back_pressure = ("window_full", "window_update", "zero_window")
    assert flags_of_ours(record.flagged(), back_pressure) == {}


@pytest.mark.limit(120)
@pytest.mark.parametrize("wire", ["--loss 2", "--loss 1 --reorder 3 --duplicate 1 --hold-ms 2"],
                         ids=["loss", "all"])
def test_what_is_flagged_on_a_bad_wire_follows_from_the_wire(new_testbed, recording, wire):
    bed = new_testbed(wire=wire, settings=QUICK)
    with recording(bed) as record:
        with bed.connect(ECHO, timeout=60) as connection:
            streams.check_echo(connection, 3 * MB)
        wait_until_gone(bed)
    flagged = record.flagged()
    assert ("weir", "duplicate_ack") in flagged
    assert any(name in ("retransmission", "fast_retransmission", "out_of_order")
               for who, name in flagged if who == "weir")
    ours = {name: frames for (who, name), frames in flagged.items()
            if who == "weir" and FLAGS[name] is None}
    assert ours == {}
