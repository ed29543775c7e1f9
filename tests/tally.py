# SPDX-License-Identifier: BSD-3-Clause
"""Count every single test in what meson and pytest wrote, for tests/run.sh.

    tally.py [--broken WHAT].. LABEL=FILE[,FILE]..

A FILE that ends in .json is meson's test log: each program's TAP lines are counted, and a
program that ends badly counts as one failed test even if its lines are all good.  A FILE
that ends in .xml is pytest's; a second one has the tests that failed in the first, run once
more, and what passed there counts as passed.  --broken is a step that failed as a whole, one
failed test.

Failures, skips and what failed once are named with their reasons.  The last line is "N passed, N failed, N
skipped"; the exit status is 0 if something passed and nothing failed.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

TAP = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*?)\s*(?:#\s*(skip|todo)\S*\s*(.*))?$", re.IGNORECASE)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []
        self.once = []  # failed, and passed when it was run again

    def add(self, outcome, name, reason=""):
        if outcome == "passed":
            self.passed += 1
        elif outcome == "skipped":
            self.skipped.append((name, reason))
        else:
            self.failed.append((name, reason))

    def take(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.once += other.once

    def __str__(self):
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def count_program(tally, label, program):
    """One line of meson's log: a program, with or without TAP in its output."""
    name = f"{label}: {program['name']}"
    result = program["result"]
    lines = [m for m in map(TAP.match, program.get("stdout", "").splitlines()) if m]
    for bad, test, directive, reason in (m.groups() for m in lines):
        if (directive or "").lower() == "skip":
            tally.add("skipped", f"{name}: {test}", reason)
        else:
            tally.add("failed" if bad else "passed", f"{name}: {test}")
    if result in ("OK", "EXPECTEDFAIL"):
        if not lines:
            tally.add("passed", name)
    elif result == "SKIP":
        if not lines:
            tally.add("skipped", name, "the program says so")
    elif not any(m[1] for m in lines):
        tally.add("failed", name, f"{result}, exit status {program.get('returncode')}")


def count_meson(tally, label, path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            count_program(tally, label, json.loads(line))


def read_pytest(path):
    """Name, outcome and reason of each test."""
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname').rsplit('.', 1)[-1]}: {case.get('name')}"
        outcome, reason = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                outcome, reason = "failed", (child.get("message") or "").split("\n")[0][:200]
            elif child.tag == "skipped" and outcome == "passed":
                outcome, reason = "skipped", child.get("message") or ""
        yield name, outcome, reason


def count_pytest(tally, label, path, again=None):
    passed_again = set()
    if again is not None:
        passed_again = {name for name, outcome, _ in read_pytest(again) if outcome == "passed"}
    for name, outcome, reason in read_pytest(path):
        if outcome == "failed" and name in passed_again:
            tally.once.append((f"{label}: {name}", reason))
            outcome = "passed"
        tally.add(outcome, f"{label}: {name}", reason)


def main(arguments):
    total = Tally()
    rows = []
    while arguments and arguments[0] == "--broken":
        total.add("failed", arguments[1])
        arguments = arguments[2:]
    for argument in arguments:
        label, paths = argument.split("=", 1)
        paths = paths.split(",")
        part = Tally()
        try:
            (count_meson if paths[0].endswith(".json") else count_pytest)(part, label, *paths)
        except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
            part.add("failed", f"{label}: no result to be read", str(error))
        rows.append((label, str(part)))
        total.take(part)
    for what, entries in (("skipped", total.skipped), ("failed once, then passed", total.once),
                          ("FAILED", total.failed)):
        for name, reason in entries:
            print(f"{what}  {name}" + (f"\n         {reason}" if reason else ""))
    for label, counts in rows:
        print(f"{label:<24} {counts}")
    print(total)
    return 0 if total.passed > 0 and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
