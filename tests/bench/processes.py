# SPDX-License-Identifier: BSD-3-Clause
"""What is measured and the generator, as processes with a CPU each."""

import os
import pathlib
import signal
import subprocess
import sys
import time


def _fail(sentence):
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {sentence}")


def cpus():
    """(of what is measured, of the generator)"""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        _fail("needs two CPUs")
    return usable[0], usable[-1]


def wait_for(condition, what, process, timeout=30):
    deadline = time.monotonic() + timeout
    while not condition():
        if process.poll() is not None:
            _fail(f"{what} ended with status {process.returncode}")
        if time.monotonic() > deadline:
            _fail(f"{what} is not ready within {timeout} s")
        time.sleep(0.02)


def end(process, how=signal.SIGTERM, timeout=20):
    """Ask it to end, and see to it that it does."""
    process.send_signal(how)  # nothing happens to one that has ended
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
