# SPDX-License-Identifier: BSD-3-Clause
"""The devices that need another set-up than the testbed's: pcap, ring, memif."""

import contextlib
import os
import pathlib
import struct
import subprocess
import time

import pytest

import frames
import streams
from daemon import RUNTIME, Weir, cpus, merged
from frames import ACK, RST, SYN
from netns import Namespace
from testbed import CLIENT_ADDRESS, ECHO, WEIR_ADDRESS, sections, wait_until

V4 = WEIR_ADDRESS[4]
PCAP_MAC = bytes.fromhex("027063617000")  # what DPDK's pcap driver gives its first port
FOE = "198.51.100.7"


@contextlib.contextmanager
def weir_alone(device, directory, settings=None):
    """weir in a namespace of its own, with nobody around."""
    namespace = Namespace("alone")
    weir = None
    try:
        weir = Weir(namespace, merged(sections(device, cookies="always"), settings), directory)
        yield weir.start()
    finally:
        if weir is not None:
            weir.kill()
        namespace.close()


def write_pcap(path, packets):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number, packet in enumerate(packets):
            f.write(struct.pack("<IIII", 1, number, len(packet), len(packet)) + packet)


def read_pcap(path):
    octets = path.read_bytes()
    at, packets = 24, []
    while at < len(octets):
        length = struct.unpack_from("<I", octets, at + 8)[0]
        packets.append(octets[at + 16:at + 16 + length])
        at += 16 + length
    return packets


def frame(flags, port, source_port):
    segment = frames.tcp(FOE, V4, source_port, port, flags, seq=100, ack=200)
    return frames.ethernet(PCAP_MAC, bytes.fromhex("02000000beef"), frames.ETH_IPV4,
                           frames.ipv4(FOE, V4, segment))


def test_a_pcap_file_is_answered_into_another(tmp_path):
    syns = [frame(SYN, ECHO, 2000 + i) for i in range(100)]
    strays = [frame(ACK, 81, 3000 + i) for i in range(50)]
    write_pcap(tmp_path / "in.pcap", syns + strays)
    device = f"net_pcap0,rx_pcap={tmp_path}/in.pcap,tx_pcap={tmp_path}/out.pcap"
    limits = {"tcp": {"rst_rate": 100_000}, "limits": {"prefix_replies": 0}}
    with weir_alone(device, tmp_path, limits) as weir:
        wait_until(lambda: weir.live_counters()["rx_packets"] == 150, "the file is read")
        counters = weir.stop()
    assert counters["cookie_sent"] == 100
    assert counters["drop.no_listener"] == 50
    replies = [frames.Tcp.parse(p) for p in read_pcap(tmp_path / "out.pcap")]
    replies = [r for r in replies if r is not None]
    assert sorted(r.target_port for r in replies if r.flags == SYN | ACK) == \
        list(range(2000, 2100))
    assert sorted(r.target_port for r in replies if r.flags == RST) == list(range(3000, 3050))


def test_connections_work_through_libpcap(new_testbed, family):
    bed = new_testbed(kind="pcap")
    assert bed.connections("--count", "50", "--octets", "1000", family=family)["completed"] == 50


def test_a_ring_starts_and_stops(tmp_path):
    with weir_alone("net_ring0", tmp_path) as weir:
        time.sleep(0.5)
        weir.stop()


@pytest.mark.parametrize("device", ["net_null0,no-rx=1", "net_null0"], ids=["silent", "endless"])
def test_a_null_device_starts_and_stops(tmp_path, device):
    with weir_alone(device, tmp_path) as weir:
        time.sleep(0.5)
        counters = weir.stop()
    assert counters["rx_served"] == 0


def port_lines(weir):
    return [line for line in weir.stdout.read_text().splitlines() if line.startswith("port wan:")]


def test_a_device_that_sorts_out_no_syns_says_so(tmp_path):
    settings = {"port wan": {"syn_queue": "auto"}}
    with weir_alone("net_null0,no-rx=1", tmp_path, settings) as weir:
        assert any("no queue for SYNs: the device refuses a rule for SYNs over IPv4" in line
                   for line in port_lines(weir)), weir.output()
        weir.stop()


def test_a_queue_for_syns_that_is_insisted_on_is_refused(tmp_path):
    namespace = Namespace("alone")
    try:
        weir = Weir(namespace, merged(sections("net_null0,no-rx=1"),
                                      {"port wan": {"syn_queue": "on"}}), tmp_path)
        weir.start(wait=False)
        assert weir.process.wait(30) == 1
        assert "[port wan] syn_queue: on cannot be had" in weir.stderr.read_text()
    finally:
        weir.kill()
        namespace.close()


