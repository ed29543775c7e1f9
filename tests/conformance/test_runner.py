#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The runner itself: it must fail where a script is malformed or says what is not so.

    test_runner.py RUN_SCRIPT

Each case is a script, the line that is wrong and a part of what is said about
it.  TAP on stdout.
"""

import pathlib
import subprocess
import sys
import tempfile

HEAD = "// A script of the runner's own test.\n// proves: RFC9293-3.5\n"

CASES = {
    "a wrong script": [
        ("+0 established\n+0 < P. 1:11(10) ack 1\n+0 > . 1:1(0) ack 11\n", 5, "sent nothing"),
        ("+0 established\n+0 < F. 1:1(0) ack 1\n+0 > . 1:1(0) ack 1\n", 5, "and came  . 1:1(0) ack 2"),
        ("+0 established\n+0 < F. 1:1(0) ack 1\n+0 < F. 1:1(0) ack 1\n", 5, "Nothing was expected"),
        ("+0 established\n+0 < F. 1:1(0) ack 1\n", 4, "Nothing was expected"),
        ("+0 established\n+0 state LISTEN\n", 4, "it is ESTABLISHED"),
        ("+0 established\n+0 event fin\n", 4, 'it is "none"'),
        ("+0 established\n+0 app: send 9\n+0 > P. 1:10(9) ack 1\n+.5 > P. 1:10(9) ack 1\n", 6,
         "sent nothing"),
        ("+0 established\n+0 app: send 9\n+0 > P. 1:10(9) ack 1\n+2 > P. 1:10(9) ack 1\n", 6,
         "came after"),
        ("+0 established\n+0 < P. 1:4(3) ack 1 filled X\n", 4, "not the text sent"),
        ("+0 established\n+0 app: send 5 refused EPIPE\n", 4, "another result"),
        ("+0 < S 0:0(0)\n+0 > S. 0:0(0) ack 1\n+0 < . 1:1(0) ack 1\n+0 app: abort\n", 6,
         "Nothing was expected"),
    ],
    "a malformed script": [
        ("+0 established\nsoon silence\n", 4, "begins with a time"),
        ("+0 established\n+0 dance\n", 4, "one of established"),
        ("+0 established\n+1~2 silence\n", 4, "span"),
        ("& < S 0:0(0)\n", 3, "joins"),
        ("+0 established\nconfig: family=6\n", 4, "before the first event"),
        ("config: family=5\n+0 established\n", 3, "no such setting"),
        ("// run: cookies=always,sometimes\n+0 established\n", 3, "no such setting"),
        ("+0 < S 0:1(0)\n", 3, "do not agree"),
        ("+0 established\n+0 state DREAMING\n", 4, "no state"),
        ("+0 established\n+0 app: sing\n", 4, "app:"),
        ("+0 established\n+0 event applause\n", 4, "events are"),
        ("+0 as 99\n", 3, "clients 0 to"),
        ("", 4, "nothing happens"),
    ],
}

WHOLE = [
    ("+0 established\n", 1, "in English"),
    ("// No tag.\n+0 established\n", 4, "proves"),
]


def run(program, directory, text):
    path = directory / "case.pkt"
    path.write_text(text)
    result = subprocess.run([program, str(path)], capture_output=True, text=True, timeout=60)
    return result.returncode, result.stdout + result.stderr


def is_caught(program, directory, text, line, words):
    status, said = run(program, directory, text)
    return status != 0 and f"case.pkt:{line}" in said and words in said, said


def main():
    program = sys.argv[1]
    cases = [(kind, HEAD + body, line, words) for kind, rows in CASES.items()
             for body, line, words in rows]
    cases += [("a malformed script", text, line, words) for text, line, words in WHOLE]
    failed = 0
    print(f"1..{len(cases) + 1}")
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        status, said = run(program, directory, HEAD + "+0 established\n")
        print("ok 1 - a right script passes" if status == 0 else f"not ok 1\n# {said}")
        failed += status != 0
        for number, (kind, text, line, words) in enumerate(cases, 2):
            caught, said = is_caught(program, directory, text, line, words)
            failed += not caught
            print(f"{'ok' if caught else 'not ok'} {number} - {kind} fails: {words}")
            if not caught:
                print("\n".join("# " + row for row in (text + "--\n" + said).splitlines()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
