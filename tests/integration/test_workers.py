# SPDX-License-Identifier: BSD-3-Clause
"""Two workers: connections spread over both, and every packet finds the core of its flow."""

import os

import pytest

import streams
from testbed import ECHO, HTTP, WEIR_ADDRESS

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")


@pytest.fixture(scope="module", params=["always", "never"], ids=lambda p: f"cookies_{p}")
def bed(request, make_testbed):
    bed = make_testbed(workers=2, cookies=request.param)
    yield bed
    counters = bed.stop()
    bed.close()
    assert counters["flow_opened"] == counters["flow_closed"]
    assert counters["steered_in"] == counters["steered_out"]


def test_a_thousand_connections_echo(bed, family):
    done = bed.connections("--count", "1000", "--open", "100", "--octets", "5000", family=family)
    assert done["completed"] == 1000
    assert done["octets"] == 5_000_000


def test_10_mb_each_way_arrive_unchanged(bed):
    with bed.connect(ECHO, timeout=30) as connection:
        streams.check_echo(connection, 10_000_000)


def test_wrk_gets_only_good_answers(bed):
    result = bed.client.run("wrk", "-t", "1", "-c", "20", "-d", "2s",
                            f"http://{WEIR_ADDRESS[4]}:{HTTP}/")
    assert "Socket errors" not in result.stdout, result.stdout


def test_both_workers_have_connections(bed):
    before = [bed.weir.core_counters(core) for core in range(2)]
    assert bed.connections("--count", "400", "--octets", "10")["completed"] == 400
    opened = [bed.weir.core_counters(core).since(before[core])["flow_opened"]
              for core in range(2)]
    assert sum(opened) == 400
    assert min(opened) > 100, opened


def test_each_worker_says_what_it_got_and_from_where(bed):
    before = bed.weir.telemetry("/weir/workers")
    assert bed.connections("--count", "100", "--octets", "10")["completed"] == 100
    counters = bed.weir.settled_counters()
    workers = bed.weir.telemetry("/weir/workers")
    assert sum(w["rx_packets"] for w in workers.values()) == counters["rx_packets"]
    assert sum(w["dropped"] for w in workers.values()) == counters.dropped
    # The first receives for both, the second from the first alone.
    assert workers["0"]["received_from"]["0/0"] - before["0"]["received_from"]["0/0"] >= 100
    assert workers["1"]["received_from"] == {"other_cores": counters["steered_in"]}
    assert workers["0"]["overloaded"] == workers["1"]["overloaded"] == 0
