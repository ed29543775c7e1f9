# SPDX-License-Identifier: BSD-3-Clause
"""The real binary: written a configuration, started in a namespace, stopped and judged."""

import atexit
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("WEIR_BUILD", "build")
PROGRAM = BUILD / "app" / "weir"
TOOLS = BUILD / "tests" / "integration" / "tools"

# A build under sanitizers is slower and wants more of everything.
SANITIZED = "asan" in BUILD.name
PATIENCE = 3 if SANITIZED else 1

_instances = itertools.count()

# Sockets stand in here: their paths may not be longer than 107 octets, and those of the
# tests' own directories grow with the place of the clone.
RUNTIME = pathlib.Path(tempfile.mkdtemp(prefix="weir"))
atexit.register(shutil.rmtree, RUNTIME, ignore_errors=True)


def cpus(count=2):
    """CPUs for weir's main thread and its workers; one CPU has to do for all if there is one."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable * count)[:count]


def configuration(sections):
    """{"port wan": {"device": ..}} as the text of a file."""
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}" for key, value in keys.items()]
        lines.append("")
    return "\n".join(lines)


def merged(sections, changes):
    """A copy of the sections with keys set anew; a key or section of None is left out."""
    result = {name: dict(keys) for name, keys in sections.items()}
    for name, keys in (changes or {}).items():
        if keys is None:
            result.pop(name, None)
            continue
        section = result.setdefault(name, {})
        for key, value in keys.items():
            if value is None:
                section.pop(key, None)
            else:
                section[key] = value
    return result


class Counters(dict):
    """Counters by name; one that was not shown is 0."""

    LINE = re.compile(r"^\s*((?:drop\.)?[a-z][a-z0-9_]*)\s+(\d+)(?:\s|$)")

    def __missing__(self, name):
        return 0

    @classmethod
    def parse(cls, text):
        """The last value of each name in what weir printed."""
        matches = (cls.LINE.match(line) for line in text.splitlines())
        return cls({m.group(1): int(m.group(2)) for m in matches if m})

    @classmethod
    def of_telemetry(cls, answer):
        """There, the drops stand in a dictionary of their own."""
        drops = {f"drop.{name}": value for name, value in answer["drop"].items()}
        return cls({name: value for name, value in answer.items() if name != "drop"} | drops)

    @property
    def dropped(self):
        return sum(value for name, value in self.items() if name.startswith("drop."))

    def drops(self):
        return {name[5:]: value for name, value in self.items() if name.startswith("drop.")}

    def since(self, earlier):
        return Counters({name: value - earlier[name] for name, value in self.items()
                         if value != earlier[name]})

    def check_balance(self):
        assert self["rx_packets"] == self["rx_served"] + self.dropped, \
            f"{self['rx_packets']} packets in, {self['rx_served']} served, drops {self.drops()}"


class Weir:
    """One instance.  `sections` is its configuration, see configuration()."""

    def __init__(self, namespace, sections, directory):
        self.namespace = namespace
        self.number = next(_instances)
        self.directory = pathlib.Path(directory) / f"weir-{self.number}"
        self.directory.mkdir(parents=True)
        self.file_prefix = f"wt{os.getpid()}n{self.number}"
        self.process = None
        self.counters = None
        sections = merged(sections, {"weir": {}})
        arguments = f"--file-prefix={self.file_prefix}"
        sections["weir"]["eal"] = f"{sections['weir'].get('eal', '')} {arguments}".strip()
        self.config = self.directory / "weir.conf"
        self.config.write_text(configuration(sections))
        self.stdout = self.directory / "stdout"
        self.stderr = self.directory / "stderr"

    def start(self, wait=True):
        pinned = ",".join(str(cpu) for cpu in sorted(set(os.sched_getaffinity(0))))
        environment = dict(os.environ, RUNTIME_DIRECTORY=str(RUNTIME))
        with open(self.stdout, "w", encoding="utf-8") as out, \
             open(self.stderr, "w", encoding="utf-8") as err:
            self.process = self.namespace.popen(
                "taskset", "-c", pinned, str(PROGRAM), "-c", str(self.config),
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment,
                cwd=self.directory)
        if wait:
            self.wait_for_line("weir: ready")
        return self

    def wait_for_line(self, beginning, timeout=30 * PATIENCE):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            # The state first: what it printed before it ended is then in the file.
            ended = self.process.poll() is not None
            for line in self.stdout.read_text(errors="replace").splitlines():
                if line.startswith(beginning):
                    return line
            assert not ended, f"weir ended with {self.process.returncode}\n{self.output()}"
            time.sleep(0.02)
        raise AssertionError(f'no line "{beginning}" within {timeout} s\n{self.output()}')

    def output(self):
        parts = []
        for path in (self.config, self.stdout, self.stderr):
            text = path.read_text(errors="replace") if path.exists() else ""
            parts.append(f"--- {path.name}\n{text[-8000:]}")
        return "\n".join(parts)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        """End it as an operator would; every packet must be explained."""
        self.tell_to_stop(number)
        return self.wait_for_end()

    def tell_to_stop(self, number=signal.SIGTERM):
        assert self.alive(), \
            f"weir ended with {self.process.poll()} before it was told to\n{self.output()}"
        self.process.send_signal(number)

    def wait_for_end(self, timeout=20 * PATIENCE):
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"weir did not end within {timeout} s\n{self.output()}") from None
        assert status == 0, f"exit status {status}\n{self.output()}"
        said = self.stdout.read_text(errors="replace")
        self.counters = Counters.parse(said.rpartition("\nweir: stopping\n")[2])
        self.counters.check_balance()
        left = {name: self.counters[name] for name in ("flows", "syn_queue", "buffers_lost")
                if self.counters[name] != 0}
        assert not left, f"left when weir ended: {left}\n{self.output()}"
        return self.counters

    def kill(self):
        if self.alive():
            self.process.kill()
            self.process.wait(10)

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def telemetry(self, command):
        """What dpdk-telemetry.py would show."""
        path = RUNTIME / "dpdk" / self.file_prefix / "dpdk_telemetry.v2"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(5)
            s.connect(str(path))
            longest = json.loads(s.recv(16384))["max_output_len"]
            s.send(command.encode())
            return json.loads(s.recv(longest))[command.split(",")[0]]

    def _counters(self, command):
        shown = self.telemetry(command)
        drops = shown.pop("drop")
        return Counters(shown, **{f"drop.{name}": value for name, value in drops.items()})

    def live_counters(self):
        return self._counters("/weir/counters")

    def core_counters(self, core):
        """Of one worker, numbered from 0."""
        return self._counters(f"/weir/counters,{core}")

    def settled_counters(self):
        """Counters once no packet has come for a moment."""
        before = self.live_counters()
        for _ in range(100):
            time.sleep(0.1)
            now = self.live_counters()
            if now["rx_packets"] == before["rx_packets"]:
                return now
            before = now
        raise AssertionError("packets keep coming")
