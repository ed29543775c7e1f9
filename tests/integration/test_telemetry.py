# SPDX-License-Identifier: BSD-3-Clause
"""What operators' tools see: DPDK's telemetry socket and the counters at the end."""

import json
import os
import re
import subprocess

from daemon import ROOT, RUNTIME
from testbed import ECHO


def known_names(definitions, macro):
    text = (ROOT / "lib" / "base" / definitions).read_text(encoding="ascii")
    return re.findall(rf"^{macro}\((\w+),", text, re.MULTILINE)


def test_counters_are_read_over_telemetry(testbed):
    assert testbed.connections("--count", "10", "--octets", "100")["completed"] == 10
    counters = testbed.weir.settled_counters()
    assert counters["flow_opened"] == counters["flow_closed"] == 10
    assert counters["rx_data_bytes"] == 1000
    counters.check_balance()


def test_every_counter_and_every_drop_has_its_name_there(testbed):
    shown = testbed.weir.live_counters().keys()
    missing = [name for name in known_names("counter.def", "COUNTER") if name not in shown]
    assert not missing
    missing = [name for name in known_names("drop_reason.def", "DROP")
               if f"drop.{name}" not in shown]
    assert not missing


def test_the_tool_of_dpdk_reads_them(testbed):
    result = subprocess.run(
        ["/usr/bin/python3", "/usr/bin/dpdk-telemetry.py", "-f", testbed.weir.file_prefix],
        input="/weir/counters\n", capture_output=True, text=True, timeout=10, check=False,
        env=dict(os.environ, RUNTIME_DIRECTORY=str(RUNTIME)))
    answer = [line for line in result.stdout.splitlines() if '"/weir/counters"' in line]
    assert answer, result.stdout + result.stderr
    counters = json.loads(answer[0].removeprefix("--> "))["/weir/counters"]
    assert "rx_packets" in counters


def test_the_list_of_commands_names_ours(testbed):
    commands = testbed.weir.telemetry("/")
    assert "/weir/counters" in commands


def test_the_last_words_explain_every_number(testbed):
    with testbed.connect(ECHO) as connection:
        connection.sendall(b"hello")
        connection.recv(5)
    testbed.stop()
    text = testbed.weir.stdout.read_text()
    lines = [line for line in text.splitlines() if re.match(r"\s*flow_opened\s+1\s", line)]
    assert len(lines) == 1
    assert "Connections that reached ESTABLISHED." in lines[0]
    assert not re.search(r"^\s*\w+\s+0\s", text, re.MULTILINE), "zeroes say nothing"


def test_statistics_are_printed_while_it_runs(new_testbed):
    bed = new_testbed(settings={"weir": {"stats_interval": 1}})
    assert bed.connections("--count", "5")["completed"] == 5
    bed.weir.wait_for_line("flow_opened", timeout=5)
