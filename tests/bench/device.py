#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Packets and connections per second through a device, beside testpmd on the same device.

	device.py BUILD [--json FILE] [--rounds N] [--seconds N] [--rows NAME,..] [--small-pages]

A memif joins two processes in shared memory: bench_gen on the last CPU, what is measured on
the first.  Each round measures every row once, weir and testpmd in turn, so that a machine
that slows down slows both; the medians count, and a ratio is the median of the rounds' own.
A memif that is full makes its sender wait, so nothing is lost and weir need not shed: but for
one row it is told not to.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from processes import cpus, end, wait_for

MAC = "02:00:00:00:00:01"
ADDRESS = {4: "192.0.2.1", 6: "2001:db8::1"}
MEMIF = "bsize=2048,rsize=11"  # 2048 octets a buffer, 2^11 of them each way
DESCRIPTORS = 1024
MEMORY = 512  # MiB, for each process
WARMUP = 1  # s

CONFIG = """\
[weir]
cores = {worker}
main_core = {other}
hugepages = {hugepages}
memory = {memory}
eal = --file-prefix={prefix}

[port memif]
device = net_memif0,role=server,socket={socket},socket-abstract=no,mac={mac},{memif}
rx_descriptors = {descriptors}
tx_descriptors = {descriptors}
shed = {shed}

[address v4]
port = memif
ip = {v4}/24

[address v6]
port = memif
ip = {v6}/64

[listener web]
tcp = 80
application = http
args = body=Hello

[syn]
cookies = always
"""


class Row:
    """What is measured: who answers, what the generator does, which of its figures counts."""

    def __init__(self, name, subject, arguments, figure, text, family=4, shed="no"):
        self.name = name
        self.subject = subject
        self.arguments = arguments
        self.figure = figure
        self.text = text
        self.family = family
        self.shed = shed


def received(result):
    return result["received"]["mpps"]


def consumed(result):
    return result["sent"]["mpps"]


def completed(result):
    clients = result["clients"]
    failed = clients["timed_out"] + clients["reset"] + clients["wrong"]
    if failed > 0:
        print(f"  {failed} connections failed: {clients}", file=sys.stderr)
    return clients["per_second"] / 1e6


FLOOR = {4: "floor_5tswap", 6: "floor_5tswap_ipv6"}

ROWS = [
    Row("floor_5tswap", "testpmd", ["--mode", "syn"], received,
        "SYN -> itself with MACs, addresses and ports exchanged, by testpmd"),
    Row("syn_cookie", "weir", ["--mode", "syn"], received,
        "SYN with Linux's options -> SYN-ACK with a cookie"),
    Row("syn_cookie_shed", "weir", ["--mode", "syn"], received,
        "the same with shed = yes, which reads and drops what is beyond its strength", shed="yes"),
    Row("floor_5tswap_ipv6", "testpmd", ["--mode", "syn"], received, "the same of IPv6", 6),
    Row("syn_cookie_ipv6", "weir", ["--mode", "syn"], received, "the same of IPv6", 6),
    Row("ack_reject", "weir", ["--mode", "ack"], consumed,
        "ACK with random numbers -> drop, and a few RSTs"),
    Row("mixed", "weir", ["--mode", "mixed"], consumed,
        "60 % SYN, 20 % ACK, 10 % RST, 10 % UDP"),
    Row("http_connections", "weir", ["--mode", "full", "--clients", "1024"], completed,
        "SYN, SYN-ACK, ACK with GET, answer, FIN both ways: 7 packets"),
]


