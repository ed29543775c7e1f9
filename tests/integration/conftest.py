# SPDX-License-Identifier: BSD-3-Clause
"""What every integration test gets: a limit on its time, a testbed, and a clean end.

A test that outlives its limit (60 s; @pytest.mark.limit(SECONDS) for another) is
interrupted and fails; what it started is killed with its namespaces.  On failure the
configuration and output of each weir of the test are shown.
"""

import os
import shutil
import signal
import subprocess

import pytest

import netns
from daemon import PATIENCE, PROGRAM, TOOLS
from testbed import Testbed

LIMIT_SECONDS = 60

PROGRAMS = ("ip", "ethtool", "tcpdump", "curl", "nc", "wrk", "ping", "arping", "hping3", "nft",
            "taskset", "sysctl", "tshark")

_beds = []


class TooLong(Exception):
    pass


def pytest_configure(config):
    config.addinivalue_line("markers", "limit(seconds): interrupt the test after so long")
    config.addinivalue_line("markers", "sanitize: also run with a build under sanitizers")


def _missing():
    if os.geteuid() != 0:
        return "needs root: it makes network namespaces"
    if not os.access("/dev/net/tun", os.W_OK):
        return "needs /dev/net/tun"
    probe = subprocess.run(["ip", "netns", "add", netns.prefix() + "probe"], capture_output=True,
                           check=False)
    if probe.returncode != 0:
        return f"cannot make a network namespace: {probe.stderr.decode().strip()}"
    netns.remove(netns.prefix() + "probe")
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)} (config/install-deps.sh test)"
    return None


def pytest_collection_modifyitems(items):
    reason = _missing()
    if reason is not None:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))
        return
    for path in (PROGRAM, TOOLS / "connections"):
        if not path.exists():
            raise pytest.UsageError(f"{path} is not built; run tests/run.sh")


def _limited(item, phase):
    marker = item.get_closest_marker("limit")
    seconds = (marker.args[0] if marker else LIMIT_SECONDS) * PATIENCE

    def interrupt(_number, _frame):
        signal.setitimer(signal.ITIMER_REAL, 5)  # should the cleanup hang as well
        raise TooLong(f"{phase} took longer than {seconds} s")

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from _limited(item, "setup")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from _limited(item, "the test")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    yield from _limited(item, "teardown")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for bed in _beds:
            if not bed.is_closed:
                report.sections.append((f"weir {bed.weir.number}", bed.weir.output()))


def pytest_sessionfinish():
    if os.geteuid() == 0 and shutil.which("ip") is not None:
        netns.remove_all()


@pytest.fixture(scope="session")
def make_testbed(tmp_path_factory):
    """A function that makes a Testbed; the caller closes it."""
    def make(**options):
        bed = Testbed(tmp_path_factory.mktemp("bed"), **options)
        _beds.append(bed)
        return bed
    return make


def close_testbed(bed):
    """Stop weir as an operator would, if the test has not; then take everything away."""
    try:
        if bed.weir.counters is None:
            bed.stop()
    finally:
        bed.close()


@pytest.fixture
def new_testbed(make_testbed):
    """As make_testbed, closed after the test."""
    beds = []

    def make(**options):
        beds.append(make_testbed(**options))
        return beds[-1]
    yield make
    for bed in reversed(beds):
        close_testbed(bed)


@pytest.fixture
def testbed(new_testbed):
    """weir on a TAP device, for a test that wants it to itself."""
    return new_testbed()


@pytest.fixture(scope="module")
def shared_testbed(make_testbed):
    """weir on a TAP device, one for all tests of a file."""
    bed = make_testbed()
    yield bed
    close_testbed(bed)


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def family(request):
    return request.param
