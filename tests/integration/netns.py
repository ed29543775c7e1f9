# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces: made for one test, gone after it, with everything that runs inside.

All addresses and routes of the tests live in namespaces named wt-<run>-<number>-<label>;
the root namespace is never touched.
"""

import contextlib
import ctypes
import itertools
import os
import signal
import socket
import subprocess
import time

CLONE_NEWNET = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count()


def prefix():
    """tests/run.sh gives its own process number, to tidy up should pytest be killed."""
    return f"wt-{os.environ.get('WEIR_TEST_RUN', os.getpid())}-"


def run(*argv, timeout=20, check=True, **options):
    """A command that must end by itself; its output as text."""
    result = subprocess.run(argv, timeout=timeout, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}: exit status {result.returncode}\n"
                             f"{result.stdout}{result.stderr}")
    return result


class Namespace:
    def __init__(self, label):
        self.name = f"{prefix()}{next(_numbers)}-{label}"
        self.devices_gone = []
        run("ip", "netns", "add", self.name)
        self.run("ip", "link", "set", "lo", "up")
        # No neighbour of ours needs what IPv6 does of itself on a link.
        for scope in ("all", "default"):
            for key in ("accept_ra=0", "accept_dad=0", "router_solicitations=0"):
                self.sysctl(f"net.ipv6.conf.{scope}.{key}")

    def command(self, *argv):
        return ["ip", "netns", "exec", self.name, *argv]

    def run(self, *argv, **options):
        return run(*self.command(*argv), **options)

    def popen(self, *argv, **options):
        """A process of the namespace.  Whoever starts it ends it; close() ends the rest."""
        return subprocess.Popen(self.command(*argv), **options)

    def sysctl(self, setting):
        self.run("sysctl", "-q", "-w", setting)

    @contextlib.contextmanager
    def entered(self):
        """This thread inside the namespace: sockets made here stay in it."""
        with open("/proc/thread-self/ns/net", encoding="ascii") as home, \
             open(f"/run/netns/{self.name}", encoding="ascii") as there:
            _setns(there)
            try:
                yield
            finally:
                _setns(home)

    def socket(self, *arguments):
        with self.entered():
            return socket.socket(*arguments)

    def connect(self, address, port, timeout=10, source=None):
        with self.entered():
            return socket.create_connection((address, port), timeout=timeout,
                                            source_address=source and (source, 0))

    def packet_socket(self, interface):
        """Raw frames of an interface, whatever their protocol."""
        with self.entered():
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            s.bind((interface, 3))
        s.settimeout(5)
        return s

    def interfaces(self):
        lines = self.run("ip", "-br", "link").stdout.splitlines()
        return {line.split()[0].split("@")[0] for line in lines} - {"lo"}

    def mac(self, interface):
        with self.entered():
            return socket_mac(interface)

    def statistic(self, interface, name):
        """A number the kernel keeps for an interface: "tx_packets"."""
        return int(self.run("cat", f"/sys/class/net/{interface}/statistics/{name}").stdout)

    def processes(self):
        result = run("ip", "netns", "pids", self.name, check=False)
        return [int(pid) for pid in result.stdout.split()]

    def close(self):
        remove(self.name)


def _setns(file):
    if _libc.setns(file.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def socket_mac(interface):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind((interface, 0))
        return s.getsockname()[4]


def remove(name):
    """End what runs in the namespace and delete it."""
    for _ in range(50):
        result = run("ip", "netns", "pids", name, check=False)
        pids = [int(pid) for pid in result.stdout.split() if int(pid) != os.getpid()]
        if not pids:
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    run("ip", "netns", "del", name, check=False)


def remove_all():
    """Whatever this process has left behind."""
    for line in run("ip", "netns", "list").stdout.splitlines():
        if line.startswith(prefix()):
            remove(line.split()[0])


def veth(first, first_name, second, second_name):
    """A wire between two namespaces (which may be one).

    Checksum offload is off at both ends: what weir gets has been computed, as on a real wire.
    """
    run("ip", "-n", first.name, "link", "add", first_name, "type", "veth",
        "peer", "name", second_name, "netns", second.name)
    for namespace, name in ((first, first_name), (second, second_name)):
        namespace.run("ethtool", "-K", name, "tx", "off")
        namespace.run("ip", "link", "set", name, "up")