class Bench:
    """One run: a directory for sockets and logs, and what the options said."""

    def __init__(self, build, options, directory):
        self.build = build
        self.options = options
        self.directory = directory
        self.socket = directory / "memif"
        self.worker, self.other = cpus()
        self.prefix = f"weirbench{os.getpid()}"

    def log(self, name):
        return open(self.directory / name, "w", encoding="utf-8", errors="replace")

    @contextlib.contextmanager
    def weir(self, shed):
        config = self.directory / "weir.conf"
        config.write_text(CONFIG.format(
            worker=self.worker, other=self.other, memory=MEMORY, prefix=self.prefix,
            hugepages="no" if self.options.small_pages else "yes", socket=self.socket, mac=MAC,
            memif=MEMIF, descriptors=DESCRIPTORS, shed=shed, v4=ADDRESS[4], v6=ADDRESS[6]))
        with self.log("weir.log") as log:
            process = subprocess.Popen([self.build / "app" / "weir", "-c", config],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=dict(os.environ, RUNTIME_DIRECTORY=self.directory))
        try:
            wait_for(lambda: "weir: ready" in (self.directory / "weir.log").read_text(),
                     "weir", process)
            yield
        finally:
            end(process, signal.SIGTERM)
            self.socket.unlink(missing_ok=True)

    @contextlib.contextmanager
    def testpmd(self):
        pages = ["--no-huge", "--no-shconf"] if self.options.small_pages else ["--in-memory"]
        command = [
            "dpdk-testpmd", "-m", str(MEMORY), "--no-pci", "--no-telemetry",
            f"--lcores=0@{self.other},1@{self.worker}", *pages,
            f"--vdev=net_memif0,role=server,socket={self.socket},socket-abstract=no,{MEMIF}",
            "--", "--forward-mode=5tswap", "--auto-start", "--burst=64", "--no-mlockall",
            f"--rxd={DESCRIPTORS}", f"--txd={DESCRIPTORS}", "--total-num-mbufs=16384",
        ]
        # It ends when its standard input does.
        with self.log("testpmd.log") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            wait_for(self.socket.exists, "testpmd", process)
            yield
        finally:
            end(process, signal.SIGINT)
            process.stdin.close()
            self.socket.unlink(missing_ok=True)

    def polls(self):
        """When, and how often weir's worker has found nothing to do so far."""
        path = str(self.directory / "dpdk" / self.prefix / "dpdk_telemetry.v2")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(5)
            s.connect(path)
            s.recv(65536)
            s.send(b"/weir/counters")
            return time.monotonic(), json.loads(s.recv(262144))["/weir/counters"]["poll_idle"]

    def idle_rate(self, seconds):
        """Idle turns per second of weir's worker."""
        before = self.polls()
        time.sleep(seconds)
        after = self.polls()
        return (after[1] - before[1]) / (after[0] - before[0])

    def busy(self, rate_of_rest):
        """The part of its time weir had work; what it has not is idle turns, each as long."""
        time.sleep(WARMUP + self.options.seconds / 4)
        return max(0.0, 1 - self.idle_rate(self.options.seconds / 2) / rate_of_rest)

    def generate(self, row):
        result = self.directory / "gen.json"
        pages = [] if self.options.small_pages else ["--hugepages"]
        command = [
            self.build / "tests" / "bench" / "gen" / "bench_gen",
            "--device", f"net_memif0,role=client,socket={self.socket},socket-abstract=no,{MEMIF}",
            "--descriptors", str(DESCRIPTORS), "--cpu", str(self.other), "--memory", str(MEMORY),
            *pages, "--ip", ADDRESS[row.family], "--mac", MAC, "--warmup", str(WARMUP),
            "--seconds", str(self.options.seconds), "--json", result, *row.arguments,
        ]
        rest = self.idle_rate(0.3) if row.subject == "weir" else None
        with self.log("gen.log") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                busy = self.busy(rest) if rest is not None else None
                process.wait(60)
            finally:
                end(process, signal.SIGTERM)
        if process.returncode != 0:
            sys.exit(f"device.py: bench_gen ended with status {process.returncode}:\n"
                     + (self.directory / "gen.log").read_text())
        answer = json.loads(result.read_text())
        if answer["received"]["checksum_bad"] or \
           (row.subject == "weir" and answer["received"]["syn_ack_wrong"]):
            print(f"  {row.name}: wrong answers: {answer['received']}", file=sys.stderr)
        return {"figure": row.figure(answer), "weir_busy": busy,
                "generator_busy": answer["busy"]}

    def measure(self, row):
        with self.weir(row.shed) if row.subject == "weir" else self.testpmd():
            return self.generate(row)


def parse_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2].strip())
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rows", default="")
    parser.add_argument("--small-pages", action="store_true")
    options = parser.parse_args()
    names = [name for name in options.rows.split(",") if name]
    unknown = set(names) - {row.name for row in ROWS}
    if unknown or options.rounds < 1 or options.seconds < 1:
        parser.error(f"no such row: {', '.join(unknown)}" if unknown else "at least 1")
    options.rows = [row for row in ROWS if not names or row.name in names]
    return options


def median(runs, key):
    values = [run[key] for run in runs if run[key] is not None]
    return statistics.median(values) if values else None


def ratio(runs, floor_runs):
    """To the floor of the same round; what is no packet rate has none."""
    if not floor_runs:
        return None
    return statistics.median(a["figure"] / b["figure"] for a, b in zip(runs, floor_runs))


def summary(row, runs, floor_runs):
    figures = [run["figure"] for run in runs]
    result = {"name": row.name, "text": row.text,
              "lowest": min(figures), "highest": max(figures),
              "weir_busy": median(runs, "weir_busy"),
              "generator_busy": median(runs, "generator_busy")}
    if row.figure is completed:
        result["per_second"] = statistics.median(figures) * 1e6
    else:
        result["mpps"] = statistics.median(figures)
        result["ratio"] = ratio(runs, floor_runs)
    return result


def show(rows):
    print(f"{'row':<18} {'M/s':>8} {'lowest':>8} {'highest':>8} {'of floor':>9} "
          f"{'weir busy':>10} {'gen. busy':>10}   one is")
    for row in rows:
        figure = row["mpps"] if "mpps" in row else row["per_second"] / 1e6
        of_floor = f"{row['ratio']:.2f}" if row.get("ratio") else ""
        busy = f"{row['weir_busy']:.0%}" if row["weir_busy"] is not None else ""
        print(f"{row['name']:<18} {figure:8.3f} {row['lowest']:8.3f} {row['highest']:8.3f} "
              f"{of_floor:>9} {busy:>10} {row['generator_busy']:>10.0%}   {row['text']}")


def conditions(options):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "?")
    dpdk = subprocess.run(["pkg-config", "--modversion", "libdpdk"], capture_output=True,
                          text=True, check=False).stdout.strip()
    return {"device": f"net_memif,{MEMIF}", "descriptors": DESCRIPTORS, "dpdk": dpdk,
            "cpu": model, "hugepages": not options.small_pages, "rounds": options.rounds,
            "seconds": options.seconds, "load_average": os.getloadavg()[0]}


def main():
    options = parse_arguments()
    about = conditions(options)
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    if about["load_average"] > 0.5:
        print("Others are using this machine: the figures will be low, and differ.")
    runs = {row.name: [] for row in options.rows}
    with tempfile.TemporaryDirectory(prefix="weirbench") as directory:
        bench = Bench(options.build.resolve(), options, pathlib.Path(directory))
        for _ in range(options.rounds):
            for row in options.rows:
                runs[row.name].append(bench.measure(row))
    rows = [summary(row, runs[row.name], runs.get(FLOOR[row.family])) for row in options.rows]
    print()
    show(rows)
    if options.json is not None:
        options.json.write_text(json.dumps({"bench": "device", **about, "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