def wide_vectors():
    """Does the CPU have what batches need: lib/base/wide.h?"""
    words = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    return {"aes", "avx512f", "avx512vl", "avx512bw", "avx512dq", "vaes"} <= set(words)


@pytest.mark.parametrize("eal", ["", "--force-max-simd-bitwidth=512",
                                 "--force-max-simd-bitwidth=256"])
def test_batches_are_used_where_the_cpu_has_them_unless_eal_is_told_otherwise(eal, tmp_path):
    with weir_alone("net_null0,no-rx=1", tmp_path, {"weir": {"eal": eal or None}}) as weir:
        line = weir.wait_for_line("cookies and flow table:")
        weir.stop()
    assert ("sixteen packets at a time" in line) == (wide_vectors() and "256" not in eal), line


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_rss_has_a_queue_for_each_worker(tmp_path):
    namespace = Namespace("alone")
    try:
        weir = Weir(namespace, sections("net_null0,no-rx=1", workers=2), tmp_path).start()
        assert any("2 receive queues" in line and "steering rss" in line
                   for line in port_lines(weir)), weir.output()
        workers = weir.telemetry("/weir/workers")
        assert [set(workers[w]["received_from"]) for w in "01"] == \
            [{"0/0", "other_cores"}, {"0/1", "other_cores"}]
        weir.stop()
    finally:
        weir.kill()
        namespace.close()


@contextlib.contextmanager
def bridged(namespace, socket, log, number=0):
    """testpmd in another process carries frames between the memif and a TAP device."""
    weirs_cpu, other_cpu = reversed(cpus(2))
    interface = f"bridge{number}"
    bridge = namespace.popen(
        "dpdk-testpmd", "--no-huge", "-m", "256", "--no-pci",
        f"--lcores=0@{weirs_cpu},1@{other_cpu}",  # the second one forwards
        f"--file-prefix=wtbridge{os.getpid()}n{number}",
        f"--vdev=net_memif0,role=client,socket={socket},socket-abstract=no",
        f"--vdev=net_tap0,iface={interface}", "--", "--total-num-mbufs=8192",
        "--forward-mode=io", "--auto-start", "--no-mlockall",
        stdin=subprocess.PIPE, stdout=log, stderr=log,
        env=dict(os.environ, RUNTIME_DIRECTORY=str(RUNTIME)))
    try:
        wait_until(lambda: interface in namespace.interfaces(), "testpmd", timeout=20)
        namespace.run("ip", "addr", "add", f"{CLIENT_ADDRESS[4]}/24", "dev", interface)
        wait_until(lambda: namespace.run("ping", "-c", "1", "-W", "1", V4,
                                         check=False).returncode == 0, "a ping", timeout=20)
        yield
    finally:
        bridge.kill()
        bridge.wait(10)


@contextlib.contextmanager
def weir_on_memif(tmp_path):
    """weir, a namespace for clients, and the socket by which a memif's other end finds it."""
    socket = RUNTIME / "memif.sock"
    namespace = Namespace("client")
    try:
        with weir_alone(f"net_memif0,role=server,socket={socket},socket-abstract=no",
                        tmp_path) as weir:
            wait_until(socket.exists, "the memif's socket")
            yield weir, namespace, socket
    finally:
        namespace.close()


@pytest.mark.limit(60)
def test_connections_work_through_shared_memory(tmp_path):
    with weir_on_memif(tmp_path) as (weir, namespace, socket), \
         open(tmp_path / "testpmd.log", "w", encoding="ascii") as log, \
         bridged(namespace, socket, log):
        with namespace.connect(V4, ECHO, timeout=20) as connection:
            streams.check_echo(connection, 1_000_000)
        result = namespace.run("curl", "-sS", "--max-time", "10", "-o", "/dev/null", "-w",
                               "%{http_code}", f"http://{V4}/")
        assert result.stdout == "200"
        weir.stop()


@pytest.mark.limit(90)
def test_shared_memory_outlives_the_other_end(tmp_path):
    """It is killed, with a connection open, and another one takes its place."""
    with weir_on_memif(tmp_path) as (weir, namespace, socket), \
         open(tmp_path / "testpmd.log", "w", encoding="ascii") as log:
        for number in range(3):
            with bridged(namespace, socket, log, number):
                connection = namespace.connect(V4, ECHO, timeout=20)
                streams.check_echo(connection, 100_000)
            connection.close()
        assert weir.live_counters()["flow_opened"] == 3
        weir.stop()
