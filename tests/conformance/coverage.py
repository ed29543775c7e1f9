#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which test proves which requirement: requirements.txt + tests -> COVERAGE.md.

    coverage.py             write COVERAGE.md
    coverage.py --check     fail if it is out of date (for the test suite)

Either way it fails where a test names a requirement that does not exist, where a
requirement has neither a test nor a reason, and where it has both, unless the
reason begins with "partly".
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
COVERAGE = HERE / "COVERAGE.md"
TAG = re.compile(r"proves:\s*(.*?)\s*(?:\*/)?$")
TEST = re.compile(r"^(?:CONVERSATION|TEST)\((\w+)")


class Requirement:
    def __init__(self, where, text, reason):
        self.where = where
        self.text = text
        self.reason = reason
        self.tests = []


def read_requirements(faults):
    """The requirements by ID, in order, and the headings before them."""
    requirements, headings, heading = {}, {}, ""
    lines = (HERE / "requirements.txt").read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            heading = line[3:]
        elif line.strip() and not line.startswith("#"):
            fields = [field.strip() for field in line.split("|")]
            if len(fields) != 4:
                faults.append(f"requirements.txt:{number}: not ID | where | text | reason")
            elif fields[0] in requirements:
                faults.append(f"requirements.txt:{number}: {fields[0]} comes twice")
            else:
                headings[fields[0]] = heading
                requirements[fields[0]] = Requirement(*fields[1:])
    return requirements, headings


def tags_of_script(path):
    """(line, IDs, test) of each tag of a script: the script is the test."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = TAG.search(line) if line.startswith("//") else None
        if match:
            yield number, match.group(1).split(), path.stem


def tags_of_source(path):
    """The same of a C file: a tag belongs to the next test."""
    pending = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = TAG.search(line)
        test = TEST.match(line)
        if match:
            pending.append((number, match.group(1).split()))
        elif test:
            for tagged, ids in pending:
                yield tagged, ids, f"{path.stem}: {test.group(1)}"
            pending = []


def collect(requirements, faults):
    sources = [(path, tags_of_script) for path in sorted(HERE.glob("*.pkt"))]
    sources += [(path, tags_of_source) for path in sorted(HERE.parent.glob("*/**/*.c"))]
    for path, tags_of in sources:
        for number, ids, test in tags_of(path):
            for name in ids:
                if name in requirements:
                    requirements[name].tests.append(test)
                else:
                    faults.append(f"{path.name}:{number}: there is no requirement {name}")


def judge(requirements, faults):
    for name, requirement in requirements.items():
        is_partly = requirement.reason.startswith("partly")
        if not requirement.tests and (is_partly or not requirement.reason):
            faults.append(f"{name}: no test proves it and no reason excuses it")
        if requirement.tests and requirement.reason and not is_partly:
            faults.append(f"{name}: proved by {requirement.tests[0]}, so it needs no reason")


def summary(requirements):
    """One line: how many labelled MUSTs are proved, and how many are excused."""
    must = [r for name, r in requirements.items() if name.startswith("MUST-")]
    proved = sum(1 for r in must if r.tests)
    return (f"Of the {len(must)} MUSTs of RFC 9293 {proved} are proved and "
            f"{len(must) - proved} have a reason; of all {len(requirements)} rows "
            f"{sum(1 for r in requirements.values() if r.tests)} are proved.")


def table(requirements, headings):
    lines = [
        "# What is proved, and by which test",
        "",
        "Made by `coverage.py` from `requirements.txt` and the tests; do not edit.",
        summary(requirements),
    ]
    heading = None
    for name, requirement in requirements.items():
        if headings[name] != heading:
            heading = headings[name]
            lines += ["", f"## {heading}", "", "| ID | where | requirement | proved by |",
                      "| --- | --- | --- | --- |"]
        proof = [f"`{test}`" for test in dict.fromkeys(requirement.tests)]
        if requirement.reason:
            proof.append(f"*{requirement.reason}*")
        lines.append(f"| {name} | {requirement.where} | {requirement.text} | {', '.join(proof)} |")
    return "\n".join(lines) + "\n"


def main():
    faults = []
    requirements, headings = read_requirements(faults)
    collect(requirements, faults)
    judge(requirements, faults)
    text = table(requirements, headings)
    if "--check" not in sys.argv:
        COVERAGE.write_text(text)
    elif not COVERAGE.exists() or COVERAGE.read_text() != text:
        faults.append("COVERAGE.md is out of date: run tests/conformance/coverage.py")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
