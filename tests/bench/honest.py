#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Honest clients while a SYN flood grows from nothing to beyond what the server can answer.

	honest.py BUILD [--json FILE] [--svg FILE] [--seconds N] [--subjects NAME,..]
	          [--parts PERCENT,..] [--small-pages]

Subjects:
    weir_memif   weir, joined to the generator by a memif in shared memory
    weir_veth    weir on net_af_packet, the generator on another, a veth between
    linux_veth   Linux with tcp_syncookies = 1 and a small epoll server (epoll_http.c) on that
                 veth, its receive work moved to the server's CPU (RPS)

For each subject first its capacity: the SYN-ACKs a second it gives to all the SYNs that the
device takes, weir with shed = no, which wastes nothing on what it cannot answer.  Then floods
of so many percent of that, each beside 200 new connections a second (one HTTP request each) and
four that stay open and ask again and again.  What the device has no room for is lost, the
clients' packets as well as the flood's, as on a wire.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import honest_plot
from processes import cpus, end, wait_for

MAC = "02:00:00:00:00:01"
ADDRESS, GATEWAY, PORT = "192.0.2.1", "192.0.2.254", 80
MEMIF = "bsize=2048,rsize=11"
DESCRIPTORS = 1024
MEMORY = 512  # MiB, for each process
PARTS = (0, 20, 40, 60, 80, 100, 120, 150)

CONFIG = """\
[weir]
cores = {worker}
main_core = {other}
hugepages = {hugepages}
memory = {memory}
eal = --file-prefix={prefix}

[port wire]
device = {device}
rx_descriptors = {descriptors}
tx_descriptors = {descriptors}
shed = {shed}

[address v4]
port = wire
ip = {address}/24

[listener web]
tcp = {port}
application = http
args = body=Hello

[syn]
cookies = always
"""


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


class Bench:
    def __init__(self, build, options, directory):
        self.build = build
        self.options = options
        self.directory = directory
        self.worker, self.other = cpus()
        self.run = f"wh{os.getpid()}"

    @contextlib.contextmanager
    def process(self, name, command, says):
        """Something that serves, from the moment it says that it does."""
        log = self.directory / f"{name}.log"
        with open(log, "w", encoding="utf-8") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            wait_for(lambda: says in log.read_text(errors="replace"), name, process)
            yield process
        finally:
            end(process, timeout=30)

    @contextlib.contextmanager
    def weir(self, device, shed, inside=()):
        config = self.directory / "weir.conf"
        config.write_text(CONFIG.format(
            worker=self.worker, other=self.other, memory=MEMORY, prefix=self.run, device=device,
            hugepages="yes" if self.options.hugepages else "no", descriptors=DESCRIPTORS,
            address=ADDRESS, port=PORT, shed=shed))
        with self.process("weir", [*inside, self.build / "app" / "weir", "-c", config],
                          "weir: ready") as process:
            yield process

    @contextlib.contextmanager
    def wire(self):
        """A veth between two namespaces: of the server and of the generator."""
        names = [f"{self.run}-server", f"{self.run}-gen"]
        try:
            for name in names:
                run("ip", "netns", "add", name)
                run("ip", "netns", "exec", name, "sysctl", "-q", "-w",
                    "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            run("ip", "-n", names[0], "link", "add", "server0", "address", MAC, "type", "veth",
                "peer", "name", "gen0", "netns", names[1])
            for name, interface in zip(names, ("server0", "gen0")):
                run("ip", "netns", "exec", name, "ethtool", "-K", interface, "tx", "off")
                run("ip", "-n", name, "link", "set", interface, "up")
            yield [["ip", "netns", "exec", name] for name in names]
        finally:
            for name in names:
                subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    @contextlib.contextmanager
    def weir_memif(self, shed):
        path = self.directory / "memif"
        ends = f"socket={path},socket-abstract=no"
        with self.weir(f"net_memif0,role=server,{ends},mac={MAC},{MEMIF}",
                       shed):
            yield f"net_memif0,role=client,{ends},{MEMIF}", []

    @contextlib.contextmanager
    def weir_veth(self, shed):
        with self.wire() as (server, gen), \
             self.weir("net_af_packet0,iface=server0", shed, server):
            yield "net_af_packet0,iface=gen0", gen

    @contextlib.contextmanager
    def linux_veth(self, shed):
        with self.wire() as (server, gen):
            mac = subprocess.run([*gen, "cat", "/sys/class/net/gen0/address"], check=True,
                                 capture_output=True, text=True).stdout.strip()
            for command in (
                    ["ip", "addr", "add", f"{ADDRESS}/24", "dev", "server0"],
                    ["ip", "neigh", "add", GATEWAY, "lladdr", mac, "dev", "server0"],
                    ["ip", "route", "add", "default", "via", GATEWAY],
                    ["sysctl", "-q", "-w", "net.ipv4.tcp_syncookies=1", "net.core.somaxconn=4096",
                     "net.ipv4.tcp_max_syn_backlog=4096", "net.ipv4.conf.all.rp_filter=0"],
                    ["sh", "-c", f"echo {1 << self.worker:x} "
                                 "> /sys/class/net/server0/queues/rx-0/rps_cpus"]):
                run(*server, *command)
            command = [*server, "taskset", "-c", str(self.worker),
                       self.build / "tests" / "bench" / "epoll_http", ADDRESS, str(PORT)]
            with self.process("epoll_http", command, "ready"):
                yield "net_af_packet0,iface=gen0", gen

    def generate(self, device, inside, *arguments):
        result = self.directory / "gen.json"
        result.unlink(missing_ok=True)
        pages = ["--hugepages"] if self.options.hugepages else []
        command = [
            *inside, self.build / "tests" / "bench" / "gen" / "bench_gen", "--device", device,
            "--descriptors", str(DESCRIPTORS), "--cpu", str(self.other), "--memory", str(MEMORY),
            *pages, "--ip", ADDRESS, "--mac", MAC, "--port", str(PORT), "--warmup", "1",
            "--json", result, *arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=120, check=False)
        if done.returncode != 0 or not result.exists():
            sys.exit(f"honest.py: bench_gen: {done.returncode}\n{done.stdout}{done.stderr}")
        return json.loads(result.read_text())

    def capacity(self, where):
        result = self.generate(*where, "--mode", "syn", "--seconds", "3")
        return result["received"]["to_flood"]["syn_ack"] / result["seconds"]

    def point(self, where, number, part, capacity):
        """Clients of a network of their own: the server may still know those of before."""
        rate = round(capacity * part / 100)
        flood = ["--mix", "syn", "--pps", str(rate)] if rate > 0 else ["--mix", "none"]
        return point_of(part, rate, self.generate(
            *where, "--mode", "honest", *flood, "--seconds", str(self.options.seconds),
            "--clients", "1024", "--client-from", f"198.18.{number}.0/24"))


