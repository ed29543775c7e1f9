#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Which test proves what: requirements.txt and hardening.txt + tests -> two tables.

    coverage.py             write COVERAGE.md and HARDENING.md
    coverage.py --check     fail if one is out of date (for the test suite)

A test names what it proves in a comment: a script anywhere, C and Python before the
test.  Either way it fails where a test names a requirement that does not exist, where a
requirement has neither a test nor a reason, and where it has both, unless the
reason begins with "partly".
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TAG = re.compile(r"proves:\s*(.*?)\s*(?:\*/)?$")
TEST = re.compile(r"^(?:CONVERSATION|TEST)\((\w+)|^def (test_\w+)")


class Requirement:
    def __init__(self, where, text, reason):
        self.where = where
        self.text = text
        self.reason = reason
        self.tests = []


class Table:
    def __init__(self, source, target, title, summary, faults):
        self.target = HERE / target
        self.source = source
        self.title = title
        self.summary = summary
        self.requirements, self.headings = read_requirements(source, faults)


def read_requirements(source, faults):
    """The requirements by ID, in order, and the headings before them."""
    requirements, headings, heading = {}, {}, ""
    lines = (HERE / source).read_text().splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            heading = line[3:]
        elif line.strip() and not line.startswith("#"):
            fields = [field.strip() for field in line.split("|")]
            if len(fields) != 4:
                faults.append(f"{source}:{number}: not ID | where | text | reason")
            elif fields[0] in requirements:
                faults.append(f"{source}:{number}: {fields[0]} comes twice")
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
    """The same of a C or Python file: a tag belongs to the next test."""
    pending = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = TAG.search(line)
        test = TEST.match(line)
        if match:
            pending.append((number, match.group(1).split()))
        elif test:
            for tagged, ids in pending:
                yield tagged, ids, f"{path.stem}: {test.group(1) or test.group(2)}"
            pending = []


def collect(requirements, faults):
    sources = [(path, tags_of_script) for path in sorted(HERE.glob("*.pkt"))]
    sources += [(path, tags_of_source) for path in sorted(HERE.parent.glob("*/**/*.c"))]
    sources += [(path, tags_of_source) for path in sorted(HERE.parent.glob("integration/*.py"))]
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


def summary_of_requirements(requirements):
    """One line: how many labelled MUSTs are proved, and how many are excused."""
    must = [r for name, r in requirements.items() if name.startswith("MUST-")]
    proved = sum(1 for r in must if r.tests)
    return (f"Of the {len(must)} MUSTs of RFC 9293 {proved} are proved and "
            f"{len(must) - proved} have a reason; of all {len(requirements)} rows "
            f"{sum(1 for r in requirements.values() if r.tests)} are proved.")


def summary_of_hardening(requirements):
    proved = sum(1 for r in requirements.values() if r.tests)
    return (f"Of {len(requirements)} attacks {proved} are tried by tests and "
            f"{len(requirements) - proved} have a reason why not.")


def text_of(table):
    lines = [
        f"# {table.title}",
        "",
        f"Made by `coverage.py` from `{table.source}` and the tests; do not edit.",
        table.summary(table.requirements),
    ]
    heading = None
    for name, requirement in table.requirements.items():
        if table.headings[name] != heading:
            heading = table.headings[name]
            lines += ["", f"## {heading}", "", "| ID | where | requirement | proved by |",
                      "| --- | --- | --- | --- |"]
        proof = [f"`{test}`" for test in dict.fromkeys(requirement.tests)]
        if requirement.reason:
            proof.append(f"*{requirement.reason}*")
        lines.append(f"| {name} | {requirement.where} | {requirement.text} | {', '.join(proof)} |")
    return "\n".join(lines) + "\n"


def write(table, faults):
    text = text_of(table)
    if "--check" not in sys.argv:
        table.target.write_text(text)
    elif not table.target.exists() or table.target.read_text() != text:
        faults.append(f"{table.target.name} is out of date: run tests/conformance/coverage.py")


def main():
    faults = []
    tables = [
        Table("requirements.txt", "COVERAGE.md", "What is proved, and by which test",
              summary_of_requirements, faults),
        Table("hardening.txt", "HARDENING.md", "What is tried against weir, and by which test",
              summary_of_hardening, faults),
    ]
    everything = {name: r for table in tables for name, r in table.requirements.items()}
    collect(everything, faults)
    judge(everything, faults)
    for table in tables:
        write(table, faults)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
