# SPDX-License-Identifier: BSD-3-Clause
"""weir on a device of some kind, and a client namespace joined to it.

    tap          client and weir share a namespace; weir makes the interface weir0 in it
    af_packet    client namespace, client0 <--veth--> port0, weir's namespace
    af_xdp       the same
    pcap         the same, through libpcap

With a bad wire in between (wire="--loss 2 ..."), lossy_link runs in weir's namespace:

    client0 <--veth--> wire0, lossy_link, weir0             tap
    client0 <--veth--> wire0, lossy_link, wire1 <--veth--> port0
"""

import subprocess
import time

from daemon import TOOLS, Weir, cpus, merged
from netns import Namespace, veth

WEIR_ADDRESS = {4: "192.0.2.1", 6: "2001:db8::1"}
CLIENT_ADDRESS = {4: "192.0.2.2", 6: "2001:db8::2"}

ECHO, DISCARD, HTTP, OBEDIENT, LATE = 7, 9, 80, 1234, 8888

# How long after the client's FIN the application at port LATE closes.
LATE_MS = 300

DEVICES = {
    "tap": "net_tap0,iface=weir0",
    "af_packet": "net_af_packet0,iface=port0",
    "af_xdp": "net_af_xdp0,iface=port0,start_queue=0,queue_count=1",
    "pcap": "net_pcap0,rx_iface_in=port0,tx_iface=port0,phy_mac=1",
}


def sections(device, cookies="auto", workers=1):
    """The configuration all tests start from."""
    main, *others = cpus(1 + workers)
    cores = others if workers == 1 else cpus(workers)
    obedient = TOOLS / "obedient.so"
    return {
        "weir": {"cores": ",".join(str(cpu) for cpu in dict.fromkeys(cores)), "main_core": main,
                 "hugepages": "no", "memory": 1024},
        # Each test would wait a second for its IPv6 address.
        "port wan": {"device": device, "dad": "no"},
        "address v4": {"port": "wan", "ip": f"{WEIR_ADDRESS[4]}/24"},
        "address v6": {"port": "wan", "ip": f"{WEIR_ADDRESS[6]}/64"},
        "listener echo": {"address": "all", "tcp": ECHO, "application": "echo"},
        "listener discard": {"address": "all", "tcp": DISCARD, "application": "discard"},
        "listener http": {"address": "all", "tcp": HTTP, "application": "http"},
        "listener obedient": {"address": "all", "tcp": OBEDIENT, "application": obedient},
        "listener late": {"address": "all", "tcp": LATE, "application": obedient,
                          "args": LATE_MS},
        "syn": {"cookies": cookies},
    }


def silence_ipv6(namespace):
    for scope in ("all", "default"):
        namespace.sysctl(f"net.ipv6.conf.{scope}.disable_ipv6=1")


class Testbed:
    __test__ = False  # not a test, whatever its name begins with

    def __init__(self, directory, kind="tap", cookies="auto", workers=1, settings=None, wire=None,
                 only_ipv4=False):
        self.kind = kind
        self.wire = None
        self.namespaces = []
        self.weir = None
        self.is_closed = False
        self.only_ipv4 = only_ipv4
        config = merged(sections(DEVICES[kind], cookies, workers), settings)
        try:
            self._build(directory, config, wire)
        except BaseException:
            self.close()
            raise

    def _namespace(self, label):
        namespace = Namespace(label)
        self.namespaces.append(namespace)
        return namespace

    def _build(self, directory, config, wire):
        self.client = self._namespace("client")
        if self.only_ipv4:
            silence_ipv6(self.client)
        if self.kind == "tap" and wire is None:
            where = self.client
            self.interface = "weir0"
        else:
            where = self._namespace("weir")
            silence_ipv6(where)
            self.interface = "client0"
        self._lay_wires(where, wire)
        self.weir = Weir(where, config, directory)
        self.weir.start()
        if wire is not None:
            self._spoil_wire(where, wire)
        self._configure_client()

    def _lay_wires(self, where, wire):
        """The interfaces that must be there before weir starts."""
        inner = "client0"
        if wire is not None:
            veth(self.client, "client0", where, "wire0")
            inner = "wire1"
        if self.kind != "tap":
            veth(self.client if wire is None else where, inner, where, "port0")

    def _spoil_wire(self, where, wire):
        far_end = "weir0" if self.kind == "tap" else "wire1"
        self.wire = where.popen(str(TOOLS / "lossy_link"), *wire.split(), "wire0", far_end,
                                stdout=subprocess.PIPE, text=True)
        assert self.wire.stdout.readline() == "ready\n", "lossy_link did not start"

    def _configure_client(self):
        client = self.client
        client.run("ip", "link", "set", self.interface, "up")
        client.run("ip", "addr", "add", f"{CLIENT_ADDRESS[4]}/24", "dev", self.interface)
        if not self.only_ipv4:
            client.run("ip", "addr", "add", f"{CLIENT_ADDRESS[6]}/64", "dev", self.interface,
                       "nodad")

    def add_sources(self, count):
        """More addresses for the client, to have more ports: returns them."""
        addresses = [f"192.0.2.{100 + i}" for i in range(count)]
        for address in addresses:
            self.client.run("ip", "addr", "add", f"{address}/24", "dev", self.interface)
        return addresses

    def connect(self, port, family=4, timeout=10):
        return self.client.connect(WEIR_ADDRESS[family], port, timeout)

    def weir_mac(self):
        """As the client has learned it."""
        self.client.run("ping", "-c", "1", "-W", "2", WEIR_ADDRESS[4])
        words = self.client.run("ip", "neigh", "show", WEIR_ADDRESS[4]).stdout.split()
        return words[words.index("lladdr") + 1]

    def connections(self, *options, family=4, port=ECHO, timeout=90):
        """Run tools/connections; what its last line says."""
        result = self.client.run(str(TOOLS / "connections"), "--seconds", str(timeout - 10),
                                 *options, WEIR_ADDRESS[family], str(port), timeout=timeout,
                                 check=False)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}"
        return tally(result.stdout.splitlines()[-1])

    def flood(self, kind, count, family=4, port=HTTP, rate=0, seed=1):
        """The command line of a flood at weir."""
        return [str(TOOLS / "flood"), "--kind", kind, "--count", str(count), "--rate", str(rate),
                "--seed", str(seed), self.interface, self.weir_mac(), WEIR_ADDRESS[family],
                str(port)]

    def end_wire(self):
        """What lossy_link did, by its own account."""
        self.wire.terminate()
        said = self.wire.communicate(timeout=10)[0]
        self.wire = None
        return tally(said)

    def stop(self, **options):
        return self.weir.stop(**options)

    def close(self):
        self.is_closed = True
        if self.wire is not None:
            self.wire.kill()
            self.wire.communicate(timeout=10)
        if self.weir is not None:
            self.weir.kill()
        for namespace in self.namespaces:
            namespace.close()


def tally(line):
    """ "opened 3 failed 0" as {"opened": 3, "failed": 0}. """
    words = line.split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}


def wait_until(condition, what, timeout=10):
    """Poll a condition that some other process brings about."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout} s: {what}"
        time.sleep(0.05)