def point_of(part, rate, result):
    clients, flows, sent = result["clients"], result["flows"], result["sent"]
    failed = clients["timed_out"] + clients["reset"] + clients["wrong"] + clients["unfinished"]
    offered = sent["packets"] + sent["lost"]
    return {
        "part": part,
        "flood_wanted_pps": rate,
        "flood_pps": sent["flood"]["syn"] / result["seconds"],
        "syn_acks_pps": result["received"]["to_flood"]["syn_ack"] / result["seconds"],
        "lost_on_the_way": sent["lost"] / offered if offered else 0,
        "opened": clients["opened"],
        "failed": failed,
        "success": 1 - failed / clients["opened"] if clients["opened"] else 0.0,
        "syns_again": clients["syns_again"],
        "connect_us": clients["connect_us"],
        "request_us": clients["exchange_us"],
        "flow_request_us": flows["exchange_us"],
        "flow_answers_per_second": flows["answers_per_second"],
        "goodput_mbps": flows["goodput_mbps"],
        "flows_reset": flows["lost"],
        "flows_timed_out": flows["timed_out"],
        "flow_requests_again": flows["again"],
    }


def show(name, capacity, points):
    print(f"\n{name}: {capacity / 1e6:.3f} M SYN-ACK/s at most")
    print(f"{'part':>5} {'flood k/s':>10} {'SYN-ACK k/s':>12} {'lost':>7} {'success':>9} "
          f"{'SYN again':>10} {'connect p50':>12} {'p99 us':>9} {'flows kbit/s':>13} "
          f"{'p99 us':>9} {'reset':>6}")
    for p in points:
        print(f"{p['part']:>4}% {p['flood_pps'] / 1e3:>10.1f} {p['syn_acks_pps'] / 1e3:>12.1f} "
              f"{p['lost_on_the_way']:>7.2%} {p['success']:>9.2%} {p['syns_again']:>10} "
              f"{p['connect_us']['p50']:>12.1f} {p['connect_us']['p99']:>9.1f} "
              f"{p['goodput_mbps'] * 1e3:>13.1f} {p['flow_request_us']['p99']:>9.1f} "
              f"{p['flows_reset'] + p['flows_timed_out']:>6}")


def conditions(options):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "?")
    dpdk = subprocess.run(["pkg-config", "--modversion", "libdpdk"], capture_output=True,
                          text=True, check=False).stdout.strip()
    return {"cpu": model, "cpus": os.cpu_count(), "dpdk": dpdk, "linux": os.uname().release,
            "hugepages": options.hugepages, "seconds": options.seconds,
            "load_average": os.getloadavg()[0]}


def parse_arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--svg", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--subjects", default="weir_memif,weir_veth,linux_veth")
    parser.add_argument("--parts", default=",".join(map(str, PARTS)))
    parser.add_argument("--small-pages", dest="hugepages", action="store_false")
    options = parser.parse_args()
    options.subjects = options.subjects.split(",")
    options.parts = [int(part) for part in options.parts.split(",")]
    for name in options.subjects:
        if name not in ("weir_memif", "weir_veth", "linux_veth"):
            parser.error(f"no such subject: {name}")
    return options


def main():
    options = parse_arguments()
    result = {"bench": "honest", **conditions(options), "rows": []}
    if result["load_average"] > 0.5:
        print("Others are using this machine: the figures will be low, and differ.")
    with tempfile.TemporaryDirectory(prefix="weirhonest") as directory:
        bench = Bench(options.build.resolve(), options, pathlib.Path(directory))
        for name in options.subjects:
            with getattr(bench, name)(shed="no") as where:
                capacity = bench.capacity(where)
            with getattr(bench, name)(shed="yes") as where:
                points = [bench.point(where, number, part, capacity)
                          for number, part in enumerate(options.parts)]
            result["rows"].append({"name": name, "capacity_pps": capacity, "points": points})
            show(name, capacity, points)
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.svg is not None:
        options.svg.write_text(honest_plot.draw(result))


if __name__ == "__main__":
    main()
