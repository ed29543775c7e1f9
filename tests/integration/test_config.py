# SPDX-License-Identifier: BSD-3-Clause
"""The command line and the configuration file: mistakes are named before a port is touched."""

import re
import signal
import subprocess

import pytest

from daemon import PROGRAM, RUNTIME, configuration, merged
from netns import Namespace, run
from testbed import DEVICES, sections


pytestmark = pytest.mark.sanitize


@pytest.fixture(scope="module")
def namespace():
    namespace = Namespace("config")
    yield namespace
    namespace.close()


@pytest.fixture
def written(tmp_path):
    def write(changes=None):
        path = tmp_path / "weir.conf"
        path.write_text(configuration(merged(sections(DEVICES["tap"]), changes)))
        return path
    return write


def test_help_names_the_options():
    result = run(str(PROGRAM), "--help")
    for option in ("-c", "--check", "--help", "--version"):
        assert option in result.stdout
    assert result.stderr == ""


def test_version_is_a_number():
    assert re.fullmatch(r"(weir )?\d+\.\d+\.\d+.*\n", run(str(PROGRAM), "--version").stdout)


@pytest.mark.parametrize("arguments", [[], ["-c"], ["--no-such-option"], ["-c", "/nowhere.conf"]],
                         ids=["none", "no_file", "unknown", "file_missing"])
def test_a_wrong_command_line_is_refused(namespace, arguments):
    result = namespace.run(str(PROGRAM), *arguments, check=False)
    assert result.returncode not in (0, -signal.SIGABRT, -signal.SIGSEGV)
    assert result.stderr != ""
    assert namespace.interfaces() == set()


def test_check_accepts_a_good_file_and_touches_no_device(namespace, written):
    result = namespace.run(str(PROGRAM), "-c", str(written()), "--check")
    assert result.returncode == 0
    assert namespace.interfaces() == set()


MISTAKES = [
    ("port wan", "mtu", "100"),
    ("port wan", "mtu", "many"),
    ("port wan", "vlan", "4095"),
    ("port wan", "rx_descriptors", "1000"),
    ("port wan", "steering", "random"),
    ("port wan", "offload", "perhaps"),
    ("port wan", "device", None),
    ("port wan", "no_such_key", "1"),
    ("address v4", "ip", "192.0.2.300/24"),
    ("address v4", "ip", "192.0.2.1/33"),
    ("address v4", "port", "lan"),
    ("address v6", "ip", "2001:db8::1/129"),
    ("address v6", "ip", "192.0.2.1/24"),
    ("listener echo", "tcp", "0"),
    ("listener echo", "tcp", "65536"),
    ("listener echo", "tcp", "20-10"),
    ("listener echo", "tcp", "80"),
    ("listener echo", "application", "gopher"),
    ("listener echo", "application", "/no/such/file.so"),
    ("listener echo", "address", "v5"),
    ("syn", "cookies", "sometimes"),
    ("syn", "mac", "md5"),
    ("syn", "secret", "too short"),
    ("syn", "queue", "0"),
    ("syn", "retries", "11"),
    ("tcp", "receive_buffer", "17"),
    ("tcp", "delayed_ack", "500"),
    ("tcp", "ttl", "256"),
    ("tcp", "msl", "-1"),
    ("limits", "flows", "1"),
    ("limits", "flows", ""),
    ("limits", "reassembly_segments", "0"),
    ("limits", "prefix_ipv4", "33"),
    ("limits", "prefix_rate", "fast"),
    ("sources", "deny", "198.51.100.1/24"),
    ("sources", "allow", "198.51.100.0/24 203.0.113.0/24"),
    ("sources", "deny_file", "/no/such/list"),
    ("weir", "cores", "1-"),
    ("weir", "cores", ""),
    ("weir", "hugepages", "2"),
    ("weir", "stop", "slowly"),
]


@pytest.mark.parametrize("section, key, value", MISTAKES,
                         ids=[f"{s}-{k}-{v}".replace(" ", "_").replace("/", ":")
                              for s, k, v in MISTAKES])
def test_a_mistake_is_named_with_file_section_and_key(namespace, written, section, key, value):
    path = written({section: {key: value}})
    for arguments in (["--check"], []):
        result = namespace.run(str(PROGRAM), "-c", str(path), *arguments, check=False)
        assert result.returncode == 1, result.stdout + result.stderr
        assert f"{path}: [{section}] {key}: " in result.stderr, result.stderr
        assert namespace.interfaces() == set()


@pytest.mark.parametrize("section", ["prot wan", "port", "weird"])
def test_an_unknown_section_is_named(namespace, written, section):
    path = written({section: {"device": "net_tap1"}})
    result = namespace.run(str(PROGRAM), "-c", str(path), "--check", check=False)
    assert result.returncode == 1
    assert f"{path}: [{section}]" in result.stderr


@pytest.mark.parametrize("section", ["port wan", "listener echo", "address v4"])
def test_an_empty_configuration_is_refused(namespace, tmp_path, section):
    path = tmp_path / "weir.conf"
    path.write_text(f"[{section}]\n")
    result = namespace.run(str(PROGRAM), "-c", str(path), "--check", check=False)
    assert result.returncode == 1
    assert str(path) in result.stderr


def test_a_device_that_is_not_there_is_an_error_with_a_reason(namespace, written):
    path = written({"port wan": {"device": "net_af_packet0,iface=nosuch0"}})
    result = namespace.run(str(PROGRAM), "-c", str(path), check=False)
    assert result.returncode == 1
    assert "net_af_packet0" in result.stderr
    assert "PANIC" not in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_its_device_is_gone(new_testbed, number):
    bed = new_testbed()
    assert bed.client.interfaces() == {"weir0"}
    assert bed.connections("--count", "3", "--octets", "10")["completed"] == 3
    bed.stop(number=number)
    assert bed.client.interfaces() == set()


def test_two_instances_run_side_by_side(new_testbed):
    beds = [new_testbed(), new_testbed(kind="af_packet")]
    for bed in beds:
        assert bed.connections("--count", "10", "--octets", "10")["completed"] == 10


def test_eal_arguments_can_follow_on_the_command_line(namespace, written, tmp_path):
    process = namespace.popen(
        "env", f"RUNTIME_DIRECTORY={RUNTIME}", str(PROGRAM), "-c",
        str(written()), "--", "--file-prefix=wtafter", stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        if line.startswith("weir: ready"):
            break
    assert (RUNTIME / "dpdk" / "wtafter").is_dir()
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0
